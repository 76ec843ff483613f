"""What goes into a round: open needs, a policy, pairs that are fixed or ruled out; and who may decide so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import jobs, matching as m
from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.needs.models import Need
from talentpool.permissions import Actor, Role
from talentpool.rounds import preparing, service, suggesting
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.running import run_here
from talentpool.states import NeedState, PlacementState, RoundState
from tests.factories import HYOGO, NOW, OSAKA, make_candidate, make_need, make_placement, make_user


@pytest.fixture
def coordinator(session: Session) -> Actor:
    return make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def person(session: Session) -> Candidate:
    return make_candidate(session, skills={"bpr": 3})


@pytest.fixture
def need(session: Session) -> Need:
    return make_need(session, musts={"bpr": 2})


def _make(session: Session, actor: Actor, *needs: Need, time_limit: int = 60) -> Round:
    return preparing.create_round(
        session, prefecture_code=HYOGO, title=suggesting.distinct_title(session, HYOGO, "試験の回"), need_ids=[need.id for need in needs],
        policy=m.Policy(), time_limit=time_limit, actor=actor, now=NOW,
    )  # fmt: skip


def _direct(
    session: Session,
    round_: Round,
    need: Need,
    person: Candidate,
    actor: Actor,
    kind: DirectiveKind = DirectiveKind.PIN,
    reason: str = "首長同士で話がついている",
) -> Round:
    return preparing.direct_pair(
        session, round_, need_id=need.id, candidate_id=person.id, kind=kind, reason=reason,
        actor=actor, now=NOW,
    )  # fmt: skip


def _finished(session: Session, round_: Round) -> Round:
    round_.state = RoundState.OPTIMAL
    session.flush()
    return round_


def _events(session: Session) -> list[str]:
    session.commit()
    query = sa.select(AuditEvent.action).where(AuditEvent.action.like("round.%"))
    return list(session.scalars(query.order_by(AuditEvent.seq)))


def test_a_new_round_starts_with_every_open_need_the_urgent_ones_first(
    session: Session, coordinator: Actor
) -> None:
    low, high = (make_need(session, priority=priority) for priority in (1, 3))
    make_need(session, state=NeedState.DRAFT)
    needs = preparing.list_open_needs(session, HYOGO)
    assert [need.id for need in needs] == [high.id, low.id]
    defaults = suggesting.suggest_defaults(session, coordinator, needs)
    assert defaults["title"] == "第1回マッチング"
    assert defaults["needs"] == [high.id, low.id]
    _make(session, coordinator, low)
    assert suggesting.suggest_defaults(session, coordinator, needs)["title"] == "第2回マッチング"


@pytest.mark.parametrize("seconds", [0, -1, 601])
def test_a_time_limit_out_of_range_is_refused_at_its_field(
    session: Session, coordinator: Actor, need: Need, seconds: int
) -> None:
    with pytest.raises(Refused) as refused:
        _make(session, coordinator, need, time_limit=seconds)
    assert set(refused.value.fields) == {"time_limit"}


def test_a_need_that_is_not_open_is_refused(session: Session, coordinator: Actor) -> None:
    draft = make_need(session, state=NeedState.DRAFT)
    with pytest.raises(Refused, match="公開中の募集を選んで"):
        _make(session, coordinator, draft)
    with pytest.raises(Refused, match="1件以上"):
        _make(session, coordinator)


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.CANDIDATE])
def test_only_coordinators_make_rounds(session: Session, need: Need, role: Role) -> None:
    with pytest.raises(Forbidden):
        _make(session, make_user(session, role).actor, need)


def test_a_pair_is_fixed_changed_and_freed_before_the_run(
    session: Session, coordinator: Actor, need: Need, person: Candidate
) -> None:
    round_ = _make(session, coordinator, need)
    assert _direct(session, round_, need, person, coordinator) is round_
    assert preparing.pairs_of(round_, DirectiveKind.PIN) == [(need.id, person.id)]
    _direct(session, round_, need, person, coordinator, DirectiveKind.FORBID)
    session.flush()
    assert preparing.pairs_of(round_, DirectiveKind.PIN) == []
    assert preparing.pairs_of(round_, DirectiveKind.FORBID) == [(need.id, person.id)]
    preparing.drop_directive(
        session, round_, need_id=need.id, candidate_id=person.id, actor=coordinator, now=NOW
    )
    assert round_.directives == []
    with pytest.raises(NotFound):
        preparing.drop_directive(
            session, round_, need_id=need.id, candidate_id=person.id, actor=coordinator, now=NOW
        )
    assert _events(session) == ["round.create", "round.pin", "round.forbid", "round.drop"]


@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_a_pair_is_not_fixed_without_a_reason(
    session: Session, coordinator: Actor, need: Need, person: Candidate, reason: str
) -> None:
    round_ = _make(session, coordinator, need)
    with pytest.raises(Refused, match="理由"):
        _direct(session, round_, need, person, coordinator, reason=reason)


def test_a_foreign_need_or_person_is_absent(
    session: Session, coordinator: Actor, need: Need, person: Candidate
) -> None:
    round_ = _make(session, coordinator, need)
    other_need = make_need(session)
    stranger = make_candidate(session, prefecture_code=OSAKA)
    with pytest.raises(NotFound):
        _direct(session, round_, other_need, person, coordinator)
    with pytest.raises(NotFound):
        _direct(session, round_, need, stranger, coordinator)
    assert round_.directives == []


def test_what_is_said_about_a_finished_round_goes_to_the_next_one(
    session: Session, coordinator: Actor, need: Need, person: Candidate
) -> None:
    finished = _finished(session, _make(session, coordinator, need))
    follower = _direct(session, finished, need, person, coordinator)
    assert (follower.based_on_id, follower.state) == (finished.id, RoundState.QUEUED)
    other = make_candidate(session)
    assert _direct(session, finished, need, other, coordinator).id == follower.id
    assert finished.directives == []
    preparing.order_run(session, follower, actor=coordinator, now=NOW)
    third = _direct(session, finished, need, other, coordinator)
    assert third.id not in {finished.id, follower.id}


def test_the_next_round_keeps_the_pairs_of_needs_that_are_still_open(
    session: Session, coordinator: Actor, need: Need, person: Candidate
) -> None:
    closed = make_need(session)
    round_ = _make(session, coordinator, need, closed)
    for wanted in (need, closed):
        _direct(session, round_, wanted, person, coordinator, DirectiveKind.FORBID)
    _finished(session, round_)
    closed.state = NeedState.ON_HOLD
    session.flush()
    follower = preparing.prepare_rerun(session, round_, actor=coordinator, now=NOW)
    assert [row.need_id for row in follower.needs] == [need.id]
    assert preparing.pairs_of(follower, DirectiveKind.FORBID) == [(need.id, person.id)]


def test_a_round_whose_needs_have_all_closed_cannot_be_repeated(
    session: Session, coordinator: Actor, need: Need
) -> None:
    round_ = _finished(session, _make(session, coordinator, need))
    need.state = NeedState.ON_HOLD
    session.flush()
    with pytest.raises(Conflict, match="公開中のものはもうありません"):
        preparing.prepare_rerun(session, round_, actor=coordinator, now=NOW)


def test_nothing_is_changed_once_the_run_is_ordered(
    session: Session, coordinator: Actor, need: Need, person: Candidate
) -> None:
    round_ = _make(session, coordinator, need)
    _direct(session, round_, need, person, coordinator)
    preparing.order_run(session, round_, actor=coordinator, now=NOW)
    with pytest.raises(Conflict, match="すでに実行"):
        preparing.order_run(session, round_, actor=coordinator, now=NOW)
    with pytest.raises(Conflict, match="すでに実行"):
        preparing.drop_directive(
            session, round_, need_id=need.id, candidate_id=person.id, actor=coordinator, now=NOW
        )


def test_a_running_round_is_asked_to_stop_and_a_waiting_one_is_taken_back(
    session: Session, coordinator: Actor, need: Need
) -> None:
    waiting, running = (_make(session, coordinator, need) for _ in range(2))
    for round_ in (waiting, running):
        preparing.order_run(session, round_, actor=coordinator, now=NOW)
    running.state = RoundState.RUNNING
    session.flush()
    for round_ in (waiting, running):
        service.cancel_round(session, round_, actor=coordinator, now=NOW)
    assert (waiting.state, running.state) == (RoundState.CANCELLED, RoundState.RUNNING)
    job = jobs.get_latest(session, preparing.JOB, running.id)
    assert job is not None
    assert job.cancel_requested
    assert _events(session)[-2:] == ["round.cancel", "round.stop"]


def test_a_person_who_left_the_pool_is_no_longer_fixed(
    database: Database,
) -> None:
    """The pin of somebody who is gone is dropped, and the round still runs."""
    with database.writing() as session:
        coordinator = make_user(session, Role.COORDINATOR).actor
        need = make_need(session, musts={"bpr": 2})
        stays, leaves = (make_candidate(session, skills={"bpr": 3}) for _ in range(2))
        round_ = _make(session, coordinator, need)
        _direct(session, round_, need, leaves, coordinator)
        session.delete(leaves.memberships[0])
        ident, staying = round_.id, stays.id
    assert run_here(database, ident) is RoundState.OPTIMAL
    with database.reading() as session:
        assert [pair.candidate_id for pair in session.get_one(Round, ident).pairs] == [staying]


def test_two_rounds_never_have_one_name(session: Session, coordinator: Actor, need: Need) -> None:
    first = _make(session, coordinator, need)
    with pytest.raises(Refused) as refused:
        preparing.create_round(
            session, prefecture_code=HYOGO, title=first.title, need_ids=[need.id],
            policy=m.Policy(), time_limit=60, actor=coordinator, now=NOW,
        )  # fmt: skip
    assert set(refused.value.fields) == {"title"}
    assert "「試験の回（2）」" in refused.value.message
    second = preparing.prepare_rerun(session, _finished(session, first), actor=coordinator, now=NOW)
    third = _make(session, coordinator, need)
    assert [second.title, third.title] == ["試験の回（2）", "試験の回（3）"]
    second.state = RoundState.FAILED
    follower = preparing.prepare_rerun(session, second, actor=coordinator, now=NOW)
    assert follower.title == "試験の回（4）"
    long = suggesting.distinct_title(session, HYOGO, "長" * suggesting.TITLE)
    first.title = long
    session.flush()
    other = suggesting.distinct_title(session, HYOGO, long)
    assert other == "長" * (suggesting.TITLE - 3) + "（2）"


def test_needs_without_a_free_seat_are_not_suggested(session: Session, coordinator: Actor) -> None:
    free, full = make_need(session), make_need(session)
    base = _make(session, coordinator, free, full)
    make_placement(session, full, make_candidate(session), state=PlacementState.OFFERED, seat=1)
    needs = preparing.list_open_needs(session, HYOGO)
    assert needs == [free]
    assert suggesting.find_full(session, [free, full]) == {full.id}
    assert suggesting.suggest_defaults(session, coordinator, needs)["needs"] == [free.id]
    assert suggesting.suggest_next(session, base, needs)["needs"] == [free.id]


def test_the_next_round_takes_what_was_chosen_of_the_one_before(
    session: Session, coordinator: Actor, need: Need, person: Candidate
) -> None:
    other, stranger = make_need(session), make_candidate(session)
    base = _make(session, coordinator, need, other, time_limit=30)
    for wanted, who in ((need, person), (other, stranger)):
        _direct(session, base, wanted, who, coordinator)
    suggested = suggesting.suggest_next(session, base, [need, other])
    assert set(suggested["directives"]) == {f"{need.id}-{person.id}", f"{other.id}-{stranger.id}"}
    assert (suggested["title"], suggested["time_limit"]) == ("試験の回（2）", 30)
    choices = {
        "title": "次の回", "policy": m.Policy(fill_premium=1), "time_limit": 5,
        "actor": coordinator, "now": NOW,
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        preparing.prepare_next(
            session, base, need_ids=[need.id], directives=suggested["directives"], **choices
        )
    assert set(refused.value.fields) == {"directives"}
    assert other.code in refused.value.message
    made = preparing.prepare_next(
        session, base, need_ids=[need.id], directives=[f"{need.id}-{person.id}"], **choices
    )
    assert [(row.need_id, row.candidate_id, row.reason) for row in made.directives] == [
        (row.need_id, row.candidate_id, row.reason)
        for row in base.directives
        if row.need_id == need.id
    ]
    assert (made.based_on_id, made.time_limit, made.policy["fill_premium"]) == (base.id, 5, 1)
