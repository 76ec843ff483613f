"""What a person says of an open need: the next round weighs it, a bar is a rule, and no plan is wrong for a wish."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool import matching as m
from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.needs.models import Outcome
from talentpool.permissions import SYSTEM, Role
from talentpool.placements.drafting import suggest_alternate
from talentpool.placements.service import list_used
from talentpool.pool.assemble import assemble
from talentpool.pool.policy import first_policy
from talentpool.pool.reading import read_profiles
from talentpool.preferences import showing, suiting
from talentpool.preferences.answering import (
    Said,
    find_interest,
    list_of_need,
    list_said,
    say_interest,
)
from talentpool.preferences.beside import look_beside
from talentpool.preferences.models import Answer, Interest
from talentpool.preferences.reasons import Ground, Reason, in_steps, reasons_of
from talentpool.preferences.soundness import violations
from talentpool.reference.service import load_catalogue
from talentpool.rounds.validity import list_obstacles
from talentpool.states import MembershipState, NeedState, PlacementState, RoundState
from tests import factories as make
from tests.preferences.made import actor_of, make_interest
from tests.rounds.test_history import run

YES = Said(Answer.INTERESTED, words="前から関心がありました。")
NO = Said(Answer.NOT_NOW, "schedule")
BAR = replace(NO, bars=True)


def suits(session: Session, person: Candidate) -> list[suiting.Suiting] | None:
    return suiting.list_suiting(
        session, person, make.HYOGO, catalogue=load_catalogue(session), actor=actor_of(person),
        now=make.NOW,
    )  # fmt: skip


def wish_part(session: Session, code: str) -> dict[str, int]:
    """Person → what the next round gives for the wish."""
    found = assemble(session, make.HYOGO, None, load_catalogue(session))
    problem = m.build(found.candidates, found.needs, first_policy(), has_others=True)
    place, need = list(m.PARTS).index("wish"), list(problem.need_ids).index(code)
    assert problem.parts is not None
    return {
        problem.candidate_ids[problem.candidate[at]]: int(problem.parts[at, place])
        for at in range(problem.ptr[need], problem.ptr[need + 1])
    }


def test_what_is_said_is_the_wish_of_the_next_round_and_can_be_changed(session: Session) -> None:
    people = [make.make_candidate(session) for _ in range(3)]
    need = make.make_need(session)
    keen, cool, silent = people
    say_interest(session, need, YES, actor=actor_of(keen), now=make.NOW)
    row = say_interest(session, need, NO, actor=actor_of(cool), now=make.NOW)
    weight = first_policy().weights["wish"]
    found = wish_part(session, need.code)
    assert (found[keen.code], found[cool.code]) == (weight, 0)
    assert 0 < found[silent.code] < weight
    say_interest(session, need, BAR, actor=actor_of(cool), now=make.NOW)
    assert cool.code not in wish_part(session, need.code)  # a rule, not a wish
    assert row.bars
    again = say_interest(session, need, replace(YES, bars=True), actor=actor_of(cool), now=make.NOW)
    assert (again.id, again.bars, again.reason) == (row.id, False, None)
    assert wish_part(session, need.code)[cool.code] == weight
    session.commit()
    told = session.scalars(sa.select(AuditEvent.detail).where(AuditEvent.action == "interest.say"))
    details = list(told)
    assert len(details) == 4
    assert "関心" not in str(details)  # words are nowhere but in the row
    assert list(violations(session)) == []
    raw = session.execute(sa.text("SELECT words FROM interest ORDER BY id")).first()
    assert raw is not None
    assert "関心".encode() not in bytes(raw[0])


def test_what_is_wrong_is_named_and_a_closed_need_takes_no_answer(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    waiting = make.make_candidate(session, state=MembershipState.APPLIED)
    for said, fields in (
        (Said(None), {"answer"}),
        (Said(Answer.NOT_NOW), {"reason"}),
        (Said(Answer.NOT_NOW, "weather"), {"reason"}),
        (Said(Answer.NOT_NOW, "other", " "), {"words"}),
        (replace(YES, words="長" * 1001), {"words"}),
    ):
        with pytest.raises(Refused) as refused:
            say_interest(session, need, said, actor=actor_of(person), now=make.NOW)
        assert set(refused.value.fields) == fields
    for actor in (actor_of(waiting), make.make_user(session, Role.COORDINATOR).actor):
        with pytest.raises(Forbidden):
            say_interest(session, need, YES, actor=actor, now=make.NOW)
    for state in (NeedState.ON_HOLD, NeedState.CLOSED):
        closed = make.make_need(session, state=state)
        with pytest.raises(Conflict):
            say_interest(session, closed, YES, actor=actor_of(person), now=make.NOW)
    offered = make.make_need(session)
    make.make_placement(session, offered, person, state=PlacementState.OFFERED)
    with pytest.raises(Conflict, match="打診"):  # an offer is answered as an offer
        say_interest(session, offered, BAR, actor=actor_of(person), now=make.NOW)
    assert session.scalars(sa.select(Interest)).all() == []


@pytest.mark.parametrize("change", ["answer = 'interested'", "reason = NULL", "answer = 'maybe'"])
def test_the_database_refuses_what_cannot_be(session: Session, change: str) -> None:
    make_interest(session, make.make_need(session), make.make_candidate(session), Answer.NOT_NOW)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(sa.text(f"UPDATE interest SET {change}"))


def test_the_needs_that_suit_are_those_of_the_rounds_with_reasons_that_tell_them_apart(
    session: Session,
) -> None:
    person = make.make_candidate(session, skills={"bpr": 3})
    plain = make.make_need(session, musts={})
    asking = make.make_need(session, musts={"bpr": 3})
    make.make_need(session, musts={"security": 2})
    make.make_need(session, state=NeedState.ON_HOLD)
    offered = make.make_need(session)
    make.make_placement(session, offered, person, state=PlacementState.OFFERED)
    proposed = make.make_need(session)
    make.make_placement(session, proposed, person, state=PlacementState.PROPOSED)
    found = suits(session, person)
    assert found is not None
    # a proposal that is not put to the person yet does not show by its absence
    assert {row.need.id for row in found} == {plain.id, asking.id, proposed.id}
    assert [row.fit for row in found] == sorted((row.fit for row in found), reverse=True)
    assert all(row.fit == sum(row.parts.values()) for row in found)
    told = dict(zip([row.need.id for row in found], reasons_of(found), strict=True))
    assert Reason(Ground.SKILLS, ("bpr",)) in told[asking.id]
    assert Ground.SKILLS not in {reason.ground for reason in told[plain.id]}
    assert set.intersection(*map(set, told.values())) == set()  # what is true of all is no reason
    assert len(reasons_of(found[:1])[0]) >= 1
    say_interest(session, plain, BAR, actor=actor_of(person), now=make.NOW)
    assert plain.id not in {row.need.id for row in suits(session, person) or ()}
    paused = make.make_candidate(session, half_days=2)
    assert suits(session, paused) == []
    assert suits(session, make.make_candidate(session, state=MembershipState.APPLIED)) is None


def test_a_way_is_told_in_half_hours() -> None:
    assert [in_steps(n) for n in (0, 1, 30, 31, 60, 61)] == [30, 30, 30, 60, 60, 90]


def test_a_wish_leaves_a_plan_standing_and_a_bar_does_not(
    database: Database, session: Session
) -> None:
    people = [make.make_candidate(session) for _ in range(2)]
    need = make.make_need(session)
    round_ = run(database, session, [need])
    assert list_obstacles(session, round_) == []
    say_interest(session, need, YES, actor=actor_of(people[0]), now=make.NOW)
    say_interest(session, need, NO, actor=actor_of(people[1]), now=make.NOW)
    assert list_obstacles(session, round_) == []
    say_interest(session, need, BAR, actor=actor_of(people[1]), now=make.NOW)
    assert [people[1].code in sentence for sentence in list_obstacles(session, round_)] == [True]


def test_who_asks_not_to_be_asked_is_not_added_by_hand(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    round_ = make.make_round_with_plan(session, [(need, person)])
    say_interest(session, need, BAR, actor=actor_of(person), now=make.NOW)
    with pytest.raises(Conflict, match="打診しないでほしい"):
        suggest_alternate(session, round_, need, person, actor=SYSTEM, now=make.NOW)


def test_what_was_said_or_came_to_nothing_before_a_merge_keeps_apart_by_hand_too(
    session: Session,
) -> None:
    kept, gone = make.make_candidate(session), make.make_candidate(session)
    barred, declined, free = (make.make_need(session) for _ in range(3))
    say_interest(session, barred, BAR, actor=actor_of(gone), now=make.NOW)
    make.make_placement(session, declined, gone, state=PlacementState.DECLINED_BY_CANDIDATE)
    rounds = {
        need.id: make.make_round_with_plan(session, [(need, kept)], state=RoundState.ADOPTED)
        for need in (barred, declined, free)
    }
    make.make_merge(session, kept, gone)
    profile = read_profiles(session, make.HYOGO, [kept.id])[kept.id]
    assert set(profile.turned_down) == {barred.code, declined.code}
    for need, words in ((barred, "打診しないでほしい"), (declined, "すでに")):
        with pytest.raises(Conflict, match=words):
            suggest_alternate(session, rounds[need.id], need, kept, actor=SYSTEM, now=make.NOW)
    assert list_used(session, [declined.id]) == {declined.id: {kept.code}}
    say_interest(session, barred, YES, actor=actor_of(kept), now=make.NOW)  # said anew
    for need in (free, barred):
        row = suggest_alternate(session, rounds[need.id], need, kept, actor=SYSTEM, now=make.NOW)
        assert row.candidate_id == kept.id


def test_only_registered_people_are_counted_each_once(session: Session) -> None:
    need, officer = make.make_need(session), make.make_user(session, Role.COORDINATOR).actor
    stays, gone, left, expired = (make.make_candidate(session) for _ in range(4))
    for person in (stays, left, expired):
        make_interest(session, need, person)
    said = make_interest(session, need, gone, Answer.NOT_NOW)
    today = make.NOW.date()

    def counts() -> dict[Answer, int]:
        session.flush()
        found = dict(look_beside(session, need, officer, today).counts)
        rows = list_of_need(session, officer, need, today)
        assert sum(found.values()) == len(rows) == len({row.person.id for row in rows})
        return found

    assert counts() == {Answer.INTERESTED: 3, Answer.NOT_NOW: 1}
    left.memberships[0].state = MembershipState.LEFT
    expired.memberships[0].active_until = today - timedelta(days=1)
    assert counts() == {Answer.INTERESTED: 1, Answer.NOT_NOW: 1}
    make.make_merge(session, stays, gone)
    gone.memberships[0].state = MembershipState.LEFT
    assert counts() == {Answer.INTERESTED: 1, Answer.NOT_NOW: 0}  # said under the one that stays
    session.delete(find_interest(session, stays, need.id))
    assert counts() == {Answer.INTERESTED: 0, Answer.NOT_NOW: 1}
    assert list_said(session, actor_of(stays), stays) == {need.id: said}


def test_what_was_said_before_a_merge_counts_until_it_is_said_anew(session: Session) -> None:
    kept, gone, need = (
        make.make_candidate(session),
        make.make_candidate(session),
        make.make_need(session),
    )
    make_interest(session, need, gone, Answer.NOT_NOW)
    make.make_merge(session, kept, gone)
    profile = read_profiles(session, make.HYOGO, [kept.id])[kept.id]
    assert (profile.interested, profile.uninterested) == ((), (need.code,))
    make_interest(session, need, kept)
    profile = read_profiles(session, make.HYOGO, [kept.id])[kept.id]
    assert (profile.interested, profile.uninterested) == ((need.code,), ())


def test_a_town_names_itself_only_where_it_chose_to(session: Session) -> None:
    need = make.make_need(session)
    town = make.make_user(
        session, Role.MUNICIPALITY, municipality_code=need.municipality_code
    ).actor
    version = need.content_version
    for chosen, named in ((False, set()), (True, {need.id}), (True, {need.id}), (False, set())):
        showing.choose_showing(session, need, names_town=chosen, actor=town, now=make.NOW)
        assert showing.list_named(session, [need.id]) == named
    assert need.content_version == version  # no round is out of date for it
    session.commit()
    query = sa.select(sa.func.count()).where(AuditEvent.action == "need_showing.choose")
    assert session.scalar(query) == 2
    other = make.make_user(session, Role.MUNICIPALITY, municipality_code="281000").actor
    with pytest.raises(Forbidden):
        showing.choose_showing(session, need, names_town=True, actor=other, now=make.NOW)
    need.state, need.outcome, need.closed_at = NeedState.CLOSED, Outcome.UNFILLED, make.NOW
    with pytest.raises(Conflict):
        showing.choose_showing(session, need, names_town=True, actor=town, now=make.NOW)


def test_answers_are_counted_by_need_and_a_strange_row_is_found(session: Session) -> None:
    need, other = make.make_need(session), make.make_need(session)
    for answer in (Answer.INTERESTED, Answer.INTERESTED, Answer.NOT_NOW):
        make_interest(session, need, make.make_candidate(session), answer)
    reader = make.make_user(session, Role.COORDINATOR).actor
    counts = [look_beside(session, one, reader, make.NOW.date()).counts for one in (need, other)]
    assert counts[0] == {Answer.INTERESTED: 2, Answer.NOT_NOW: 1}
    assert counts[1] == {Answer.INTERESTED: 0, Answer.NOT_NOW: 0}
    make.make_prefecture_pool(session, make.OSAKA)
    row = session.scalars(sa.select(Interest).order_by(Interest.id)).first()
    assert row is not None
    row.prefecture_code = make.OSAKA
    session.flush()
    assert list(violations(session)) == [
        f"interest {row.id}: of a person of another pool",
        f"interest {row.id}: of a need of another prefecture",
    ]
