"""Lists in one cell of a csv."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from talentpool.exchange.cells import escape, join_list, join_rows, split_list, split_rows, unescape

SKILL = ["技能", "水準", "必須/希望", "重み", "組"]
SPAN = ["開始月", "終了月", "半日コマ/月", "曜日"]
TEXT = st.text(st.sampled_from("ab\\;:；：. あ"), max_size=8).map(str.strip)


def test_skills_are_written_as_code_and_level() -> None:
    rows = [{"技能": "bpr", "水準": "2"}, {"技能": "data", "水準": "3", "重み": "5"}]
    assert join_rows(SKILL, rows) == "bpr:2;data:3::5"
    assert split_rows(SKILL, "bpr:2;data:3::5") == rows


def test_windows_are_written_as_months_and_half_days() -> None:
    rows = [{"開始月": "2027-04", "終了月": "2027-09", "半日コマ/月": "8"}]
    assert join_rows(SPAN, rows) == "2027-04..2027-09:8"
    assert split_rows(SPAN, "2027-04..2027-09:8") == rows
    assert split_rows(SPAN, "2027-04..:8") == [{"開始月": "2027-04", "半日コマ/月": "8"}]


def test_full_width_marks_and_loose_blanks_are_read() -> None:
    assert split_rows(SKILL, " bpr：2； data : 3 ;;") == [
        {"技能": "bpr", "水準": "2"},
        {"技能": "data", "水準": "3"},
    ]


def test_more_values_than_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="値が5個を超えています"):
        split_rows(SKILL, "bpr:2:必須:3:A:x")


def test_marks_inside_a_text_stand_behind_a_backslash() -> None:
    assert escape("a;b:c\\d；") == "a\\;b\\:c\\\\d\\；"
    assert unescape("C\\d\\;") == "C\\d;"
    assert split_list("株式会社A\\;B;C") == ["株式会社A;B", "C"]


@given(st.lists(TEXT.filter(bool), max_size=5))
def test_every_list_comes_back(items: list[str]) -> None:
    assert split_list(join_list(items)) == items


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT, TEXT), max_size=4))
def test_every_row_comes_back(rows: list[tuple[str, str, str]]) -> None:
    headers = ["甲", "乙", "丙"]
    wanted = [{name: text for name, text in zip(headers, row, strict=True) if text} for row in rows]
    assert split_rows(headers, join_rows(headers, wanted)) == wanted
