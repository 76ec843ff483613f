"""What a half-day is, and what pay by the month, day, hour or visit comes to. Amounts in yen."""

from __future__ import annotations

from fractions import Fraction

HOURS_A_HALF_DAY = 4
HALF_DAYS_A_DAY = 2
MOST_HALF_DAYS = 31 * HALF_DAYS_A_DAY  # of a month

UNPAID = "none"
MONTHLY = "month"
# Half-days of one unit. A visit (回額) is taken as one half-day.
UNITS = {
    "day": Fraction(HALF_DAYS_A_DAY),
    "time": Fraction(1),
    "hour": Fraction(1, HOURS_A_HALF_DAY),
}


def half_day_pay(amount: int, basis: str, half_days: int) -> int:
    """Pay for one half-day, rounded down, where a month has `half_days` of them."""
    unit = _unit(basis, half_days)
    return 0 if unit is None else int(amount // unit)


def month_pay(amount: int, basis: str, half_days: int) -> int:
    """Pay for a month of `half_days`."""
    unit = _unit(basis, half_days)
    return 0 if unit is None else round(amount * half_days / unit)


def units_in_all(basis: str, half_days: int, months: int) -> Fraction:
    """How many times the pay of one unit is paid for `months` of `half_days`: months, days, hours or visits."""
    unit = _unit(basis, half_days)
    return Fraction(0) if unit is None else half_days * months / unit


def total_pay(amount: int, basis: str, half_days: int, months: int) -> int:
    """Pay for all `months` of `half_days` each."""
    return round(amount * units_in_all(basis, half_days, months))


def _unit(basis: str, half_days: int) -> Fraction | None:
    return Fraction(half_days) if basis == MONTHLY else UNITS.get(basis)
