"""A run is watched, stopped by hand and adopted with the plan it had; the test is the worker, so nothing depends on time."""

from __future__ import annotations

import pytest

from talentpool import clock, jobs
from talentpool.permissions import SYSTEM, Role
from talentpool.placements.models import Placement
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import order_run
from talentpool.rounds.running import run_round
from talentpool.states import RoundState
from tests.factories import make_candidate, make_need, make_prefecture_pool

from .conftest import Door, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: its worker runs a job."""
    return own_site


def _claimed(site: Site, ident: int) -> jobs.Lease:
    """Order the run and take it at once, before the site's own worker looks."""
    with site.database.writing() as session:
        job = order_run(session, session.get_one(Round, ident), actor=SYSTEM, now=clock.now())
        number = job.id
    lease = jobs.claim(site.database, number)
    assert lease is not None
    return lease


def test_a_run_that_is_stopped_shows_its_best_plan_and_can_be_adopted(
    door: Door, site: Site
) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
        for _ in range(3):
            make_candidate(session, skills={"bpr": 3})
        for _ in range(2):
            make_need(session, musts={"bpr": 2})
    coordinator = door.officer(Role.COORDINATOR)
    ident = coordinator.go("/rounds/new").press("マッチング回を作成").number
    lease = _claimed(site, ident)
    with jobs._beating(lease):
        assert "順番を待っています" in coordinator.go(f"/rounds/{ident}").text
        with site.database.writing() as session:
            round_ = session.get_one(Round, ident)
            round_.state, round_.started_at = RoundState.RUNNING, clock.now()
        lease.beat({"stage": "rounded", "value": 10_000, "bound": 20_000})
        page = coordinator.page
        page.get_by_text("良くなるとしても最大100.0点").wait_for()
        assert "制限時間60秒のうち" in coordinator.go(f"/rounds/{ident}").text
        coordinator.press("中止する")
        assert "中止を求めました" in coordinator.text
        assert "中止しました" not in coordinator.text
        run_round(lease)
    page.get_by_text("計算を途中で中止した時点の、最もよい案です").wait_for()
    coordinator.go(f"/rounds/{ident}")
    assert "計算していない説明があります" in coordinator.text
    assert "2組が推薦の候補になります" in coordinator.text
    coordinator.go("/rounds/")
    assert "途中で中止" in coordinator.text
    coordinator.go(f"/rounds/{ident}").press("採用する")
    assert "2件の候補ができました" in page.locator("body").inner_text()
    with site.database.reading() as session:
        assert session.get_one(Round, ident).state is RoundState.ADOPTED
        assert session.query(Placement).filter_by(round_id=ident).count() == 2
    assert door.inspector.faults == []
