"""A month over plan from the refused log to the agreed month; and who leaves in April hands everything over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.desk.models import Duty
from talentpool.desk.service import Plan, set_duty
from talentpool.engagements.month_additions import MonthAddition
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.states import AdditionState
from tests import factories as make

from .conftest import Door, Site
from .test_registration import OF_AN_OLDER_PERSON, TABLE, Person

pytestmark = pytest.mark.browser
TODAY = dates.local_date(clock.now())
MONTH = dates.month_of(TODAY)


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: a paper is printed again."""
    return own_site


def test_a_month_over_plan_is_agreed_on_before_it_is_sent(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        person = make.make_candidate(session, first_month=MONTH, last_month=MONTH + 2)
        need = make.make_need(
            session, title="窓口改革", half_days=1, first_month=MONTH, last_month=MONTH + 2
        )
        engagement = make.make_engagement(session, need=need, candidate=person)
        page, email = f"/engagements/{engagement.id}", session.get_one(User, person.user_id).email
    log = f"{page}/logs/{dates.month_text(MONTH)}"
    one = door.visitor().sign_in(email)
    one.page.set_viewport_size({"width": 390, "height": 844})
    one.go(log).fill({
        "days": ["1"], "part_1": "day", "place_1": "online", "text": "受付手順の聞き取り", "theme": "bpr",
    })  # fmt: skip
    one.press(f"{MONTH % 12 + 1}月の記録を送る")
    assert "市町の合意を得てください" in one.text
    one.press("下書きを保存", within="body")
    one.go(log).follow("半日コマの追加を申し出る")
    one.fill({"half_days": "1", "words": "説明会が1回増えたため"}).press("追加を申し出る")
    assert "県が確かめてから" in one.text

    office, approver = door.officer(Role.COORDINATOR), door.officer(Role.APPROVER)
    office.go("/home").follow("確認を待っている半日コマの追加").follow("窓口改革")
    office.press("決裁に回す")
    approver.go("/home").follow("決裁を待っている半日コマの追加").follow("窓口改革")
    approver.press("承認する")
    town = door.officer(Role.MUNICIPALITY)
    town.go("/home").follow("返事を待っている半日コマの追加").follow("窓口改革")
    town.press("追加に合意する")
    one.go(log).press(f"{MONTH % 12 + 1}月の記録を送る")
    assert "市町が確かめています" in one.text
    with site.database.reading() as session:
        assert session.scalars(sa.select(MonthAddition)).one().state is AdditionState.DONE
    assert door.inspector.faults == []


def test_who_leaves_in_april_hands_everything_over(door: Door, site: Site) -> None:
    giver = door.account(Role.COORDINATOR)
    other = door.account(Role.COORDINATOR)
    with site.database.writing() as session:
        needs = [make.make_need(session, title=title) for title in ("窓口改革", "書かない窓口")]
        for need in needs:
            plan = Plan(giver.id, TODAY + timedelta(days=9), "市に電話する")
            set_duty(
                session, session.get_one(Need, need.id), plan, actor=giver.actor, now=clock.now()
            )
    leaving = Person(door.visitor().sign_in(giver.email))
    leaving.visitor.go("/home").follow("担当を引き継ぐ")
    leaving.pages += 1
    assert "2件を引き継ぎます" in leaving.visitor.text
    leaving.visitor.fill({"to": str(other.id)})
    leaving.taps += 1
    leaving.press("引継ぎを確定する")
    minutes = leaving.minutes / OF_AN_OLDER_PERSON
    told = f"{leaving.taps} choice, {leaving.pages} pages, {minutes:.1f} minutes, however many"
    assert told in TABLE.read_text(encoding="utf-8"), told
    leaving = leaving.visitor.go("/handover")
    assert "引き継ぐものはありません" in leaving.text
    with site.database.reading() as session:
        assert set(session.scalars(sa.select(Duty.owner_id))) == {other.id}
    assert door.inspector.faults == []
