from __future__ import annotations

import pytest

from talentpool import pay
from talentpool.reference.catalogue import Catalogue

YEN = [
    (25_000, "day", 12_500, 50_000),
    (25_001, "day", 12_500, 50_002),
    (2_000, "hour", 8_000, 32_000),
    (100_000, "month", 25_000, 100_000),
    (9_999, "month", 2_499, 9_999),
    (7_000, "time", 7_000, 28_000),
    (7_000, "none", 0, 0),
]


@pytest.mark.parametrize(("amount", "basis", "a_half_day", "a_month"), YEN)
def test_pay_in_any_unit_becomes_yen_for_a_half_day_and_for_a_month(
    amount: int, basis: str, a_half_day: int, a_month: int
) -> None:
    assert pay.half_day_pay(amount, basis, half_days=4) == a_half_day
    assert pay.month_pay(amount, basis, half_days=4) == a_month


def test_an_odd_half_day_of_a_day_s_pay_is_rounded_to_whole_yen() -> None:
    assert pay.month_pay(20_001, "day", half_days=3) == 30_002
    assert pay.month_pay(20_003, "day", half_days=3) == 30_004


@pytest.mark.parametrize(
    ("amount", "basis", "units", "total"),
    [
        (25_000, "day", 14, 350_000),
        (2_000, "hour", 112, 224_000),
        (100_000, "month", 7, 700_000),
        (7_000, "time", 28, 196_000),
        (7_000, "none", 0, 0),
    ],
)
def test_pay_in_all_is_the_pay_of_a_unit_times_the_units(
    amount: int, basis: str, units: int, total: int
) -> None:
    assert pay.units_in_all(basis, half_days=4, months=7) == units
    assert pay.total_pay(amount, basis, half_days=4, months=7) == total


def test_pay_in_all_is_rounded_once_and_not_by_month() -> None:
    assert pay.month_pay(20_001, "day", half_days=1) * 2 == 20_000
    assert pay.total_pay(20_001, "day", half_days=1, months=2) == 20_001


def test_every_unit_that_a_need_can_name_is_known() -> None:
    codes = {term.code for term in Catalogue.shipped().terms("pay_basis")}
    assert codes == {*pay.UNITS, pay.MONTHLY, pay.UNPAID}
