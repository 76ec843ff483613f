from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask

from ..browsers import Browser, signed_in
from . import typed


@pytest.fixture
def browser(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.CANDIDATE)


def test_what_was_typed_in_every_step_is_stored_exactly(
    browser: Browser, database: Database
) -> None:
    typed.fill_in(browser)
    with database.reading() as session:
        person = session.scalars(sa.select(Candidate)).one()
        assert person.family_name == "髙﨑"
        assert person.given_name == "𠮷塚\U000e0101子"
        assert (person.family_kana, person.given_kana) == ("タカサキ", "ヨシヅカコ")
        assert person.birth_date == "1962-04-01"
        assert (person.phone, person.postal_code) == ("078-341-7711", "650-8567")
        assert person.contact_email == "takasaki@example.jp"
        assert (person.home_code, person.address) == ("282014", "安田四丁目1番地")
        (post,) = person.posts
        assert (post.body, post.municipality_code, post.grade) == (
            "姫路市役所",
            "282014",
            "section_head",
        )
        assert (post.first_month, post.last_month) == (
            dates.month_number(2010, 4),
            dates.month_number(2022, 3),
        )
        assert [(row.name, row.position, row.is_present) for row in person.companies] == [
            ("株式会社サンプル", "顧問", True)
        ]
        assert [(row.vendor, row.month) for row in person.matters] == [
            ("株式会社べつ", dates.month_number(2020, 5))
        ]
        assert [(row.skill, row.level, row.last_used) for row in person.skills] == [
            ("assembly", 4, None),
            ("bpr", 3, 2021),
        ]
        assert [(row.exam, row.name_then, row.year) for row in person.exams] == [
            ("K1", "第一種情報処理技術者試験", 1994),
            (None, "統計士", None),
        ]
        windows = [
            (row.first_month, row.last_month, row.half_days, row.weekdays) for row in person.windows
        ]
        assert windows == [
            (dates.month_number(2027, 4), dates.month_number(2027, 9), 8, 0b10101),
            (dates.month_number(2027, 8), dates.month_number(2027, 8), 0, 31),
        ]
        assert (person.travel_limit, person.overnight, person.most_at_once) == (90, True, 2)
        assert [row.form for row in person.forms] == ["commission", "special_part_time"]
        assert (person.pay_minimum, person.pay_wish) == (5000, 10000)
        assert (person.motive, person.regions) == ("一行目\n二行目", ["但馬"])
        assert {row.purpose for row in person.consents} == {"search", "introduction"}


@pytest.mark.parametrize("step", typed.STEPS)
def test_a_saved_step_is_shown_again_as_it_was_stored(
    browser: Browser, database: Database, step: str
) -> None:
    typed.fill_in(browser)
    page = browser.get(f"/profile/{step}" + "?detail=1" * (step == "availability"))
    assert page.status_code == 200
    shown = {
        "basics": ["髙﨑", "𠮷塚\U000e0101子", 'value="1962"', "078-341-7711", "姫路市"],
        "career": ["姫路市役所", 'value="2010-04"', "株式会社べつ", 'value="2020-05"'],
        "skills": ['value="2021"', "窓口の見直しを3年担当", "第一種情報処理技術者試験", "統計士"],
        "availability": ['value="2027-04"', 'value="2027-08"', 'value="90"'],
        "wishes": ['value="5000"', "一行目\r\n二行目", "checked"],
        "consents": ["checked"],
    }
    for text in shown[step]:
        assert text in page.text or text.replace("\r\n", "\n") in page.text


def test_a_person_with_one_name_leaves_the_second_blank(
    browser: Browser, database: Database
) -> None:
    typed.fill_in(browser)
    answer = browser.post("/profile/basics", **typed.BASICS | {"given_name": "", "given_kana": " "})
    assert answer.status_code == 302, typed.errors(answer.text)
    with database.reading() as session:
        person = session.scalars(sa.select(Candidate)).one()
        assert (person.name, person.kana) == ("髙﨑", "タカサキ")
        assert person.search_key == "高崎 タカサキ"
    page = browser.get("/profile")
    assert "髙﨑" in page.text
    assert "氏名" not in "".join(typed.errors(page.text))
