"""A round's run as a job: told to stop, and taken by somebody else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import jobs, matching as m
from talentpool.db import Database
from talentpool.errors import Conflict
from talentpool.permissions import SYSTEM
from talentpool.rounds import preparing
from talentpool.rounds.models import Round
from talentpool.rounds.running import run_here
from talentpool.states import RoundState
from tests.factories import HYOGO, NOW, make_candidate, make_need


def _order(database: Database, level: int = 3) -> tuple[int, int]:
    """(round id, job id) of a round that waits for a worker."""
    with database.writing() as session:
        make_candidate(session, skills={"bpr": 3})
        need = make_need(session, musts={"bpr": level})
        made = preparing.create_round(
            session, prefecture_code=HYOGO, title="回", need_ids=[need.id], policy=m.Policy(),
            time_limit=60, actor=SYSTEM, now=NOW,
        )  # fmt: skip
        return made.id, preparing.order_run(session, made, actor=SYSTEM, now=NOW).id


def _state(database: Database, round_id: int) -> tuple[RoundState, bool]:
    with database.reading() as session:
        round_ = session.get_one(Round, round_id)
        return round_.state, round_.finished_at is not None


def test_a_run_that_is_asked_to_stop_keeps_its_best_plan_with_the_gap(database: Database) -> None:
    round_id, job_id = _order(database)
    with database.writing() as session:
        jobs.request_cancel(session, preparing.JOB, round_id)
    assert jobs.run(database, job_id)
    assert _state(database, round_id) == (RoundState.FEASIBLE_WITH_GAP, True)
    with database.reading() as session:
        assert session.get_one(jobs.Job, job_id).state is jobs.JobState.CANCELLED
        round_ = session.get_one(Round, round_id)
        assert len(round_.pairs) == 1
        assert round_.bound == round_.objective + round_.gap
        assert (round_.result["status"], round_.summary["stopped"]) == ("cancelled", "cancelled")
        assert "waived" in round_.result["left_out"]


def test_a_run_that_is_asked_to_stop_before_it_has_a_plan_ends_as_cancelled(
    database: Database,
) -> None:
    round_id, job_id = _order(database, level=4)
    with database.writing() as session:
        jobs.request_cancel(session, preparing.JOB, round_id)
    assert jobs.run(database, job_id)
    with database.reading() as session:
        round_ = session.get_one(Round, round_id)
        assert (round_.pairs, round_.objective) == ([], None)
    assert _state(database, round_id)[0] in {RoundState.CANCELLED, RoundState.NOTHING_FILLABLE}


def test_a_round_that_is_being_calculated_is_not_calculated_here(database: Database) -> None:
    round_id, job_id = _order(database)
    assert jobs.claim(database, job_id) is not None
    with pytest.raises(Conflict, match="ほかの場所で計算中"):
        run_here(database, round_id)


def test_a_job_whose_last_worker_died_is_given_up_with_its_round(database: Database) -> None:
    round_id, job_id = _order(database)
    with database.writing() as session:
        session.execute(sa.update(jobs.Job).values(tries=jobs.MOST_TRIES))
    assert jobs.run(database, job_id)
    assert _state(database, round_id) == (RoundState.FAILED, True)
