"""Files that real life taught us (cases/), and a second one of each kind."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.errors import BadFile
from talentpool.exchange.entries import Entry, read_entries
from talentpool.exchange.exporting import export_candidates
from talentpool.exchange.guard import check_workbook
from talentpool.exchange.importing import import_needs
from talentpool.exchange.joining import import_candidates
from talentpool.exchange.layout import CANDIDATES, NEEDS, Layout
from talentpool.exchange.matching import Matched, match_files
from talentpool.exchange.reading import read_file
from talentpool.files.writing import render
from talentpool.permissions import SYSTEM
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.service import load_catalogue
from tests import factories as make

CASES = Path(__file__).parent / "cases"
PEOPLE_BASE, NEEDS_BASE = "people_base", "needs_base"


def case(name: str) -> Path:
    return next(path for path in CASES.iterdir() if path.stem == name)


def read(layout: Layout, path: Path) -> list[Entry]:
    return read_entries(layout, read_file(path, None, layout), Catalogue.shipped(), is_import=True)


def person_of(name: str) -> Entry:
    (entry,) = read(CANDIDATES, case(name))
    return entry


def need_of(name: str) -> Entry:
    (entry,) = read(NEEDS, case(name))
    return entry


def refused(layout: Layout, name: str) -> list[str]:
    with pytest.raises(BadFile) as caught:
        read(layout, case(name))
    return [str(cell) for cell in caught.value.cells] or [caught.value.message]


def matched(people: str = PEOPLE_BASE, needs: str = NEEDS_BASE, **more: Any) -> Matched:
    return match_files(case(people), case(needs), is_stable=True, **more)


def faults_of(layout: Layout, path: Path) -> list[str]:
    with pytest.raises(BadFile) as caught:
        read(layout, path)
    return [str(cell) for cell in caught.value.cells]


def people(path: Path, cells: dict[str, Any], **more: Any) -> Path:
    return rewritten(case(PEOPLE_BASE), path, cells, **{"sheet": "登録者"} | more)


def needs(path: Path, cells: dict[str, Any], **more: Any) -> Path:
    return rewritten(case(NEEDS_BASE), path, cells, **{"sheet": "募集"} | more)


def rewritten(
    source: Path,
    path: Path,
    cells: dict[str, Any],
    *,
    sheet: str,
    style: dict[str, str] | None = None,
    above: Sequence[str] = (),
) -> Path:
    """The file with other cells in the first row of a sheet, their number formats, and lines above."""
    book = openpyxl.load_workbook(source)
    leaf = book[sheet]
    headers = [cell.value for cell in leaf[1]]
    for header, value in cells.items():
        if header not in headers:
            headers.append(header)
            leaf.cell(1, len(headers), header)
        cell = leaf.cell(2, headers.index(header) + 1, value)
        cell.number_format = (style or {}).get(header, cell.number_format)
    if "コード" in cells:
        for other in book.worksheets:
            other["A2"] = cells["コード"]
    if above:
        leaf.insert_rows(1, len(above))
        for number, text in enumerate(above, 1):
            leaf.cell(number, 1, text)
    book.save(path)
    return path


def with_post(folder: Path, first_month: Any, style: str) -> Path:
    path = people(folder / "p.xlsx", {})
    book = openpyxl.load_workbook(path)
    leaf = book.create_sheet("経歴")
    leaf.append(["コード", "開始月", "所属"])
    leaf.append(["P1", first_month, "姫路市"])
    leaf["B2"].number_format = style
    book.save(path)
    return path


def test_the_files_without_a_fault_fill_one_seat() -> None:
    assert matched().document["baselines"]["plan"]["filled"] == 1


def test_a_formula_without_a_value_is_refused_at_its_cell() -> None:
    (fault,) = refused(CANDIDATES, "f1_formula_pay")
    assert fault.startswith("登録者 2行目 「最低報酬(円/半日)」: 計算結果が保存されていません。")


def test_a_month_in_a_number_is_refused_because_october_may_be_meant() -> None:
    first, last = refused(NEEDS, "f2_needs_decimal")
    assert first.startswith("募集 2行目 「開始月」: 「2027.1」は数値です。")
    assert last.startswith("募集 2行目 「終了月」: 「2027.12」は数値です。")


def test_a_round_from_files_refuses_such_a_month_too() -> None:
    with pytest.raises(BadFile):
        matched("f2_people_year", "f2_needs_decimal")


def test_a_day_is_two_half_days() -> None:
    assert need_of("f3_needs_4days").values["half_days"] == 8


def test_a_percent_format_is_read_as_it_is_shown() -> None:
    assert need_of("f4_percent_100").values["on_site_share"] == 100


def test_merged_cells_are_refused_with_their_name() -> None:
    (fault,) = refused(CANDIDATES, "f5_merged_pay")
    assert fault == (
        "登録者 3行目 「最低報酬(円/半日)」: M2:M3が結合されています。結合を解いて、行ごとに値を入れてください。"
    )


def test_error_values_are_refused_at_their_cells() -> None:
    body, department = refused(CANDIDATES, "f6_error_value")
    assert body.startswith("経歴 2行目 「所属」: #N/Aというエラーになっています。")
    assert department.startswith("経歴 2行目 「部署」: #REF!というエラーになっています。")


def test_an_empty_styled_cell_in_the_last_row_is_no_row() -> None:
    assert person_of("f7_last_row").code == "P1"
    assert matched("f7_last_row").document["baselines"]["plan"]["filled"] == 1


def test_months_that_excel_has_rewritten_are_read() -> None:
    values = need_of("f8_needs_excel_saved").values
    assert (values["first_month"], values["last_month"]) == (2027 * 12 + 3, 2027 * 12 + 8)


def test_one_name_is_enough() -> None:
    assert "given_name" not in person_of("f10_one_name").values


@pytest.mark.parametrize(("name", "home"), [("f11_home_gun", "285013"), ("f11_home_ke", "142077")])
def test_homes_are_found_as_people_write_them(name: str, home: str) -> None:
    assert person_of(name).values["home_code"] == home


@pytest.mark.parametrize("name", ["f13_strict", "f14_backslash", "f16_hidden_list_sheet"])
def test_other_dialects_and_hidden_lists_are_read(name: str) -> None:
    assert person_of(name).values == person_of(PEOPLE_BASE).values
    assert person_of(name).leaves == person_of(PEOPLE_BASE).leaves


def test_a_window_from_the_middle_of_a_month_is_refused() -> None:
    first, last = refused(CANDIDATES, "f17_mid_month_window")
    assert "「2027-04-16」は月の途中の日です" in first
    assert "「2027-09-15」は月の途中の日です" in last


def test_a_policy_names_codes_as_the_sheets_do() -> None:
    found = matched("f0_low", "f0_lown", policy=case("f0_policy_forbid_as_typed"))
    assert found.document["baselines"]["plan"]["filled"] == 0
    assert matched("f0_low", "f0_lown").document["baselines"]["plan"]["filled"] == 1


def test_a_need_that_is_over_is_not_imported(session: Session) -> None:
    make.make_prefecture_pool(session)
    with pytest.raises(BadFile) as caught:
        import_needs(
            session, [need_of("f15_past_need")], prefecture_code=make.HYOGO,
            catalogue=load_catalogue(session), actor=SYSTEM, now=make.NOW,
        )  # fmt: skip
    (fault,) = caught.value.cells
    assert str(fault) == (
        "募集 2行目 「終了月」: 2020年6月で終わる募集です。今月以降の年月を書いてください。"
    )


def test_a_round_from_files_may_look_back() -> None:
    """Nothing in a round depends on the day on which it is run."""
    assert matched(needs="f15_past_need").document["status"] == "nothing"


TWO = "f9_same_person_two_codes"


def bring(session: Session, path: Path, **more: Any) -> int:
    known: dict[str, Any] = {"prefecture_code": make.HYOGO, "catalogue": load_catalogue(session)}
    return import_candidates(
        session, read(CANDIDATES, path), actor=SYSTEM, now=make.NOW, **known | more
    )


def how_many(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(Candidate.id))) or 0


def test_two_codes_for_one_person_stop_a_round_from_files() -> None:
    with pytest.raises(BadFile) as caught:
        matched(TWO, "f9_two_needs")
    (fault,) = caught.value.cells
    assert str(fault) == (
        "登録者 3行目 「別人の確認」: 2行目のP1と同じ人のようです（氏名と生年月日とメールが同じ）。"
        "同じ人なら1行にし、別人なら「別人の確認」にP1と書いてください。"
    )
    found = matched(TWO, "f9_two_needs", distinct=[("ｐ1", "P2")])
    assert found.document["baselines"]["plan"]["filled"] == 2


def test_two_codes_for_one_person_stop_an_import(session: Session) -> None:
    make.make_prefecture_pool(session)
    with pytest.raises(BadFile, match="1行も取り込みませんでした"):
        bring(session, case(TWO))
    assert how_many(session) == 0
    assert bring(session, case(TWO), distinct=[("P2", "P1")]) == 2
    assert bring(session, case(TWO), distinct=[("P2", "P1")]) == 0
    assert how_many(session) == 2


def test_a_second_import_of_the_same_file_changes_nothing(session: Session, tmp_path: Path) -> None:
    make.make_prefecture_pool(session)
    path = people(tmp_path / "p.xlsx", {"電話": "078-341-7711"})
    assert bring(session, path) == 1
    events = session.scalar(sa.select(sa.func.count(AuditEvent.seq)))
    assert bring(session, path) == 0
    session.flush()
    assert how_many(session) == 1
    assert session.scalar(sa.select(sa.func.count(AuditEvent.seq))) == events


def test_the_same_file_without_anything_but_a_home_asks(session: Session) -> None:
    make.make_prefecture_pool(session)
    assert bring(session, case(PEOPLE_BASE)) == 1
    with pytest.raises(BadFile) as caught:
        bring(session, case(PEOPLE_BASE))
    (fault,) = caught.value.cells
    assert "登録済みのC-000001と同じ人のようです（氏名と住まいの市区町村が同じ）。" in fault.message
    assert how_many(session) == 1


# --- A second one of each kind


@pytest.mark.parametrize(
    ("cells", "likeness"),
    [
        ({"氏": "髙塚", "電話": "０７８(341)7711"}, ""),
        ({"電話": "０７８(341)7711"}, "電話"),
        ({"電話": "+81-78-341-7711"}, "電話"),
        ({"電話": "078-341-7712"}, ""),
        ({"氏カナ": "やまだ", "電話": "0783417711"}, "電話"),
        ({"名カナ": "タロー", "電話": "0783417711"}, ""),
        ({"メール": "Ｔaro@example.jp", "電話": "078-341-0000"}, "メール"),
        ({"生年月日": "昭和35年2月29日", "電話": "078-341-0000"}, "生年月日"),
        ({"住まいの市区町村": "姫路市"}, ""),
    ],
)
def test_people_are_known_by_what_they_have_in_common(
    session: Session, tmp_path: Path, cells: dict[str, str], likeness: str
) -> None:
    make.make_prefecture_pool(session)
    first = {"電話": "078-341-7711", "メール": "taro@example.jp", "生年月日": "1960-02-29"}
    assert bring(session, people(tmp_path / "p.xlsx", first)) == 1
    again = people(tmp_path / "q.xlsx", cells)
    assert bring(session, again) == (0 if likeness else 1)


def test_a_second_code_of_the_pool_for_one_person_is_named(
    session: Session, tmp_path: Path
) -> None:
    make.make_prefecture_pool(session)
    mail = {"メール": "taro@example.jp"}
    bring(session, people(tmp_path / "p.xlsx", mail))
    other = people(tmp_path / "q.xlsx", mail | {"コード": "C-000777"})
    with pytest.raises(BadFile) as caught:
        bring(session, other)
    (fault,) = caught.value.cells
    assert "登録済みのC-000001と同じ人のようです" in fault.message
    confirmed = people(tmp_path / "r.xlsx", mail | {"コード": "C-000777", "別人の確認": "c-000001"})
    assert bring(session, confirmed) == 1


def test_each_person_of_the_pool_answers_for_one_row(session: Session, tmp_path: Path) -> None:
    make.make_prefecture_pool(session)
    bring(session, people(tmp_path / "p.xlsx", {"メール": "taro@example.jp"}))
    with pytest.raises(BadFile) as caught:
        bring(session, case(TWO), distinct=[("P1", "P2")])
    (fault,) = caught.value.cells
    assert fault.row == 3
    more = [("P1", "P2"), ("P2", "C-000001")]
    assert bring(session, case(TWO), distinct=more) == 1


def test_people_who_look_alike_come_back_from_an_export(session: Session, tmp_path: Path) -> None:
    pool = make.make_prefecture_pool(session)
    bring(session, case(TWO), distinct=[("P1", "P2")])
    session.flush()
    path = tmp_path / "all.xlsx"
    made = export_candidates(session, path, pool, actor=SYSTEM)
    path.write_bytes(render(path, made.tables))
    assert [entry.values["distinct_from"] for entry in read(CANDIDATES, path)] == [
        ("C-000002",),
        ("C-000001",),
    ]
    assert bring(session, path) == 0


def test_a_window_that_is_over_is_not_imported(session: Session, tmp_path: Path) -> None:
    make.make_prefecture_pool(session)
    path = people(tmp_path / "p.xlsx", {"開始月": "2026-01", "終了月": "2026-06"}, sheet="稼働")
    with pytest.raises(BadFile) as caught:
        import_candidates(
            session, read(CANDIDATES, path), prefecture_code=make.HYOGO,
            catalogue=load_catalogue(session), actor=SYSTEM, now=make.NOW,
        )  # fmt: skip
    (fault,) = caught.value.cells
    assert str(fault) == (
        "登録者 2行目 「稼働」: 2026年6月で終わる行です。今月以降の年月を入力してください。"
    )


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (
            {"forbids": [["n1", "p2"]]},
            "forbids の [「n1」, 「p2」]：「p2」は登録者のシートにありません。",
        ),
        ({"pins": [["n9", "p1"]]}, "pins の [「n9」, 「p1」]：「n9」は募集のシートにありません。"),
        ({"forbids": [["p1", "n1"]]}, "は順が逆です。[募集, 登録者] の順に書いてください。"),
        ({"carry_over": {"285014": 5}}, "carry_over：「285014」は市区町村の一覧にありません。"),
        (
            {"carry_over": {"285013": 5, "佐用町": 5}},
            "carry_over：「佐用町」は二度書かれています。",
        ),
    ],
)
def test_a_code_in_a_policy_that_names_nothing_is_refused(
    tmp_path: Path, policy: dict[str, Any], words: str
) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(policy), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        matched("f0_low", "f0_lown", policy=path)
    (fault,) = caught.value.cells
    assert words in fault.message


def test_a_pin_in_full_width_and_a_town_by_its_name_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    policy = {"pins": [["ｎ１", "Ｐ１"]], "carry_over": {"さようちょう": 500}}
    path.write_text(json.dumps(policy), encoding="utf-8")
    document = matched("f0_low", "f0_lown", policy=path).document
    assert document["policy"]["carry_over"] == {"285013": 500}
    assert document["placements"][0]["candidate"] == "P1"


def test_a_shared_formula_without_a_value_is_refused_too(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {"半日コマ/月": "=4*2"}, sheet="稼働")
    assert faults_of(CANDIDATES, path) == [
        "稼働 2行目 「半日コマ/月」: 計算結果が保存されていません。Excelで開いて保存し直すか、値を入れてください。"
    ]


@pytest.mark.parametrize(
    ("value", "style", "words"),
    [
        (1983.1, "General", "「1983.1」は数値です。"),
        (1983.1, "0.00", "「1983.1」は数値です。"),
        (46478, "General", "「46478」は読めません。"),
    ],
)
def test_a_month_of_a_career_is_not_read_from_a_number(
    tmp_path: Path, value: float, style: str, words: str
) -> None:
    path = with_post(tmp_path, value, style)
    (fault,) = faults_of(CANDIDATES, path)
    assert fault.startswith("経歴 2行目 「開始月」: ")
    assert words in fault


@pytest.mark.parametrize(
    ("value", "style", "month"),
    [
        (date(1990, 10, 1), "yyyy/m/d", 1990 * 12 + 9),
        (date(1990, 10, 1), 'yyyy"年"m"月"', 1990 * 12 + 9),
        (date(1990, 10, 16), "mmm-yy", 1990 * 12 + 9),
        (199010, "General", 1990 * 12 + 9),
        ("H2年10月16日", "@", 1990 * 12 + 9),
    ],
)
def test_a_month_of_a_career_is_read_from_a_date(
    tmp_path: Path, value: Any, style: str, month: int
) -> None:
    (entry,) = read(CANDIDATES, with_post(tmp_path, value, style))
    assert entry.leaves["posts"][0]["first_month"] == month


@pytest.mark.parametrize(
    ("value", "style", "half_days"),
    [
        (4, '0"日"', 8),
        (4, '0"コマ"', 4),
        (4, "0_);(0)", 4),
        (4, "#,##0", 4),
        (2.5, '0.0"日"', 5),
        (4, '[<=9]0"日";0', 8),
    ],
)
def test_the_unit_of_a_number_format_counts(
    tmp_path: Path, value: float, style: str, half_days: int
) -> None:
    path = needs(tmp_path / "n.xlsx", {"半日コマ/月": value}, style={"半日コマ/月": style})
    assert read(NEEDS, path)[0].values["half_days"] == half_days


@pytest.mark.parametrize(
    ("header", "value", "style", "words"),
    [
        ("募集枠", 4, '0"日"', "「4日」の「日」は、ここでは使えない単位です。"),
        ("半日コマ/月", 4, '0"人"', "「4人」の「人」は、ここでは使えない単位です。"),
        ("報酬額(円)", 0.5, "0%", "「50%」は金額として読めません。"),
        ("報酬額(円)", 25000, "#,##0,", "桁を省いた表示形式です。"),
        ("現地の割合(%)", 0.505, "0.0%", "「50.5%」は整数の%になりません。"),
    ],
)
def test_a_format_that_means_something_else_is_refused(
    tmp_path: Path, header: str, value: float, style: str, words: str
) -> None:
    path = needs(tmp_path / "n.xlsx", {"働き方": "併用", header: value}, style={header: style})
    (fault,) = faults_of(NEEDS, path)
    assert words in fault


def test_half_is_read_from_a_percent_format(tmp_path: Path) -> None:
    cells = {"働き方": "併用", "現地の割合(%)": 0.5}
    path = needs(tmp_path / "n.xlsx", cells, style={"現地の割合(%)": "0.00%"})
    assert read(NEEDS, path)[0].values["on_site_share"] == 50


def test_a_code_kept_as_a_number_is_read_with_its_zeros(tmp_path: Path) -> None:
    cells, style = {"住まいの市区町村": 12025}, {"住まいの市区町村": "000000"}
    (entry,) = read(CANDIDATES, people(tmp_path / "p.xlsx", cells, style=style))
    assert entry.values["home_code"] == "012025"


def test_a_date_in_a_format_that_only_japanese_excel_knows_is_read(tmp_path: Path) -> None:
    path = with_post(tmp_path, 33147, "@")  # 1990-10-01
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    styles = members["xl/styles.xml"]
    members["xl/styles.xml"] = styles.replace(b'numFmtId="49"', b'numFmtId="55"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    (entry,) = read(CANDIDATES, path)
    assert entry.leaves["posts"][0]["first_month"] == 1990 * 12 + 9


def test_cells_merged_across_columns_are_refused_and_titles_are_not(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {}, above=["登録者の一覧", "2026年度"])
    book = openpyxl.load_workbook(path)
    book["登録者"].merge_cells("A1:E1")
    book.save(path)
    assert read(CANDIDATES, path)[0].code == "P1"
    book["登録者"].merge_cells("I4:J4")
    book.save(path)
    (fault,) = faults_of(CANDIDATES, path)
    assert "4行目" in fault
    assert "I4:J4が結合されています。" in fault


def test_an_error_in_a_number_is_refused_at_its_cell(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {"最低報酬(円/半日)": "#DIV/0!"})
    (fault,) = faults_of(CANDIDATES, path)
    assert fault.startswith(
        "登録者 2行目 「最低報酬(円/半日)」: #DIV/0!というエラーになっています。"
    )


def test_thousands_of_styled_rows_are_no_rows(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {})
    book = openpyxl.load_workbook(path)
    for number in range(3, 30_003):
        book["登録者"].cell(number, 1).font = openpyxl.styles.Font(bold=True)
    book.save(path)
    assert [entry.code for entry in read(CANDIDATES, path)] == ["P1"]


@pytest.mark.parametrize(
    ("typed", "month"),
    [("Sep-27", 2027 * 12 + 8), ("2027年9月", 2027 * 12 + 8), ("2027/9/30 0:00", 2027 * 12 + 8)],
)
def test_months_in_a_csv_are_read_after_excel(tmp_path: Path, typed: str, month: int) -> None:
    path = tmp_path / "n.csv"
    text = case("f8_needs_excel_saved").read_bytes().decode("cp932").replace("Sep-27", typed)
    path.write_bytes(text.encode("cp932"))
    assert read(NEEDS, path)[0].values["last_month"] == month


def test_a_decimal_in_a_csv_is_no_month(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    text = case("f8_needs_excel_saved").read_bytes().decode("cp932").replace("Sep-27", "2027.1")
    path.write_bytes(text.encode("cp932"))
    (fault,) = faults_of(NEEDS, path)
    assert "「2027.1」は数値です。" in fault


def test_ten_thousand_names_with_furigana_are_read(tmp_path: Path) -> None:
    """As Japanese Excel writes what was typed with its input method."""
    path = people(tmp_path / "p.xlsx", {})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    strings = "".join(
        f"<si><t>山田{n}</t><rPh sb='0' eb='2'><t>ヤマダ</t></rPh><phoneticPr fontId='1'/></si>"
        for n in range(60_000)
    )
    members["xl/sharedStrings.xml"] = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>'
    ).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    check_workbook(path.read_bytes())


def test_a_strict_workbook_with_backslashes_and_dates_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(case("f13_strict")) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "p.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("/", "\\"), content)
    assert read(CANDIDATES, path)[0].values == person_of(PEOPLE_BASE).values


@pytest.mark.parametrize("title", ["登録者 ", "\u3000登録者", "登録者\u200b"])
def test_a_blank_in_the_name_of_a_sheet_does_not_matter(tmp_path: Path, title: str) -> None:
    path = people(tmp_path / "p.xlsx", {})
    book = openpyxl.load_workbook(path)
    book["登録者"].title = title
    book.save(path)
    assert read(CANDIDATES, path)[0].code == "P1"


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {})
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["登録者"]).title = "登録者 "
    book.save(path)
    assert faults_of(CANDIDATES, path) == ["登録者: 同じ名前のシートが二度あります。"]


def test_a_visible_sheet_of_another_name_is_named(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {})
    book = openpyxl.load_workbook(path)
    book.create_sheet("覚え書き")["A1"] = "来週まで"
    book.save(path)
    assert faults_of(CANDIDATES, path) == ["覚え書き: 知らないシートです。"]


@pytest.mark.parametrize("above", [["登録者の一覧"], ["登録者の一覧", "", "コードは自由です"]])
def test_headers_are_found_below_a_title(tmp_path: Path, above: list[str]) -> None:
    (entry,) = read(CANDIDATES, people(tmp_path / "p.xlsx", {}, above=above))
    assert entry.row == len(above) + 2


def test_headers_are_found_below_a_title_in_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    text = case("f8_needs_excel_saved").read_bytes().decode("cp932")
    path.write_bytes(f"募集の一覧\r\n\r\n{text}".encode("cp932"))
    assert read(NEEDS, path)[0].row == 4


def test_a_sheet_without_headers_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {})
    book = openpyxl.load_workbook(path)
    book["登録者"].delete_rows(1)
    for number in range(2, 40):
        book["登録者"].cell(number, 1, f"P{number}")
    book.save(path)
    assert faults_of(CANDIDATES, path) == [
        "登録者 1行目: 見出しの行がありません。「コード」「氏」「名」などの見出しを1行に並べてください。"
    ]


def test_a_line_break_in_one_line_is_named_in_words(tmp_path: Path) -> None:
    path = people(tmp_path / "p.xlsx", {"住所": "姫路市\n安田四丁目"})
    (fault,) = faults_of(CANDIDATES, path)
    assert fault == "登録者 2行目 「住所」: 改行が含まれています。1行で書いてください。"


def test_every_case_is_used() -> None:
    text = Path(__file__).read_text("utf-8")
    unused = {path.stem for path in CASES.iterdir() if f'"{path.stem}"' not in text}
    assert unused == set()
