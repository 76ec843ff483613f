"""After the yes: a month is logged on a telephone and signed, and an early end asks the next person."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.ledger.models import LedgerMonth
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import EngagementState, PlacementState, WorkLogState
from tests import factories as make

from .conftest import Door, Site

pytestmark = pytest.mark.browser
TODAY = dates.local_date(clock.now())
MONTH = dates.month_of(TODAY)


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: papers are printed again."""
    return own_site


@pytest.fixture
def places(site: Site) -> dict[str, int]:
    with site.database.writing() as session:
        first, second = (
            make.make_candidate(session, first_month=MONTH, last_month=MONTH + 2) for _ in range(2)
        )
        need = make.make_need(session, title="窓口改革", first_month=MONTH, last_month=MONTH + 2)
        engagement = make.make_engagement(session, need=need, candidate=first)
        alternate = make.make_placement(
            session, need, second, state=PlacementState.APPROVED, seat=1, rank=2
        )
        return {
            "engagement": engagement.id, "alternate": alternate.id, "user": first.user_id or 0,
            "first": first.id,
        }  # fmt: skip


def test_a_month_is_logged_signed_and_the_work_ended(
    door: Door, site: Site, places: dict[str, int]
) -> None:
    page, month = f"/engagements/{places['engagement']}", MONTH % 12 + 1
    with site.database.reading() as session:
        email = session.get_one(User, places["user"]).email
    person = door.visitor().sign_in(email)
    person.page.set_viewport_size({"width": 390, "height": 844})
    person.go("/engagements").follow("窓口改革").follow(f"{month}月の活動を書く")
    person.fill({"days": ["1"], "part_1": "afternoon", "text": "受付手順の聞き取り"})
    assert "1日・1コマ／約束" in person.text
    person.press(f"{month}月の記録を送る")
    assert "時間と場所を選んでください" in person.text
    assert person.page.locator("[name=text]").input_value() == "受付手順の聞き取り"
    person.fill({"place_1": "online", "theme": "bpr"}).press(f"{month}月の記録を送る")
    assert "市町が確かめています" in person.text

    town = door.officer(Role.MUNICIPALITY)
    town.go("/home").follow("確認を待っている活動記録").follow("窓口改革")
    town.follow(f"{month}月の記録を確かめる").press("確認する")
    assert "確認済み" in town.text
    with site.database.reading() as session:
        log = session.scalars(sa.select(WorkLog)).one()
        assert (log.state, log.half_days) == (WorkLogState.CLOSED, 1)
    town.follow("報酬・旅費計算書")
    assert "1コマ" in town.text

    office = door.officer(Role.COORDINATOR)
    office.go(page).follow("終了を決める")
    office.fill({"last_day": TODAY.isoformat()}).press("空く月を確かめる")
    office.fill({"reason": "health"}).press("活動の終了を決める")
    assert "この活動は終わりました" in office.text
    with site.database.reading() as session:
        assert session.get_one(Engagement, places["engagement"]).state is EngagementState.ENDED
        assert session.get_one(Placement, places["alternate"]).state is PlacementState.OFFERED
        booked = sa.select(LedgerMonth.month).where(
            LedgerMonth.candidate_id == places["first"], LedgerMonth.booked > 0
        )
        assert session.scalars(booked).all() == [MONTH]
    assert door.inspector.faults == []
