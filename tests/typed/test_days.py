"""Days, months and years as people write them, and what is not guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, strategies as st

from talentpool import dates
from talentpool.dates import EARLIEST, month_number
from talentpool.typed import NumberText, Unreadable
from talentpool.typed.days import (
    read_day,
    read_first_month,
    read_last_month,
    read_month,
    read_year,
)

DAYS = st.dates(date(1868, 10, 23), date(2117, 12, 31))
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "text",
    ["2026-04-01", "2026/4/1", "2026.4.1", "20260401", "2026年4月1日", "２０２６／０４／０１", "２０２６年４月１日",
     "令和8年4月1日", "令和８年４月１日", "㋿8年4月1日", "R8.4.1", "r8/4/1", "令8.4.1", " 2026 年 4 月 1 日 ", "2026ー04ー01",
     "2026/4/1 0:00", "2026/04/01 00:00:00", "2026-04-01T00:00:00", "2026年4月1日（令和8年）", "2026年4月1日(水)",
     "2026/4/1（水曜日）"],
)  # fmt: skip
def test_one_day_is_read_in_every_usual_spelling(text: str) -> None:
    assert read_day(text) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-04", "「2026-04」には日がありません。"),
        ("昭和58年", "「昭和58年」には日がありません。"),
        ("明日", "「明日」は読めません。「2026年4月1日」「2026-04-01」「令和8年4月1日」のように"),
        ("4/1/2026", "「4/1/2026」は読めません。"),
        ("2026-02-29", "「2026-02-29」という日はありません。"),
        ("平成31年5月1日", "平成にその日はありません。令和元年5月1日ではありませんか。"),
        ("令和1年3月1日", "令和にその日はありません。平成31年3月1日ではありませんか。"),
        ("2026-04-01T09:00:00", "「2026-04-01T09:00:00」には時刻があります。"),
        ("2026/4/1 9:30", "には時刻があります。"),
        ("2026年4月1日（令和9年）", "の西暦と和暦が合いません。"),
        ("2026年4月1日（月）", "の日付と曜日が合いません。"),
        ("1868-10-22", "1868年から2117年までの日付を入力してください。"),
    ],
)
def test_what_is_no_day_is_answered_with_what_was_read(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        read_day(text)


@pytest.mark.parametrize(
    "text",
    ["", "平成31年4月31日", "2026-13-01", "2026-00-10", "2026-04-00", "令和0年4月1日", "令和元年4月30日", "昭和64年1月8日",
     "昭和元年12月24日", "0001-01-01", "9999-12-31", "٢٠٢٦-٠٤-٠١", "2026/4/1; --", "9" * 100, "\0", "令和99999年1月1日",
     "2026年4月1日()", "2026-04-01T00:00:01", "0:00", "2026-04-01T", "58年4月1日", "2026 04 01"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_day(text)


@pytest.mark.parametrize(
    "text",
    ["2027-04", "2027/4", "2027.4", "202704", "2027年4月", "令和9年4月", "２０２７年４月", "R9.4", "r9/4", "令和９年４月",
     "2027年4月（令和9年4月）", "2027年4月1日", "2027/4/1 0:00", "Apr-27", "apr-2027", "April 2027", "Ａｐｒ－２７"],
)  # fmt: skip
def test_one_month_is_read_in_every_usual_spelling(text: str) -> None:
    for read in (read_month, read_first_month):
        assert read(text) == month_number(2027, 4)


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("S58/4", 1983, 4),
        ("昭和58年4月", 1983, 4),
        ("198304", 1983, 4),
        ("H31年3月31日", 2019, 3),
        ("昭和64年1月", 1989, 1),
        ("平成元年1月", 1989, 1),
        ("Sep-85", 1985, 9),
        ("2027.1", 2027, 1),
        ("2027.10", 2027, 10),
    ],
)
def test_months_of_a_career_are_read(text: str, year: int, month: int) -> None:
    assert read_month(text) == month_number(year, month)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "昭和58年",
            "「昭和58年」には月がありません。「2027年4月」「2027-04」「昭和58年4月」のように",
        ),
        ("2027", "「2027」には月がありません。"),
        ("2027-13", "「2027-13」という年月はありません。"),
        ("202713", "「202713」という年月はありません。"),
        ("平成31年5月", "平成にその月はありません。令和元年5月ではありませんか。"),
        ("Apr-35", "「APR-35」は1935年か2035年か分かりません。"),
        ("27-Apr", "「27-Apr」は読めません。"),
        ("4月", "「4月」は読めません。"),
        ("2027年4月〜9月", "は読めません。"),
    ],
)
def test_what_is_no_month_is_answered_with_what_was_read(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        read_month(text)


@pytest.mark.parametrize(
    "text",
    ["", "2027-00", "令和0年4月", "4/1/2027", "46478", "2027 4", "20 2704", "2027-04-31", "R9"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    for read in (read_month, read_first_month, read_last_month):
        with pytest.raises(Unreadable):
            read(text)


def test_a_number_with_a_point_is_no_month_because_its_last_zero_is_lost() -> None:
    for read in (read_month, read_first_month, read_last_month):
        with pytest.raises(
            Unreadable, match=r"「2027\.1」は数値です。1月か10月かなどが分かりません。"
        ):
            read(NumberText("2027.1"))
        assert read(NumberText("202704")) == month_number(2027, 4)


def test_a_period_begins_on_a_first_day_and_ends_on_a_last() -> None:
    april, september = month_number(2027, 4), month_number(2027, 9)
    assert read_first_month("2027-04-01") == april
    assert read_last_month("2027-09-30") == september
    assert read_last_month("2027年9月") == september
    with pytest.raises(
        Unreadable, match="2027年4月を含むときは「2027年4月」、含まないときは「2027年5月」"
    ):
        read_first_month("2027-04-16")
    with pytest.raises(
        Unreadable, match="2027年9月を含むときは「2027年9月」、含まないときは「2027年8月」"
    ):
        read_last_month("2027-09-15")
    with pytest.raises(Unreadable, match="月の途中の日です"):
        read_last_month("2027-09-01")


@pytest.mark.parametrize(
    ("text", "year"),
    [("2025", 2025), ("２０２５年", 2025), ("令和6年", 2024), ("R6", 2024), ("昭和33", 1958), ("S33", 1958),
     ("平成元年", 1989), ("昭和64年", 1989), ("令7", 2025)],
)  # fmt: skip
def test_years_are_read_by_both_calendars(text: str, year: int) -> None:
    assert read_year(text) == year


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("昭和65年", "昭和にその年はありません。平成2年ではありませんか。"),
        ("33", "「33」は読めません。「2025」「2025年」「令和7年」のように入力してください。"),
        ("令和6年度", "「令和6年度」は読めません。"),
        ("昭和58年4月", "「昭和58年4月」は年だけではありません。"),
        ("1899", "1900年から2100年までで入力してください（1899年と読みました）。"),
        ("0000", "1868年から2117年までの年を入力してください。"),
    ],
)
def test_what_is_no_year_is_answered_with_what_was_read(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        read_year(text)


@given(DAYS)
def test_every_day_that_is_shown_is_read_back(day: date) -> None:
    shown = (
        dates.era(day), dates.show_date(day), day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y/%m/%d}",
        f"{day.isoformat()}T00:00:00", f"{day.isoformat()} 0:00",
    )  # fmt: skip
    for text in shown:
        assert read_day(text) == read_day(text.translate(WIDE)) == day


@given(DAYS.filter(lambda day: day.replace(day=1) >= EARLIEST))  # 明治 began within a month
def test_every_month_that_is_shown_is_read_back(day: date) -> None:
    number = dates.month_of(day)
    shown = (
        dates.month_text(number), dates.show_month(number), dates.show_month_ja(number),
        f"{day:%Y%m}", f"{day:%B}-{day:%Y}",
    )  # fmt: skip
    for text in shown:
        for read in (read_month, read_first_month, read_last_month):
            assert read(text) == read(text.translate(WIDE)) == number
    assert read_month(dates.era(day)) == number


@given(st.integers(1900, 2100))
def test_every_year_is_read_back(year: int) -> None:
    era = dates.era(date(year, 12, 31)).partition("年")[0]
    assert read_year(str(year)) == read_year(f"{year}年") == read_year(f"{era}年") == year


@given(st.text("0123456789-/.年月日令和平成昭RHS元（）T: ", max_size=14))
def test_what_is_read_has_the_digits_of_what_was_written(text: str) -> None:
    """Nothing is made up: the month and the day stand in the text as they were read."""
    plain = unicodedata.normalize("NFKC", text)
    for read in (read_day, read_month):
        try:
            found = read(text)
        except Unreadable:
            continue
        day = found if isinstance(found, date) else dates.first_day(found)
        numbers = {int(run) for run in re.findall(r"[0-9]+", plain)}
        compact = {f"{day:%Y%m}", f"{day:%Y%m%d}"} & set(re.findall(r"[0-9]+", plain))
        assert compact or day.month in numbers


@given(st.text())
def test_no_text_makes_a_reader_fail_in_another_way(text: str) -> None:
    for read in (read_day, read_month, read_first_month, read_last_month, read_year):
        try:
            read(text)
        except Unreadable:
            continue
