"""What is written comes back letter for letter, and no spreadsheet takes it for a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, strategies as st

from talentpool.errors import BadFile, Refused
from talentpool.exchange.reading import read_csv, read_workbook
from talentpool.files.cells import has_unsafe, neutralise, restore
from talentpool.files.writing import LONGEST, Table, render, unwritable, write_whole

HOSTILE = Path(__file__).parent / "hostile"
FORMULAS: list[str] = json.loads((HOSTILE / "formulas.json").read_text("utf-8"))
TEXTS: list[str] = [row["value"] for row in json.loads((HOSTILE / "texts.json").read_text("utf-8"))]
MORE = [
    "_x000D_", "\ufffe", "\uffff", "\x01", "\x0b", "x\r\ny", "\u2028", "''=1",
    "'", "' '=1", "0", "TRUE", "1e5", "2026-01-01", "a\rb", '"', "a,b;c:d\\e", "'\t=1",
]  # fmt: skip
CASES = list(dict.fromkeys([*FORMULAS, *TEXTS, *MORE]))
STARTS = tuple("=+-@\t\r\n＝＋－＠")
SAVED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def written(text: str, suffix: str, encoding: str | None = None) -> bytes:
    table = Table("紙", ["文", "印"], [[text, "終"]])
    return render(Path(f"x{suffix}"), [table], encoding)


def read_back(content: bytes, suffix: str, encoding: str | None = None) -> str:
    sheet = read_workbook(content)["紙"] if suffix == ".xlsx" else read_csv(content, encoding)
    return sheet.rows[0].cells.get("文", "")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("text", CASES)
def test_a_text_comes_back_as_it_was_or_is_refused_clearly(text: str, suffix: str) -> None:
    if has_unsafe(text):
        with pytest.raises(BadFile) as caught:
            written(text, suffix)
        assert [(cell.row, cell.column) for cell in caught.value.cells] == [(2, "文")]
    else:
        assert read_back(written(text, suffix), suffix) == text


@pytest.mark.parametrize("text", CASES)
def test_cp932_brings_a_text_back_or_lists_what_it_lacks(text: str) -> None:
    missing = unwritable(text)
    if has_unsafe(text) or missing:
        with pytest.raises(BadFile) as caught:
            written(text, ".csv", "cp932")
        assert all(f"U+{ord(letter):04X}" in str(caught.value.cells[0]) for letter in missing[:10])
    else:
        content = written(text, ".csv", "cp932")
        assert read_back(content, ".csv", "cp932") == text
        assert b"?" not in content or "?" in text


def test_letters_that_cp932_only_seems_to_have_are_listed() -> None:
    assert unwritable("～〜－−髙𠮷ソ①") == "〜−𠮷"


@pytest.mark.parametrize("text", [text for text in CASES if not has_unsafe(text)])
def test_no_written_cell_begins_like_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(written(text, ".csv").decode("utf-8-sig"), newline="")))
    assert not rows[1][0].startswith(STARTS)
    assert not rows[1][0].lstrip(" \u3000\u200b\ufeff").startswith(STARTS)
    book = openpyxl.load_workbook(io.BytesIO(written(text, ".xlsx")))
    cell = book["紙"]["A2"]
    assert cell.data_type == "s"


@given(SAVED)
def test_every_text_is_restored(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert not neutralise(text).startswith(STARTS)


@given(st.lists(st.text(SAVED.filter(lambda t: len(t) == 1), max_size=20), min_size=1, max_size=3))
def test_every_row_comes_back_through_a_csv(texts: list[str]) -> None:
    headers = [f"列{place}" for place in range(len(texts))]
    content = render(Path("x.csv"), [Table("", headers, [[*texts]])])
    rows = read_csv(content).rows
    given_cells = {
        h: t for h, t in zip(headers, texts, strict=True) if t.strip(" \u3000\xa0\t\r\n")
    }
    assert (rows[0].cells if rows else {}) == given_cells


def test_numbers_stay_numbers_in_a_workbook() -> None:
    content = render(Path("x.xlsx"), [Table("紙", ["数"], [[8]])])
    cell = openpyxl.load_workbook(io.BytesIO(content))["紙"]["A2"]
    assert (cell.value, cell.data_type) == (8, "n")


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written("花子", ".xlsx") == written("花子", ".xlsx")


def test_a_workbook_that_excel_has_saved_again_is_read() -> None:
    """Excel keeps texts in a table of strings and may turn days into numbers with a format."""
    book = openpyxl.load_workbook(io.BytesIO(written("'=1+1", ".xlsx")))
    book["紙"]["B2"] = datetime(2027, 4, 1)  # noqa: DTZ001 - as the library has it
    content = io.BytesIO()
    book.save(content)
    row = read_workbook(content.getvalue())["紙"].rows[0]
    assert row.cells == {"文": "'=1+1", "印": "2027-04-01"}


def test_a_cell_that_excel_cannot_hold_is_named() -> None:
    with pytest.raises(BadFile) as caught:
        written("あ" * 33_000, ".csv")
    assert caught.value.cells[0].row == 2


def test_only_two_kinds_of_file_are_written() -> None:
    with pytest.raises(Refused, match="pdf"):
        written("あ", ".pdf")


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(Refused, match="を書けません"):
        write_whole(tmp_path / "no" / "absent.json", b"x")
    with pytest.raises(Refused):
        write_whole(tmp_path, b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]


def test_a_file_with_names_is_for_its_owner_only(tmp_path: Path) -> None:
    write_whole(tmp_path / "names.csv", b"x", is_private=True)
    assert (tmp_path / "names.csv").stat().st_mode & 0o777 == 0o600


def test_more_lines_than_a_sheet_has_are_refused_and_not_cut() -> None:
    table = Table("紙", ["文"], [[]] * (LONGEST + 1))
    with pytest.raises(BadFile, match="1,048,575行まで"):
        render(Path("x.xlsx"), [table])
    assert render(Path("x.csv"), [table]).count(b"\r\n") == LONGEST + 2
