"""A what-if is solved like a round, shows what would be, leaves no trace elsewhere and can never be adopted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import matching as m
from talentpool.accounts.models import Pool
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.exchange.exporting import export_needs, get_round
from talentpool.needs.models import Need, Outcome
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.placements.adopting import adopt_round
from talentpool.rounds import preparing, service, suggesting
from talentpool.rounds.gathering import gather
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.running import run_here
from talentpool.states import NeedState, RoundState, available, move
from tests.factories import HYOGO, NOW, make_candidate, make_need, make_user

DAY = timedelta(days=1)


@pytest.fixture
def coordinator(session: Session) -> Actor:
    return make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def needs(session: Session) -> dict[NeedState, Need]:
    """One person who could do everything but the hours: eight half-days, and needs that ask for ten."""
    make_candidate(session, half_days=8, skills={"bpr": 3})
    return {
        state: make_need(session, musts={"bpr": 2}, half_days=10, state=state)
        for state in (NeedState.OPEN, NeedState.SUBMITTED, NeedState.ON_HOLD, NeedState.DRAFT)
    }


def _round(session: Session, actor: Actor, *needs: Need) -> Round:
    return preparing.create_round(
        session, prefecture_code=HYOGO, title="もとの回", need_ids=[need.id for need in needs],
        policy=m.Policy(carry_over={"28100": 7}), time_limit=60, actor=actor, now=NOW,
    )  # fmt: skip


def _what_if(session: Session, base: Round, actor: Actor, *needs: Need, **terms: int) -> Round:
    return _what_if_by(session, base, actor, *needs, what_if=m.WhatIf(**terms))


def _what_if_by(session: Session, base: Round, actor: Actor, *needs: Need, **choices: Any) -> Round:
    """With other choices than what is usual here."""
    usual = {
        "title": suggesting.distinct_title(session, HYOGO, "試算"), "time_limit": 60,
        "policy": m.Policy.from_dict(base.policy),
        "what_if": m.WhatIf(),
    }  # fmt: skip
    return preparing.prepare_what_if(
        session, base, need_ids=[need.id for need in needs], actor=actor, now=NOW,
        **(usual | choices),
    )  # fmt: skip


def _run(database: Database, session: Session, *rounds: Round) -> list[RoundState]:
    session.commit()
    states = [run_here(database, round_.id) for round_ in rounds]
    session.expire_all()
    return states


def test_two_more_half_days_fill_the_seat_and_nothing_else_happens(
    database: Database, session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    tried = _what_if(session, base, coordinator, needs[NeedState.OPEN], half_days=2)
    nearly = _what_if(session, base, coordinator, needs[NeedState.OPEN], half_days=1)
    assert _run(database, session, base, tried, nearly) == [
        RoundState.NOTHING_FILLABLE, RoundState.EXPLORED, RoundState.EXPLORED,
    ]  # fmt: skip
    assert [len(round_.pairs) for round_ in (base, tried, nearly)] == [0, 1, 0]
    assert len({round_.input_hash for round_ in (base, tried, nearly)}) == 3
    assert tried.input_hash == gather(session, tried).hash
    assert base.input_hash == gather(session, base).hash


def test_what_is_noted_of_a_what_if_is_that_it_was_made_run_and_explored(
    database: Database, session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    session.commit()
    before = session.scalar(sa.select(sa.func.max(AuditEvent.seq)))
    tried = _what_if(session, base, coordinator, needs[NeedState.OPEN], half_days=2)
    _run(database, session, tried)
    query = sa.select(AuditEvent).where(AuditEvent.seq > before).order_by(AuditEvent.seq)
    events = session.scalars(query).all()
    assert {(event.object_type, event.object_id) for event in events} == {("round", str(tried.id))}
    assert [(event.action, event.detail) for event in events] == [
        (
            "round.create",
            {
                "needs": 1, "based_on": base.id,
                "what_if": {"half_days": 2, "travel": 0, "pay": 0},
            },
        ),
        ("round.start", {"from": "queued", "to": "running"}),
        (
            "round.explore",
            {
                "from": "running", "to": "explored", "input_hash": tried.input_hash,
                "objective": tried.objective,
            },
        ),
        ("round.explain", {"left_out": 0}),
    ]  # fmt: skip


def test_no_step_leads_from_a_what_if_to_adoption(
    database: Database, session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    tried = _what_if(session, base, coordinator, needs[NeedState.OPEN], half_days=2)
    _run(database, session, tried)
    assert [step.verb for step in available(session, tried, coordinator)] == ["discard"]
    with pytest.raises(Conflict, match="試算済み"):
        adopt_round(session, tried, actor=coordinator, now=NOW)
    session.rollback()
    for state in (RoundState.ADOPTED, RoundState.OPTIMAL, RoundState.FEASIBLE_WITH_GAP):
        adopted_at = NOW if state is RoundState.ADOPTED else None
        change = sa.update(Round).where(Round.id == tried.id)
        with pytest.raises(sa.exc.IntegrityError):
            session.execute(change.values(state=state, adopted_at=adopted_at))
        session.rollback()
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.update(Round).where(Round.id == tried.id).values(what_if=None))
    session.rollback()
    service.discard_round(session, tried, actor=coordinator, now=NOW)
    assert tried.state is RoundState.DISCARDED


def test_needs_that_wait_for_review_or_are_on_hold_can_be_tried_and_drafts_cannot(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    *tried, draft = needs.values()
    base = _round(session, coordinator, needs[NeedState.OPEN])
    asked = _what_if(session, base, coordinator, *tried)
    assert {row.need_id for row in asked.needs} == {need.id for need in tried}
    listed = preparing.list_needs_for(session, HYOGO, is_what_if=True)
    assert {need.id for need in listed} == {need.id for need in tried}
    assert listed[0] is needs[NeedState.OPEN]
    with pytest.raises(Refused, match="公開中、確認待ち、保留の募集"):
        _what_if(session, base, coordinator, draft)
    with pytest.raises(Refused):
        _round(session, coordinator, needs[NeedState.SUBMITTED])


def test_needs_are_listed_alike_whether_they_have_been_open_or_not(session: Session) -> None:
    def need(state: NeedState, submitted: int, opened: int | None = None, priority: int = 0) -> int:
        return make_need(
            session, state=state, priority=priority, submitted_at=NOW + submitted * DAY,
            opened_at=None if opened is None else NOW + opened * DAY,
        ).id  # fmt: skip

    third = need(NeedState.ON_HOLD, 1, opened=5)
    second = need(NeedState.SUBMITTED, 4)
    fourth = need(NeedState.SUBMITTED, 6)
    opened = need(NeedState.OPEN, 8, opened=9)
    same = need(NeedState.ON_HOLD, 2, opened=6)
    urgent = need(NeedState.SUBMITTED, 7, priority=1)
    listed = preparing.list_needs_for(session, HYOGO, is_what_if=True)
    assert [row.id for row in listed] == [opened, urgent, second, third, fourth, same]


@pytest.mark.parametrize("verb", ["return", "hand in again", "withdraw"])
def test_what_is_no_longer_what_was_to_be_tried_is_not_solved(
    database: Database,
    session: Session,
    coordinator: Actor,
    needs: dict[NeedState, Need],
    verb: str,
) -> None:
    asked, other = needs[NeedState.SUBMITTED], needs[NeedState.ON_HOLD]
    base = _round(session, coordinator, needs[NeedState.OPEN])
    tried = _what_if(session, base, coordinator, asked, other)
    kept = _what_if(session, base, coordinator, other)
    if verb == "withdraw":
        move(session, asked, verb, actor=SYSTEM, now=NOW, reason="budget")
        asked.outcome, asked.closed_at = Outcome.WITHDRAWN, NOW
    else:
        move(session, asked, "return", actor=SYSTEM, now=NOW, reason="other")
    if verb == "hand in again":
        asked.half_days, asked.content_version = 2, asked.content_version + 1
        move(session, asked, "submit", actor=SYSTEM, now=NOW)
    assert _run(database, session, tried, kept) == [RoundState.FAILED, RoundState.EXPLORED]
    assert tried.failure is not None
    assert f"募集{asked.code}の内容が変わったか、公開中、確認待ち、保留でなく" in tried.failure
    assert tried.input_hash is None
    again = preparing.prepare_rerun(session, tried, actor=coordinator, now=NOW)
    assert _run(database, session, again) == [RoundState.EXPLORED]
    assert (asked.id in {row.need_id for row in again.needs}) == (verb == "hand in again")


def test_a_round_is_not_solved_for_a_need_that_is_on_hold(
    database: Database, session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    move(session, needs[NeedState.OPEN], "hold", actor=coordinator, now=NOW)
    assert _run(database, session, base) == [RoundState.FAILED]
    assert base.failure is not None
    assert "公開中でなくなりました" in base.failure


def test_it_begins_with_the_choices_of_its_round(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    asked, other = needs[NeedState.OPEN], needs[NeedState.SUBMITTED]
    person = make_candidate(session)
    base = _round(session, coordinator, asked)
    preparing.direct_pair(
        session, base, need_id=asked.id, candidate_id=person.id, kind=DirectiveKind.FORBID,
        reason="本人の都合", actor=coordinator, now=NOW,
    )  # fmt: skip
    suggested = suggesting.suggest_what_if(session, base, [asked, other])
    assert suggested["needs"] == [asked.id]
    assert suggested["title"] == "試算：もとの回"
    tried = _what_if(session, base, coordinator, asked, travel=30)
    assert (tried.based_on_id, tried.policy) == (base.id, base.policy)
    assert [row.reason for row in tried.directives] == ["本人の都合"]
    again = suggesting.suggest_what_if(session, tried, [asked])
    assert (again["travel"], again["title"]) == (30, "試算：試算")
    tried.title = suggested["title"]
    session.flush()
    assert suggesting.suggest_what_if(session, tried, [asked])["title"] == "試算：もとの回（2）"
    tried.title = "長" * suggesting.TITLE
    assert len(suggesting.suggest_what_if(session, tried, [asked])["title"]) == suggesting.TITLE
    assert not _what_if(session, base, coordinator, other).directives


def test_a_pin_that_does_not_stand_the_terms_is_named_with_the_rule(
    database: Database, session: Session, coordinator: Actor
) -> None:
    need, person = make_need(session, half_days=8), make_candidate(session, half_days=8)
    base = _round(session, coordinator, need)
    preparing.direct_pair(
        session, base, need_id=need.id, candidate_id=person.id, kind=DirectiveKind.PIN,
        reason="首長の希望", actor=coordinator, now=NOW,
    )  # fmt: skip
    tried = [_what_if(session, base, coordinator, need, half_days=more) for more in (0, -1)]
    assert _run(database, session, *tried) == [RoundState.EXPLORED, RoundState.FAILED]
    assert tried[1].failure == (
        f"募集{need.code}と登録者{person.code}の固定は、{m.rule_text('capacity')}の条件に合いません。"
        "固定をやめるか、条件を変えてください。"
    )


def test_pins_of_which_each_could_be_kept_alone_are_refused_together(
    database: Database, session: Session, coordinator: Actor
) -> None:
    needs = [make_need(session, half_days=5) for _ in range(2)]
    person = make_candidate(session, half_days=8)
    base = _round(session, coordinator, *needs)
    for need in needs:
        preparing.direct_pair(
            session, base, need_id=need.id, candidate_id=person.id, kind=DirectiveKind.PIN,
            reason="首長の希望", actor=coordinator, now=NOW,
        )  # fmt: skip
    tried = [_what_if(session, base, coordinator, *needs, half_days=more) for more in (2, 1)]
    assert _run(database, session, *tried) == [RoundState.EXPLORED, RoundState.FAILED]
    assert tried[1].failure is not None
    assert "固定した組のすべてを" in tried[1].failure


def test_what_follows_a_what_if_is_one_and_what_follows_a_round_is_none(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    tried = _what_if(session, base, coordinator, needs[NeedState.SUBMITTED], pay=500)
    follower = preparing.prepare_rerun(session, base, actor=coordinator, now=NOW)
    assert (follower.what_if, follower.based_on_id) == (None, base.id)
    again = preparing.prepare_rerun(session, tried, actor=coordinator, now=NOW)
    assert (again.what_if, again.based_on_id) == (tried.what_if, tried.id)
    _what_if(session, tried, coordinator, needs[NeedState.SUBMITTED], pay=900)
    assert preparing.prepare_rerun(session, tried, actor=coordinator, now=NOW) is again


def test_what_another_officer_tries_differently_is_not_handed_out_as_the_same(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    asked, other = needs[NeedState.OPEN], needs[NeedState.SUBMITTED]
    tried = _what_if(session, _round(session, coordinator, asked), coordinator, asked, pay=500)
    officer = make_user(session, Role.COORDINATOR).actor
    differing = [
        _what_if_by(session, tried, officer, *wanted, **{"what_if": m.WhatIf(pay=500), **choices})
        for wanted, choices in (
            ((asked, other), {}),
            ((other,), {}),
            ((asked,), {"policy": m.Policy(fill_premium=1)}),
            ((asked,), {"title": "別の試算"}),
            ((asked,), {"time_limit": 5}),
            ((asked,), {"what_if": m.WhatIf(pay=501)}),
        )
    ]
    mine = preparing.prepare_rerun(session, tried, actor=coordinator, now=NOW)
    assert mine not in differing
    assert ([row.need_id for row in mine.needs], mine.policy, mine.time_limit) == (
        [asked.id], tried.policy, tried.time_limit,
    )  # fmt: skip
    assert suggesting.stem_of(mine.title) == suggesting.stem_of(tried.title)
    _what_if_by(session, tried, officer, asked, title="ほかの試算")
    assert preparing.prepare_rerun(session, tried, actor=officer, now=NOW) is mine


def test_a_follower_that_waits_is_found_when_one_of_its_needs_is_closed(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    closing = make_need(session)
    base = _round(session, coordinator, needs[NeedState.OPEN], closing)
    follower = preparing.prepare_rerun(session, base, actor=coordinator, now=NOW)
    move(session, closing, "hold", actor=coordinator, now=NOW)
    session.flush()
    assert preparing.prepare_rerun(session, base, actor=coordinator, now=NOW) is follower


def test_an_export_is_of_the_newest_round_that_is_none(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need]
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    tried = _what_if(session, base, coordinator, needs[NeedState.SUBMITTED])
    pool = session.get_one(Pool, HYOGO)
    made = export_needs(session, Path("needs.csv"), pool, actor=SYSTEM)
    assert base.title in made.note
    with pytest.raises(Refused):
        get_round(session, pool, tried.id, actor=SYSTEM)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.MUNICIPALITY])
def test_only_coordinators_try(
    session: Session, coordinator: Actor, needs: dict[NeedState, Need], role: Role
) -> None:
    base = _round(session, coordinator, needs[NeedState.OPEN])
    with pytest.raises(Forbidden):
        _what_if(session, base, make_user(session, role).actor, needs[NeedState.OPEN])
