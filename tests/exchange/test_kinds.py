"""Cells as people fill them in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from talentpool.dates import month_number
from talentpool.errors import Problem
from talentpool.exchange import kinds
from talentpool.exchange.kinds import Kind
from talentpool.exchange.layout import CANDIDATES, NEEDS
from talentpool.reference.catalogue import Catalogue
from talentpool.typed.quantities import FEE, HALF_DAYS, PERCENT

CATALOGUE = Catalogue.shipped()
APRIL = month_number(2027, 4)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (kinds.MONTH, "2027-04", APRIL),
        (kinds.MONTH, "２０２７年４月", APRIL),
        (kinds.MONTH, "令和9年4月", APRIL),
        (kinds.MONTH, "R9.4", APRIL),
        (kinds.MONTH, "2027-04-01", APRIL),
        (kinds.MONTH, "2027/4/1", APRIL),
        (kinds.DAY, "令和9年3月31日", date(2027, 3, 31)),
        (kinds.DAY, "2026/4/1 0:00", date(2026, 4, 1)),
        (kinds.whole(0, 62, HALF_DAYS), "4日", 8),
        (kinds.whole(0, 100, PERCENT), "50%", 50),
        (kinds.year(1950, 2100), "昭和58年", 1983),
        (kinds.INSTANT, "2026/11/1 9:00", 1793491200),
        (kinds.DAY, "2027-03-31T00:00:00", date(2027, 3, 31)),
        (kinds.whole(0, 10_000_000, FEE), "５００万円", 5_000_000),
        (kinds.whole(0, 10_000), "１，２００", 1200),
        (kinds.YES_NO, "はい", True),
        (kinds.YES_NO, "ＴＲＵＥ", True),
        (kinds.YES_NO, "○", True),
        (kinds.YES_NO, "無", False),
        (kinds.MUST_OR_WANT, "希望", False),
        (kinds.MUST_OR_WANT, "must", True),
        (kinds.DAYS, "月・水", 0b101),
        (kinds.DAYS, "月曜日、水曜", 0b101),
        (kinds.DAYS, "平日", 31),
        (kinds.DAYS, "日", 64),
        (kinds.DAYS, "なし", 0),
        (kinds.TOWN, "佐用町", "285013"),
        (kinds.TOWN, "兵庫県佐用町", "285013"),
        (kinds.TOWN, "２８５０１３", "285013"),
        (kinds.OFFICE, "なし", ""),
        (kinds.OFFICE, "姫路市", "282014"),
        (kinds.code("form"), "委嘱・謝金(身分なし)", "commission"),
        (kinds.code("form"), "委嘱・謝金（身分なし）", "commission"),
        (kinds.code("form"), "COMMISSION", "commission"),
        (kinds.codes("skill"), "議会対応、bpr；データ分析・EBPM", ("assembly", "bpr", "data")),
        (kinds.REGIONS, "但馬;淡路", ("但馬", "淡路")),
        (kinds.INSTANT, "2026-11-01T09:00:00+09:00", 1793491200),
        (kinds.INSTANT, "2026-11-01T09:00:00", 1793491200),
        (kinds.INSTANT, "令和8年11月1日", 1793458800),
        (kinds.kana(50), "はなこ", "ハナコ"),
        (kinds.kana(50), "ﾊﾅｺ", "ハナコ"),
        (kinds.MAIL, "Ａ@Example.jp", "a@example.jp"),
        (kinds.TELEPHONE, "０７８－３４１－７７１１", "078-341-7711"),
        (kinds.POSTAL, "〒６５０８５６７", "650-8567"),
        (kinds.REFERENCE, " ｎ－０００００１", "N-000001"),
        (kinds.REFERENCES, "N-000002; N-000001", ("N-000001", "N-000002")),
        (kinds.text(multiline=True), "あ\r\nい", "あ\nい"),
        (kinds.text(), " 髙塚　", "髙塚"),
    ],
)
def test_what_people_write_is_understood(kind: Kind, typed: str, value: Any) -> None:
    assert kind.read(typed, CATALOGUE) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (kinds.MONTH, "2027-13"),
        (kinds.MONTH, "来年"),
        (kinds.FIRST_MONTH, "2027-04-16"),
        (kinds.LAST_MONTH, "2027-09-15"),
        (kinds.DAY, "2026-04-01T09:00:00"),
        (kinds.whole(0, 62, HALF_DAYS), "4人"),
        (kinds.INSTANT, "2026/11/1 25:00"),
        (kinds.REFERENCE, "N-0000000001\u202e"),
        (kinds.DAY, "平成31年4月31日"),
        (kinds.whole(0, 62), "-1"),
        (kinds.whole(0, 62), "63"),
        (kinds.whole(0, 62), "NaN"),
        (kinds.whole(0, 62), "1e9999"),
        (kinds.whole(0, 62), "٣"),
        (kinds.whole(0, 62), "8.5"),
        (kinds.YES_NO, "たぶん"),
        (kinds.MUST_OR_WANT, "できれば"),
        (kinds.DAYS, "げつ"),
        (kinds.TOWN, "府中市"),
        (kinds.TOWN, "存在しない町"),
        (kinds.code("form"), "委嘱"),
        (kinds.code("form"), "no_such_form"),
        (kinds.codes("skill"), "bpr;超能力"),
        (kinds.REGIONS, "関東"),
        (kinds.INSTANT, "きのう"),
        (kinds.INSTANT, "0001-01-01T00:00:00"),
        (kinds.INSTANT, "1999-12-31T23:59:59+00:00"),
        (kinds.INSTANT, "9999-12-31T23:59:59-12:00"),
        (kinds.INSTANT, "2026-02-30T09:00:00"),
        (kinds.kana(50), "花子"),
        (kinds.kana(50), "ア" * 51),
        (kinds.MAIL, "a@b"),
        (kinds.MAIL, "x\r\nBcc: evil@example.com"),
        (kinds.TELEPHONE, "12345"),
        (kinds.POSTAL, "123"),
        (kinds.REFERENCE, "N-00000000001"),
        (kinds.REFERENCES, "N-000001;N\0"),
        (kinds.text(3), "あいうえ"),
        (kinds.text(), "a\nb"),
        (kinds.text(), "太郎\u202e嘘"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(kind: Kind, typed: str) -> None:
    with pytest.raises((ValueError, Problem)) as caught:
        kind.read(typed, CATALOGUE)
    assert str(caught.value).endswith("。")


@pytest.mark.parametrize("layout", [CANDIDATES, NEEDS])
def test_every_code_comes_back_from_its_label_and_from_itself(layout: Any) -> None:
    vocabularies = {c.kind.vocabulary for _, columns in layout.sheets() for c in columns}
    for vocabulary in filter(None, vocabularies):
        kind = kinds.code(vocabulary)
        for term in CATALOGUE.terms(vocabulary):
            for catalogue in (CATALOGUE, None):
                assert kind.read(str(kind.write(term.code, catalogue)), CATALOGUE) == term.code


def test_every_town_comes_back_from_its_name_and_its_code() -> None:
    for town in CATALOGUE.municipalities():
        assert kinds.TOWN.read(str(kinds.TOWN.write(town.code, CATALOGUE)), CATALOGUE) == town.code
        assert kinds.TOWN.read(str(kinds.TOWN.write(town.code, None)), CATALOGUE) == town.code


def test_a_code_that_is_no_longer_valid_is_still_read() -> None:
    terms = [term for term in CATALOGUE.terms("stage") if term.code != "run"]
    old = CATALOGUE.term("stage", "run")
    retired = type(old)(
        old.vocabulary, old.code, old.ja, old.en, old.position, old.valid_from, date(2020, 1, 1)
    )
    catalogue = Catalogue((), (), [*terms, retired])
    stage = kinds.code("stage")
    assert stage.read("run", catalogue) == "run"
    assert stage.write("run", catalogue) == "run"


@pytest.mark.parametrize("bits", range(128))
def test_weekdays_come_back(bits: int) -> None:
    assert kinds.DAYS.read(str(kinds.DAYS.write(bits, None)), CATALOGUE) == bits


def test_values_are_written_plainly() -> None:
    assert kinds.MONTH.write(APRIL, None) == "2027-04"
    assert kinds.OFFICE.write("", None) == "なし"
    assert kinds.INSTANT.write(0, None) == ""
    assert kinds.INSTANT.write(1793491200, None) == "2026-11-01T09:00:00+09:00"
    assert kinds.whole(0, 9).write(8, None) == 8
    assert kinds.REFERENCES.write(("N-000001", "N-000002"), None) == "N-000001;N-000002"
    assert kinds.code("form").write("no_such_form", CATALOGUE) == "no_such_form"
