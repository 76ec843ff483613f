"""Changing an open need: what is announced is what happens, and what the next round finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from talentpool import matching as m
from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, CandidateCompany
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.ledger import service as ledger
from talentpool.mail import MailOrder
from talentpool.needs.content import SkillRequirement
from talentpool.needs.models import Need, NeedMode, Outcome
from talentpool.needs.reviewing import hold_need, reopen_need
from talentpool.needs.versions import content_at, content_from, list_versions
from talentpool.needs.weights import keep_proportions
from talentpool.needs.writing import content_of
from talentpool.permissions import Actor, Role
from talentpool.placements.closing import close_need, withdraw_need
from talentpool.placements.models import Placement
from talentpool.placements.revising.effects import Effect
from talentpool.placements.revising.service import OtherEffect, preview_revision, revise_need
from talentpool.pool.assemble import assemble
from talentpool.reference.service import load_catalogue
from talentpool.rounds.preparing import create_round, list_open_needs
from talentpool.rounds.validity import list_obstacles
from talentpool.states import HOLDING, NeedState, PlacementState, RoundState
from talentpool.text import search_key

from .. import factories as make
from .cast import DAY, Cast, assert_sound, ledger_of, mails, states

NOW = make.NOW
PS = PlacementState
KEY = b"of the tests"


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def revise(
    cast: Cast, need: Need, *, actor: Actor | None = None, shown: Any = None, now: datetime = NOW, **changes: Any
) -> Effect:  # fmt: skip
    return revise_need(
        cast.session, need, replace(content_of(need), **changes), actor=actor or cast.town, now=now,
        catalogue=load_catalogue(cast.session),
        was_shown=None if shown is None else lambda effect: effect.seal(KEY) == shown,
    )  # fmt: skip


def foreseen(cast: Cast, need: Need, *, actor: Actor | None = None, **changes: Any) -> Effect:
    return preview_revision(
        cast.session, need, replace(content_of(need), **changes), actor=actor or cast.town, now=NOW,
        catalogue=load_catalogue(cast.session),
    )  # fmt: skip


def open_need(session: Session, **more: Any) -> Need:
    return make.make_need(session, outcome_wanted="待ち時間を短くする。", **more)


def told(session: Session, kind: str) -> list[int]:
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == kind)
    return sorted(session.scalars(query))


def test_only_what_the_rules_no_longer_allow_ends(cast: Cast, session: Session) -> None:
    need = open_need(session, seats=9)
    seats = iter(range(1, 10))

    def placed(level: int, *states: PS) -> dict[PS, Placement]:
        return {
            state: make.make_placement(
                session, need, make.make_candidate(session, skills={"bpr": level}), state=state,
                seat=next(seats),
            )
            for state in states
        }  # fmt: skip

    able = placed(4, PS.SUGGESTED, PS.PROPOSED, PS.APPROVED, *sorted(HOLDING))
    unable = placed(2, PS.PROPOSED, PS.OFFERED, PS.INTRODUCED)
    make.make_candidate(session, skills={"bpr": 2})
    harder = tuple(replace(row, level=3) for row in content_of(need).skills)
    shown = foreseen(cast, need, skills=harder)
    assert {row.placement for row in shown.void} == set(unable.values())
    assert all("技能" in text for row in shown.void for text in row.why)
    assert (shown.fitting, len(shown.leaving)) == ((1, 0), 1)
    assert states(list(unable.values())) == list(unable)  # nothing has happened
    revise(cast, need, shown=shown.seal(KEY), skills=harder)
    assert {state: row.state for state, row in able.items()} == {
        state: PS.OFFERED if state is PS.APPROVED else state for state in able
    }
    assert {row.need_version for row in able.values()} == {need.content_version} == {2}
    assert {(row.state, row.end_reason) for row in unable.values()} == {
        (PS.SUPERSEDED, "need_changed"), (PS.REVOKED, "need_changed"),
    }  # fmt: skip
    gone = unable[PS.OFFERED]
    assert ledger_of(session, gone.candidate) == {(0, 0)}
    assert mails(session, gone, "revoke") == [gone.candidate.user_id]
    assert told(session, "placement.revise") == sorted(
        able[state].candidate.user_id for state in HOLDING
    )
    assert cast.coordinator.user_id in told(session, "need.revise")
    assert cast.town.user_id not in told(session, "need.revise")
    assert_sound(session)


def test_what_goes_beyond_the_decision_has_to_be_decided_anew(cast: Cast, session: Session) -> None:
    need = open_need(session, seats=2)
    drafted, asked = (
        make.make_placement(session, need, make.make_candidate(session), state=state)
        for state in (PS.PROPOSED, PS.OFFERED)
    )
    effect = revise(cast, need, pay_amount=30000)
    assert [row.placement for row in effect.void] == [asked]
    assert "決裁した内容を超えます" in effect.void[0].why[0]
    assert (drafted.state, asked.state) == (PS.PROPOSED, PS.REVOKED)
    revise(cast, need, pay_amount=20000)
    assert drafted.state is PS.PROPOSED


def test_what_a_town_writes_of_vendors_tells_nothing_of_ties(cast: Cast, session: Session) -> None:
    need = open_need(session, seats=2, touches_procurement=True)
    tied, free = make.make_candidate(session), make.make_candidate(session)
    for person in (tied, free):
        person.companies.append(CandidateCompany(name="会社", name_key=search_key("会社")))
    row = make.make_placement(session, need, tied, state=PS.OFFERED)
    change: dict[str, Any] = {"vendors": ("会社",)}
    by_staff = foreseen(cast, need, actor=cast.coordinator, **change)
    assert [one.placement for one in by_staff.void] == [row]
    assert by_staff.leaving == {free.id}
    shown = foreseen(cast, need, **change)
    assert not shown.void
    assert not shown.leaving
    revise(cast, need, shown=shown.seal(KEY), **change)
    assert row.state is PS.OFFERED
    with pytest.raises(Conflict):  # at its next step
        cast.step(row, "accept")
    assert_sound(session)


def test_fewer_half_days_are_held_and_the_months_follow(cast: Cast, session: Session) -> None:
    need = open_need(session)
    row = make.make_placement(session, need, make.make_candidate(session), state=PS.INTRODUCED)
    revise(cast, need, half_days=2, last_month=need.last_month - 1)
    assert row.state is PS.INTRODUCED
    assert ledger.list_taken(session, row.id) == dict.fromkeys(need.months, 2)
    cast.walk(row, "welcome", "confirm")
    assert_sound(session)


def test_fewer_seats_end_what_was_for_them_and_never_what_is_confirmed(
    cast: Cast, session: Session
) -> None:
    need = open_need(session, seats=3)
    first, third = (
        make.make_placement(
            session, need, make.make_candidate(session), state=PS.OFFERED, seat=seat
        )
        for seat in (1, 3)
    )
    revise(cast, need, seats=2)
    assert states([first, third]) == [PS.OFFERED, PS.REVOKED]
    second = make.make_placement(
        session, need, make.make_candidate(session), state=PS.CONFIRMED, seat=2
    )
    for field, changes in {
        "seats": {"seats": 1}, "pay_amount": {"pay_amount": 10000}, "place": {"place_code": make.SAYO},
    }.items():  # fmt: skip
        with pytest.raises(Refused) as refused:
            revise(cast, need, **changes)
        assert set(refused.value.fields) == {field}
    revise(cast, need, background="活動中でも、文章は直せる。")
    assert second.state is PS.CONFIRMED
    assert_sound(session)


def test_a_free_seat_goes_to_the_next_who_is_still_able(cast: Cast, session: Session) -> None:
    need = open_need(session)
    people = [make.make_candidate(session, skills={"bpr": level}) for level in (2, 2, 4)]
    rows = cast.walk_all([cast.suggested(need, person) for person in people], "propose")
    cast.walk_all(rows, "approve")
    revise(cast, need, skills=tuple(replace(s, level=3) for s in content_of(need).skills))
    assert states(rows) == [PS.REVOKED, PS.SUPERSEDED, PS.OFFERED]
    assert_sound(session)


def test_who_may_and_when(cast: Cast, session: Session) -> None:
    need = open_need(session)
    stranger = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
    for actor in (cast.approver, stranger):
        with pytest.raises(Forbidden):
            revise(cast, need, actor=actor, title="題")
    with pytest.raises(Refused, match="変わったところ"):
        revise(cast, need)
    with pytest.raises(Refused) as refused:
        revise(cast, need, background="", last_month=need.first_month - 1)
    assert set(refused.value.fields) == {"last_month"}
    shown = foreseen(cast, need, half_days=3).seal(KEY)
    make.make_placement(session, need, make.make_candidate(session), state=PS.OFFERED)
    with pytest.raises(OtherEffect):
        revise(cast, need, shown=shown, half_days=3)
    hold_need(session, need, actor=cast.coordinator, now=NOW)
    revise(cast, need, actor=cast.coordinator, half_days=3)
    assert cast.town.user_id in told(session, "need.revise")
    close_need(session, need, reason="policy", actor=cast.coordinator, now=NOW)
    with pytest.raises(Conflict, match="終了した募集"):
        revise(cast, need, half_days=2)


def test_an_open_proposal_of_conditions_keeps_them(cast: Cast, session: Session) -> None:
    need = open_need(session)
    row = make.make_placement(session, need, make.make_candidate(session), state=PS.OFFERED)
    make.make_counter(session, row)
    with pytest.raises(Refused, match="条件の提案"):
        revise(cast, need, half_days=3)
    revise(cast, need, title="別の題")
    assert row.state is PS.OFFERED


def test_versions_are_kept_and_rounds_notice_what_they_read(cast: Cast, session: Session) -> None:
    need = open_need(session)
    before = content_of(need)
    asked = {
        "prefecture_code": make.HYOGO, "need_ids": [need.id], "policy": m.Policy(), "time_limit": 10,
        "actor": cast.coordinator, "now": NOW,
    }  # fmt: skip
    waiting = create_round(session, title="回", **asked)
    assert foreseen(cast, need, title="新しい題").rounds == ()
    revise(cast, need, title="新しい題", now=NOW + DAY)
    assert waiting.needs[0].content_version == 2
    session.refresh(waiting.needs[0])
    assert waiting.needs[0].content_version == need.content_version == 2
    assert foreseen(cast, need, half_days=3).rounds == [waiting]
    revise(cast, need, half_days=3, now=NOW + 2 * DAY)
    waiting.state = RoundState.OPTIMAL
    session.flush()
    assert any("内容が変わりました" in text for text in list_obstacles(session, waiting))
    kept = list_versions(session, need)
    assert [row.number for row in kept] == [3, 2, 1]
    assert content_from(kept[-1].content) == before
    assert content_from(kept[0].content) == content_of(need)
    assert content_at(session, need, NOW + DAY * 1.5) == replace(before, title="新しい題")
    assert content_at(session, need, NOW + DAY * 3) is None
    session.commit()
    details = session.scalars(
        sa.select(AuditEvent.detail).where(AuditEvent.action == "need.revise")
    ).all()
    assert [row["fields"] for row in details] == [["title"], ["half_days"]]


def test_a_filled_need_leaves_the_next_round_and_comes_back_with_a_free_seat(
    cast: Cast, session: Session
) -> None:
    need = open_need(session)
    row = make.make_placement(session, need, make.make_candidate(session), state=PS.CONFIRMED)
    assert list_open_needs(session, make.HYOGO) == []
    close_need(session, need, reason="filled", actor=cast.coordinator, now=NOW)
    with pytest.raises(Refused, match="すべての枠"):
        reopen_need(session, need, reason="still_needed", actor=cast.coordinator, now=NOW)
    cast.step(row, "undo", reason="mistake", comment="")
    with pytest.raises(Forbidden):
        reopen_need(session, need, reason="person_left", actor=cast.town, now=NOW)
    with pytest.raises(Refused):
        reopen_need(session, need, reason="", actor=cast.coordinator, now=NOW)
    late = NOW.replace(year=NOW.year + 9)
    with pytest.raises(Refused, match="終わる募集"):
        reopen_need(session, need, reason="person_left", actor=cast.coordinator, now=late)
    reopen_need(session, need, reason="person_left", actor=cast.coordinator, now=NOW)
    assert (need.state, need.outcome, need.closed_at) == (NeedState.OPEN, None, None)
    assert list_open_needs(session, make.HYOGO) == [need]
    withdraw_need(session, need, reason="budget", actor=cast.town, now=NOW)
    assert need.outcome is Outcome.WITHDRAWN
    with pytest.raises(Refused, match="取り下げた"):
        reopen_need(session, need, reason="mistake", actor=cast.coordinator, now=NOW)
    assert_sound(session)


def need_rows(session: Session, need: Need) -> list[Placement]:
    return list(session.scalars(sa.select(Placement).where(Placement.need_id == need.id)))


FIRST_YEAR = make.FIRST // 12


@settings(
    max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(
    pay=st.sampled_from([20000, 25000, 30000]),
    half_days=st.integers(2, 8),
    level=st.integers(1, 4),
    seats=st.integers(1, 4),
    mode=st.sampled_from(["online", "onsite"]),
    used_within=st.sampled_from([None, 3, 10]),
    later=st.integers(0, 3),
    forms=st.sampled_from([("commission",), ("contract_person",), ("commission", "contract_person")]),
    requires_training=st.booleans(),
    people=st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from([None, PS.SUGGESTED, PS.APPROVED, PS.OFFERED, PS.INTRODUCED]),
            st.sampled_from([0, 11000]),
            st.sampled_from([None, FIRST_YEAR - 9, FIRST_YEAR - 1]),
        ),
        min_size=2, max_size=4,
    ),
)  # fmt: skip
def test_what_is_announced_happens_and_the_next_round_finds_it(
    session: Session, pay: int, half_days: int, level: int, seats: int, mode: str, used_within: int | None, later: int,
    forms: tuple[str, ...], requires_training: bool, people: list[tuple[int, PS | None, int, int | None]],
) -> None:  # fmt: skip
    with session.begin_nested() as point:
        cast = Cast.of(session)
        need = open_need(session, seats=4, musts={"bpr": 1})
        known: list[tuple[Candidate, Placement | None]] = []
        for number, (own, state, least, used) in enumerate(people):
            person = make.make_candidate(
                session, skills={"bpr": own}, pay_minimum=least, pay_wish=12000,
                training_until=date(2099, 3, 31) if number % 2 else None,
            )  # fmt: skip
            person.skills[0].last_used = used
            row = make.make_placement(session, need, person, state=state) if state else None
            known.append((person, row))
        skills = tuple(
            replace(row, level=level, used_within=used_within) for row in content_of(need).skills
        )
        changes = {
            "last_month": need.last_month + later, "forms": forms,
            "requires_training": requires_training, "pay_amount": pay, "half_days": half_days, "skills": skills, "seats": seats,
            "mode": mode, "outcome_wanted": "題",
        }  # fmt: skip
        effect = foreseen(cast, need, **changes)
        lost = {row.placement.id for row in effect.void}
        were = {row.id: row.state for _, row in known if row}
        done = revise(cast, need, shown=effect.seal(KEY), **changes)
        assert done.seal(KEY) == effect.seal(KEY)
        for _, row in known:
            if row is not None and row.id in lost:
                assert row.end_reason == "need_changed"
            elif row is not None and were[row.id] is not PS.APPROVED:
                assert row.state is were[row.id]
        pool = assemble(session, make.HYOGO, [need.id], load_catalogue(session), moment=NOW)
        if pool.needs:
            out = m.excluded(pool.candidates, pool.needs[0])
            others = [person for person, row in known if row is None]
            assert effect.fitting[1] == sum(person.code not in out for person in others)
            assert effect.leaving <= {person.id for person in others if person.code in out}
            assert pool.needs[0].seats == seats - sum(
                1 for row in need_rows(session, need) if row.state in HOLDING
            )
        assert need.mode is NeedMode(mode)
        point.rollback()


def test_weights_are_locked_once_a_need_is_open() -> None:
    def asked(**weights: int) -> tuple[SkillRequirement, ...]:
        return tuple(SkillRequirement(skill, 2, weight) for skill, weight in weights.items())

    before = asked(bpr=60, data=40)
    for after, is_kept in (
        (before, True), (asked(bpr=50, data=50), False), (asked(bpr=100), True), ((), True),
        (asked(bpr=48, data=32, security=20), True), (asked(bpr=40, data=40, security=20), False),
        (asked(bpr=33, data=22, teaching=45), True), (asked(bpr=70, data=30, teaching=45), False),
    ):  # fmt: skip
        assert keep_proportions(before, after) is is_kept, after


def test_a_change_of_weights_is_refused_at_the_skills(cast: Cast, session: Session) -> None:
    need = open_need(session, musts={"bpr": 2, "data": 1})
    first, second = content_of(need).skills
    for skills, field in (
        ((replace(first, weight=70), replace(second, weight=30)), "skills"),
        ((first, replace(second, weight=60)), "skills"),
    ):
        with pytest.raises(Refused) as caught:
            revise(cast, need, skills=skills)
        assert field in caught.value.fields
