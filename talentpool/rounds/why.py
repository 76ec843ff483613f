"""Why a person did not get a seat in a finished round: the plan solved again with the pair fixed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from .. import matching as m
from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from .models import Round, RoundInput

LONGEST = 5.0  # seconds: somebody waits for the page


@dataclass(frozen=True, slots=True)
class MoveRow:
    person: Candidate
    leaves: list[Need]
    enters: list[Need]


@dataclass(frozen=True, slots=True)
class Why:
    """What fixing the pair would do. loss: bp of the whole plan, between at_least and loss where not is_exact."""

    loss: int
    at_least: int
    is_exact: bool
    moves: list[MoveRow]


def explain_pair(session: Session, round_: Round, need: Need, candidate: Candidate) -> Why | None:
    """None where the pair is placed or cannot be, or the round has no plan."""
    stored = session.get(RoundInput, round_.id)
    if stored is None or round_.result is None:
        return None
    inputs = m.inputs_of(stored.document)
    problem = m.problem_of(inputs, round_.result)
    plan = m.plan_of(problem, round_.result)
    rows = {code: j for j, code in enumerate(problem.need_ids)}
    people = {code: i for i, code in enumerate(problem.candidate_ids)}
    j, i = rows.get(need.code), people.get(candidate.code)
    if j is None or i is None or [j, i] in plan.pairs.tolist():
        return None
    try:
        answer = m.why_not(
            problem, plan, j, i,
            pins=[(rows[n], people[c]) for n, c in inputs.pins],
            forbids=[(rows[n], people[c]) for n, c in inputs.forbids],
            time_limit=LONGEST,
        )  # fmt: skip
    except m.InfeasiblePins:
        return None
    moves = _named(session, problem, answer.chain.moves)
    return Why(answer.loss, answer.at_least, answer.is_exact, moves)


def _named(session: Session, problem: m.Problem, moves: Iterable[m.Move]) -> list[MoveRow]:
    moves = list(moves)
    codes = {problem.candidate_ids[move.candidate] for move in moves}
    titles = {problem.need_ids[j] for move in moves for j in (*move.leaves, *move.enters)}
    people = session.scalars(sa.select(Candidate).where(Candidate.code.in_(codes)))
    needs = session.scalars(sa.select(Need).where(Need.code.in_(titles)))
    person_of = {person.code: person for person in people}
    need_of = {need.code: need for need in needs}
    return [
        MoveRow(
            person_of[problem.candidate_ids[move.candidate]],
            [need_of[problem.need_ids[j]] for j in move.leaves],
            [need_of[problem.need_ids[j]] for j in move.enters],
        )
        for move in moves
    ]
