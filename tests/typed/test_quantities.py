from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from talentpool.typed import Unreadable
from talentpool.typed.quantities import (
    ENGAGEMENTS,
    FEE,
    HALF_DAYS,
    MINUTES,
    PERCENT,
    PLAIN,
    SEATS,
    YEN,
    Measure,
    read_whole,
)

MEASURES = {
    "half-days": HALF_DAYS, "minutes": MINUTES, "yen": YEN, "fee": FEE, "percent": PERCENT,
    "seats": SEATS, "engagements": ENGAGEMENTS, "plain": PLAIN,
}  # fmt: skip
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    ("measure", "text", "number"),
    [
        (PLAIN, "5", 5),
        (PLAIN, " 12 ", 12),
        (PLAIN, "５，０００", 5_000),
        (PLAIN, "-0", 0),
        (PLAIN, "+3", 3),
        (PLAIN, "1.0", 1),
        (PLAIN, "007", 7),
        (HALF_DAYS, "8", 8),
        (HALF_DAYS, "８コマ", 8),
        (HALF_DAYS, "8ｺﾏ", 8),
        (HALF_DAYS, "8こま", 8),
        (HALF_DAYS, "8 半日コマ", 8),
        (HALF_DAYS, "半日", 1),
        (HALF_DAYS, "3半日", 3),
        (HALF_DAYS, "4日", 8),
        (HALF_DAYS, "４日間", 8),
        (HALF_DAYS, "2.5日", 5),
        (HALF_DAYS, "1日半", 3),
        (HALF_DAYS, "月4日", 8),
        (HALF_DAYS, "毎月 8コマ", 8),
        (HALF_DAYS, "8コマ/月", 8),
        (HALF_DAYS, "8時間", 2),
        (HALF_DAYS, "1日と".replace("と", "1コマ"), 3),
        (MINUTES, "９０分", 90),
        (MINUTES, "90", 90),
        (MINUTES, "1時間", 60),
        (MINUTES, "1時間半", 90),
        (MINUTES, "1.5時間", 90),
        (MINUTES, "1時間30分", 90),
        (YEN, "１万円", 10_000),
        (YEN, "1,200円", 1_200),
        (YEN, "¥25,000", 25_000),
        (YEN, "￥２５０００", 25_000),
        (YEN, "1.5万円", 15_000),
        (YEN, "1万2千円", 12_000),
        (YEN, "500万円", 5_000_000),
        (YEN, "2千万", 20_000_000),
        (YEN, "1億2000万", 120_000_000),
        (YEN, "1万5000", 15_000),
        (YEN, "¥1,200-", 1_200),
        (YEN, "10,000円/半日", 10_000),
        (YEN, "無償", 0),
        (FEE, "2万5千円", 25_000),
        (PERCENT, "50%", 50),
        (PERCENT, "５０％", 50),
        (PERCENT, "50パーセント", 50),
        (PERCENT, "5割", 50),
        (SEATS, "2人", 2),
        (SEATS, "２名", 2),
        (ENGAGEMENTS, "2件", 2),
        (ENGAGEMENTS, "2つ", 2),
    ],
)
def test_numbers_are_read_as_people_write_them(measure: Measure, text: str, number: int) -> None:
    assert read_whole(text, measure) == number


@pytest.mark.parametrize(
    ("measure", "text", "words"),
    [
        (HALF_DAYS, "4人", "「4人」の「人」は、ここでは使えない単位です。"),
        (HALF_DAYS, "50%", "「50%」は半日コマの数として読めません。"),
        (HALF_DAYS, "1.3日", "「1.3日」は整数のコマになりません。"),
        (HALF_DAYS, "3時間", "整数のコマになりません。"),
        (HALF_DAYS, "週2日", "「週2日」は半日コマの数として読めません。"),
        (HALF_DAYS, "4〜8", "「8」「8コマ」「4日」のように入力してください。"),
        (HALF_DAYS, "約4日", "「約4日」は半日コマの数として読めません。"),
        (MINUTES, "2日", "「2日」の「日」は、ここでは使えない単位です。"),
        (MINUTES, "30分1時間", "分として読めません"),
        (YEN, "8コマ", "「8コマ」の「コマ」は、ここでは使えない単位です。"),
        (YEN, "25,000円/日", "金額として読めません"),
        (YEN, "日額25,000円", "金額として読めません"),
        (FEE, "10,000円/半日", "金額として読めません"),
        (YEN, "1万5", "金額として読めません"),
        (YEN, "50%", "金額として読めません"),
        (SEATS, "2コマ", "「2コマ」の「コマ」は、ここでは使えない単位です。"),
        (PERCENT, "0.5", "「0.5」は整数の%になりません。"),
        (PLAIN, "3人", "「3人」の「人」は、ここでは使えない単位です。"),
    ],
)
def test_what_could_mean_something_else_is_refused_with_what_was_read(
    measure: Measure, text: str, words: str
) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        read_whole(text, measure)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
@pytest.mark.parametrize(
    "text",
    ["", " ", "万", "円", "-", "1e9999", "NaN", "Infinity", "٣", "1.5", "1,00", "1,0000", "12,34",
     "1万1億", "1万1万", "五", "0x10", "1_000", "9" * 41, "1 000 a", "=1+1", "1 2", "--1", "1.2.3", "２²"],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused_everywhere(measure: Measure, text: str) -> None:
    with pytest.raises(Unreadable):
        read_whole(text, measure)


def test_the_bounds_of_a_number_are_named_with_what_was_read() -> None:
    with pytest.raises(Unreadable, match=re.escape("0以上で入力してください（-10と読みました）。")):
        read_whole("－10", PLAIN)
    with pytest.raises(Unreadable, match="62コマ以下で入力してください（80コマと読みました）。"):
        read_whole("40日", HALF_DAYS, most=62)
    assert read_whole("－10", PLAIN, least=-10) == -10


@given(st.integers(0, 10**12), st.sampled_from(list(MEASURES.values())))
def test_every_number_is_read_back_grouped_with_its_unit_and_in_full_width(
    number: int, measure: Measure
) -> None:
    for text in (
        str(number),
        f"{number:,}",
        f"{number:,}{measure.unit}",
        f" {number} {measure.unit}",
    ):
        assert read_whole(text, measure) == read_whole(text.translate(WIDE), measure) == number


@given(st.integers(1, 9999), st.integers(1000, 9999))
def test_scales_are_added_up(many: int, rest: int) -> None:
    assert read_whole(f"{many}万{rest}円", YEN) == many * 10_000 + rest


SAID = re.compile(
    r"(毎月|月に?|1[かカヶ]月に?|[¥￥\\])?\s*[-+]?"
    r"([0-9,]+(\.[0-9]+)?[百千]?[万億]?\s*(半日コマ|コマ|半日|日間?|時間|分間?|円|%|パ-セント|割|人|名|枠|件|ツ)?半?\s*)+"
    r"(-|/月|/1カ月|/半日|/半日コマ|/1?コマ)?"
)


@given(st.text("0123456789,.-+ 百千万億コマ半日時間分円%割人名枠件つ月約〜/¥", max_size=9))
def test_nothing_is_read_that_is_no_number_with_units(text: str) -> None:
    from talentpool.text import digits, katakana

    for measure in MEASURES.values():
        try:
            read_whole(text, measure)
        except Unreadable:
            continue
        plain = katakana(digits(text))
        assert SAID.fullmatch(plain) or plain in measure.words


@given(st.text())
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    for measure in MEASURES.values():
        try:
            read_whole(text, measure)
        except Unreadable:
            continue
