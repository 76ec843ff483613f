"""A person without e-mail: from paper, by the code of a letter and answers by telephone, to booked half-days."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.accounts.postal import PostalTask
from talentpool.candidates.models import Candidate
from talentpool.ledger.models import Commitment
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import MembershipState, PlacementState
from tests import factories as make
from tests.placements.cast import Cast

from .conftest import Door, Site

pytestmark = pytest.mark.browser
TODAY = dates.local_date(clock.now())
MONTH = dates.month_of(TODAY) + 1
NEXT = "保存して次へ"
CODE = re.compile(r"確認番号\s+([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})")


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: a paper is printed."""
    return own_site


def test_from_paper_to_booked_half_days(door: Door, site: Site) -> None:
    office = door.officer(Role.COORDINATOR)
    door.visitor().go("/help").follow("印刷用申込書")

    office.go("/candidates").follow("紙・電話から登録する")
    office.fill({"kind": "official", "family_name": "紙山", "given_name": "一郎", "family_kana": "かみやま",
                 "given_kana": "いちろう", "phone": "078-341-7711", "home_prefecture": "28", "home_name": "姫路市"})  # fmt: skip
    office.press(NEXT)
    office.fill({"posts-0-body": "姫路市役所", "posts-0-first_month": "1990-04"}).press(NEXT)
    office.fill({"skill_bpr-has": ["y"], "skill_bpr-level": ["3"]}).press(NEXT)
    office.fill({f"month_{month}": 8 for month in range(MONTH, MONTH + 6)}).press(NEXT)
    office.fill({"source": "telephone", "forms": ["commission"], "pay_minimum": "5000"}).press(NEXT)
    office.fill({"consent_search": ["y"], "consent_introduction": ["y"]}).press("保存する")
    assert "電話" in office.text
    person = office.number
    office.press("確認書を作る")
    found = CODE.search(office.text)
    assert found is not None
    number = f"C-{person:06d}"

    reader = door.visitor()
    reader.page.set_viewport_size({"width": 390, "height": 844})
    reader.go("/confirm").fill({"number": number, "code": "AAAA-AAAA", "is_right": ["y"]})
    reader.press("確認する")
    assert "この確認書の番号はもう使えません" in reader.text
    reader.fill({"code": found[1].lower()}).press("確認する")
    assert "確認を受け付けました" in reader.text
    with site.database.reading() as session:
        stored = session.get_one(Candidate, person)
        assert stored.memberships[0].state is MembershipState.APPLIED

    office.go(f"/candidates/{person}").press("登録を認める")
    with site.database.writing() as session:
        cast, need = Cast.of(session), make.make_need(
            session, title="窓口改革", first_month=MONTH, last_month=MONTH + 2, musts={"bpr": 2}, now=clock.now(),
        )  # fmt: skip
        row = make.make_placement(
            session, need, session.get_one(Candidate, person), now=clock.now()
        )
        cast.step(row, "propose", actor=cast.coordinator, now=clock.now())
        cast.step(row, "approve", actor=cast.approver, now=clock.now())
        placement = row.id
        letter = session.scalars(
            sa.select(PostalTask.id).where(PostalTask.template == "placement.offer")
        ).one()

    office.go("/home").follow("投函を待っている手紙").go(f"/letters/{letter}")
    assert "お返事の期限" in office.text
    office.press("投函した")
    office.go(f"/placements/{placement}").follow("本人の返事を記録する")
    office.fill({"verb": "accept", "how": "telephone", "party": "紙山 一郎"})
    office.press("本人の返事を記録する")
    assert "紙山 一郎" in office.text
    with site.database.reading() as session:
        assert session.get_one(Placement, placement).state is PlacementState.INTRODUCED

    town = door.officer(Role.MUNICIPALITY)
    town.go(f"/introductions/{placement}").press("受け入れる")
    town.follow("勤務条件").follow("勤務条件を示す").fill({
        "place": "市役所", "days": "毎週火曜日", "travel": "実費", "supervisor": "市民課 田中一郎",
    }).press("勤務条件を示す")  # fmt: skip
    office.go(f"/placements/{placement}").follow("勤務条件を見る").press("本人の承諾を記録する")
    office.go(f"/placements/{placement}").press("確定する")
    with site.database.reading() as session:
        assert session.get_one(Placement, placement).state is PlacementState.CONFIRMED
        months = session.scalars(
            sa.select(Commitment.half_days).where(Commitment.placement_id == placement)
        ).all()
        assert months == [4, 4, 4]
    assert door.inspector.faults == []
