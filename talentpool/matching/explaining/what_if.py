"""What if everybody gave or travelled more, or needs paid more: all records changed alike, to be solved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from ..errors import InvalidWhatIf
from ..records import ANY_TIME, GREATEST_PAY, MOST_HALF_DAYS, Candidate, Month, Need


class Term(NamedTuple):
    """What differs, its unit, and the greatest difference in either direction."""

    ja: str
    en: str
    unit: str
    most: int


TERMS: Mapping[str, Term] = {
    "half_days": Term("1か月に引き受ける半日コマ", "Half-days a month", "コマ", 40),
    "travel": Term("片道の移動時間の上限", "Travel, one way", "分", 600),
    "pay": Term("半日あたりの報酬", "Pay per half-day", "円", 1_000_000),
}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A difference that applies to everybody: more of each term, or less where negative.

    Values that the engine cannot hold are cut off at its limits.

    Parameters
    ----------
    half_days : int, optional
        Half-days in every month that a person offers.
    travel : int, optional
        Minutes one way that a person accepts.
    pay : int, optional
        Yen per half-day that a need pays.

    Raises
    ------
    InvalidWhatIf
        If a difference is out of range, see `TERMS`.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> people, needs = m.WhatIf(travel=30).applied(PEOPLE, NEEDS)
    >>> len(m.solve(m.build(people, needs)).pairs)
    3
    """

    half_days: int = 0
    travel: int = 0
    pay: int = 0

    def __post_init__(self) -> None:
        for name, value in self.to_dict().items():
            most = TERMS[name].most
            if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
                raise InvalidWhatIf(f"{name}: must be an integer from -{most} to {most}")

    def to_dict(self) -> dict[str, int]:
        """Return plain values for JSON; `from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> WhatIf:
        """Read a difference from JSON. Missing keys are 0, unknown keys are refused."""
        unknown = sorted(set(document) - set(TERMS))
        if unknown:
            raise InvalidWhatIf(f"unknown key: {', '.join(unknown)}")
        return cls(**document)

    def applied(
        self, candidates: Sequence[Candidate], needs: Sequence[Need]
    ) -> tuple[list[Candidate], list[Need]]:
        """Return the records as they would be."""
        return [self._person(person) for person in candidates], [self._need(need) for need in needs]

    def _person(self, person: Candidate) -> Candidate:
        limit = person.travel_limit
        return replace(
            person,
            availability={at: self._month(month) for at, month in person.availability.items()},
            travel_limit=None if limit is None else _within(limit + self.travel, ANY_TIME),
        )

    def _month(self, month: Month) -> Month:
        capacity = month.capacity
        return replace(
            month,
            half_days=_within(month.half_days + self.half_days, MOST_HALF_DAYS),
            capacity=(
                None if capacity is None else _within(capacity + self.half_days, MOST_HALF_DAYS)
            ),
        )

    def _need(self, need: Need) -> Need:
        monthly = need.month_pay if not self.pay else None  # what a half-day is paid then
        return replace(need, pay=_within(need.pay + self.pay, GREATEST_PAY), month_pay=monthly)


def _within(value: int, most: int) -> int:
    return min(max(0, value), most)
