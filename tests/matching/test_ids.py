"""A need or a person is given by its id or by its row number, and nothing else passes for either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .people import make_market


@dataclass(frozen=True)
class Round:
    people: list[m.Candidate]
    needs: list[m.Need]
    problem: m.Problem
    plan: m.Plan
    pins: list[tuple[Any, Any]]
    forbids: list[tuple[Any, Any]]

    @property
    def kept(self) -> dict[str, Any]:
        return {"pins": self.pins, "forbids": self.forbids}


@pytest.fixture(scope="module")
def by_row() -> Round:
    people, needs = make_market(5, 40, 16)
    problem = m.build(people, needs)
    free = m.solve(problem).pairs.tolist()
    pins, forbids = [tuple(pair) for pair in free[:1]], [tuple(pair) for pair in free[2:5]]
    plan = m.solve(problem, pins=pins, forbids=forbids)
    return Round(people, needs, problem, plan, pins, forbids)


@pytest.fixture(scope="module")
def by_id(by_row: Round) -> Round:
    return replace(
        by_row,
        pins=_named(by_row.problem, by_row.pins),
        forbids=_named(by_row.problem, by_row.forbids),
    )


def _named(problem: m.Problem, pairs: list[tuple[Any, Any]]) -> list[tuple[str, str]]:
    return [(problem.need_ids[j], problem.candidate_ids[i]) for j, i in pairs]


def _plain(answer: Any) -> Any:
    """What a function answered, to be compared."""
    if isinstance(answer, m.Plan):
        return answer.pairs.tolist(), answer.value
    if isinstance(answer, m.Loss):
        return answer.bp.tolist()
    if isinstance(answer, m.Problem):
        return answer.candidate_ids, answer.value.tolist()
    if isinstance(answer, dict):
        return {name: _plain(one) for name, one in answer.items()}
    return answer.tolist() if isinstance(answer, np.ndarray) else answer


# what takes pairs that the plan was made with
BESIDE: dict[str, Callable[[Round], Any]] = {
    "solve": lambda r: m.solve(r.problem, **r.kept, previous=r.forbids),
    "verify": lambda r: m.verify(r.problem, r.plan, **r.kept),
    "baselines": lambda r: m.baselines(r.problem, **r.kept),
    "Regrets": lambda r: m.Regrets(r.problem, r.plan, **r.kept).of(r.pins[0][0]),
    "why_not": lambda r: m.why_not(r.problem, r.plan, *_other(r), **r.kept),
    "empty_seats": lambda r: m.empty_seats(r.problem, r.plan, r.people, r.needs, **r.kept),
    "shortages": lambda r: m.shortages(r.problem, r.plan, r.needs, solves=True, **r.kept),
    "gain": lambda r: m.gain(r.problem, r.plan, m.like(r.problem, r.pins[0][1], "+"), **r.kept),
    "solve_in_stages": lambda r: m.solve_in_stages(r.problem, **r.kept).plan,
}
# what takes one need, one person or one list of pairs
ALONE: dict[str, Callable[[Round], Any]] = {
    "ranking": lambda r: m.ranking(r.problem, r.plan, r.pins[0][0]),
    "like": lambda r: m.like(r.problem, r.pins[0][1], "+"),
    "blocking_pairs": lambda r: m.blocking_pairs(r.problem, r.plan, forbids=r.forbids),
    "edge": lambda r: r.problem.edge(*r.pins[0]),
    "edges": lambda r: r.problem.edges(r.forbids),
    "need_row": lambda r: r.problem.need_row(r.pins[0][0]),
    "candidate_row": lambda r: r.problem.candidate_row(r.pins[0][1]),
}
EVERY = BESIDE | ALONE


def _other(r: Round) -> tuple[Any, Any]:
    """A feasible pair that is not in the plan, in the words of the round."""
    problem, placed = r.problem, {tuple(pair) for pair in r.plan.pairs.tolist()}
    taken = {*placed, *((problem.need_row(j), problem.candidate_row(i)) for j, i in r.forbids)}
    j, i = next(
        (j, i)
        for j, i in zip(problem.row.tolist(), problem.candidate.tolist(), strict=True)
        if (j, i) not in taken
    )
    return (
        (j, i) if isinstance(r.pins[0][0], int) else (problem.need_ids[j], problem.candidate_ids[i])
    )


@pytest.mark.parametrize("ask", EVERY.values(), ids=EVERY)
def test_ids_and_row_numbers_give_the_same_answer(
    by_row: Round, by_id: Round, ask: Callable[[Round], Any]
) -> None:
    numbers = replace(by_row, pins=[tuple(map(np.int32, pair)) for pair in by_row.pins])
    assert _plain(ask(by_id)) == _plain(ask(by_row)) == _plain(ask(numbers))


STRANGERS: list[Callable[[Round], tuple[Any, Any]]] = [
    lambda r: ("nobody's", "nobody"),
    lambda r: (r.problem.m, r.problem.n),
    lambda r: (-1, -1),
    lambda r: (0.0, 0.0),
    lambda r: (None, None),
    lambda r: (r.problem.candidate_ids[0], r.problem.need_ids[0]),
]


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("ask", EVERY.values(), ids=EVERY)
def test_what_is_no_need_or_person_is_refused(
    by_row: Round, ask: Callable[[Round], Any], stranger: Callable[[Round], tuple[Any, Any]]
) -> None:
    pair = stranger(by_row)
    with pytest.raises((m.InvalidProblem, m.InfeasiblePins)) as refusal:
        ask(replace(by_row, pins=[pair], forbids=[pair]))
    assert refusal.type is m.InvalidProblem or str(refusal.value).startswith("pins[0]: ")


@pytest.mark.parametrize("name", ["pins", "forbids", "previous"])
@pytest.mark.parametrize("pair", [(0, 0), ("N000", 0), "N0", ("N000", "C000", "C001"), None])
def test_beside_records_only_ids_name_a_pair(name: str, pair: Any) -> None:
    people, needs = make_market(1, 3, 2)
    for ask in (m.document, m.input_document, m.input_hash):
        with pytest.raises(m.InvalidProblem) as refusal:
            ask(people, needs, m.Policy(), **{name: [("N000", "C001"), pair]})
        assert str(refusal.value) == f"{name}[1]: must be a pair of ids (need, candidate)"


def test_pairs_of_others_are_left_out_where_there_are_others() -> None:
    people, needs = make_market(2, 12, 6)
    strangers = [("N000", "C999"), ("N999", "C000")]
    for name in ("forbids", "previous"):
        with pytest.raises(
            m.InvalidProblem, match=rf"^{name}\[0\]: candidate: there is no 'C999'$"
        ):
            m.document(people, needs, **{name: strangers})
        given, without = (
            m.document(people, needs, has_others=True, is_stable=True, **{name: pairs})
            for pairs in (strangers, [])
        )
        assert given["input_hash"] != without["input_hash"]
        assert {**given, "input_hash": without["input_hash"]} == without
    with pytest.raises(m.InfeasiblePins, match=r"^pins\[0\]: candidate: there is no 'C999'$"):
        m.document(people, needs, pins=strangers, has_others=True)
