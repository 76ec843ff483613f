"""The problem as arrays, checked once, so that all code after it may trust them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidProblem
from .names import check_names

DEFAULT_PREMIUM = 20_000  # bp per seat
QUICK = 10_000  # pairs; explanations that must be solved for are solved up to this size
GREATEST_VALUE = 10**9  # bp of a pair: exact in a float solver, and sums stay below 2^53
GREATEST_SUM = 1 << 51  # bp of all seats: even in the 1/1024 bp of prices it is far within int64
GREATEST_FIT = 10_000  # bp


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Who could do what, as arrays: n candidates, m needs, E feasible pairs, T months.

    Pairs stand in rows by need, as in a CSR matrix. Worth is in whole basis points (bp, 100 bp = 1 point of fit); a
    pair is worth premium + bonus + fit. `build` makes a problem from records; anybody may make one from arrays.

    Parameters
    ----------
    ptr : (m + 1,) int64
        Where the pairs of each need start.
    candidate : (E,) int32
        Row number of the candidate of each pair, ascending within a need.
    fit : (E,) int16
        0 to 10,000 bp.
    seats : (m,) int16
        At least 1.
    half_days : (m,) int16
        At least 1, in each of the need's months.
    months : (m, T) bool
        At least one month for each need.
    capacity : (n, T) int16
        Free half-days.
    most_at_once : (n,) int8
        Engagements in any one month, at most.
    candidate_ids, need_ids : sequence of str
        Distinct names of the rows.
    premium : (m,) int32, optional
        Worth of a filled seat in bp, 20,000 by default.
    bonus : (E,) int32, optional
        Added to the worth of each pair in bp, 0 by default.
    engagements : (n, T) int8, optional
        Engagements that already stand, 0 by default.
    posted : (m,) int64, optional
        Order of posting, for the first-come baseline.
    skill_count : (E,) int16, optional
        For the baseline that counts skills.
    parts : (E, K) int16, optional
        Parts that add up to the fit.
    part_names : sequence of str, optional
        K names of the parts.
    lottery_seed : int, optional
        Decides between plans of equal worth.

    Attributes
    ----------
    value : (E,) int64
        What each pair is worth in bp.

    Raises
    ------
    InvalidProblem
        If an array has the wrong type, shape, order or range.

    Examples
    --------
    Two needs with one seat each, two candidates, one month; the first candidate could serve both needs.

    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> problem = m.Problem(
    ...     ptr=np.array([0, 1, 3]),
    ...     candidate=np.array([0, 0, 1], np.int32),
    ...     fit=np.array([5_000, 7_000, 6_000], np.int16),
    ...     seats=np.ones(2, np.int16),
    ...     half_days=np.array([4, 4], np.int16),
    ...     months=np.ones((2, 1), bool),
    ...     capacity=np.full((2, 1), 6, np.int16),
    ...     most_at_once=np.array([2, 1], np.int8),
    ...     candidate_ids=["aoki", "baba"],
    ...     need_ids=["migration", "tender"],
    ... )
    >>> problem.value
    array([25000, 27000, 26000])
    >>> m.solve(problem).pairs
    array([[0, 0],
           [1, 1]])
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
    value: NDArray[np.int64] = field(init=False, repr=False)  # (E,) bp

    def __post_init__(self) -> None:
        check_arrays(self)
        value = np.repeat(self.premiums, np.diff(self.ptr))
        value += self.fit
        if self.bonus is not None:
            value += self.bonus
        if len(value) and max(value.max(), -value.min()) > GREATEST_VALUE:
            index = int(np.abs(value).argmax())
            raise InvalidProblem("premium", f"a pair is worth more than {GREATEST_VALUE}", index)
        object.__setattr__(self, "value", value)
        self._check_sum()

    def _check_sum(self) -> None:
        """Refuse a problem whose seats together could be worth too much to be added up."""
        count = np.minimum(self.seats, np.diff(self.ptr))  # how many people each need could take
        wanted = np.flatnonzero(count)
        if not len(wanted) or int(count.sum()) * GREATEST_VALUE < GREATEST_SUM:
            return
        worth = np.maximum.reduceat(np.abs(self.value), self.ptr[wanted])
        sums = count[wanted] * worth
        if sum(sums.tolist()) >= GREATEST_SUM:
            index = int(wanted[sums.argmax()])
            raise InvalidProblem(
                "premium", f"the seats together are worth {GREATEST_SUM} or more", index
            )

    @cached_property
    def row(self) -> NDArray[np.int32]:
        """(E,) the need of each pair."""
        return np.repeat(np.arange(self.m, dtype=np.int32), np.diff(self.ptr))

    @property
    def n(self) -> int:
        return len(self.candidate_ids)

    @property
    def m(self) -> int:
        return len(self.need_ids)

    @property
    def premiums(self) -> NDArray[np.int64]:
        """(m,) bp per seat, the default where none are given."""
        if self.premium is None:
            return np.full(self.m, DEFAULT_PREMIUM, np.int64)
        return self.premium.astype(np.int64)

    @property
    def standing(self) -> NDArray[np.int64]:
        """(n, T) engagements that already stand."""
        if self.engagements is None:
            return np.zeros(self.capacity.shape, np.int64)
        return self.engagements.astype(np.int64)

    def need_row(self, need: int | str) -> int:
        """Return the row number of a need that is given by id or row number. Raises InvalidProblem."""
        if _is_row(need, self.m):
            return int(need)
        return _row_of("need", need, self._need_rows, self._candidate_rows)

    def candidate_row(self, candidate: int | str) -> int:
        """Return the row number of a candidate that is given by id or row number. Raises InvalidProblem."""
        if _is_row(candidate, self.n):
            return int(candidate)
        return _row_of("candidate", candidate, self._candidate_rows, self._need_rows)

    @cached_property
    def _need_rows(self) -> dict[str, int]:
        return {name: j for j, name in enumerate(self.need_ids)}

    @cached_property
    def _candidate_rows(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.candidate_ids)}

    def edge(self, need: int | str, candidate: int | str) -> int | None:
        """Find the number of a pair; None when it is not feasible. Raises InvalidProblem."""
        need, candidate = self.need_row(need), self.candidate_row(candidate)
        start, end = int(self.ptr[need]), int(self.ptr[need + 1])
        place = start + int(np.searchsorted(self.candidate[start:end], candidate))
        return place if place < end and self.candidate[place] == candidate else None

    def edges(self, pairs: Iterable[Sequence[Any]]) -> NDArray[np.int64]:
        """Find the numbers of pairs; those that are not feasible are left out. Raises InvalidProblem."""
        found = [self.edge(j, i) for j, i in pairs]
        return np.array([edge for edge in found if edge is not None], np.int64)


def check_arrays(p: Problem) -> None:
    """Refuse a problem whose arrays cannot be right. Raises InvalidProblem."""
    for name in ("candidate_ids", "need_ids", "part_names"):
        names = getattr(p, name)
        if isinstance(names, str) or not isinstance(names, Sequence | np.ndarray):
            raise InvalidProblem(name, "must be a list of strings")
        check_names(name, names)
    seed = p.lottery_seed
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
        raise InvalidProblem("lottery_seed", "must be an integer")
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
    empty = np.flatnonzero(~p.months.any(axis=1))
    if len(empty):
        raise InvalidProblem("months", "the need has no month", int(empty[0]))
    if p.parts is not None and pairs:
        wrong = p.parts.sum(axis=1, dtype=np.int64) != p.fit
        if wrong.any():
            raise InvalidProblem("parts", "do not add up to the fit", int(wrong.argmax()))


def _array(
    name: str,
    array: Any,
    dtype: Any,
    shape: tuple[int, ...],
    least: int | None = None,
    most: int | None = None,
) -> None:
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        raise InvalidProblem(name, "must be a NumPy array")
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
        raise InvalidProblem("ptr", "must start at 0", 0)
    falling = np.flatnonzero(p.ptr[1:] < p.ptr[:-1])
    if len(falling):
        raise InvalidProblem("ptr", "must not decrease", int(falling[0]) + 1)
    if p.ptr[m] != pairs:
        raise InvalidProblem("ptr", f"ends at {int(p.ptr[m])}, not at {pairs}", m)
    if not pairs:
        return
    starts = np.zeros(pairs + 1, bool)
    starts[p.ptr] = True
    wrong = (p.candidate[1:] <= p.candidate[:-1]) & ~starts[1:pairs]
    if wrong.any():
        index = int(wrong.argmax()) + 1
        is_same = p.candidate[index] == p.candidate[index - 1]
        reason = "is a duplicate pair" if is_same else "is out of order"
        raise InvalidProblem("candidate", reason, index)


def _is_row(given: Any, rows: int) -> bool:
    is_number = isinstance(given, int | np.integer) and not isinstance(given, bool)
    return is_number and 0 <= given < rows


def _row_of(
    field: str, given: int | str, rows: Mapping[str, int], others: Mapping[str, int]
) -> int:
    """Find the row of an id. others: the ids that belong to the other side of a pair. Raises InvalidProblem."""
    if isinstance(given, str) and given in rows:
        return rows[given]
    if isinstance(given, str) and given in others:
        reason = f"{given!r} is the id of a {'candidate' if field == 'need' else 'need'}"
    elif isinstance(given, str):
        reason = f"there is no {given!r}"
    elif isinstance(given, int | np.integer) and not isinstance(given, bool):
        reason = f"{given} is not one of the row numbers 0 to {len(rows) - 1}"
    else:
        reason = f"must be an id or a row number, not {given!r}"
    raise InvalidProblem(field, reason)


def check_size_class(p: Problem, size_class: Any) -> None:
    """Refuse size classes that are not (m,) integers from 0 to 2. Raises InvalidProblem."""
    check_integers("size_class", size_class, (p.m,), 0, 2)


def check_integers(name: str, array: Any, shape: tuple[int, ...], least: int, most: int) -> None:
    """Refuse what is not an array of integers of any width. Raises InvalidProblem."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iu":
        raise InvalidProblem(name, "must be an array of integers")
    _array(name, array, array.dtype, shape, least, most)
