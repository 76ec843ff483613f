"""Text as it is typed: what is kept, what is folded, what is refused."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from talentpool.kanji import VARIANTS
from talentpool.text import (
    UnsafeText,
    clean,
    digits,
    is_kana,
    katakana,
    search_key,
)

ODD_NAMES = [
    "髙橋",
    "山﨑",
    "𠮷野家",
    "葛󠄀城",
    "か\u3099",
    "ﾊﾝｶｸ ﾀﾛｳ",
    "①㈱№℡",
    "Ⅲ",
    "～〜",
    "－−‐―ー",
    "￥\\",
    "表示ソ能予",
    "ｱ\u200bｲ",
    "斎藤\u3000太郎",
    "🧑\u200d💻👨\u200d👩\u200d👧\u200d👦",
    "鷗外",
    "辻󠄀",
    "纊褜鍈銈",
    "彅塚",
    "O'Brien; --",
    "<b>太郎</b>",
    "{{7*7}}",
    "=1+1",
    "＝1+1",
    "＠SUM(1)",
    "\ufa10本",
    "\ufa19戸",
    "\ufa1b田",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_kept_exactly_as_typed(name: str) -> None:
    assert clean(name) == name


def test_compatibility_kanji_survive_cleaning_although_nfc_would_change_them() -> None:
    assert unicodedata.normalize("NFC", "\ufa10本") != "\ufa10本"
    assert clean("\ufa10本") == "\ufa10本"


@pytest.mark.parametrize(
    "text", ["  太郎 ", "\u3000太郎\u3000", "\ufeff太郎", "\t太郎\r\n", " \u200b 太郎"]
)
def test_outer_blanks_and_marks_of_files_are_trimmed(text: str) -> None:
    assert clean(text) == "太郎"


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "a\0b",
        "\ud800",
        "太郎\udc00",
        "太郎\u202e嘘",
        "a\u2066b",
        "a\x1bb",
        "a\x85b",
        "a\u2028b",
        "a\ufffeb",
        "a\U0001ffffb",
        "a\ufdd0b",
        "x\r\nBcc: evil@example.com",
        "a\tb",
    ],
)
def test_text_that_no_field_may_hold_is_refused(text: str) -> None:
    with pytest.raises(UnsafeText):
        clean(text)


def test_a_text_area_keeps_its_lines_with_one_kind_of_line_end() -> None:
    assert clean("一\r\n二\r三\n\t四", multiline=True) == "一\n二\n三\n\t四"
    with pytest.raises(UnsafeText):
        clean("一\0二", multiline=True)


@given(st.text())
def test_clean_is_a_refusal_or_a_part_of_what_was_typed(text: str) -> None:
    try:
        kept = clean(text)
    except UnsafeText:
        return
    assert kept in text
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("濵田", "浜田"),
        ("𠮷野家", "吉野家"),
        ("鷗外", "鴎外"),
        ("葛󠄀城", "葛城"),
        ("辻󠄀", "辻"),
        ("\ufa10本", "塚本"),
        ("\ufa19戸", "神戸"),
        ("ﾊﾝｶｸ ﾀﾛｳ", "はんかくたろう"),
        ("か\u3099", "が"),
        ("斎藤\u3000太郎", "斎藤太郎"),
        ("ｱ\u200bｲ", "アイ"),
        ("ＤＸ推進", "dx推進"),
        ("マネージャー", "マネ－ジャ"),
        ("\ufeff太郎", "太郎"),
        ("①㈱", "1(株)"),
        ("Straße", "STRASSE"),
    ],
)
def test_what_a_reader_takes_for_the_same_word_is_found(typed: str, sought: str) -> None:
    assert search_key(typed) == search_key(sought)


def test_different_family_names_stay_apart() -> None:
    assert search_key("斉藤") != search_key("斎藤")
    assert search_key("太田") != search_key("大田")


@given(st.text())
def test_the_search_key_of_a_key_is_the_key(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_search_key_can_be_stored(text: str) -> None:
    assert clean(search_key(text)) == search_key(text)


def test_no_variant_leads_to_another_variant() -> None:
    assert not set(VARIANTS.values()) & set(VARIANTS)
    assert all(len(variant) == len(daily) == 1 for variant, daily in VARIANTS.items())


def test_furigana_becomes_full_width_katakana() -> None:
    assert katakana("はんかく ﾀﾛｳ ｶﾞｷﾞ か\u3099") == "ハンカク タロウ ガギ ガ"
    assert katakana("ヴァイオリン") == "ヴァイオリン"
    assert katakana("山田A1") == "山田A1"


@pytest.mark.parametrize("text", ["タロウ", "ハンカク\u3000タロウ", "マリー・アンヌ", "ヴァン"])
def test_kana_with_blanks_and_middle_dots_is_kana(text: str) -> None:
    assert is_kana(text)


@pytest.mark.parametrize(
    "text", ["", " ", "・", "ー", "太郎", "タロウ1", "たろう", "ﾀﾛｳ", "タロウ\n"]
)
def test_anything_else_is_no_kana(text: str) -> None:
    assert not is_kana(text)


def test_full_width_input_becomes_ascii_and_other_digits_stay() -> None:
    assert digits("＋８１ー９０－１２３４") == "+81-90-1234"
    assert digits("٣") == "٣"
