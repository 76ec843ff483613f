"""An independent check of a plan: seats, months, pairs, value, and the bound from its prices, from the arrays alone.

Whatever the prices, no plan is worth more than  Σ_j k_j u_j + Σ_i max_set (v - u).  This is recomputed without the
solver, person by person (`most_worth`). Proof "bound" must follow from it. Of proof "enumeration" only the prices are
checked: that nothing better lies below its bound could only be shown by solving again. If the search for one person
takes too many steps, what it has found counts, so a sound plan is never refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Ints
from .errors import MatchingError
from .pairs import Pair, Pairs, pairs_of
from .plan import SCALE, Plan, PlanStatus
from .problem import Problem

PROOFS = ("bound", "enumeration", "trivial", "none")
GREATEST_PRICE = 1 << 43  # bp: exact as a float in 1/1024 bp
ROUNDED_OFF = SCALE - 1  # at most this is cut off each price where a stored plan has whole bp
DIGIT = 16  # bits per month: enough for any half-days or engagements (int16), and a guard bit above
MOST_STEPS = 20_000  # of the search for one person


class BrokenPlan(MatchingError):
    """A plan that breaks a rule or claims too much. The message names it."""


def verify(problem: Problem, plan: Plan, *, pins: Pairs = (), forbids: Pairs = ()) -> None:
    """Recompute everything a plan claims, without the solver.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, or (K, 2) integers, optional
        Those the plan was made with.

    Raises
    ------
    BrokenPlan
        If the plan breaks a limit, or claims a value, bound or price that is not so.
    InvalidProblem, InfeasiblePins
        If pins or forbids are not pairs of the problem.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> m.verify(problem, plan)
    >>> m.verify(problem, replace(plan, value=60_000))
    Traceback (most recent call last):
        ...
    talentpool.matching.verify.BrokenPlan: value: claims 60000, but the pairs are worth 55024
    """
    pinned, forbidden = (
        set(pairs_of(problem, "pins", pins)),
        set(pairs_of(problem, "forbids", forbids)),
    )
    edges = _edges(problem, plan)
    _check_limits(problem, edges)
    value = int(problem.value[edges].sum())
    if value != plan.value:
        raise BrokenPlan(f"value: claims {plan.value}, but the pairs are worth {value}")
    _check_words(plan)
    pairs = {(int(j), int(i)) for j, i in plan.pairs}
    if pinned - pairs:
        raise BrokenPlan(f"pins: {min(pinned - pairs)} is missing")
    if forbidden & pairs:
        raise BrokenPlan(f"forbids: {min(forbidden & pairs)} is in the plan")
    _check_shapes(problem, plan)
    # the baselines have no prices from which a bound could follow
    if plan.proof in {"bound", "enumeration"} or plan.need_price.any():
        _check_prices(_rest(problem, pinned, forbidden), plan)


def _edges(problem: Problem, plan: Plan) -> Ints:
    """Return the (K,) pair numbers of the plan."""
    pairs = plan.pairs
    if not isinstance(pairs, np.ndarray) or pairs.dtype.kind not in "iu":
        raise BrokenPlan("pairs: must be an array of integers")
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise BrokenPlan(f"pairs: has shape {pairs.shape}, not (K, 2)")
    listed = [(int(j), int(i)) for j, i in pairs]
    if listed != sorted(set(listed)):
        raise BrokenPlan("pairs: must be sorted and distinct")
    edges = []
    for j, i in listed:
        is_inside = 0 <= j < problem.m and 0 <= i < problem.n
        edge = problem.edge(j, i) if is_inside else None
        if edge is None:
            raise BrokenPlan(f"pair ({j}, {i}) is not feasible")
        edges.append(edge)
    return np.array(edges, np.int64)


def _check_limits(problem: Problem, edges: Ints) -> None:
    needs, people = problem.row[edges], problem.candidate[edges]
    over = np.bincount(needs, minlength=problem.m) > problem.seats
    if over.any():
        raise BrokenPlan(f"need {int(over.argmax())}: more people than seats")
    used, count = _taken(problem, edges)
    if (used > problem.capacity).any():
        raise BrokenPlan("capacity: too many half-days in a month")
    most = problem.most_at_once[:, None]
    if ((count > 0) & (count + problem.standing > most))[people].any():
        raise BrokenPlan("most_at_once: too many engagements in a month")


def _taken(problem: Problem, edges: Ints) -> tuple[Ints, Ints]:
    """Add up the half-days and engagements (n, T) that pairs take."""
    used, count = np.zeros((2, *problem.capacity.shape), np.int64)
    months = problem.months[problem.row[edges]].astype(np.int64)
    np.add.at(count, problem.candidate[edges], months)
    half_days = problem.half_days[problem.row[edges], None].astype(np.int64)
    np.add.at(used, problem.candidate[edges], months * half_days)
    return used, count


def _check_words(plan: Plan) -> None:
    """Check that status, proof and bound agree."""
    if plan.status not in list(PlanStatus):
        raise BrokenPlan(f"status: {plan.status!r} is unknown")
    if plan.proof not in PROOFS:
        raise BrokenPlan(f"proof: {plan.proof!r} is unknown")
    if plan.bound < plan.value:
        raise BrokenPlan("bound: below the value")
    if plan.is_proved and plan.proof == "none":
        raise BrokenPlan(f"status: {plan.status} without a proof")
    if not plan.is_proved and plan.proof != "none":
        raise BrokenPlan(f"status: {plan.status} with a proof")
    if plan.is_proved and plan.bound != plan.value:
        raise BrokenPlan(f"bound: {plan.bound} is above the value {plan.value} of a proved plan")
    if (plan.status == PlanStatus.NOTHING or plan.proof == "trivial") and len(plan.pairs):
        raise BrokenPlan(f"status: {plan.status} by proof {plan.proof}, with pairs")


def _check_shapes(problem: Problem, plan: Plan) -> None:
    prices = {
        "need_price": (plan.need_price, problem.m),
        "candidate_price": (plan.candidate_price, problem.n),
    }
    for name, (price, size) in prices.items():
        if not isinstance(price, np.ndarray) or price.dtype.kind not in "iuf":
            raise BrokenPlan(f"{name}: must be an array of numbers")
        if price.shape != (size,):
            raise BrokenPlan(f"{name}: has shape {price.shape}, not {(size,)}")
        wrong = ~((price >= 0) & (price <= GREATEST_PRICE))
        if wrong.any():
            raise BrokenPlan(f"{name}[{int(wrong.argmax())}]: must be from 0 to {GREATEST_PRICE}")


@dataclass(frozen=True)
class _Rest:
    """What is left to decide beside the pins.

    edges (k,): open pairs by person; seats (m,) that could be filled; room and slots (n, T): free half-days and
    engagements; base: what the pins are worth, in bp.
    """

    problem: Problem
    edges: Ints
    seats: Ints
    room: Ints
    slots: Ints
    base: int


def _rest(problem: Problem, pinned: set[Pair], forbidden: set[Pair]) -> _Rest:
    pins = problem.edges(sorted(pinned))
    is_open = np.ones(len(problem.value), bool)
    is_open[pins] = False
    is_open[problem.edges(sorted(forbidden))] = False
    seats = problem.seats - np.bincount(problem.row[pins], minlength=problem.m)
    edges = np.flatnonzero(is_open & (seats[problem.row] > 0))  # a need that is full has no price
    used, count = _taken(problem, pins)
    return _Rest(
        problem=problem,
        edges=edges[np.argsort(problem.candidate[edges], kind="stable")],
        seats=np.minimum(seats, np.bincount(problem.row[edges], minlength=problem.m)),
        room=problem.capacity - used,
        slots=np.maximum(problem.most_at_once[:, None] - problem.standing - count, 0),
        base=int(problem.value[pins].sum()),
    )


def _check_prices(rest: _Rest, plan: Plan) -> None:
    """Check the bound, unless it claims an enumeration, and everybody's price."""
    prices, people = (
        np.rint(price * SCALE).astype(np.int64) for price in (plan.need_price, plan.candidate_price)
    )
    reached = _reached(rest, prices)
    bound = _bound(rest, prices, reached)
    is_stored = not (prices % SCALE).any() and not (people % SCALE).any()
    if is_stored and (bound > plan.bound or (reached > people).any()):
        reached = _reached(rest, prices + ROUNDED_OFF)
        bound = _bound(rest, prices, reached)
        reached -= reached % SCALE
    if plan.proof != "enumeration" and bound > plan.bound:
        raise BrokenPlan(f"bound: claims {plan.bound}, but the prices give {bound}")
    if (reached > people).any():
        index = int((reached > people).argmax())
        raise BrokenPlan(f"candidate_price[{index}]: below what the person could add")


def _bound(rest: _Rest, prices: Ints, reached: Ints) -> int:
    """Compute the bound in whole bp. Python adds up, as prices may be anything."""
    seats = sum(k * u for k, u in zip(rest.seats.tolist(), prices.tolist(), strict=True))
    return rest.base + int(seats + sum(reached.tolist())) // SCALE


def _reached(rest: _Rest, prices: Ints) -> Ints:
    """Compute (n,) what each person's best pairs are worth together after prices, in 1/SCALE bp."""
    problem = rest.problem
    left = problem.value[rest.edges] * SCALE - prices[problem.row[rest.edges]]
    edges, left = rest.edges[left > 0], left[left > 0]
    who, needs = problem.candidate[edges], problem.row[edges]
    reached = np.zeros(problem.n, np.int64)
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(who)], strict=False):
        i, mine = int(who[start]), needs[start:end]
        reached[i] = most_worth(
            left[start:end],
            problem.half_days[mine].astype(np.int64),
            problem.months[mine],
            Free(rest.room[i], rest.slots[i]),
        )
    return reached


@dataclass(frozen=True)
class Free:
    """What a person has left in each month: half_days and engagements (T,), at least 0."""

    half_days: NDArray[np.int64]
    engagements: NDArray[np.int64]


def most_worth(
    worth: NDArray[np.int64], half_days: NDArray[np.int64], months: NDArray[np.bool_], free: Free
) -> int:
    """Find what the best set of pairs that fits one person's months is worth; worth, half_days (k,), months (k, T).

    This small search shares nothing with the solver's. Pairs are tried by falling worth, with and without each. In any
    month no more of them fit than there are free engagements, so what can still come is bounded by that many of the
    best ones, month by month. After MOST_STEPS the best so far is returned: some set is worth it in any case.
    """
    kept = np.flatnonzero(worth > 0)
    order = kept[np.argsort(-worth[kept], kind="stable")]
    slots = months[order].astype(np.int64)
    use = [_number(row) for row in np.hstack([slots * half_days[order, None], slots]).tolist()]
    rest = _still_to_come(worth[order].tolist(), months[order], free.engagements.tolist())
    guard = _number([1 << (DIGIT - 1)] * (2 * months.shape[1]))
    start = guard | _number([*free.half_days.tolist(), *free.engagements.tolist()])
    return _search(worth[order].tolist(), use, rest, start, guard)


def _search(worth: list[int], use: list[int], rest: list[int], start: int, guard: int) -> int:
    """use: what each pair takes, as one number with a digit per month; a digit that runs short loses its guard bit."""
    best, steps = 0, 0
    waiting = [(0, start, 0)]  # next pair, what is free, what is reached so far
    while waiting and steps < MOST_STEPS:
        steps += 1
        at, free, reached = waiting.pop()
        best = max(best, reached)
        if reached + rest[at] <= best:
            continue
        waiting.append((at + 1, free, reached))
        left = free - use[at]
        if left & guard == guard:
            waiting.append((at + 1, left, reached + worth[at]))
    return best


def _number(digits: list[int]) -> int:
    return sum(digit << (DIGIT * place) for place, digit in enumerate(digits))


def _still_to_come(worth: list[int], months: NDArray[np.bool_], slots: list[int]) -> list[int]:
    """Bound (k + 1,) what the pairs from each one on can add; each counts in its busiest month."""
    busiest = (months * months.sum(axis=0)).argmax(axis=1).tolist()
    best: dict[int, list[int]] = {}
    rest = [0]
    for gain, month in zip(reversed(worth), reversed(busiest), strict=True):
        before = best.get(month, [])
        now = best[month] = [gain, *before][: slots[month]]
        rest.append(rest[-1] + sum(now) - sum(before))
    return rest[::-1]
