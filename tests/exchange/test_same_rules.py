"""What a page refuses, an import refuses, and what it takes, an import takes: on both sides of every limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.candidates import editing, service
from talentpool.candidates.availability import save_availability
from talentpool.candidates.content import (
    Availability,
    Career,
    Exam,
    Matter,
    Post,
    SkillClaim,
    Skills,
    Window,
)
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.errors import Refused
from talentpool.exchange.layout import CANDIDATES
from talentpool.permissions import Role
from talentpool.reference.service import load_catalogue
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.candidates import typed
from tests.candidates.profiles import BASICS

from .both_ways import Fields, is_imported, rows, translated
from .filled import PERSON

Case = tuple[Fields, Fields]  # what is typed into the page, what stands in the file
GROWTH = ["bpr", "assembly", "budgeting", "bridging", "security", "teaching"]
BASICS_TAKEN = {
    "hiragana": ({"family_kana": "たかさき"}, {"氏カナ": "たかさき"}),
    "one name": ({"given_name": "", "given_kana": ""}, {"名": None, "名カナ": None}),
    "fifty letters": ({"family_name": "あ" * 50}, {"氏": "あ" * 50}),
}
BASICS_REFUSED = {
    "latin furigana": ({"family_kana": "takasaki"}, {"氏カナ": "takasaki"}),
    "a name without furigana": ({"given_kana": ""}, {"名カナ": None}),
    "furigana without a name": ({"given_name": ""}, {"名": None}),
    "too long a name": ({"family_name": "あ" * 51}, {"氏": "あ" * 51}),
    "too short a number": ({"phone": "110"}, {"電話": "110"}),
    "no such kind": ({"kind": "wizard"}, {"区分": "wizard"}),
    "no such town": ({"home_name": "無い町"}, {"住まいの市区町村": "無い町"}),
}
WISHES_TAKEN = {
    "as much as the minimum": (
        {"pay_minimum": "5000", "pay_wish": "5000"},
        {"最低報酬(円/半日)": "5000", "希望報酬(円/半日)": "5000"},
    ),
    "unpaid work": (
        {"pay_minimum": "", "pay_wish": "", "is_unpaid_fine": "y"},
        {"最低報酬(円/半日)": "無償", "希望報酬(円/半日)": None},
    ),
    "no wish": ({"pay_wish": ""}, {"希望報酬(円/半日)": None}),
    "a million": ({"pay_wish": "100万"}, {"希望報酬(円/半日)": "100万"}),
    "a month on site": ({"onsite_days": "31"}, {"現地の日数/月": "31"}),
    "a hundred million": ({"income_ceiling": "1億"}, {"年度の収入の上限(円)": "1億"}),
    "five skills to learn": ({"growth": GROWTH[:5]}, {"伸ばしたい技能": "、".join(GROWTH[:5])}),
}
WISHES_REFUSED = {
    "nothing of pay": (
        {"pay_minimum": "", "pay_wish": ""},
        {"最低報酬(円/半日)": None, "希望報酬(円/半日)": None},
    ),
    "less than the minimum": (
        {"pay_minimum": "5000", "pay_wish": "4999"},
        {"最低報酬(円/半日)": "5000", "希望報酬(円/半日)": "4999"},
    ),
    "more than a million": ({"pay_wish": "1000001"}, {"希望報酬(円/半日)": "1000001"}),
    "more than a month on site": ({"onsite_days": "32"}, {"現地の日数/月": "32"}),
    "no income at all": ({"income_ceiling": "0"}, {"年度の収入の上限(円)": "0"}),
    "too much income": ({"income_ceiling": "100000001"}, {"年度の収入の上限(円)": "100000001"}),
    "six skills to learn": ({"growth": GROWTH}, {"伸ばしたい技能": "、".join(GROWTH)}),
    "no such permission": ({"side_job": "maybe"}, {"兼業の許可": "maybe"}),
    "weekdays of no day": (
        {"onsite_days": "0", "onsite_weekdays": ["0"]},
        {"現地の日数/月": "0", "現地の希望曜日": "月"},
    ),
    "no such form": ({"forms": ["slavery"]}, {"任用形態": "slavery"}),
    "too long a motive": ({"motive": "長" * 2001}, {"動機（自由記述）": "長" * 2001}),
}
LIMITS_TAKEN = {
    "a day's travel": ({"travel_limit": "1440"}, {"移動上限(分)": "1440"}),
    "ten at once": ({"most_at_once": "10"}, {"同時活動数": "10"}),
}
LIMITS_REFUSED = {
    "more than a day's travel": ({"travel_limit": "1441"}, {"移動上限(分)": "1441"}),
    "none at once": ({"most_at_once": "0"}, {"同時活動数": "0"}),
    "eleven at once": ({"most_at_once": "11"}, {"同時活動数": "11"}),
}


@pytest.mark.parametrize(
    ("step", "taken", "refused"),
    [
        ("basics", BASICS_TAKEN, BASICS_REFUSED),
        ("wishes", WISHES_TAKEN, WISHES_REFUSED),
        ("availability", LIMITS_TAKEN, LIMITS_REFUSED),
    ],
)
def test_a_cell_of_a_person_is_taken_by_page_and_file_or_by_neither(
    app: TalentpoolFlask, step: str, taken: Mapping[str, Case], refused: Mapping[str, Case]
) -> None:
    page = signed_in(app, Role.CANDIDATE)
    for name, (fields, cells) in (taken | refused).items():
        answers = save(page, step, fields), is_imported(app.database, CANDIDATES, PERSON | cells)
        assert answers == ((name in taken,) * 2), name


def save(page: Browser, step: str, fields: Fields) -> bool:
    answer = page.post(f"/profile/{step}", **(typed.STEPS[step] | fields))
    assert answer.status_code in {302, 422}
    return answer.status_code == 302


POST = {"body": "市", "first_month": "2019-04", "last_month": "2020-03"}
MATTER = {"vendor": "某社", "month": "2019-04"}
POST_HEADERS = {"body": "所属", "first_month": "開始月", "last_month": "終了月"}
MATTER_HEADERS = {"vendor": "相手先", "month": "月"}
CAREERS: list[tuple[str, bool, str, list[Fields]]] = [
    ("posts", True, "one month", [POST | {"last_month": "2019-04"}]),
    ("posts", False, "backwards", [POST | {"last_month": "2019-03"}]),
    ("posts", True, "until now", [POST | {"last_month": ""}]),
    ("posts", True, "thirty", [POST] * 30),
    ("posts", False, "thirty-one", [POST] * 31),
    ("matters", True, "thirty", [MATTER] * 30),
    ("matters", False, "thirty-one", [MATTER] * 31),
]


def test_a_career_is_taken_by_page_and_file_or_by_neither(app: TalentpoolFlask) -> None:
    page = signed_in(app, Role.CANDIDATE)
    for list_, is_taken, name, lines in CAREERS:
        sheet, headers = {
            "posts": ("経歴", POST_HEADERS),
            "matters": ("決裁した相手先", MATTER_HEADERS),
        }[list_]
        leaves = {sheet: translated(lines, headers)}
        answer = page.post("/profile/career", **rows(list_, lines))
        answers = answer.status_code == 302, is_imported(app.database, CANDIDATES, PERSON, **leaves)
        assert answers == (is_taken, is_taken), (list_, name)


CLAIM_HEADERS = {"level": "水準", "last_used": "最終使用年"}
EXAM_HEADERS = {"exam": "試験", "name_then": "合格時の名称", "year": "合格年"}
CLAIMS: list[tuple[bool, Fields]] = [
    (True, {"last_used": "1950"}),
    (False, {"last_used": "1949"}),
    (False, {"level": "5"}),
]
EXAMS: list[tuple[bool, Fields]] = [
    (True, {"exam": "K1"}),
    (True, {"name_then": "統計士"}),
    (False, {"year": "1994"}),
    (True, {"exam": "K1", "year": "1950"}),
    (False, {"exam": "K1", "year": "1949"}),
]


def test_skills_and_exams_are_taken_by_page_and_file_or_by_neither(app: TalentpoolFlask) -> None:
    page = signed_in(app, Role.CANDIDATE)
    for is_taken, claim in CLAIMS:
        claimed = {"level": "3"} | claim
        fields = {f"skill_bpr-{name}": value for name, value in claimed.items()}
        row = translated([claimed], CLAIM_HEADERS)[0] | {"技能": "bpr"}
        answers = (
            page.post("/profile/skills", **fields).status_code == 302,
            is_imported(app.database, CANDIDATES, PERSON, 技能=[row]),
        )
        assert answers == (is_taken, is_taken), claim
    for is_taken, exam in EXAMS:
        answers = (
            page.post("/profile/skills", **rows("exams", [exam])).status_code == 302,
            is_imported(app.database, CANDIDATES, PERSON, 試験=translated([exam], EXAM_HEADERS)),
        )
        assert answers == (is_taken, is_taken), exam


def test_an_exam_without_a_name_is_called_as_in_the_list(
    session: Session, app: TalentpoolFlask
) -> None:
    signed_in(app, Role.CANDIDATE).post("/profile/skills", **rows("exams", [{"exam": "K1"}]))
    with app.database.reading() as stored:
        person = stored.scalars(sa.select(Candidate)).one()
        label = load_catalogue(stored).label("exam", "K1")
        assert [row.name_then for row in person.exams] == [label]


WINDOW = {"first_month": "2027-04", "last_month": "2027-09", "half_days": "8"}
PAUSE = WINDOW | {"kind": "pause", "half_days": ""}
WINDOW_HEADERS = {
    "first_month": "開始月",
    "last_month": "終了月",
    "half_days": "半日コマ/月",
    "weekdays": "曜日",
    "kind": "稼働できる",
}
WINDOWS: list[tuple[bool, str, list[Fields]]] = [
    (True, "a window and a pause in it", [WINDOW, PAUSE]),
    (False, "backwards", [WINDOW | {"last_month": "2027-03"}]),
    (False, "without half-days", [WINDOW | {"half_days": ""}]),
    (True, "of no half-days", [WINDOW | {"half_days": "0"}]),
    (True, "two a day", [WINDOW | {"half_days": "62"}]),
    (False, "more than two a day", [WINDOW | {"half_days": "63"}]),
    (False, "without weekdays", [WINDOW | {"weekdays": []}]),
    (False, "a pause with half-days", [PAUSE | {"half_days": "1"}]),
    (False, "two in one month", [WINDOW, WINDOW | {"first_month": "2027-09", "last_month": "2027-12"}]),
    (True, "one after the other", [WINDOW, WINDOW | {"first_month": "2027-10", "last_month": "2027-12"}]),
    (True, "from 2000", [WINDOW | {"first_month": "2000-01"}]),
    (False, "from before", [WINDOW | {"first_month": "1999-12"}]),
    (True, "twenty-four", [PAUSE] * 24),
    (False, "twenty-five", [PAUSE] * 25),
]  # fmt: skip


def test_windows_are_taken_by_page_and_file_or_by_neither(app: TalentpoolFlask) -> None:
    page = signed_in(app, Role.CANDIDATE)
    for is_taken, name, windows in WINDOWS:
        typed_in = [{"kind": "available", "weekdays": ["0", "2"]} | line for line in windows]
        words = [
            line
            | {
                "kind": "いいえ" if line["kind"] == "pause" else "はい",
                "weekdays": "月水" if line["weekdays"] else "なし",
            }
            for line in typed_in
        ]
        fields = rows("windows", typed_in) | {"most_at_once": "1"}
        answers = (
            page.post("/profile/availability", **fields).status_code == 302,
            is_imported(app.database, CANDIDATES, PERSON, 稼働=translated(words, WINDOW_HEADERS)),
        )
        assert answers == (is_taken, is_taken), name


MONTH = dates.month_of(dates.local_date(make.NOW))
NOW, NEXT = dates.month_text(MONTH), dates.month_text(MONTH + 1)
DATED: list[tuple[bool, Callable[..., None], object, str, Fields]] = [
    *(
        (is_taken, editing.save_basics, replace(BASICS, birth_date=born), "", {"生年月日": born})
        for born, is_taken in (
            ("2011-12-01", True),  # fifteen today
            ("2011-12-02", False),
            ("2011-12-31", False),
            ("1925-12-31", True),
            ("1925-12-02", True),
            ("1925-12-01", False),  # a hundred and one today
        )
    ),
    (True, editing.save_career, Career(posts=[Post("市", MONTH)]), "経歴", {"所属": "市", "開始月": NOW}),
    (False, editing.save_career, Career(posts=[Post("市", MONTH + 1)]), "経歴", {"所属": "市", "開始月": NEXT}),
    (False, editing.save_career, Career(posts=[Post("市", MONTH, MONTH + 1)]), "経歴",
     {"所属": "市", "開始月": NOW, "終了月": NEXT}),
    (True, editing.save_career, Career(matters=[Matter("某社", MONTH)]), "決裁した相手先", {"相手先": "某社", "月": NOW}),
    (False, editing.save_career, Career(matters=[Matter("某社", MONTH + 1)]), "決裁した相手先",
     {"相手先": "某社", "月": NEXT}),
    *(
        (year == 2026, editing.save_skills, Skills([SkillClaim("bpr", 3, year)]), "技能",
         {"技能": "bpr", "水準": 3, "最終使用年": year})
        for year in (2026, 2027)
    ),
    *(
        (year == 2026, editing.save_skills, Skills(exams=[Exam("統計士", year=year)]), "試験",
         {"合格時の名称": "統計士", "合格年": year})
        for year in (2026, 2027)
    ),
    *(
        (last == MONTH + 120, save_availability, Availability([Window(MONTH, last, 8)]), "稼働",
         {"開始月": NOW, "終了月": dates.month_text(last), "半日コマ/月": 8})
        for last in (MONTH + 120, MONTH + 121)
    ),
    *(
        (last == MONTH, save_availability, Availability([Window(MONTH - 3, last, 8)]), "稼働",
         {"開始月": dates.month_text(MONTH - 3), "終了月": dates.month_text(last), "半日コマ/月": 8})
        for last in (MONTH, MONTH - 1)
    ),
]  # fmt: skip


def test_what_depends_on_the_day_is_taken_by_page_and_file_or_by_neither(
    session: Session, database: Database
) -> None:
    user = make.make_user(session, Role.CANDIDATE)
    person = service.ensure_own(session, user.actor, now=make.NOW)
    session.commit()
    for is_taken, save_page, value, sheet, cells in DATED:
        person.windows.clear()  # what a page has said before may be cut off where it is over
        session.commit()
        try:
            save_page(session, person, value, actor=user.actor, now=make.NOW)
            is_saved = True
        except Refused:
            is_saved = False
        session.commit()
        main, leaves = (PERSON, {sheet: [cells]}) if sheet else (PERSON | cells, {})
        is_taken_in = is_imported(database, CANDIDATES, main, now=make.NOW, **leaves)
        assert (is_saved, is_taken_in) == (is_taken, is_taken), cells
