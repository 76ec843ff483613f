"""Why a person did not get a seat in a finished round: the plan solved again with the pair fixed."""

from __future__ import annotations

from collections import Counter
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
    """What fixing the pair would do. loss: bp of the whole plan, between at_least and loss where not is_exact.

    fit: bp of fit that the moves add or take.
    """

    loss: int
    at_least: int
    is_exact: bool
    moves: list[MoveRow]
    fit: int = 0

    @property
    def towns(self) -> list[tuple[str, int]]:
        """(municipality, seats that the moves fill or empty) of those that differ."""
        seats: Counter[str] = Counter()
        for move in self.moves:
            seats.update(need.municipality_code for need in move.enters)
            seats.subtract(need.municipality_code for need in move.leaves)
        return sorted((town, more) for town, more in seats.items() if more)

    @property
    def filled(self) -> int:
        """Seats that the moves fill or empty."""
        return sum(more for _, more in self.towns)


def people_of(why: Why | None) -> list[int]:
    """Ids of those whose names it shows."""
    return [move.person.id for move in why.moves] if why else []


def explain_pair(session: Session, round_: Round, need: Need, candidate: Candidate) -> Why | None:
    """None where the pair is placed or cannot be, or the round has no plan."""
    stored = session.get(RoundInput, round_.id)
    if stored is None or round_.result is None:
        return None
    inputs = m.inputs_of(stored.document)
    problem = m.problem_of(inputs, round_.result)
    plan = m.plan_of(problem, round_.result)
    if need.code not in problem.need_ids or candidate.code not in problem.candidate_ids:
        return None
    pair = [problem.need_row(need.code), problem.candidate_row(candidate.code)]
    if pair in plan.pairs.tolist():
        return None
    try:
        answer = m.why_not(
            problem, plan, *pair,
            pins=inputs.pins, forbids=inputs.forbids, time_limit=LONGEST,
        )  # fmt: skip
    except m.InfeasiblePins:
        return None
    moves = _named(session, problem, answer.chain.moves)
    return Why(answer.loss, answer.at_least, answer.is_exact, moves, _fit(problem, answer.chain))


def _fit(problem: m.Problem, chain: m.Chain) -> int:
    """What the moves add to the fit of all pairs, in bp."""
    pairs = [
        (sign, j, move.candidate)
        for move in chain.moves
        for sign, needs in ((1, move.enters), (-1, move.leaves))
        for j in needs
    ]
    edges = problem.edges([(j, i) for _, j, i in pairs])
    return sum(sign * int(problem.fit[edge]) for (sign, *_), edge in zip(pairs, edges, strict=True))


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
