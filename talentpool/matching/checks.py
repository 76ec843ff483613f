"""What arrays and records may hold: whatever cannot be right is refused with the field and the index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .encode import GREATEST_PAY, LAST_MONTH
from .errors import InvalidProblem
from .record_types import check_kinds, check_types
from .records import MOST_HALF_DAYS, Candidate, Need
from .wholes import refuse, wholes

if TYPE_CHECKING:
    from .problem import Problem

GREATEST_FIT = 10_000  # bp
GREATEST_WEIGHT = 1000  # of a skill asked
MOST_SKILLS = 1000  # of a need: weight × quality adds up within int32
MODES = frozenset({"online", "hybrid", "onsite"})


def check_arrays(p: Problem) -> None:
    """Raises InvalidProblem."""
    for field in ("candidate_ids", "need_ids", "part_names"):
        names = getattr(p, field)
        if isinstance(names, str) or not isinstance(names, Sequence | np.ndarray):
            raise InvalidProblem(field, "is no list of texts")
        check_names(field, names)
    seed = p.lottery_seed
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
        raise InvalidProblem("lottery_seed", "is no whole number")
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
        raise InvalidProblem("months", "a need without a month", int(empty[0]))
    if p.parts is not None and pairs:
        wrong = p.parts.sum(axis=1, dtype=np.int64) != p.fit
        if wrong.any():
            raise InvalidProblem("parts", "do not sum to the fit", int(wrong.argmax()))


def _array(
    name: str,
    array: Any,
    dtype: Any,
    shape: tuple[int, ...],
    least: int | None = None,
    most: int | None = None,
) -> None:
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
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
    falling = np.flatnonzero(p.ptr[1:] < p.ptr[:-1])
    if len(falling):
        raise InvalidProblem("ptr", "falls", int(falling[0]) + 1)
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


def check_names(field: str, ids: Iterable[Any]) -> None:
    """Distinct texts that are not empty."""
    seen: set[str] = set()
    for index, ident in enumerate(ids):
        if not isinstance(ident, str) or not ident:
            raise InvalidProblem(field, "is no text", index)
        if ident in seen:
            raise InvalidProblem(field, f"{ident!r} is a duplicate", index)
        if not ident.isascii():
            _check_letters(field, ident, index)
        seen.add(ident)


def check_need(p: Problem, need: Any) -> int:
    """The row number of a need. Raises InvalidProblem."""
    if not isinstance(need, int | np.integer) or not 0 <= need < p.m:
        raise InvalidProblem("need", f"{need!r} is no row number from 0 to {p.m - 1}")
    return int(need)


def check_size_class(p: Problem, size_class: Any) -> None:
    """(m,) whole numbers, 0 small to 2 large. Raises InvalidProblem."""
    if not isinstance(size_class, np.ndarray) or size_class.dtype.kind not in "iu":
        raise InvalidProblem("size_class", "is no array of whole numbers")
    _array("size_class", size_class, size_class.dtype, (p.m,), 0, 2)


def _check_letters(field: str, ident: str, index: int) -> None:
    try:
        ident.encode()
    except UnicodeEncodeError:
        raise InvalidProblem(field, f"{ident!r} cannot be written in UTF-8", index) from None


def sorted_records(
    candidates: Iterable[Candidate], needs: Iterable[Need]
) -> tuple[list[Candidate], list[Need]]:
    """Records that were looked at, by id: the order in which they are given never matters. Raises InvalidProblem."""
    people, wanted = _listed("candidates", candidates), _listed("needs", needs)
    check_kinds("candidates", people, Candidate)
    check_kinds("needs", wanted, Need)
    check_names("candidates", [c.id for c in people])
    check_names("needs", [need.id for need in wanted])
    check_types(people, wanted)
    check_needs(wanted)
    by_id = attrgetter("id")
    return sorted(people, key=by_id), sorted(wanted, key=by_id)


def _listed(field: str, records: Iterable[Any]) -> list[Any]:
    try:
        return list(records)
    except TypeError:
        raise InvalidProblem(field, "are no records") from None


def check_needs(needs: Sequence[Need]) -> None:
    """Refuse needs that no array could hold; people are checked as they are encoded. Raises InvalidProblem."""
    ids = [need.id for need in needs]
    limits = {
        "half_days": (1, MOST_HALF_DAYS), "seats": (1, 1000), "size_class": (0, 2), "on_site_share": (0, 100),
        "weekdays": (0, 127), "pay": (0, GREATEST_PAY), "priority": (0, 9),
        "posted": (-(2**62), 2**62),
    }  # fmt: skip
    for name, (least, most) in limits.items():
        wholes("needs", name, [getattr(need, name) for need in needs], ids, least, most)
    for need in needs:
        months = need.months
        if not months or list(months) != sorted(set(months)):
            raise InvalidProblem("needs", "months must be ascending and not empty", need.id)
        wholes("needs", "months", months, [need.id] * len(months), 0, LAST_MONTH)
    refuse("needs", "unknown mode", np.array([n.mode not in MODES for n in needs], bool), ids)
    refuse(
        "needs",
        f"more than {MOST_SKILLS} skills",
        np.array([len(need.skills) > MOST_SKILLS for need in needs], bool),
        ids,
    )
    skills = [(need.id, skill) for need in needs for skill in need.skills]
    names = [ident for ident, _skill in skills]
    wholes("needs", "level of a skill", [s.level for _, s in skills], names, 1, 4)
    wholes("needs", "weight of a skill", [s.weight for _, s in skills], names, 1, GREATEST_WEIGHT)
