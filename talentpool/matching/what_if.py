"""What if people gave or travelled more, or needs paid more: the same records, altered alike, to be solved and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from .encode import ANY_TIME, GREATEST_PAY
from .errors import InvalidWhatIf
from .records import MOST_HALF_DAYS, Candidate, Month, Need


class Term(NamedTuple):
    """What differs, its unit, and the greatest difference either way."""

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
    """More, or less where negative, of each term for everybody: half-days in every month that a person offers,
    minutes one way that a person accepts, yen per half-day that a need pays. What the engine cannot hold, below
    nothing or above the greatest, stays at its end."""

    half_days: int = 0
    travel: int = 0
    pay: int = 0

    def __post_init__(self) -> None:
        for name, value in self.to_dict().items():
            most = TERMS[name].most
            if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
                raise InvalidWhatIf(f"{name}: a whole number from -{most} to {most}")

    def to_dict(self) -> dict[str, int]:
        """Plain values for JSON; `from_dict` is the way back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> WhatIf:
        unknown = sorted(set(document) - set(TERMS))
        if unknown:
            raise InvalidWhatIf(f"unknown key: {', '.join(unknown)}")
        return cls(**document)

    def applied(
        self, candidates: Sequence[Candidate], needs: Sequence[Need]
    ) -> tuple[list[Candidate], list[Need]]:
        """The records as they would be."""
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
        return replace(need, pay=_within(need.pay + self.pay, GREATEST_PAY))


def _within(value: int, most: int) -> int:
    return min(max(0, value), most)
