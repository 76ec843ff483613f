"""An independent check of a plan: seats, months, pairs, value, and the bound from its prices, from the arrays alone.

Whatever the prices, no plan is worth more than  Σ_j k_j u_j + Σ_i max_set (v - u).  This is recomputed without
the solver, person by person (`one_person`). Proof "bound" must follow from it. Of proof "enumeration" only the
prices are looked at: that nothing better lies below its bound could only be shown by solving again. Where the
search for one person takes too many steps, what it found counts, so that a sound plan is never refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import MatchingError
from .market import Pair, Pairs, pairs_of
from .one_person import Free, most_worth
from .plan import Plan
from .problem import Problem
from .search import SCALE

Ints = NDArray[np.int64]
STATUSES = ("optimal", "feasible", "nothing", "cancelled")
PROOFS = ("bound", "enumeration", "trivial", "none")
GREATEST_PRICE = 1 << 43  # bp: exact as a float in 1/1024 bp
ROUNDED_OFF = SCALE - 1  # of a price, at most, where a stored plan has whole bp


class BrokenPlan(MatchingError):
    """A plan that breaks a rule; the message names it."""


def verify(problem: Problem, plan: Plan, *, pins: Pairs = (), forbids: Pairs = ()) -> None:
    """Recompute everything a plan claims; pins and forbids are those it was made with. Raises BrokenPlan."""
    pinned, forbidden = (
        set(pairs_of(problem, "pins", pins)),
        set(pairs_of(problem, "forbids", forbids)),
    )
    edges = _edges(problem, plan)
    _check_limits(problem, edges)
    value = int(problem.value[edges].sum())
    if value != plan.value:
        raise BrokenPlan(f"value: {plan.value} is claimed, {value} is true")
    _check_words(plan)
    pairs = {(int(j), int(i)) for j, i in plan.pairs}
    if pinned - pairs:
        raise BrokenPlan(f"pins: {min(pinned - pairs)} is missing")
    if forbidden & pairs:
        raise BrokenPlan(f"forbids: {min(forbidden & pairs)} is in the plan")
    _check_shapes(problem, plan)
    # Other ways of deciding have no prices and claim no bound but their own value.
    if plan.proof in {"bound", "enumeration"} or plan.need_price.any():
        _check_prices(_rest(problem, pinned, forbidden), plan)


def _edges(problem: Problem, plan: Plan) -> Ints:
    """(K,) the pair numbers of the plan."""
    pairs = plan.pairs
    if not isinstance(pairs, np.ndarray) or pairs.dtype.kind not in "iu":
        raise BrokenPlan("pairs: no array of whole numbers")
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise BrokenPlan(f"pairs: has shape {pairs.shape}, not (K, 2)")
    listed = [(int(j), int(i)) for j, i in pairs]
    if listed != sorted(set(listed)):
        raise BrokenPlan("pairs: not sorted, or one twice")
    edges = []
    for j, i in listed:
        edge = problem.edge(j, i) if 0 <= j < problem.m else None
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
        raise BrokenPlan("capacity: a month is over-filled")
    most = problem.most_at_once[:, None]
    if ((count > 0) & (count + problem.standing > most))[people].any():
        raise BrokenPlan("most_at_once: too many engagements in a month")


def _taken(problem: Problem, edges: Ints) -> tuple[Ints, Ints]:
    """Half-days and engagements (n, T) that pairs take."""
    used, count = np.zeros((2, *problem.capacity.shape), np.int64)
    months = problem.months[problem.row[edges]].astype(np.int64)
    np.add.at(count, problem.candidate[edges], months)
    half_days = problem.half_days[problem.row[edges], None].astype(np.int64)
    np.add.at(used, problem.candidate[edges], months * half_days)
    return used, count


def _check_words(plan: Plan) -> None:
    """Status, proof and bound agree."""
    if plan.status not in STATUSES:
        raise BrokenPlan(f"status: {plan.status!r} is none")
    if plan.proof not in PROOFS:
        raise BrokenPlan(f"proof: {plan.proof!r} is none")
    if plan.bound < plan.value:
        raise BrokenPlan("bound: below the value")
    is_final = plan.status in {"optimal", "nothing"}
    if is_final and plan.proof == "none":
        raise BrokenPlan(f"status: {plan.status} without a proof")
    if not is_final and plan.proof != "none":
        raise BrokenPlan(f"status: {plan.status} with a proof")
    if is_final and plan.bound != plan.value:
        raise BrokenPlan(f"bound: {plan.bound}, though the plan is worth {plan.value} and proved")
    if (plan.status == "nothing" or plan.proof == "trivial") and len(plan.pairs):
        raise BrokenPlan(f"status: {plan.status} by proof {plan.proof}, with pairs")


def _check_shapes(problem: Problem, plan: Plan) -> None:
    prices = {
        "need_price": (plan.need_price, problem.m),
        "candidate_price": (plan.candidate_price, problem.n),
    }
    for name, (price, size) in prices.items():
        if not isinstance(price, np.ndarray) or price.dtype.kind not in "iuf":
            raise BrokenPlan(f"{name}: no array of numbers")
        if price.shape != (size,):
            raise BrokenPlan(f"{name}: has shape {price.shape}, not {(size,)}")
        wrong = ~((price >= 0) & (price <= GREATEST_PRICE))
        if wrong.any():
            raise BrokenPlan(f"{name}[{int(wrong.argmax())}]: is no price")


@dataclass(frozen=True)
class _Rest:
    """What is to be decided beside the pins: open pairs (k,) by person, seats (m,) that could be filled, half-days and
    engagements (n, T) free; base: what the pins are worth, in bp."""

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
    edges = np.flatnonzero(is_open & (seats[problem.row] > 0))  # a seat that is gone has no price
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
    """The bound, if it is to follow from the prices, and the price of every person."""
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
        raise BrokenPlan(f"bound: {plan.bound} is claimed, {bound} follows from the prices")
    if (reached > people).any():
        index = int((reached > people).argmax())
        raise BrokenPlan(f"candidate_price[{index}]: below what the person could bring")


def _bound(rest: _Rest, prices: Ints, reached: Ints) -> int:
    """In whole bp. The sums are Python's: prices may be anything."""
    seats = sum(k * u for k, u in zip(rest.seats.tolist(), prices.tolist(), strict=True))
    return rest.base + int(seats + sum(reached.tolist())) // SCALE


def _reached(rest: _Rest, prices: Ints) -> Ints:
    """(n,) what the best pairs of each person are worth together after prices, in 1/SCALE bp."""
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
