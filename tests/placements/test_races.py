"""Many at once for the same half-days, the same seat, the same placement: real threads, real sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.db import Database, Session
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.logs import send_log, sign_log
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.errors import Conflict
from talentpool.ledger import service as ledger
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.placements.adding import ask_more
from talentpool.placements.answering import accept_offer
from talentpool.placements.deciding import approve_placement
from talentpool.placements.ending import end_by_hand
from talentpool.placements.lapsing import lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.questions.answering import answer_question
from talentpool.placements.questions.asking import ask_question
from talentpool.placements.questions.models import Question
from talentpool.states import SEATED, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..databases import insist

PS = PlacementState
MANY = 50
T = TypeVar("T")


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Run all of it from one starting signal."""
    start = Barrier(len(work))

    def run(one: Callable[[], T]) -> T:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(work)) as threads:
        return list(threads.map(run, work))


def _papers_of_one_person(session: Session, count: int, half_days: int) -> list[int]:
    """Papers for one person with 8 half-days a month, each of a need of its own."""
    candidate = make.make_candidate(session, half_days=8, most_at_once=10)
    drafter = make.make_user(session, Role.COORDINATOR)
    return [
        make.make_placement(
            session, make.make_need(session, half_days=half_days), candidate,
            state=PS.PROPOSED, drafter=drafter,
        ).id
        for _ in range(count)
    ]  # fmt: skip


def _approval(database: Database, placement_id: int, actor: Actor) -> Callable[[], str]:
    def unit(session: Session) -> None:
        placement = session.get_one(Placement, placement_id)
        approve_placement(session, placement, actor=actor, now=make.NOW)

    def run() -> str:
        try:
            insist(database, unit)
        except Conflict:
            return "conflict"
        return "approved"

    return run


def _assert_sound(database: Database, *, seated: int) -> None:
    with database.reading() as session:
        taken = sa.select(sa.func.count(Placement.id)).where(Placement.state.in_(SEATED))
        assert session.scalar(taken) == seated
        assert list(check.violations(session)) == []


def test_of_fifty_approvals_of_one_person_with_room_for_one_exactly_one_succeeds(
    database: Database,
) -> None:
    with database.writing() as session:
        ids = _papers_of_one_person(session, MANY, half_days=6)
        approvers = [make.make_user(session, Role.APPROVER).actor for _ in range(MANY)]
    outcomes = at_once(
        [_approval(database, ident, actor) for ident, actor in zip(ids, approvers, strict=True)]
    )
    assert sorted(outcomes) == ["approved"] + ["conflict"] * (MANY - 1)
    _assert_sound(database, seated=1)


def test_of_fifty_approvals_of_one_paper_exactly_one_succeeds(database: Database) -> None:
    with database.writing() as session:
        (ident,) = _papers_of_one_person(session, 1, half_days=4)
        approvers = [make.make_user(session, Role.APPROVER).actor for _ in range(MANY)]
    outcomes = at_once([_approval(database, ident, actor) for actor in approvers])
    assert sorted(outcomes) == ["approved"] + ["conflict"] * (MANY - 1)
    _assert_sound(database, seated=1)


def test_of_ten_who_approve_a_paper_of_ten_people_one_does(database: Database) -> None:
    with database.writing() as session:
        need = make.make_need(session)
        drafter = make.make_user(session, Role.COORDINATOR)
        ids = [
            make.make_placement(
                session,
                need,
                make.make_candidate(session),
                state=PS.PROPOSED,
                rank=rank,
                drafter=drafter,
            ).id
            for rank in range(1, 11)
        ]
        actor = make.make_user(session, Role.APPROVER).actor
    outcomes = at_once([_approval(database, ident, actor) for ident in ids])
    assert sorted(outcomes) == ["approved", *["conflict"] * 9]  # the paper passes once, whole
    _assert_sound(database, seated=1)
    with database.reading() as session:
        assert session.get_one(Placement, ids[0]).state is PS.OFFERED


def test_declines_at_once_hand_crossing_alternates_on_without_a_deadlock(
    database: Database,
) -> None:
    """Two needs whose alternates are each other's first: releases and holds cross."""
    with database.writing() as session:
        people = [make.make_candidate(session, half_days=8) for _ in range(2)]
        firsts = []
        for number in range(2):
            need = make.make_need(session, half_days=8)
            one, other = people[number], people[1 - number]
            firsts.append(make.make_placement(session, need, one, state=PS.OFFERED))
            make.make_placement(session, need, other, state=PS.APPROVED, rank=2)
        asked = [(row.id, Actor(row.candidate.user_id, Role.CANDIDATE, "28")) for row in firsts]

    def decline(placement_id: int, actor: Actor) -> Callable[[], None]:
        def unit(session: Session) -> None:
            placement = session.get_one(Placement, placement_id)
            end_by_hand(session, placement, "decline", reason="schedule", actor=actor, now=make.NOW)

        return lambda: insist(database, unit)

    at_once([decline(*one) for one in asked])
    with database.reading() as session:
        ended = [session.get_one(Placement, ident).state for ident, _ in asked]
        assert ended == [PS.DECLINED_BY_CANDIDATE] * 2
        assert list(ledger.violations(session)) == []
        assert list(check.violations(session)) == []


def test_an_answer_in_time_stands_although_the_timer_has_waited_for_it(database: Database) -> None:
    """The timer has read that the offer is late, then waits for the lock that the answer holds."""
    with database.writing() as session:
        placement = make.make_placement(
            session, make.make_need(session), make.make_candidate(session), state=PS.OFFERED
        )
        ident, actor = placement.id, Actor(placement.candidate.user_id, Role.CANDIDATE, "28")
        late = placement.offer_until + timedelta(seconds=1)
    with closing(database.session(read_only=False)) as answering, ThreadPoolExecutor(1) as timer:
        answered = answering.get_one(Placement, ident)
        accept_offer(answering, answered, actor=actor, now=answered.offer_until)
        answering.flush()
        lapsed = timer.submit(database.repeat, lambda session: len(lapse_overdue(session, late)))
        _until_somebody_waits(database)
        answering.commit()
        assert lapsed.result() == 0
    with database.reading() as session:
        assert session.get_one(Placement, ident).state is PS.INTRODUCED


def test_a_month_that_is_being_signed_takes_no_addition(database: Database) -> None:
    may = make.FIRST + 1
    with database.writing() as session:
        engagement = make.make_engagement(session)
        person = Actor(engagement.candidate.user_id, Role.CANDIDATE, "28")
        town = make.make_user(session, Role.MUNICIPALITY).actor
        later = dates.start_of_day(dates.first_day(may + 1))
        none = LogContent(text="庁舎の工事のため休み")
        log = send_log(session, engagement, may, none, actor=person, now=later)
        ident, log_id = engagement.id, log.id

    def ask() -> str:
        def unit(session: Session) -> None:
            found = session.get_one(Engagement, ident)
            ask_more(session, found, may, 1, "忙しい月のため", actor=person, now=later)

        try:
            insist(database, unit)
        except Conflict:
            return "conflict"
        return "asked"

    with closing(database.session(read_only=False)) as signing, ThreadPoolExecutor(1) as other:
        sign_log(signing, signing.get_one(WorkLog, log_id), actor=town, now=later)
        signing.flush()
        asked = other.submit(ask)
        _until_somebody_waits(database, unless=asked)
        signing.commit()
        assert asked.result() == "conflict"


def test_an_answer_that_another_officer_has_given_meanwhile_is_not_written_over(
    app: TalentpoolFlask, database: Database
) -> None:
    """The page was read before it; the step waits for the lock that the answer holds."""
    with database.writing() as session:
        placement = make.make_placement(
            session, make.make_need(session), make.make_candidate(session), state=PS.OFFERED
        )
        person = Actor(placement.candidate.user_id, Role.CANDIDATE, "28")
        asked = ask_question(session, placement, "車で行けますか。", actor=person, now=make.NOW)
        town = make.make_user(session, Role.MUNICIPALITY).actor
        ident, version = asked.id, asked.version
    late = signed_in(app, Role.MUNICIPALITY)
    with closing(database.session(read_only=False)) as first, ThreadPoolExecutor(1) as other:
        row = first.get_one(Question, ident)
        answer_question(first, row, "行けます。", actor=town, now=make.NOW)
        first.flush()
        sent = other.submit(
            late.post, f"/questions/{ident}/answer", version=version, answer="行けません。"
        )
        _until_somebody_waits(database, unless=sent)
        first.commit()
        assert sent.result().status_code == 409
    assert "行けます。" in sent.result().text
    with database.reading() as session:
        assert session.get_one(Question, ident).answer == "行けます。"


def _until_somebody_waits(database: Database, unless: Future[Any] | None = None) -> None:
    """For a lock of PostgreSQL; on SQLite writers wait before they read anything. `unless` is done at once."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while database.engine.dialect.name == "postgresql":
        with database.reading() as session:
            if session.scalar(waiting) or (unless is not None and unless.done()):
                return


def test_over_http_one_of_fifty_approvals_succeeds_and_the_rest_are_told_why(
    app: TalentpoolFlask,
) -> None:
    with app.database.writing() as session:
        ids = _papers_of_one_person(session, MANY, half_days=6)
        user = make.make_user(session, Role.APPROVER, now=clock.now())
        versions = [session.get_one(Placement, ident).version for ident in ids]
    browsers = [Browser(app) for _ in range(10)]
    for browser in browsers:
        browser.enter(user)
    tokens = [browser.token() for browser in browsers]

    def post(place: int) -> Callable[[], int]:
        cookie, token = browsers[place % 10].cookie, tokens[place % 10]
        client = Browser(app)
        assert cookie is not None
        client.take_cookie(cookie)
        form = {"csrf_token": token, "version": versions[place], "comment": ""}
        address = f"/placements/{ids[place]}/approve"

        def insistently() -> int:
            while (code := client.client.post(address, data=form).status_code) == 503:
                pass  # busy: the page says to try again
            return code

        return insistently

    codes = at_once([post(place) for place in range(MANY)])
    assert sorted(codes) == [302] + [409] * (MANY - 1)
    _assert_sound(app.database, seated=1)
