"""Sheets as entries; every fault of a file is named at once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from talentpool.candidates.content import Post, Window
from talentpool.dates import month_number
from talentpool.errors import BadCell, BadFile
from talentpool.exchange.entries import Entry, read_entries
from talentpool.exchange.layout import CANDIDATES, NEEDS, Layout
from talentpool.exchange.people import better_minutes, read_profiles
from talentpool.exchange.reading import read_file
from talentpool.exchange.requests import lottery_seed_of, read_requests
from talentpool.files.cells import MOST_FAULTS
from talentpool.needs.content import SkillRequirement
from talentpool.pool.records import Profile, Request
from talentpool.reference.catalogue import Catalogue

from .filled import NEED, PEOPLE, PERSON, WANTED, fill_needs, fill_people, write_template

CATALOGUE = Catalogue.shipped()
HALF_DAYS = "半日コマは、稼働の行では1〜62（働かない月は0）、休止の行では空欄か0にしてください。"


def entries_of(layout: Layout, path: Path, *, is_import: bool = False) -> list[Entry]:
    return read_entries(layout, read_file(path), CATALOGUE, is_import=is_import)


def profiles_of(path: Path) -> list[Profile]:
    return read_profiles(entries_of(CANDIDATES, path), CATALOGUE)


def requests_of(path: Path) -> list[Request]:
    return read_requests(entries_of(NEEDS, path))


def faults_of(layout: Layout, path: Path, *, is_import: bool = False) -> list[BadCell]:
    with pytest.raises(BadFile) as caught:
        entries = entries_of(layout, path, is_import=is_import)
        if layout is CANDIDATES:
            read_profiles(entries, CATALOGUE)
        else:
            read_requests(entries)
    return list(caught.value.cells)


def test_an_empty_template_has_nobody(tmp_path: Path) -> None:
    for layout in (CANDIDATES, NEEDS):
        for name in ("empty.xlsx", "empty.csv"):
            assert entries_of(layout, write_template(tmp_path / name, layout)) == []


def test_a_template_filled_in_by_hand_is_understood(tmp_path: Path) -> None:
    person, without_code = profiles_of(fill_people(tmp_path / "p.xlsx"))
    assert person.code == "新1"
    assert person.forms == ("commission", "special_part_time")
    assert (person.pay_minimum, person.pay_wish, person.travel_limit) == (5000, 10000, 90)
    assert (person.member_from, person.member_until) == (
        month_number(2026, 4),
        month_number(2029, 3),
    )
    assert person.windows == (Window(month_number(2027, 4), month_number(2028, 3), 8),)
    assert person.posts == (
        Post("姫路市役所", month_number(1985, 4), month_number(2021, 3), "282014"),
    )
    assert without_code.code == "row-3"
    (need,) = requests_of(fill_needs(tmp_path / "n.xlsx"))
    assert (need.municipality_code, need.place_code, need.pay_amount) == ("285013", "285013", 25000)
    assert need.skills == (SkillRequirement("bpr", 2, must=True),)
    assert need.vendors == ("株式会社試作",)


def test_matching_does_not_even_read_what_is_personal(tmp_path: Path) -> None:
    person = PERSON | {"電話": "知らない", "氏カナ": "髙"}
    path = fill_people(tmp_path / "p.xlsx", PEOPLE | {"登録者": [person]})
    assert "phone" not in entries_of(CANDIDATES, path)[0].values
    found = faults_of(CANDIDATES, path, is_import=True)
    assert {cell.column for cell in found} == {"電話", "氏カナ"}


def test_every_fault_of_every_sheet_is_named(tmp_path: Path) -> None:
    rows = PEOPLE | {
        "登録者": [
            PERSON | {"区分": "宇宙人", "移動上限(分)": -5},
            PERSON | {"コード": "新1"},
            PERSON | {"コード": "番号が長すぎるコードです", "住まいの市区町村": None},
        ],
        "技能": [
            {"コード": "新1", "技能": "bpr", "水準": 9},
            {"コード": "新9", "技能": "bpr", "水準": 1},
        ],
        "稼働": [{"コード": "新1", "開始月": "2027-13", "終了月": "2027-09"}],
    }
    found = faults_of(CANDIDATES, fill_people(tmp_path / "p.xlsx", rows))
    assert [(cell.sheet, cell.row, cell.column) for cell in found] == [
        ("登録者", 2, "区分"),
        ("登録者", 2, "移動上限(分)"),
        ("登録者", 4, "住まいの市区町村"),
        ("登録者", 3, "コード"),
        ("技能", 2, "水準"),
        ("技能", 3, "コード"),
        ("稼働", 2, "開始月"),
    ]
    assert str(found[0]) == "登録者 2行目 「区分」: 「宇宙人」は登録者の区分の一覧にありません。"


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("登録終了", {"登録終了": None}),
        ("登録終了", {"登録終了": "2026-03-31"}),
        ("希望報酬(円/半日)", {"希望報酬(円/半日)": 4999}),
    ],
)
def test_cells_of_a_person_must_agree(
    tmp_path: Path, column: str, change: dict[str, object]
) -> None:
    path = fill_people(tmp_path / "p.xlsx", PEOPLE | {"登録者": [PERSON | change]})
    assert [(cell.row, cell.column) for cell in faults_of(CANDIDATES, path)] == [(2, column)]


@pytest.mark.parametrize(
    ("sheet", "lines", "message"),
    [
        ("稼働", [("2027-04", "2027-03", 8, None)], "2027年4月からの行は、終わりの月が始まりの月より前です。"),
        ("稼働", [("2027-04", "2027-09", None, None)], HALF_DAYS),
        ("稼働", [("2027-04", "2027-09", 4, "いいえ")], HALF_DAYS),
        ("稼働", [("2027-04", "2027-09", 4, None), ("2027-09", "2027-12", 4, None)],
         "2027年9月の稼働が2つの行に重なっています。どちらかの期間を短くしてください。"),
    ],
)  # fmt: skip
def test_windows_must_make_sense(
    tmp_path: Path, sheet: str, lines: list[tuple[object, ...]], message: str
) -> None:
    headers = ("開始月", "終了月", "半日コマ/月", "稼働できる")
    rows = [{"コード": "新1"} | dict(zip(headers, line, strict=True)) for line in lines]
    found = faults_of(CANDIDATES, fill_people(tmp_path / "p.xlsx", PEOPLE | {sheet: rows}))
    assert found == [BadCell("登録者", 2, sheet, message)]


def test_a_pause_needs_no_half_days(tmp_path: Path) -> None:
    pause = {"コード": "新1", "開始月": "2027-08", "終了月": "2027-08", "稼働できる": "いいえ"}
    path = fill_people(tmp_path / "p.xlsx", PEOPLE | {"稼働": [*PEOPLE["稼働"], pause]})
    august = month_number(2027, 8)
    assert profiles_of(path)[0].windows[1] == Window(august, august, 0, is_available=False)


def test_a_skill_twice_and_a_post_backwards_are_named(tmp_path: Path) -> None:
    rows = PEOPLE | {
        "技能": [*PEOPLE["技能"], {"コード": "新1", "技能": "bpr", "水準": 1}],
        "経歴": [{"コード": "新1", "開始月": "2020-04", "終了月": "2019-03", "所属": "x"}],
    }
    found = faults_of(CANDIDATES, fill_people(tmp_path / "p.xlsx", rows))
    assert [cell.column for cell in found] == ["経歴", "技能"]


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("終了月", {"終了月": "2027-03"}),
        ("終了月", {"終了月": "2032-04"}),
        ("現地の割合(%)", {"現地の割合(%)": 50}),
        ("曜日", {"曜日": "なし"}),
        ("状態", {"状態": "いつか"}),
        ("確定済みの枠", {"募集枠": 2, "確定済みの枠": 3}),
        ("確定済みの枠", {"確定済みの枠": 2}),
    ],
)
def test_cells_of_a_need_must_agree(tmp_path: Path, column: str, change: dict[str, object]) -> None:
    path = fill_needs(tmp_path / "n.xlsx", WANTED | {"募集": [NEED | change]})
    assert [(cell.row, cell.column) for cell in faults_of(NEEDS, path)] == [(2, column)]


def test_a_skill_that_is_asked_twice_is_named(tmp_path: Path) -> None:
    twice = [*WANTED["技能要件"], {"コード": "募1", "技能": "bpr", "水準": 1, "必須/希望": "必須"}]
    path = fill_needs(tmp_path / "n.xlsx", WANTED | {"技能要件": twice})
    assert [cell.column for cell in faults_of(NEEDS, path)] == ["技能要件"]


def test_needs_that_are_closed_or_not_wanted_are_left_out(tmp_path: Path) -> None:
    needs = [
        NEED | {"コード": "1", "今回の対象": "いいえ"},
        NEED | {"コード": "2", "状態": "終了"},
        NEED | {"コード": "3", "状態": "open"},
    ]
    path = fill_needs(tmp_path / "n.xlsx", {"募集": needs})
    assert [request.code for request in requests_of(path)] == ["3"]


def test_the_rows_must_agree_on_the_lottery(tmp_path: Path) -> None:
    needs = [NEED | {"コード": str(n), "抽選の種": seed} for n, seed in enumerate([7, None, 7, 8])]
    path = fill_needs(tmp_path / "n.xlsx", {"募集": needs})
    with pytest.raises(BadFile) as caught:
        lottery_seed_of(entries_of(NEEDS, path))
    assert [(cell.row, cell.column) for cell in caught.value.cells] == [(5, "抽選の種")]
    path = fill_needs(tmp_path / "n.xlsx", {"募集": needs[:3]})
    assert lottery_seed_of(entries_of(NEEDS, path)) == 7


def test_cells_that_excel_has_made_its_own_are_read_as_they_were_typed(tmp_path: Path) -> None:
    typed = {
        "宿泊可": True,
        "登録開始": date(2026, 4, 1),
        "登録終了": datetime(2029, 3, 31),  # noqa: DTZ001 - as Excel has it
        "移動上限(分)": 90.0,
        "動機（自由記述）": "一行目_x000D_\n二行目",
    }
    path = fill_people(tmp_path / "p.xlsx", {"登録者": [PERSON | typed]})
    (entry,) = entries_of(CANDIDATES, path, is_import=True)
    assert entry.values["overnight"] is True
    assert (entry.values["active_from"], entry.values["active_until"]) == (
        date(2026, 4, 1),
        date(2029, 3, 31),
    )
    assert (entry.values["travel_limit"], entry.values["motive"]) == (90, "一行目\n二行目")


def test_two_rows_for_one_way_must_agree(tmp_path: Path) -> None:
    people = [PERSON, PERSON | {"コード": "2"}]

    def entries(*minutes: int) -> list[Entry]:
        ways = [
            {"コード": code, "会場": "佐用町", "分": n}
            for code, n in zip(("新1", "2"), minutes, strict=True)
        ]
        rows = {"登録者": people, "移動時間": ways}
        return entries_of(CANDIDATES, fill_people(tmp_path / "p.xlsx", rows))

    assert list(better_minutes(entries(40, 40)).values()) == [40]
    with pytest.raises(BadFile) as caught:
        better_minutes(entries(40, 41))
    assert [(cell.row, cell.column) for cell in caught.value.cells] == [(3, "移動時間")]


def test_only_a_rule_that_can_be_lifted_is_taken(tmp_path: Path) -> None:
    def filled(rule: str) -> Path:
        lifted = [{"コード": "新1", "募集": "N-000001", "規則": rule}]
        return fill_people(tmp_path / "p.xlsx", PEOPLE | {"利益相反の解除": lifted})

    assert profiles_of(filled("former_office"))[0].lifted == (("N-000001", "former_office"),)
    for rule in ("former_ofice", "decided_vendor"):
        found = faults_of(CANDIDATES, filled(rule))
        assert [(cell.row, cell.column) for cell in found] == [(2, "利益相反の解除")]


def test_a_row_without_its_key_and_a_key_nobody_can_see_are_named(tmp_path: Path) -> None:
    rows = {
        "登録者": [PERSON | {"コード": "a\u200bb"}],
        "技能": [
            {"コード": None, "技能": "bpr", "水準": 1},
            {"コード": "b", "技能": "bpr", "水準": 1},
        ],
    }
    found = faults_of(CANDIDATES, fill_people(tmp_path / "p.xlsx", rows))
    assert [str(cell) for cell in found] == [
        "登録者 2行目 「コード」: 使えない文字が含まれています。",
        "技能 2行目 「コード」: 入力してください。",
        "技能 3行目 「コード」: 「登録者」のシートにないコードです。",
    ]


def test_an_unknown_sheet_and_a_missing_one_are_named(tmp_path: Path) -> None:
    people = fill_people(tmp_path / "p.xlsx")
    found = faults_of(NEEDS, people)
    assert BadCell("募集", None, None, "シートがありません。") in found


def test_an_unknown_header_and_a_missing_one_are_named_once(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("コード,区分,趣味\n1,行政OB,釣り\n2,行政OB,\n", encoding="cp932")
    found = faults_of(CANDIDATES, path)
    assert [(cell.row, cell.column) for cell in found] == [
        (1, "趣味"),
        (1, "住まいの市区町村"),
        (1, "同意"),
        (1, "任用形態"),
        (1, "最低報酬(円/半日)"),
    ]


def test_a_sheet_without_the_key_is_named(tmp_path: Path) -> None:
    import openpyxl

    path = fill_people(tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(path)
    book["技能"].delete_cols(1)
    book.create_sheet("メモ").append(["忘れない"])
    book.create_sheet("Sheet1")
    book.save(path)
    found = faults_of(CANDIDATES, path)
    assert BadCell("技能", 1, "コード", "この見出しの列がありません。") in found
    assert BadCell("メモ", None, None, "知らないシートです。") in found
    assert not [cell for cell in found if cell.sheet == "Sheet1"]


def test_headers_are_read_in_any_width(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "ｺｰﾄﾞ,区分,住まいの市区町村,同意,任用形態,最低報酬（円／半日）,稼働\n"
        "1,行政OB,姫路市,search,commission,6000,2027-04..2027-09:8\n",
        encoding="utf-8",
    )
    (person,) = profiles_of(path)
    assert (person.code, person.pay_minimum, person.pay_wish) == ("1", 6000, 6000)
    assert (person.member_from, person.member_until) == (
        month_number(2027, 4),
        month_number(2027, 9),
    )


def test_a_fault_inside_a_list_of_a_csv_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "コード,区分,住まいの市区町村,同意,任用形態,最低報酬(円/半日),技能\n"
        "1,行政OB,姫路市,search,commission,無償,bpr:9;超能力:1;data;bpr:1:2:self:x:y\n",
        encoding="utf-8",
    )
    with pytest.raises(BadFile) as caught:
        entries_of(CANDIDATES, path)
    assert [cell.message for cell in caught.value.cells] == [
        "値が5個を超えています：bpr:1:2:self:x:y"
    ]
    path.write_text(path.read_text("utf-8").replace(";bpr:1:2:self:x:y", ""), encoding="utf-8")
    found = faults_of(CANDIDATES, path)
    assert [cell.column for cell in found] == ["技能・水準", "技能・技能", "技能・水準"]


def test_a_very_long_list_of_faults_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    lines = ["コード,区分,住まいの市区町村,同意,任用形態", *["x,x,x,x,x"] * 400]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = faults_of(CANDIDATES, path)
    assert len(found) == MOST_FAULTS + 1
    assert found[-1].message == "ほかに1,000件あります。"
