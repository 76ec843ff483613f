"""The pages of money: measures, the price of a kilometre, the cost on a need, a proposal, an engagement and a paper."""

from __future__ import annotations

from functools import partial
from typing import Any

from talentpool.db import Database
from talentpool.needs.models import NeedMode
from talentpool.permissions import Role
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from talentpool.web.versions import mark_of
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries
from tests.pages import version_in
from tests.placements.test_races import at_once

TYPED = {
    "name": "架空の補助", "rate": "50", "cap_yen": "100万円", "unit": "1人1年度", "themes": ["bpr"],
    "source": "要綱", "checked_on": "2026-11-30",
}  # fmt: skip


def test_measures_and_prices_reach_the_page_of_a_need(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make.make_need(
            session, mode=NeedMode.ONSITE, on_site_share=100, pay_amount=20_000, pay_basis="day"
        )
        path = f"/needs/{need.id}"
    staff, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    assert "見込みと計に入っていません" in town.get(path).text
    assert staff.post("/funding/shipped").status_code == 302
    shown = staff.post("/funding/new", **TYPED)
    assert shown.status_code == 302, shown.text
    version = version_in(staff.get(f"{shown.location}/edit").text, f"{shown.location}/edit")
    edit = f"{shown.location}/edit"
    assert staff.post(edit, version=version, **TYPED | {"rate": "40"}).status_code == 302
    assert staff.post(edit, version=version, **TYPED | {"rate": "30"}).status_code == 409
    price = {"yen_per_km": "30", "usual_km": "40", "basis": "架空の規程"}
    assert staff.post("/funding/rate", version=mark_of({}), **price).status_code == 302
    assert staff.post("/funding/rate", version=mark_of({}), **price).status_code == 409
    plan = f"{path}/running-cost"
    typed = {"yen_2028": "48万円", "source_2028": "general", "note_2028": "利用料"}
    version = version_in(town.get(plan).text, plan)
    unclear = town.post(plan, version=version, **typed | {"note_2029": "保守"})
    assert unclear.status_code == 422
    assert 'value="保守"' in unclear.text
    assert "財源か内訳を書いた年度は" in unclear.text
    assert town.post(plan, version=version, **typed).status_code == 302
    assert town.post(plan, version=version, **typed | {"yen_2028": "1"}).status_code == 409
    page = town.get(path).text
    for said in (
        "28,800円", "268,800円", "480,000円", "一般財源", "2029、2030年度の経費は", "架空の規程",
        "架空の補助", "最大107,520円", "条件に合う：テーマ", "要確認", "見込み・要確認",
    ):  # fmt: skip
        assert said in page, said
    assert f'href="{plan}"' in page
    assert f'href="{plan}"' not in staff.get(path).text
    assert "40%" in staff.get("/funding?format=csv").data.decode("utf-8-sig")
    for browser, address in ((staff, path), (town, path), (staff, "/funding")):
        _few(database, browser, address)


def test_what_one_person_costs_stands_on_the_pages_of_the_work(
    app: TalentpoolFlask, database: Database
) -> None:
    paid: dict[str, Any] = {
        "mode": NeedMode.ONSITE,
        "on_site_share": 100,
        "pay_amount": 20_000,
        "pay_basis": "day",
    }
    staff, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    price = {"yen_per_km": "30", "usual_km": "40", "basis": "架空の規程"}
    assert staff.post("/funding/rate", version=mark_of({}), **price).status_code == 302
    with database.writing() as session:
        person = make.make_candidate(session, home_code=make.SAYO)
        need = make.make_need(session, **paid)
        row = make.make_placement(session, need, person, state=PlacementState.PROPOSED)
        placement, paper = row.id, row.paper_id
        engagement = make.make_engagement(session).id
    page = staff.get(f"/placements/{placement}").text
    assert "年度ごとの費用の見込み" in page
    assert "240,000円" in page
    assert "旅費は、道のりの往復" in page
    assert "旅費の見込み（円）" in staff.get(f"/papers/{paper}").text
    assert "年度ごとの費用の見込み" in town.get(f"/engagements/{engagement}").text
    _few(database, town, f"/engagements/{engagement}")


def test_of_two_prices_at_once_one_is_told_of_the_other(app: TalentpoolFlask) -> None:
    browsers = [signed_in(app, Role.COORDINATOR) for _ in range(2)]
    price = {"usual_km": "40", "basis": "架空の規程"}

    def post(yen: int, place: int, version: str) -> int:
        while True:
            sent = browsers[place].post(
                "/funding/rate", version=version, yen_per_km=yen + place, **price
            )
            if sent.status_code != 503:  # busy: the page says to try again
                return sent.status_code

    def both(yen: int, version: str) -> list[int]:
        return sorted(at_once([partial(post, yen, place, version) for place in range(2)]))

    assert both(30, mark_of({})) == [302, 409]
    assert both(40, version_in(browsers[0].get("/funding/rate").text, "/funding/rate")) == [
        302,
        409,
    ]


def _few(database: Database, browser: Browser, address: str) -> None:
    browser.get(address)
    with counted_queries(database) as seen:
        assert browser.get(address).status_code == 200
    assert len(seen) <= 15, (address, len(seen), seen)
