"""What the page of a need refuses, an import refuses, and what it takes, an import takes."""

from __future__ import annotations

from talentpool.exchange.layout import NEEDS
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.needs import test_pages as need_page

from .both_ways import Fields, is_imported, rows, translated
from .filled import NEED

NEED_HEADERS = {
    "title": "募集の名前", "half_days": "半日コマ/月", "first_month": "開始月", "last_month": "終了月",
    "seats": "募集枠", "pay_amount": "報酬額(円)", "weekdays": "曜日", "theme": "テーマ",
}  # fmt: skip
NEED_CELLS: list[tuple[bool, Fields]] = [
    (True, {"last_month": "2027-04"}),
    (False, {"last_month": "2027-03"}),
    (True, {"last_month": "2032-03"}),
    (False, {"last_month": "2032-04"}),
    (True, {"half_days": "62"}),
    (False, {"half_days": "63"}),
    (True, {"seats": "20"}),
    (False, {"seats": "0"}),
    (False, {"seats": "21"}),
    (True, {"pay_amount": "1000万"}),
    (False, {"pay_amount": "10000001"}),
    (False, {"weekdays": []}),
    (False, {"theme": "nothing"}),
    (False, {"title": "長" * 101}),
]
ASKED = {"skill": "bpr", "kind": "must", "level": "2", "weight": "5"}
ASKED_HEADERS = {"skill": "技能", "kind": "必須/希望", "level": "水準", "weight": "重み", "group": "組", "used_within": "最後の使用"}  # fmt: skip
ASKED_ROWS: list[tuple[bool, str, list[Fields]]] = [
    (True, "a must and a want", [ASKED, ASKED | {"kind": "want"}]),
    (False, "a must twice", [ASKED, ASKED]),
    (True, "a group of musts", [ASKED | {"group": "A"}, ASKED | {"skill": "data", "group": "A"}]),
    (False, "a want with a group", [ASKED | {"kind": "want", "group": "A"}]),
    (True, "the greatest weight", [ASKED | {"weight": "100"}]),
    (False, "too great a weight", [ASKED | {"weight": "101"}]),
    (False, "no weight at all", [ASKED | {"weight": "0"}]),
    (True, "a must used lately", [ASKED | {"used_within": "5"}]),
    (False, "a year that is not offered", [ASKED | {"used_within": "4"}]),
    (False, "a want used lately", [ASKED | {"kind": "want", "used_within": "5"}]),
    (False, "too long a group", [ASKED | {"group": "A" * 11}]),
]


def test_a_need_is_taken_by_page_and_file_or_by_neither(app: TalentpoolFlask) -> None:
    page = signed_in(app, Role.MUNICIPALITY)
    for is_taken, change in NEED_CELLS:
        cells = {NEED_HEADERS[name]: value or "なし" for name, value in change.items()}
        answers = (
            write_need(page, change),
            is_imported(app.database, NEEDS, NEED | cells),
        )
        assert answers == (is_taken, is_taken), change
    for is_taken, name, lines in ASKED_ROWS:
        answers = (
            write_need(page, rows("skills", lines)),
            is_imported(app.database, NEEDS, NEED, 技能要件=translated(lines, ASKED_HEADERS)),
        )
        assert answers == (is_taken, is_taken), name
    for count in (30, 31):
        vendors = rows("vendors", [{"name": f"会社{n}"} for n in range(count)])
        answers = (
            write_need(page, vendors),
            is_imported(
                app.database, NEEDS, NEED, 関係事業者=[{"事業者": f"会社{n}"} for n in range(count)]
            ),
        )
        assert answers == (count == 30, count == 30), count


def write_need(page: Browser, change: Fields) -> bool:
    answer = page.post("/needs/new", **{**need_page.NEED, **change})
    assert answer.status_code in {302, 422}
    return answer.status_code == 302
