"""Whom and which needs would both rather have each other than what a plan gives them (入れ替わりたい組), pair by pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .. import matching as m
from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from .models import Round
from .plan import Cast
from .solved import Solved

Placed = tuple[str, int]  # code of a need or a person, fit


@dataclass(frozen=True, slots=True)
class Codes:
    """need, candidate: ids of the engine. has: what the person serves in the plan; taken: whom the need has, the least fit first."""

    need: str
    candidate: str
    fit: int
    has: Sequence[Placed]
    taken: Sequence[Placed]
    free: int  # seats of the need that the plan leaves empty


@dataclass(frozen=True, slots=True)
class Blocking:
    need: Need
    person: Candidate
    codes: Codes
    has: Sequence[tuple[Need, int]]
    taken: Sequence[tuple[Candidate, int]]


def list_codes(session: Session, round_: Round) -> list[Codes] | None:
    """Those of the round, the best fit first, as the comparison on its page counts them; None where there is no plan."""
    solved = Solved.of(session, round_)
    if solved is None:
        return None
    problem, plan = solved.problem, solved.plan
    has, taken = defaultdict[str, list[Placed]](list), defaultdict[str, list[Placed]](list)
    for edge in problem.edges(plan.pairs).tolist():
        need, person, fit = _named(problem, edge)
        has[person].append((need, fit))
        taken[need].append((person, fit))
    seats = dict(zip(problem.need_ids, problem.seats.tolist(), strict=True))
    found = []
    for edge in m.blocking_pairs(problem, plan, forbids=solved.inputs.forbids).tolist():
        need, person, fit = _named(problem, edge)
        there = sorted(taken[need], key=lambda one: one[1])
        found.append(Codes(need, person, fit, has[person], there, seats[need] - len(there)))
    return sorted(found, key=lambda one: (-one.fit, one.need, one.candidate))


def _named(problem: m.Problem, edge: int) -> tuple[str, str, int]:
    need = problem.need_ids[int(problem.ptr.searchsorted(edge, side="right")) - 1]
    return need, problem.candidate_ids[problem.candidate[edge]], int(problem.fit[edge])


def name_codes(session: Session, rows: Sequence[Codes]) -> list[Blocking]:
    codes = {code for row in rows for code in (row.need, row.candidate)}
    codes |= {code for row in rows for code, _fit in (*row.has, *row.taken)}
    cast = Cast.named(session, (), (), codes)
    needs, people = cast.need_by_code, cast.person_by_code
    return [
        Blocking(
            needs[row.need], people[row.candidate], row,
            [(needs[code], fit) for code, fit in row.has],
            [(people[code], fit) for code, fit in row.taken],
        )
        for row in rows
    ]  # fmt: skip
