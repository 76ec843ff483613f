"""Municipalities by what people call them, and the question where it is not sure."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from talentpool.errors import UnknownCode
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.entries import MunicipalityEntry
from talentpool.text import katakana

catalogue = Catalogue.shipped()
TOWNS = catalogue.municipalities()
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def found(text: str, prefecture: str | None = None) -> str:
    town = catalogue.find_municipality(text, prefecture)
    return catalogue.prefecture(town.prefecture_code).ja + town.ja


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("豊岡", "兵庫県豊岡市"),
        ("とよおかし", "兵庫県豊岡市"),
        ("ﾄﾖｵｶｼ", "兵庫県豊岡市"),
        ("ひょうごけんとよおかし", "兵庫県豊岡市"),
        ("豊岡市日高町", "兵庫県豊岡市"),
        ("豊岡市中央町2-4", "兵庫県豊岡市"),
        ("神戸市北区", "兵庫県神戸市"),
        ("兵庫県神戸市中央区下山手通5-10-1", "兵庫県神戸市"),
        ("茅ケ崎市", "神奈川県茅ヶ崎市"),
        ("茅ヶ崎", "神奈川県茅ヶ崎市"),
        ("茅が崎市", "神奈川県茅ヶ崎市"),
        ("竜ヶ崎市", "茨城県龍ケ崎市"),
        ("塩釜市", "宮城県塩竈市"),
        ("會津若松市", "福島県会津若松市"),
        ("兵庫県佐用郡佐用町", "兵庫県佐用町"),
        ("佐用郡佐用町佐用2611-1", "兵庫県佐用町"),
        ("佐用", "兵庫県佐用町"),
        ("さようまち", "兵庫県佐用町"),
        ("兵庫 佐用町", "兵庫県佐用町"),
        ("東京都北区", "東京都北区"),
        ("世田谷", "東京都世田谷区"),
        ("東村山市本町", "東京都東村山市"),
        ("東村山郡中山町", "山形県中山町"),
        ("余市郡余市町", "北海道余市町"),
        ("大和郡山市矢田町", "奈良県大和郡山市"),
        ("郡山市", "福島県郡山市"),
        ("四日市", "三重県四日市市"),
        ("大町町", "佐賀県大町町"),
        ("２８５０１３", "兵庫県佐用町"),
    ],
)
def test_a_town_is_found_as_people_write_it(text: str, town: str) -> None:
    assert found(text) == town


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "府中市",
            "「府中市」は複数あります。「東京都府中市」か「広島県府中市」のように都道府県名から入力してください。",
        ),
        ("府中", "「東京都府中市」か「広島県府中市」か「広島県府中町」のように"),
        ("神戸", "「岐阜県神戸町」か「兵庫県神戸市」のように"),
        ("とよおか", "「長野県豊丘村」か「兵庫県豊岡市」のように"),
        ("府中市宮町", "「東京都府中市」か「広島県府中市」のように"),
        ("篠山市", "「篠山市」は市区町村の一覧にありません。「兵庫県丹波篠山市」ですか。"),
        ("東村山本町", "「東京都東村山市」ですか。"),
        ("北区", "「北区」だけでは分かりません。東京都北区ですか。"),
        ("大阪", "「大阪」だけでは分かりません。大阪府大阪市ですか。"),
        ("兵庫県", "「兵庫県」は市区町村の一覧にありません。"),
        ("大阪府豊岡市", "「大阪府豊岡市」は市区町村の一覧にありません。"),
        ("市", "「市」は市区町村の一覧にありません。"),
        ("28501", "「28501」は市区町村の一覧にありません。"),
        ("", "は市区町村の一覧にありません。"),
    ],
)
def test_what_is_not_sure_is_asked(text: str, words: str) -> None:
    with pytest.raises(UnknownCode, match=re.escape(words)):
        catalogue.find_municipality(text)


def test_the_chosen_prefecture_answers_the_question() -> None:
    assert found("神戸", "28") == "兵庫県神戸市"
    assert found("とよおか", "28") == "兵庫県豊岡市"
    assert found("府中", "13") == "東京都府中市"
    assert found("北区", "13") == "東京都北区"
    assert found("東京都府中市", "28") == "東京都府中市"


def answer(text: str) -> tuple[str | None, str]:
    """The code of the town, or else the question."""
    try:
        return catalogue.find_municipality(text).code, ""
    except UnknownCode as error:
        return None, error.message


def spellings(town: MunicipalityEntry) -> list[str]:
    prefecture = catalogue.prefecture(town.prefecture_code)
    district = ["架空郡" + town.ja] if town.kind in "町村" else []
    return [
        town.code,
        town.code.translate(WIDE),
        *(prefecture.ja + name for name in (
            town.ja, f" {town.ja} ", town.ja + "1丁目2-3", f"{town.ja}中央町", *district,
            town.ja.replace("ヶ", "ケ"), town.ja.replace("ケ", "ヶ"),
        )),
    ]  # fmt: skip


@pytest.mark.parametrize("prefecture", [entry.code for entry in catalogue.prefectures()])
def test_every_town_is_found_in_its_prefecture_by_every_spelling(prefecture: str) -> None:
    for town in catalogue.municipalities(prefecture):
        for text in spellings(town):
            assert catalogue.find_municipality(text).code == town.code, text


@pytest.mark.parametrize("prefecture", [entry.code for entry in catalogue.prefectures()])
def test_a_bare_name_leads_to_its_town_or_names_it_in_the_question(prefecture: str) -> None:
    for town in catalogue.municipalities(prefecture):
        kana = catalogue.prefecture(prefecture).kana + town.kana
        bare = (town.ja, town.kana, town.ja[:-1], f"{town.ja}1丁目")
        for text in (*bare, kana, kana.translate(HIRAGANA)):
            code, question = answer(text)
            assert code == town.code or town.ja in question or "など" in question, text


def test_towns_that_are_spelt_alike_in_one_prefecture_are_not_mixed_up() -> None:
    for town in TOWNS:
        key = town.prefecture_code, town.ja
        assert sum((other.prefecture_code, other.ja) == key for other in TOWNS) == 1


@given(st.sampled_from(TOWNS), st.sampled_from(["", "市", "町", "村", "区", "郡", "本", "北"]))
def test_no_town_is_found_that_is_not_written(town: MunicipalityEntry, more: str) -> None:
    text = town.ja[:-1] + more
    try:
        other = catalogue.find_municipality(text)
    except UnknownCode:
        return
    written = katakana(text)
    assert katakana(other.ja[:-1]) in written or other.kana[:2] in written


@given(st.text(max_size=30))
def test_no_text_makes_the_search_fail_in_another_way(text: str) -> None:
    code, question = answer(text)
    assert code is not None or question.endswith("。")


@pytest.mark.parametrize("text", ["トヨタ", "豊田", "豊田市民銀行", "神戸製鋼所", "府中市", ""])
def test_an_office_is_a_town_only_by_its_full_name(text: str) -> None:
    assert catalogue.town_names.named(text) is None


@pytest.mark.parametrize("text", ["豊田市", "愛知県豊田市", "豊田 市"])
def test_an_office_is_known_by_its_full_name(text: str) -> None:
    town = catalogue.town_names.named(text)
    assert town is not None
    assert town.ja == "豊田市"
