"""The page of a round at work says what the engine reported and nothing else; a stopped round shows its plan with the gap."""

from __future__ import annotations

from typing import Any

import pytest

from talentpool import clock, jobs
from talentpool.db import Database
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import JOB
from talentpool.rounds.running import run_here
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser

from .filling import make_round


@pytest.fixture
def ordered(app: TalentpoolFlask, coordinator: Browser) -> int:
    ident = make_round(coordinator, app)
    coordinator.post(f"/rounds/{ident}/run")
    return ident


def _claimed(database: Database, ident: int, **progress: Any) -> jobs.Lease:
    """A worker has begun, and has told this."""
    with database.reading() as session:
        job = jobs.get_latest(session, JOB, ident)
    assert job is not None
    lease = jobs.claim(database, job.id)
    assert lease is not None
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        round_.state, round_.started_at = RoundState.RUNNING, clock.now()
    if progress:
        lease.beat(progress)
    return lease


def test_who_waits_for_a_worker_is_told_so(coordinator: Browser, ordered: int) -> None:
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "順番を待っています" in page
    assert "採点しています" not in page
    assert "<progress" not in page
    assert "%" not in page.split('role="status"')[1].split("</div>")[0]


def test_a_round_at_work_shows_what_was_reported(
    database: Database, coordinator: Browser, ordered: int
) -> None:
    lease = _claimed(database, ordered)
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "採点しています" in page
    assert "合計点" not in page.split('role="status"')[1].split("</div>")[0]
    assert "制限時間60秒のうち0秒" in page
    lease.beat({"stage": "rounded", "value": 123_456, "bound": 125_000})
    page = coordinator.get(f"/rounds/{ordered}").text
    for text in ("組合せを探しています", "1,234.6点", "1,250.0点", "最大15.4点"):
        assert text in page
    lease.beat({"stage": "priced", "value": 0, "bound": 2**62})
    assert "案はまだ見つかっていません" in coordinator.get(f"/rounds/{ordered}").text
    lease.beat({"stage": "rounded", "value": 100, "bound": 2**52})
    assert "合計点の上限" not in coordinator.get(f"/rounds/{ordered}").text
    lease.beat({"stage": "empty_seats", "value": 5, "bound": 5})
    assert "説明を計算しています：空いた枠の理由" in coordinator.get(f"/rounds/{ordered}").text


def test_a_round_that_is_asked_to_stop_says_so_until_it_has_stopped(
    database: Database, coordinator: Browser, ordered: int
) -> None:
    _claimed(database, ordered, stage="priced", value=10, bound=20)
    address = coordinator.post(f"/rounds/{ordered}/cancel").location
    page = coordinator.get(address).text
    assert "中止しました" not in page
    assert "中止を求めました" in page
    assert f'action="/rounds/{ordered}/cancel"' not in page


def test_a_round_stopped_with_a_plan_shows_it_with_its_gap_and_what_is_missing(
    database: Database, coordinator: Browser, ordered: int
) -> None:
    with database.writing() as session:
        jobs.request_cancel(session, JOB, ordered)
    assert run_here(database, ordered) is RoundState.FEASIBLE_WITH_GAP
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "計算を途中で中止した時点の、最もよい案です" in page
    assert "上限と同じで、これより高い案はありません" in page
    assert "最もよい案と証明されていない案を採用します" not in page
    assert "県全体で最もよい割当案です" not in page
    with database.writing() as session:
        round_ = session.get_one(Round, ordered)
        assert round_.objective is not None
        round_.bound, round_.gap = round_.objective + 1_540, 1_540
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "計算を途中で中止した時点の、最もよい案です" in page
    assert "最もよい案であることは証明していません" in page
    assert "最大 15.4点" in page
    assert "計算していない説明があります" in page
    assert "方針の各項目で変わったこと" in page
    assert "ほかの決め方との比較</h2>" not in page
    assert "最もよい案と証明されていない案を採用します" in page
    assert "途中で中止" in coordinator.get("/rounds/").text
    with database.reading() as session:
        round_ = session.get_one(Round, ordered)
        pairs = [(pair.need_id, pair.candidate_id) for pair in round_.pairs]
        needs = [row.need_id for row in round_.needs]
    for need in needs:
        ranking = coordinator.get(f"/rounds/{ordered}/needs/{need}").text
        assert "県全体で最もよい組合せ" not in ranking
        assert "いまの案より高くならない" not in ranking
    assert coordinator.get(f"/rounds/{ordered}/candidates/{pairs[0][1]}").status_code == 200
    assert coordinator.post(f"/rounds/{ordered}/adopt").status_code == 302
    page = coordinator.get(f"/rounds/{ordered}").text
    assert "県全体で最もよい割当案です" not in page


def test_a_round_cancelled_before_it_began_says_that_it_has_no_plan(
    coordinator: Browser, ordered: int
) -> None:
    address = coordinator.post(f"/rounds/{ordered}/cancel").location
    page = coordinator.get(address).text
    assert "中止しました。" in page
    assert "計算を始める前に中止しました" in page
    assert "もう一度準備する" in page
    assert "計算の状況" not in page
