"""A plan, a record or an array that belongs to another problem, or is of another kind, is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .people import make_market

PEOPLE, NEEDS = make_market(5, 30, 12)
PROBLEM = m.build(PEOPLE, NEEDS)
PLAN = m.solve(PROBLEM)
SIZES = np.array([need.size_class for need in NEEDS])
OTHER = m.solve(m.build(*make_market(5, 30, 13)))

# what reads a plan
READERS: dict[str, Callable[[Any], Any]] = {
    "ranking": lambda plan: m.ranking(PROBLEM, plan, 0),
    "Regrets": lambda plan: m.Regrets(PROBLEM, plan),
    "why_not": lambda plan: m.why_not(PROBLEM, plan, 0, 0),
    "empty_seats": lambda plan: m.empty_seats(PROBLEM, plan, PEOPLE, NEEDS),
    "shortages": lambda plan: m.shortages(PROBLEM, plan, NEEDS),
    "gain": lambda plan: m.gain(PROBLEM, plan, m.like(PROBLEM, 0, "+")),
    "blocking_pairs": lambda plan: m.blocking_pairs(PROBLEM, plan),
    "filled_share": lambda plan: m.filled_share(PROBLEM, plan, SIZES),
    "waived": lambda plan: m.waived(m.Policy(), PROBLEM, plan, PEOPLE, NEEDS, SIZES),
}
BROKEN: list[tuple[Any, str]] = [
    (PLAN.pairs, "must be a Plan, not ndarray"),
    (None, "must be a Plan, not NoneType"),
    (OTHER, "must be a plan of this problem"),
    (replace(PLAN, pairs=np.array([[0, 30]])), "must be a plan of this problem"),
    (replace(PLAN, pairs=np.array([[-1, 0]])), "must be a plan of this problem"),
    (replace(PLAN, pairs=PLAN.pairs[:, ::-1]), "must be a plan of this problem"),
    (replace(PLAN, pairs=PLAN.pairs[:, 0]), "pairs must be a (K, 2) array of integers"),
    (replace(PLAN, pairs=PLAN.pairs.astype(float)), "pairs must be a (K, 2) array of integers"),
    (replace(PLAN, pairs=PLAN.pairs.tolist()), "pairs must be a (K, 2) array of integers"),
    (replace(PLAN, need_price=None), "need_price must be an array of numbers"),  # type: ignore[arg-type]
    (replace(PLAN, need_price=PLAN.need_price[1:]), "must be a plan of this problem"),
    (
        replace(PLAN, candidate_price=PLAN.candidate_price.astype(str)),
        "candidate_price must be an array of numbers",
    ),
]


@pytest.mark.parametrize(("plan", "reason"), BROKEN)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_what_is_no_plan_of_the_problem_is_refused(
    read: Callable[[Any], Any], plan: Any, reason: str
) -> None:
    with pytest.raises(m.InvalidProblem) as refusal:
        read(plan)
    assert str(refusal.value) == f"plan: {reason}"


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_plan_of_the_problem_is_read(read: Callable[[Any], Any]) -> None:
    try:
        read(PLAN)
    except m.InfeasiblePins:  # the pair that is asked why_not breaks a rule
        assert PROBLEM.edge(0, 0) is None


def test_two_plans_are_compared_only_where_both_are_of_the_problem() -> None:
    assert m.difference(PROBLEM, PLAN, PLAN) == []
    for plans, field in (((OTHER, PLAN), "before"), ((PLAN, OTHER), "after")):
        with pytest.raises(m.InvalidProblem, match=rf"^{field}: must be a plan of this problem$"):
            m.difference(PROBLEM, *plans)


ADDED: list[tuple[Any, str]] = [
    ([1] * 12, "added: must be an array of integers"),
    (np.full(12, 0.5), "added: must be an array of integers"),
    (np.ones(11, int), "added: has shape (11,), not (12,)"),
    (np.full(12, 2**40), "added[0]: is above 1000000000"),
    (np.full(12, -(2**40)), "added[0]: is below -1000000000"),
    (np.full(12, 10**9), "premium[3]: is above 1000000000"),
]
OTHERS: dict[str, tuple[Callable[[], Any], str]] = {
    "start": (lambda: m.solve(PROBLEM, start=OTHER), "start: must be a plan of the same needs"),
    "pairs to start from": (
        lambda: m.solve(PROBLEM, start=PLAN.pairs),  # type: ignore[arg-type]
        "start: must be a plan of the same needs",
    ),
    "people of empty seats": (
        lambda: m.empty_seats(PROBLEM, PLAN, PEOPLE[1:], NEEDS),
        "candidates: must be those of the problem",
    ),
    "needs of empty seats": (
        lambda: m.empty_seats(PROBLEM, PLAN, PEOPLE, NEEDS[1:]),
        "needs: must be those of the problem",
    ),
    "needs of shortages": (
        lambda: m.shortages(PROBLEM, PLAN, NEEDS[1:]),
        "needs: must be those of the problem",
    ),
    "people of a waived term": (
        lambda: m.waived(m.Policy(), PROBLEM, PLAN, PEOPLE[1:], NEEDS, SIZES),
        "candidates: must be those of the problem",
    ),
    "needs of a waived term": (
        lambda: m.waived(m.Policy(), PROBLEM, PLAN, PEOPLE, NEEDS[1:], SIZES),
        "needs: must be those of the problem",
    ),
    "classes of a waived term": (
        lambda: m.waived(m.Policy(), PROBLEM, PLAN, PEOPLE, NEEDS, SIZES[1:]),
        "size_class: has shape (11,), not (12,)",
    ),
    "classes of an aim": (
        lambda: m.solve_for(m.Policy(), PROBLEM, SIZES.tolist()),
        "size_class: must be an array of integers",
    ),
    "classes of a share": (
        lambda: m.filled_share(PROBLEM, PLAN, SIZES - 1),
        "size_class[0]: is below 0",
    ),
    "a floor beyond everything": (
        lambda: m.solve_with_floor(PROBLEM, SIZES, 101),
        "floor: must be an integer from 0 to 100",
    ),
    "a floor in parts": (
        lambda: m.solve_with_floor(PROBLEM, SIZES, 0.5),  # type: ignore[arg-type]
        "floor: must be an integer from 0 to 100",
    ),
    "more people": (
        lambda: m.with_people(PROBLEM, PEOPLE),  # type: ignore[arg-type]
        "more: must be a Problem, not list",
    ),
    "nobody's newcomer": (
        lambda: m.newcomer(m.Kind("", (), ()), [], "+"),
        "needs: must not be empty",
    ),
    "a policy": (lambda: m.build(PEOPLE, NEEDS, {"fill_premium": 0}), "must be a Policy, not dict"),  # type: ignore[arg-type]
    "a month": (lambda: m.month_number(2027, 13), "month: must be from 1 to 12, not 13"),
    "a document": (
        lambda: m.plan_of(PROBLEM, m.document(*make_market(5, 31, 13))),
        "placements[14]: need: there is no 'N012'",
    ),
}


@pytest.mark.parametrize(("added", "sentence"), ADDED)
def test_premiums_that_cannot_be_right_are_refused(added: Any, sentence: str) -> None:
    problem = replace(PROBLEM, premium=np.where(np.arange(12) == 3, 1, 0).astype(np.int32))
    with pytest.raises(m.InvalidProblem) as refusal:
        m.with_premium(problem, added)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(("ask", "sentence"), OTHERS.values(), ids=OTHERS)
def test_what_belongs_to_another_problem_is_refused(ask: Callable[[], Any], sentence: str) -> None:
    with pytest.raises((m.InvalidProblem, m.InvalidPolicy)) as refusal:
        ask()
    assert str(refusal.value) == sentence


def test_a_change_of_nobody_is_refused() -> None:
    entry = next(entry for entry in m.empty_seats(PROBLEM, PLAN, PEOPLE, NEEDS) if entry.change)
    need = next(need for need in NEEDS if need.id == entry.need)
    for change, sentence in (
        ({**entry.change, "kind": "sooner"}, "change: must be one that `empty_seats` proposed"),
        ({**entry.change, "kind": "engagements", "subject": None, "candidate": "nobody"},
         "change: 'nobody' is not among the candidates"),
    ):  # fmt: skip
        with pytest.raises(m.InvalidProblem) as refusal:
            m.apply_change(change, PEOPLE, need)
        assert str(refusal.value).startswith(sentence)
