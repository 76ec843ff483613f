"""Why a person did not get a seat in a finished round: the plan solved again with the pair fixed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from .. import matching as m
from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from .models import Round
from .solved import LONGEST, MoveRow, Solved, name_moves, seats_moved


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
        return seats_moved(self.moves)

    @property
    def filled(self) -> int:
        """Seats that the moves fill or empty."""
        return sum(more for _, more in self.towns)


def people_of(*whys: Why | None) -> list[int]:
    """Ids of those whose names they show."""
    return [move.person.id for why in whys if why for move in why.moves]


def explain_pair(session: Session, round_: Round, need: Need, candidate: Candidate) -> Why | None:
    """None where the pair is placed or cannot be, or the round has no plan."""
    solved = Solved.of(session, round_)
    return None if solved is None else _explain(session, solved, need.code, candidate.code, LONGEST)


def price_pairs(
    session: Session, round_: Round, need: Need, codes: Iterable[str]
) -> dict[str, Why]:
    """What fixing each of these people to the need would do; who is placed, or came too late in the time, is left out."""
    asked, found = list(codes), dict[str, Why]()
    solved = Solved.of(session, round_) if asked else None
    if solved is None:
        return found
    end = monotonic() + LONGEST
    for code in asked:
        left = end - monotonic()
        if left <= 0:
            break
        why = _explain(session, solved, need.code, code, left)
        if why is not None:
            found[code] = why
    return found


def _explain(
    session: Session, solved: Solved, need: str, candidate: str, limit: float
) -> Why | None:
    problem, plan = solved.problem, solved.plan
    if need not in problem.need_ids or candidate not in problem.candidate_ids:
        return None
    pair = [problem.need_row(need), problem.candidate_row(candidate)]
    if pair in plan.pairs.tolist():
        return None
    try:
        answer = m.why_not(
            problem, plan, *pair,
            pins=solved.inputs.pins, forbids=solved.inputs.forbids, time_limit=limit,
        )  # fmt: skip
    except m.InfeasiblePins:
        return None
    names = problem.need_ids
    moves = [
        (problem.candidate_ids[move.candidate], ([names[j] for j in move.leaves], [names[j] for j in move.enters]))
        for move in answer.chain.moves
    ]  # fmt: skip
    fit = _fit(problem, answer.chain)
    return Why(answer.loss, answer.at_least, answer.is_exact, name_moves(session, moves), fit)


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
