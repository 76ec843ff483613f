from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from talentpool.typed import Unreadable
from talentpool.typed.answers import NO, WEEKDAYS, YES, read_weekdays, read_yes

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "text",
    ["はい", "○", "〇", "◯", "✓", "✔\ufe0f", "☑", "有", "あり", "可", "可能", "1", "１", "Yes", "ＴＲＵＥ", "OK", " はい\u3000"],
)  # fmt: skip
def test_every_usual_yes_is_read(text: str) -> None:
    assert read_yes(text) is True


@pytest.mark.parametrize(
    "text",
    ["いいえ", "x", "Ｘ", "×", "✕", "✖\ufe0f", "❌", "無", "なし", "否", "不可", "0", "０", "No", "FALSE", "NG"],
)  # fmt: skip
def test_every_usual_no_is_read(text: str) -> None:
    assert read_yes(text) is False


@pytest.mark.parametrize(
    "text", ["", "△", "◎", "？", "可否", "はい・いいえ", "-", "2", "要相談", "o"]
)
def test_what_is_neither_is_refused_as_it_stands(text: str) -> None:
    with pytest.raises(Unreadable, match=f"「{text}」は「はい」か「いいえ」として読めません。"):
        read_yes(text)


def test_no_sign_says_both() -> None:
    assert not YES & NO


@given(st.text(max_size=4))
def test_nothing_else_is_an_answer(text: str) -> None:
    try:
        answer = read_yes(text)
    except Unreadable:
        return
    assert answer in {True, False}
    assert len(text.strip()) <= 4


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("月水金", "月水金"),
        ("月・水", "月水"),
        ("月、水、金", "月水金"),
        ("月,水", "月水"),
        ("月/水", "月水"),
        ("月 水", "月水"),
        ("月と水", "月水"),
        ("月曜日・水曜日", "月水"),
        ("月曜と水曜", "月水"),
        ("月〜金", "月火水木金"),
        ("月～金", "月火水木金"),
        ("月-金", "月火水木金"),
        ("月ー金", "月火水木金"),
        ("月曜日から金曜日まで", "月火水木金"),
        ("月〜水、金", "月火水金"),
        ("金〜月", "月金土日"),
        ("毎日", "月火水木金土日"),
        ("平日", "月火水木金"),
        ("平日と土", "月火水木金土"),
        ("土日", "土日"),
        ("週末", "土日"),
        ("日", "日"),
        ("日曜日", "日"),
        ("なし", ""),
    ],
)
def test_weekdays_are_read_as_people_write_them(text: str, days: str) -> None:
    assert read_weekdays(text) == sum(1 << WEEKDAYS.index(day) for day in days)


@pytest.mark.parametrize(
    "text",
    ["", " ", "月〜", "〜金", "祝", "土日祝", "月以外", "月から", "第1月", "1", "月?", "毎", "Mon"],
)
def test_what_names_no_days_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_weekdays(text)


def test_every_set_of_days_is_read_back() -> None:
    for many in range(1, 8):
        for days in combinations(WEEKDAYS, many):
            bits = sum(1 << WEEKDAYS.index(day) for day in days)
            for mark in ("", "・", "、", "，", " ", "\u3000"):
                assert read_weekdays(mark.join(days)) == bits
            assert read_weekdays("曜日".join(days) + "曜日") == bits


@given(st.text("月火水木金土日毎平週末曜・、〜と からまで", max_size=6))
def test_only_named_days_are_read(text: str) -> None:
    try:
        bits = read_weekdays(text)
    except Unreadable:
        return
    named = sum(1 << WEEKDAYS.index(day) for day in WEEKDAYS if day in text)
    assert bits | named == bits or "曜日" in text or any(s in text for s in ("毎日", "平日"))
    assert 0 < bits < 128


@given(st.text())
def test_no_text_makes_a_reader_fail_in_another_way(text: str) -> None:
    for read in (read_yes, read_weekdays):
        try:
            read(text)
        except Unreadable:
            continue
