"""Figures beside a round's plan: what it tried, the baselines, the terms of its policy, what is scarce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .. import matching as m
from ..candidates.models import Candidate
from ..language import Words
from ..needs.models import Need
from .models import Round
from .plan import Cast

SHOWN = 5  # of what would help most
RECORD = "record"  # the part that is made of ratings
FIGURES = ("filled", "half_days", "mean_fit", "value", "worst_served", "blocking")
T = TypeVar("T")


def tried(round_: Round) -> dict[str, int]:
    """Term → difference that a what-if tries; empty for other rounds."""
    found = round_.what_if or {}
    return {name: found[name] for name in m.TERMS if found.get(name)}


def list_unlike(before: Round, after: Round) -> list[tuple[str, int, int]]:
    """(term, difference in one, in the other) of each term that two rounds try differently."""
    one, other = tried(before), tried(after)
    return [
        (name, one.get(name, 0), other.get(name, 0))
        for name in m.TERMS
        if one.get(name) != other.get(name)
    ]


def have_one_scale(before: Round, after: Round) -> bool:
    """Whether the totals of two plans are comparable: they have the same policy and tried the same."""
    return before.policy == after.policy and tried(before) == tried(after)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a fit: what a pair reaches of the most that the policy of its round gives.

    ratings: how many a track record is made of; none for other parts, and where the round does not know.
    """

    label: Words
    reached: int  # bp
    most: int  # bp
    ratings: int | None = None


def ratings_of(round_: Round, code: str) -> int | None:
    """How many ratings the round knew of a person; none where it knew of nobody's."""
    counts = (round_.summary or {}).get("ratings")
    return None if counts is None else counts.get(code, 0)


def list_parts(
    reached: Mapping[str, int], policy: Mapping[str, Any], ratings: int | None = None
) -> list[Part]:
    """The parts of a fit in the engine's order, without those that have no weight. ratings: of `ratings_of`."""
    weights = policy["weights"]
    return [
        Part(words, reached[code], weights[code], ratings if code == RECORD else None)
        for code, words in m.PARTS.items()
        if weights.get(code) and code in reached
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    name: str  # of m.COMPARED
    label: Words
    filled: int
    half_days: int
    mean_fit: int | None  # bp
    value: int  # bp
    worst_served: int | None  # percent
    blocking: int


def list_compared(round_: Round) -> list[Compared]:
    """The plan and the baselines, the plan first."""
    figures = (round_.summary or {}).get("baselines", {})
    return [
        Compared(name, words, **{key: row[key] for key in FIGURES})
        for name, words in m.COMPARED.items()
        if (row := figures.get(name)) is not None
    ]


@dataclass(frozen=True, slots=True)
class Waived:
    """How much more the plan has than the plan without one term of the policy."""

    label: Words
    filled: int
    half_days: int
    fit: int | None  # bp
    worst_served: int | None  # percent
    changed: int  # pairs that only the plan has

    @property
    def is_felt(self) -> bool:
        """Whether a figure differs, or a pair."""
        return any((self.filled, self.half_days, self.fit, self.worst_served, self.changed))


def list_waived(round_: Round) -> list[Waived]:
    """What each term of the policy changed, without terms that cannot change anything."""
    plan = (round_.summary or {}).get("baselines", {}).get("plan")
    found = (round_.result or {}).get("waived", {})
    return [
        Waived(
            (waiver.ja, waiver.en),
            plan["filled"] - other["filled"],
            plan["half_days"] - other["half_days"],
            _difference(plan["mean_fit"], other["mean_fit"]),
            _difference(plan["worst_served"], other["worst_served"]),
            other["changed"],
        )
        for name, waiver in m.WAIVERS.items()
        if plan is not None and (other := found.get(name)) is not None
    ]


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def limit_of_explaining(round_: Round) -> int | None:
    """The number of pairs up to which terms and gains are solved for; None for a round within it."""
    return None if (round_.result or {}).get("is_quick", True) else m.QUICK


@dataclass(frozen=True, slots=True)
class ScarceKind:
    """A kind of person of whom one more would help."""

    region: str | None  # None = online
    roles: Sequence[str]
    skills: Mapping[str, int]  # code → level
    needs: list[Need]
    empty: int  # seats that wait for one
    gain: int  # bp; an upper bound unless is_exact
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Scarce:
    """What one more seat, person or kind of person would add to the plan, in bp, largest first.

    For seats and people this is an upper bound.
    """

    seats: list[tuple[Need, int]]
    people: list[tuple[Candidate, int]]
    kinds: list[ScarceKind]


def find_scarce(round_: Round, cast: Cast) -> Scarce:
    result = round_.result or {}
    prices = result.get("prices", {"seats": {}, "people": {}})
    kinds = [_kind(entry, cast) for entry in result.get("shortages", [])]
    return Scarce(
        _dearest(prices["seats"], cast.need_by_code),
        _dearest(prices["people"], cast.person_by_code),
        [kind for kind in kinds if kind.gain > 0],
    )


def _kind(entry: Mapping[str, Any], cast: Cast) -> ScarceKind:
    is_exact = entry["gained"] is not None
    return ScarceKind(
        region=entry["region"],
        roles=entry["roles"],
        skills=entry["skills"],
        needs=[cast.need_by_code[code] for code in entry["needs"] if code in cast.need_by_code],
        empty=entry["empty"],
        gain=entry["gained"] if is_exact else entry["at_most"],
        is_exact=is_exact,
    )


def _dearest(prices: Mapping[str, int], known: Mapping[str, T]) -> list[tuple[T, int]]:
    order = sorted(prices, key=lambda code: (-prices[code], code))
    return [(known[code], prices[code]) for code in order if code in known][:SHOWN]
