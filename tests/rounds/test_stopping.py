"""A round taken back, repeated or given up at any moment leaves no job behind; and whether its inputs still hold."""

from __future__ import annotations

import pytest

from talentpool import clock, jobs, matching as m
from talentpool.db import Database
from talentpool.errors import Conflict
from talentpool.permissions import Actor, Role
from talentpool.rounds import preparing, service
from talentpool.rounds.gathering import gather
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import JOB
from talentpool.rounds.running import decide, give_up, run_here
from talentpool.rounds.validity import check_unchanged
from talentpool.states import RoundState
from tests.factories import HYOGO, NOW, make_candidate, make_need, make_user


@pytest.fixture
def coordinator(database: Database) -> Actor:
    with database.writing() as session:
        return make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def ident(database: Database, coordinator: Actor) -> int:
    """A round that is ordered and that nobody has begun."""
    with database.writing() as session:
        make_candidate(session, skills={"bpr": 3})
        need = make_need(session, musts={"bpr": 2})
        made = preparing.create_round(
            session, prefecture_code=HYOGO, title="回", need_ids=[need.id], policy=m.Policy(),
            time_limit=60, actor=coordinator, now=NOW,
        )  # fmt: skip
        preparing.order_run(session, made, actor=coordinator, now=NOW)
        return made.id


def _state(database: Database, ident: int) -> RoundState:
    with database.reading() as session:
        return session.get_one(Round, ident).state


def _job(database: Database, ident: int) -> jobs.Job:
    with database.reading() as session:
        job = jobs.get_latest(session, JOB, ident)
    assert job is not None
    return job


def _claim(database: Database, ident: int) -> jobs.Lease:
    lease = jobs.claim(database, _job(database, ident).id)
    assert lease is not None
    return lease


def _cancel(database: Database, ident: int, actor: Actor) -> None:
    with database.writing() as session:
        service.cancel_round(session, session.get_one(Round, ident), actor=actor, now=NOW)


def test_a_plan_holds_until_its_inputs_change(database: Database, ident: int) -> None:
    run_here(database, ident)
    with database.reading() as session:
        check_unchanged(session, session.get_one(Round, ident))
    with database.writing() as session:
        make_need(session)  # not of this round
    with database.reading() as session:
        check_unchanged(session, session.get_one(Round, ident))
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        make_candidate(session)
        with pytest.raises(Conflict, match="もう一度実行"):
            check_unchanged(session, round_)


def test_a_round_cancelled_between_claim_and_start_stays_cancelled(
    database: Database, ident: int, coordinator: Actor
) -> None:
    lease = _claim(database, ident)
    _cancel(database, ident, coordinator)
    jobs.KINDS[JOB].work(lease)
    assert _state(database, ident) is RoundState.CANCELLED
    assert _job(database, ident).state is jobs.JobState.CANCELLED


def test_a_round_whose_worker_died_is_begun_again(database: Database, ident: int) -> None:
    with database.writing() as session:
        session.get_one(Round, ident).state = RoundState.RUNNING
    assert run_here(database, ident) is RoundState.OPTIMAL


def test_an_ended_round_gets_no_new_job(database: Database, ident: int, coordinator: Actor) -> None:
    run_here(database, ident)
    before = _job(database, ident)
    with pytest.raises(Conflict, match="すでに終わって"):
        run_here(database, ident)
    assert _job(database, ident).id == before.id
    assert _job(database, ident).state is jobs.JobState.DONE


def test_giving_up_says_why_and_leaves_what_has_ended(
    database: Database, ident: int, coordinator: Actor
) -> None:
    with database.writing() as session:
        give_up(session, ident, "長" * 600)
    with database.writing() as session:
        give_up(session, ident, "もう一度")
    with database.reading() as session:
        round_ = session.get_one(Round, ident)
        assert (round_.state, round_.failure) == (RoundState.FAILED, "長" * 500)


def test_a_job_given_up_after_the_round_was_cancelled_ends(
    database: Database, ident: int, coordinator: Actor
) -> None:
    lease = _claim(database, ident)
    _cancel(database, ident, coordinator)
    with database.writing() as session:
        job = session.get_one(jobs.Job, lease.job_id)
        job.tries, job.lease_until = jobs.MOST_TRIES, clock.now() - 2 * jobs.LEASE
    assert jobs.run(database, lease.job_id)
    assert _state(database, ident) is RoundState.CANCELLED
    assert _job(database, ident).state is jobs.JobState.FAILED


def test_a_solve_without_a_job_is_the_same_plan(database: Database, ident: int) -> None:
    with database.reading() as session:
        inputs = gather(session, session.get_one(Round, ident))
    alone = m.explained(decide(inputs, 60))
    lease = _claim(database, ident)
    with_progress = m.explained(decide(inputs, 60, lease))
    assert alone["placements"] == with_progress["placements"]
    assert alone["status"] == "optimal"
    assert _job(database, ident).progress
