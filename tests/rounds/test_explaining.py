"""A plan is stored before its explanations: a worker that dies loses none of it, and it can be adopted meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import clock, jobs, matching as m
from talentpool.audit import AuditEvent
from talentpool.db import Database
from talentpool.matching.solving.clock import Clock
from talentpool.needs.models import Need
from talentpool.rounds import running
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import JOB
from talentpool.rounds.running import run_here
from talentpool.rounds.storing import document_of
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser

from .filling import make_round

CUT = ["regrets", "baselines", "empty_seats", "shortages", "waived"]


@pytest.fixture
def ordered(app: TalentpoolFlask, coordinator: Browser) -> int:
    ident = make_round(coordinator, app)
    coordinator.post(f"/rounds/{ident}/run")
    return ident


def _job(database: Database, ident: int) -> jobs.Job:
    with database.reading() as session:
        job = jobs.get_latest(session, JOB, ident)
    assert job is not None
    return job


def _plan_only(database: Database, ident: int, monkeypatch: pytest.MonkeyPatch) -> m.Decided:
    """A worker stores the plan and then is gone; gives the plan that it still had in memory."""
    found: list[m.Decided] = []
    with monkeypatch.context() as patch:
        patch.setattr(running, "explain_plan", lambda _lease, decided: found.append(decided))
        assert jobs.run(database, _job(database, ident).id)
    return found[0]


def _expire(database: Database) -> None:
    with database.writing() as session:
        session.execute(sa.update(jobs.Job).values(lease_until=clock.now() - timedelta(minutes=1)))


def _document(database: Database, ident: int) -> dict[str, Any]:
    with database.reading() as session:
        round_ = session.get_one(Round, ident)
        codes = {need.id: need.code for need in session.scalars(sa.select(Need))}
        return document_of(round_, codes)


def test_whoever_takes_over_from_a_dead_worker_explains_the_same_plan(
    database: Database, ordered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = _plan_only(database, ordered, monkeypatch)
    before = _document(database, ordered)
    assert (before["status"], before["left_out"], before["stopped"]) == ("optimal", CUT, None)
    assert jobs.run(database, _job(database, ordered).id) is False  # the lease still holds
    _expire(database)
    assert jobs.run(database, _job(database, ordered).id)
    after = _document(database, ordered)
    assert after.pop("seconds") == before.pop("seconds")
    alone = m.explained(replace(decided, clock=Clock()))
    assert m.to_json(after) == m.to_json(alone)
    kept = before.keys() - {
        "rankings",
        "baselines",
        "empty_seats",
        "shortages",
        "waived",
        "left_out",
    }
    assert {key: after[key] for key in kept - {"working"}} == {
        key: before[key] for key in kept - {"working"}
    }
    assert _job(database, ordered).state is jobs.JobState.DONE
    with database.reading() as session:
        summary = session.get_one(Round, ordered).summary or {}
        assert summary["baselines"] == after["baselines"]
        deeds = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.seq)).all()
    assert [deed for deed in deeds if deed.startswith("round.")][-3:] == [
        "round.start", "round.prove", "round.explain",
    ]  # fmt: skip


def test_a_plan_can_be_adopted_while_its_reasons_are_calculated(
    database: Database, ordered: int, coordinator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plan_only(database, ordered, monkeypatch)
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "理由を計算中" in page
    assert "理由の計算が終わる前でも採用できます" in page
    assert "計算していない説明があります" not in page
    assert "県全体で最もよい割当案です" in page
    assert "2組が推薦の候補になります" in page
    with database.reading() as session:
        needs = [row.need_id for row in session.get_one(Round, ordered).needs]
    for need in needs:
        assert coordinator.get(f"/rounds/{ordered}/needs/{need}").status_code == 200
    coordinator.post(f"/rounds/{ordered}/adopt")
    _expire(database)
    assert jobs.run(database, _job(database, ordered).id)
    with database.reading() as session:
        assert session.get_one(Round, ordered).state is RoundState.ADOPTED
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "理由を計算中" not in page
    assert "ほかの決め方との比較" in page


def test_the_calculation_of_reasons_can_be_stopped_and_the_plan_stays_proved(
    database: Database, ordered: int, coordinator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plan_only(database, ordered, monkeypatch)
    coordinator.post(f"/rounds/{ordered}/cancel")
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "中止を求めました" in page
    assert f'action="/rounds/{ordered}/cancel"' not in page
    _expire(database)
    assert jobs.run(database, _job(database, ordered).id)
    assert _job(database, ordered).state is jobs.JobState.CANCELLED
    document = _document(database, ordered)
    assert (document["status"], document["stopped"]) == ("optimal", "cancelled")
    assert "waived" in document["left_out"]
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "計算していない説明があります" in page
    assert "県全体で最もよい割当案です" in page


def test_a_plan_whose_workers_all_die_stays_and_says_what_is_missing(
    database: Database, ordered: int, coordinator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plan_only(database, ordered, monkeypatch)
    _expire(database)
    with database.writing() as session:
        session.execute(sa.update(jobs.Job).values(tries=jobs.MOST_TRIES))
    assert jobs.run(database, _job(database, ordered).id)
    assert _job(database, ordered).state is jobs.JobState.FAILED
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "理由を計算中" not in page
    assert "計算していない説明があります" in page
    assert "2組が推薦の候補になります" in page


def test_a_run_without_a_break_says_the_same(database: Database, ordered: int) -> None:
    assert run_here(database, ordered) is RoundState.OPTIMAL
    document = _document(database, ordered)
    assert (document["left_out"], document["stopped"], document["version"]) == ([], None, 2)
    assert "working" not in document
