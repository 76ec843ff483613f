"""Back and reload in a real browser: no page asks to send a form again, and nothing typed is lost."""

from __future__ import annotations

import pytest

from talentpool.permissions import Role
from tests.factories import make_prefecture_pool

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def town(door: Door, site: Site) -> Visitor:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    return door.officer(Role.MUNICIPALITY)


def refuse(town: Visitor) -> None:
    town.go("/needs/new").fill({"title": "窓口の待ち時間を半分に", "half_days": "たくさん"})
    town.press("申請する")
    assert "「たくさん」は半日コマの数として読めません" in town.text
    assert town.page.title().startswith("エラー ")


def test_a_refused_form_can_be_reloaded(town: Visitor) -> None:
    refuse(town)
    answer = town.page.reload()
    assert answer is not None
    assert answer.request.method == "GET"
    assert answer.status == 422
    assert "「たくさん」は半日コマの数として読めません" in town.text
    assert town.page.title().startswith("エラー ")
    assert town.page.locator("[name=title]").input_value() == "窓口の待ち時間を半分に"
    assert town.page.locator("[name=half_days]").input_value() == "たくさん"


def test_back_leads_to_the_refused_form_with_what_was_typed(town: Visitor) -> None:
    refuse(town)
    town.go("/account")
    answer = town.page.go_back()
    assert answer is None or answer.request.method == "GET"
    assert town.page.locator("[name=title]").input_value() == "窓口の待ち時間を半分に"
    assert town.page.locator("[name=half_days]").input_value() == "たくさん"


def test_a_row_more_is_in_view_with_the_focus_and_everything_typed_before(
    town: Visitor, door: Door
) -> None:
    town.go("/needs/new").fill({"title": "窓口の待ち時間を半分に", "skills-0-skill": "bpr"})
    town.press("技能の行を追加")
    assert town.page.locator(":focus").get_attribute("name") == "skills-1-skill"
    assert town.page.locator("[name=title]").input_value() == "窓口の待ち時間を半分に"
    town.page.locator("[name=skills-1-skill]").select_option("cloud")
    answer = town.page.reload()
    assert answer is not None
    assert answer.request.method == "GET"
    assert town.page.locator("[name=skills-0-skill]").input_value() == "bpr"
    town.page.locator("details.skill").first.evaluate(
        "row => row.open = true"
    )  # folded: it is filled in
    with town.page.expect_navigation():
        town.page.get_by_role("button", name="この行を消す").first.click()
    assert town.page.locator("[name=skills-0-skill]").input_value() == ""
    assert town.page.locator("[name=skills-1-skill]").count() == 0
    assert town.page.locator("[name=title]").input_value() == "窓口の待ち時間を半分に"


def test_a_person_who_adds_a_row_keeps_the_rest(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    person = door.officer(Role.CANDIDATE)
    person.go("/profile/availability?detail=1").fill({"windows-0-first_month": "2027-04"})
    person.press("期間の行を追加")
    assert person.page.locator(":focus").get_attribute("name") == "windows-1-kind"
    assert person.page.locator("[name=windows-0-first_month]").input_value() == "2027-04"
    assert person.page.locator("[name=windows-1-weekdays]:checked").count() == 5
