"""In the browser: a fixed pair from the plan to the paper, and a seat for which nobody is left."""

from __future__ import annotations

import pytest

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.ledger import service as ledger
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from tests import factories as make

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
REASON = "市長の強い望み"
OPTIMUM = "県全体で最もよい割当案です"


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: its worker runs a job."""
    return own_site


def _wait_for_plan(coordinator: Visitor, sentence: str) -> None:
    """The page renews itself, with scripts and without."""
    coordinator.page.locator("main", has_text=sentence).wait_for(timeout=60_000)


def _assert_told(visitor: Visitor, displaced: str) -> None:
    told = visitor.text
    assert REASON in told
    assert "埋まる枠 -1枠" in told
    assert "佐用町：-1枠" in told
    assert displaced in told


def test_a_fixed_pair_is_called_that_from_the_plan_to_the_paper(door: Door, site: Site) -> None:
    now = clock.now()
    with site.database.writing() as session:
        wished = make.make_need(session, title="窓口改革", musts={"bpr": 2}, now=now)
        make.make_need(
            session, title="基盤の見直し", musts={"bpr": 4}, municipality_code=make.SAYO, now=now
        )
        strong = make.make_candidate(session, half_days=4, skills={"bpr": 4}, now=now)
        displaced = make.make_candidate(session, half_days=4, skills={"bpr": 2}, now=now).code
        need_id, person_id = wished.id, strong.id
    coordinator, approver = door.officer(Role.COORDINATOR), door.officer(Role.APPROVER)
    coordinator.go("/rounds/new").press("マッチング回を作成").press("実行する")
    _wait_for_plan(coordinator, OPTIMUM)
    assert "を前提に" not in coordinator.text
    ranking = "/" + coordinator.page.url.split("/", 3)[3] + f"/needs/{need_id}"
    coordinator.go(ranking)
    links = coordinator.page.locator(f'main a[href*="candidates/{person_id}/direct?kind=pin"]')
    with coordinator.page.expect_navigation():
        links.first.click()
    coordinator.fill({"reason": REASON}).press("次の計算に加える").press("実行する")
    _wait_for_plan(coordinator, f"固定1件を前提に、{OPTIMUM}")
    _assert_told(coordinator, displaced)
    coordinator.press("採用する")
    coordinator.go(f"/placements/needs/{need_id}/draft")
    _assert_told(coordinator, displaced)
    coordinator.press("起案する")
    approver.go("/approvals")
    assert "固定" in approver.text
    approver.follow("窓口改革")
    assert f"固定：{REASON}" in approver.text
    approver.follow("1番目の推薦")
    _assert_told(approver, displaced)
    assert "固定による割当です。" in approver.text
    assert "ほかの候補はいません" not in approver.text
    assert door.inspector.faults == []


def test_a_seat_for_which_nobody_is_left_is_not_stuck_in_silence(door: Door, site: Site) -> None:
    now = clock.now()
    with site.database.writing() as session:
        need = make.make_need(session, title="窓口改革", now=now)
        asked = make.make_placement(
            session, need, make.make_candidate(session, now=now), state=PlacementState.OFFERED, now=now
        )  # fmt: skip
        unable = make.make_placement(
            session, need, make.make_candidate(session, now=now), state=PlacementState.APPROVED,
            rank=2, now=now,
        )  # fmt: skip
        for window in unable.candidate.windows:
            window.half_days = 1
        months = range(make.FIRST, make.LAST + 1)
        ledger.set_capacity(session, unable.candidate_id, dict.fromkeys(months, 1))
        email = session.get_one(User, asked.candidate.user_id).email
        ids = need.id, asked.id, unable.id
    need_id, asked_id, unable_id = ids
    person, coordinator = door.visitor().sign_in(email), door.officer(Role.COORDINATOR)
    assert "枠に生きた候補がいません" not in coordinator.go("/home").text
    person.go(f"/offers/{asked_id}").follow("辞退する").fill({"reason": "schedule"})
    person.press("辞退する")
    assert "枠に生きた候補がいません" in coordinator.go("/home").text
    coordinator.follow("窓口改革")
    assert coordinator.number == need_id
    assert "打診しようとしましたが、できませんでした" in coordinator.text
    coordinator.go(f"/placements/{unable_id}")
    assert "打診できませんでした" in coordinator.text
    assert "稼働" in coordinator.text
    coordinator.go(f"/needs/{need_id}").follow("次点を加えて起案する")
    assert "枠に生きた候補がいません" in coordinator.text
    with site.database.reading() as session:
        assert session.get_one(Placement, unable_id).state is PlacementState.APPROVED
    assert door.inspector.faults == []
