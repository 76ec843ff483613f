"""The problem as arrays, checked once; everything after it may trust them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encode import columns_of, encode
from .errors import InvalidProblem
from .fit import fit_parts
from .policy import PARTS, Policy
from .records import Candidate, Need
from .rules import broken_rules, feasible

DEFAULT_PREMIUM = 20_000  # bp a seat
GREATEST_FIT = 10_000
GREATEST_VALUE = 10**9  # bp: exact in a float solver, and sums stay below 2^53


@dataclass(frozen=True, kw_only=True)
class Problem:
    """n candidates, m needs, E feasible pairs in rows by need (CSR), T months.

    ptr (m+1,) int64; candidate (E,) int32, ascending within a need; fit (E,) int16 in bp, 0..10,000;
    seats (m,) int16 ≥ 1; half_days (m,) int16 ≥ 1 in each of the need's months; months (m, T) bool, at
    least one a need; capacity (n, T) int16 free half-days; most_at_once (n,) int8 ≥ 0 engagements in
    any month; candidate_ids, need_ids: distinct texts.
    premium (m,) int32 bp a seat (20,000 each); bonus (E,) int32 bp (0); engagements (n, T) int8 already
    standing (0); posted (m,) int64 order for the first-come baseline; skill_count (E,) int16 for the
    count baseline; parts (E, K) int16 that sum to fit, named by part_names.
    The value of a pair is premium + bonus + fit. Raises InvalidProblem.
    """

    ptr: NDArray[np.int64]
    candidate: NDArray[np.int32]
    fit: NDArray[np.int16]
    seats: NDArray[np.int16]
    half_days: NDArray[np.int16]
    months: NDArray[np.bool_]
    capacity: NDArray[np.int16]
    most_at_once: NDArray[np.int8]
    candidate_ids: Sequence[str]
    need_ids: Sequence[str]
    premium: NDArray[np.int32] | None = None
    bonus: NDArray[np.int32] | None = None
    engagements: NDArray[np.int8] | None = None
    posted: NDArray[np.int64] | None = None
    skill_count: NDArray[np.int16] | None = None
    parts: NDArray[np.int16] | None = None
    part_names: Sequence[str] = ()
    lottery_seed: int = 0
    row: NDArray[np.int32] = field(init=False, repr=False)  # (E,) need of each pair
    value: NDArray[np.int64] = field(init=False, repr=False)  # (E,) bp

    def __post_init__(self) -> None:
        _check(self)
        row = np.repeat(np.arange(self.m, dtype=np.int32), np.diff(self.ptr))
        premium = np.full(self.m, DEFAULT_PREMIUM) if self.premium is None else self.premium
        bonus = 0 if self.bonus is None else self.bonus.astype(np.int64)
        value = premium.astype(np.int64)[row] + bonus + self.fit.astype(np.int64)
        if len(value) and np.abs(value).max() > GREATEST_VALUE:
            index = int(np.abs(value).argmax())
            raise InvalidProblem("premium", f"a pair is worth more than {GREATEST_VALUE}", index)
        object.__setattr__(self, "row", row)
        object.__setattr__(self, "value", value)

    @property
    def n(self) -> int:
        return len(self.candidate_ids)

    @property
    def m(self) -> int:
        return len(self.need_ids)

    @property
    def standing(self) -> NDArray[np.int64]:
        """(n, T) engagements that already stand."""
        if self.engagements is None:
            return np.zeros(self.capacity.shape, np.int64)
        return self.engagements.astype(np.int64)

    def edge(self, need: int, candidate: int) -> int | None:
        """Index of a pair, None when it is not feasible."""
        start, end = int(self.ptr[need]), int(self.ptr[need + 1])
        place = start + int(np.searchsorted(self.candidate[start:end], candidate))
        return place if place < end and self.candidate[place] == candidate else None

    def edges(self, pairs: Iterable[Sequence[Any]]) -> NDArray[np.int64]:
        """Pair numbers of (need, candidate) rows that are feasible; the others are left out."""
        found = [self.edge(int(j), int(i)) for j, i in pairs if 0 <= j < self.m]
        return np.array([edge for edge in found if edge is not None], np.int64)


def _check(p: Problem) -> None:
    m, n = len(p.need_ids), len(p.candidate_ids)
    pairs = len(p.candidate) if isinstance(p.candidate, np.ndarray) and p.candidate.ndim else 0
    span = p.months.shape[1] if isinstance(p.months, np.ndarray) and p.months.ndim == 2 else 0
    _array("ptr", p.ptr, np.int64, (m + 1,), 0)
    _array("candidate", p.candidate, np.int32, (pairs,), 0, n - 1)
    _array("fit", p.fit, np.int16, (pairs,), 0, GREATEST_FIT)
    _array("seats", p.seats, np.int16, (m,), 1)
    _array("half_days", p.half_days, np.int16, (m,), 1)
    _array("months", p.months, np.bool_, (m, span))
    _array("capacity", p.capacity, np.int16, (n, span), 0)
    _array("most_at_once", p.most_at_once, np.int8, (n,), 0)
    optional: list[tuple[str, Any, Any, tuple[int, ...], int | None]] = [
        ("premium", p.premium, np.int32, (m,), None),
        ("bonus", p.bonus, np.int32, (pairs,), None),
        ("engagements", p.engagements, np.int8, (n, span), 0),
        ("posted", p.posted, np.int64, (m,), None),
        ("skill_count", p.skill_count, np.int16, (pairs,), 0),
        ("parts", p.parts, np.int16, (pairs, len(p.part_names)), 0),
    ]
    for name, array, dtype, shape, least in optional:
        if array is not None:
            _array(name, array, dtype, shape, least)
    _check_rows(p, m, pairs)
    _check_names("candidate_ids", p.candidate_ids)
    _check_names("need_ids", p.need_ids)
    empty = np.flatnonzero(~p.months.any(axis=1))
    if len(empty):
        raise InvalidProblem("months", "a need without a month", int(empty[0]))
    if p.parts is not None and pairs:
        wrong = np.flatnonzero(p.parts.sum(axis=1) != p.fit)
        if len(wrong):
            raise InvalidProblem("parts", "do not sum to the fit", int(wrong[0]))


def _array(
    name: str,
    array: Any,
    dtype: Any,
    shape: tuple[int, ...],
    least: int | None = None,
    most: int | None = None,
) -> None:
    if not isinstance(array, np.ndarray):
        raise InvalidProblem(name, "is no numpy array")
    if array.dtype != dtype:
        raise InvalidProblem(name, f"has dtype {array.dtype}, not {np.dtype(dtype)}")
    if array.shape != shape:
        raise InvalidProblem(name, f"has shape {array.shape}, not {shape}")
    if not array.size:
        return
    if least is not None and array.min() < least:
        raise InvalidProblem(name, f"is below {least}", _place(array, int(array.argmin())))
    if most is not None and array.max() > most:
        raise InvalidProblem(name, f"is above {most}", _place(array, int(array.argmax())))


def _place(array: NDArray[Any], flat: int) -> object:
    index = tuple(int(i) for i in np.unravel_index(flat, array.shape))
    return index[0] if len(index) == 1 else index


def _check_rows(p: Problem, m: int, pairs: int) -> None:
    if p.ptr[0] != 0:
        raise InvalidProblem("ptr", "does not begin with 0", 0)
    falling = np.flatnonzero(np.diff(p.ptr) < 0)
    if len(falling):
        raise InvalidProblem("ptr", "falls", int(falling[0]) + 1)
    if p.ptr[m] != pairs:
        raise InvalidProblem("ptr", f"ends at {int(p.ptr[m])}, not at {pairs}", m)
    for j in range(m):
        steps = np.diff(p.candidate[p.ptr[j] : p.ptr[j + 1]])
        wrong = np.flatnonzero(steps <= 0)
        if len(wrong):
            index = int(p.ptr[j] + wrong[0] + 1)
            reason = "is a duplicate pair" if steps[wrong[0]] == 0 else "is out of order"
            raise InvalidProblem("candidate", reason, index)


def _check_names(name: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for index, ident in enumerate(ids):
        if not isinstance(ident, str) or not ident:
            raise InvalidProblem(name, "is no text", index)
        if ident in seen:
            raise InvalidProblem(name, f"{ident!r} is a duplicate", index)
        seen.add(ident)


def by_id(records: Sequence[Any]) -> list[Any]:
    """Rows sorted by stable id: the order in which records are given never matters."""
    return sorted(records, key=lambda record: record.id)


def check_records(candidates: Sequence[Candidate], needs: Sequence[Need]) -> None:
    """Refuse records that no array could hold. Raises InvalidProblem."""
    for need in needs:
        if not need.months or list(need.months) != sorted(set(need.months)):
            raise InvalidProblem("needs", "months must be ascending and not empty", need.id)
        if not 1 <= need.half_days <= 62 or not 1 <= need.seats <= 1000:
            raise InvalidProblem("needs", "half_days or seats out of range", need.id)
        if need.mode not in {"online", "hybrid", "onsite"}:
            raise InvalidProblem("needs", f"unknown mode {need.mode!r}", need.id)
        if not 0 <= need.size_class <= 2 or not 0 <= need.on_site_share <= 100:
            raise InvalidProblem("needs", "size_class or on_site_share out of range", need.id)
        for skill in need.skills:
            if not 1 <= skill.level <= 4 or skill.weight < 1:
                raise InvalidProblem("needs", f"skill {skill.skill!r} out of range", need.id)
    for person in candidates:
        if not 0 <= person.most_at_once <= 100:
            raise InvalidProblem("candidates", "most_at_once out of range", person.id)
        for month in person.availability.values():
            if not 0 <= month.half_days <= 62 or not 0 <= month.weekdays <= 127:
                raise InvalidProblem("candidates", "availability out of range", person.id)


def build(
    candidates: Sequence[Candidate], needs: Sequence[Need], policy: Policy | None = None
) -> Problem:
    """Rules, fit and policy turned into numbers. Raises InvalidProblem."""
    policy = policy or Policy()
    _check_names("candidates", [c.id for c in candidates])
    _check_names("needs", [need.id for need in needs])
    check_records(candidates, needs)
    people, wanted = by_id(candidates), by_id(needs)
    columns = columns_of(wanted)
    arrays = encode(people, columns)
    rows: list[NDArray[np.int64]] = []
    parts: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.int64]] = []
    for need in wanted:
        who = np.flatnonzero(feasible(broken_rules(people, arrays, need, columns)))
        rows.append(who)
        parts.append(fit_parts(arrays, need, columns, policy)[who])
        asked = [columns.skills[skill.skill] for skill in need.skills]
        counts.append((arrays.level[:, asked] > 0).sum(axis=1)[who])
    who = _joined(rows, (0,))
    table = _joined(parts, (0, len(PARTS)))
    return Problem(
        ptr=np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype(np.int64),
        candidate=who.astype(np.int32),
        fit=table.sum(axis=1).astype(np.int16),
        seats=np.array([need.seats for need in wanted], np.int16),
        half_days=np.array([need.half_days for need in wanted], np.int16),
        months=_month_table(wanted, columns.months),
        capacity=arrays.half_days.astype(np.int16),
        most_at_once=arrays.most_at_once.astype(np.int8),
        candidate_ids=[c.id for c in people],
        need_ids=[need.id for need in wanted],
        premium=np.array([_premium(need, policy) for need in wanted], np.int32),
        bonus=_bonuses(people, wanted, rows, policy),
        engagements=arrays.engagements.astype(np.int8),
        posted=np.array([need.posted for need in wanted], np.int64),
        skill_count=_joined(counts, (0,)).astype(np.int16),
        parts=table.astype(np.int16),
        part_names=tuple(PARTS),
        lottery_seed=policy.lottery_seed,
    )


def _joined(pieces: list[NDArray[np.int64]], empty: tuple[int, ...]) -> NDArray[np.int64]:
    return np.concatenate(pieces) if pieces else np.zeros(empty, np.int64)


def _month_table(needs: Sequence[Need], months: dict[int, int]) -> NDArray[np.bool_]:
    table = np.zeros((len(needs), len(months)), bool)
    for j, need in enumerate(needs):
        table[j, [months[month] for month in need.months]] = True
    return table


def _premium(need: Need, policy: Policy) -> int:
    return (
        policy.fill_premium
        + policy.priority_bonus * need.priority
        + policy.size_class_premium[need.size_class]
        + policy.carry_over.get(need.municipality, 0)
    )


def _bonuses(
    people: Sequence[Candidate],
    needs: Sequence[Need],
    rows: list[NDArray[np.int64]],
    policy: Policy,
) -> NDArray[np.int32]:
    """Pairs in force gain, people who served much last year cost a little."""
    penalty = [policy.load_penalty * min(c.load, policy.load_cap) for c in people]
    bonuses = [
        (policy.in_force_bonus if need.id in people[i].in_force else 0) - penalty[i]
        for need, row in zip(needs, rows, strict=True)
        for i in row
    ]
    return np.array(bonuses, np.int32)
