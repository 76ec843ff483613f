"""A plan that is made from records and not explained yet: what every explanation is drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .explaining.excluded import LeftOut, left_out
from .explaining.told import Rankings, rank
from .inputs import Inputs, Names, input_document, names_of
from .names import by_id
from .pairs import Pair, pairs_of
from .plan import SCALE, Plan, Progress
from .policy import Policy
from .problem import Problem
from .records import Candidate, Need
from .scoring.build import build
from .solving.aims import solve_for
from .solving.clock import Clock
from .solving.premiums import Aimed, with_premium
from .stored import plan_of

SOLVING = 0.8  # of the time, for the plan; the rest is for its explanations


@dataclass(frozen=True, eq=False)
class Decided:
    """A plan and what it was made from.

    Attributes
    ----------
    inputs : Inputs
    built : Problem
        Without the premiums of aims.
    aimed : Aimed
    pinned, forbidden : list of (need, candidate)
        Row numbers.
    is_late : bool
        Whether the time was over before the plan was proved.
    seconds : float
        Wall time of the plan.
    clock : Clock
        What is left of the time, and who hears of progress.

    See Also
    --------
    decide : Makes it.
    """

    inputs: Inputs
    built: Problem
    aimed: Aimed
    pinned: list[Pair]
    forbidden: list[Pair]
    is_late: bool
    seconds: float
    clock: Clock

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(m,) the size class of the town of each need."""
        return np.array([need.size_class for need in by_id(self.inputs.needs)], np.int64)

    @cached_property
    def excluded(self) -> dict[str, LeftOut]:
        """Need id → who is left out of it, by which rules."""
        return left_out(self.inputs.candidates, self.inputs.needs)

    @cached_property
    def unpriced(self) -> Rankings:
        """Need → everybody feasible, without what pinning would cost."""
        return rank(self.aimed.problem, self.aimed.plan, self.pinned, self.forbidden)

    @cached_property
    def input_document(self) -> dict[str, Any]:
        """Everything the plan depends on, as plain values."""
        given = self.inputs
        return input_document(
            given.candidates, given.needs, given.policy,
            pins=given.pins, forbids=given.forbids, previous=given.previous,
        )  # fmt: skip

    def working(self) -> dict[str, Any]:
        """What a document does not tell, and its explanations need: prices to the last digit, the plan without aims."""
        problem, plan = self.aimed.problem, self.aimed.plan
        prices = np.rint(plan.need_price * SCALE).astype(np.int64).tolist()
        plain = self.aimed.plain
        return {
            "is_late": self.is_late,
            "seats": {name: price for name, price in zip(problem.need_ids, prices, strict=True) if price},
            "plain": None if plain is plan else [
                [problem.need_ids[j], problem.candidate_ids[i]] for j, i in plain.pairs.tolist()
            ],
        }  # fmt: skip


def decide(
    candidates: Sequence[Candidate],
    needs: Sequence[Need],
    policy: Policy | None = None,
    *,
    pins: Sequence[Names] = (),
    forbids: Sequence[Names] = (),
    previous: Sequence[Names] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
    has_others: bool = False,
) -> Decided:
    """Build a problem from records and solve it; `plan_document` and `explained` tell of the plan.

    Parameters
    ----------
    candidates, needs, policy, pins, forbids, previous, time_limit, progress, has_others
        As in `document`.

    Returns
    -------
    Decided

    Raises
    ------
    InvalidProblem, InfeasiblePins
        As `document`.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> m.decide(PEOPLE, NEEDS).aimed.plan.value
    55024
    """
    candidates, needs = tuple(candidates), tuple(needs)  # read more than once
    policy = policy or Policy()
    clock = Clock(time_limit, progress)
    pins, forbids, previous = (
        names_of(name, pairs)
        for name, pairs in (("pins", pins), ("forbids", forbids), ("previous", previous))
    )
    problem = build(candidates, needs, policy, has_others=has_others)
    pinned, forbidden, standing = _rows(problem, pins, forbids, previous, has_others=has_others)
    limit = None if clock.limit is None else SOLVING * clock.limit
    aimed = solve_for(
        policy, problem, np.array([need.size_class for need in by_id(needs)], np.int64),
        previous=standing, pins=pinned, forbids=forbidden, time_limit=limit, progress=clock.hear,
    )  # fmt: skip
    spent = clock.elapsed
    return Decided(
        Inputs(candidates, needs, policy, tuple(pins), tuple(forbids), tuple(previous)),
        problem,
        aimed,
        pinned,
        forbidden,
        is_late=limit is not None and not aimed.plan.is_proved and 2 * spent >= limit,
        seconds=round(spent, 3),
        clock=clock,
    )


def decided_of(
    inputs: Inputs,
    answer: Mapping[str, Any],
    *,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Decided:
    """Read back a plan that was stored before it was explained.

    Parameters
    ----------
    inputs : Inputs
        What the plan was made from.
    answer : mapping
        What `plan_document` wrote.
    time_limit : float, optional
        Seconds for the explanations.
    progress : callable, optional
        As in `document`.

    Returns
    -------
    Decided
        Its explanations are those of the plan that was written down, byte for byte.

    Raises
    ------
    InvalidProblem
        If the document names people or needs that are not in the inputs.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> decided = m.decide(PEOPLE, NEEDS)
    >>> again = m.decided_of(decided.inputs, m.plan_document(decided))
    >>> m.explained(again) == m.explained(decided)
    True
    """
    built = build(inputs.candidates, inputs.needs, inputs.policy, has_others=True)
    pinned, forbidden, _ = _rows(built, inputs.pins, inputs.forbids, (), has_others=True)
    working, aims = answer["working"], answer["aims"]
    premium = np.array([aims["premium"].get(name, 0) for name in built.need_ids], np.int64)
    problem = with_premium(built, premium)
    prices = [working["seats"].get(name, 0) / SCALE for name in problem.need_ids]
    plan = replace(plan_of(problem, answer), need_price=np.array(prices, float))
    aimed = Aimed(
        problem, plan, _plain(built, plan, working["plain"]), is_reached=aims["is_reached"],
        premium=premium, is_out_of_reach=aims["is_out_of_reach"],
    )  # fmt: skip
    return Decided(
        inputs, built, aimed, pinned, forbidden, is_late=working["is_late"],
        seconds=answer.get("seconds", 0.0), clock=Clock(time_limit, progress),
    )  # fmt: skip


def _plain(built: Problem, plan: Plan, names: Sequence[Sequence[str]] | None) -> Plan:
    """The plan without aims: its pairs, which is all that is told of it."""
    if names is None:
        return plan
    pairs = sorted(pairs_of(built, "plain", [(need, person) for need, person in names]))
    return replace(plan, pairs=np.array(pairs, np.int64).reshape(-1, 2))


def _rows(
    problem: Problem,
    pins: Sequence[Names],
    forbids: Sequence[Names],
    previous: Sequence[Names],
    *,
    has_others: bool,
) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Row numbers of pins, forbidden and standing pairs; where there are others, only what the problem has."""
    forbidden, standing = (
        pairs_of(problem, name, _known(problem, pairs) if has_others else pairs)
        for name, pairs in (("forbids", forbids), ("previous", previous))
    )
    return pairs_of(problem, "pins", pins), forbidden, standing


def _known(problem: Problem, pairs: Sequence[Names]) -> list[Names]:
    """Keep the pairs whose need and candidate are in the problem."""
    needs, people = set(problem.need_ids), set(problem.candidate_ids)
    return [(need, person) for need, person in pairs if need in needs and person in people]
