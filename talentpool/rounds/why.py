"""Why a person did not get a seat in a finished round: the plan solved again with the pair fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
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
    answer = None if solved is None else _ask(solved, need.code, candidate.code, LONGEST)
    if solved is None or answer is None:
        return None
    return _name(session, solved, {candidate.code: answer})[candidate.code]


def price_pairs(
    session: Session, round_: Round, need: Need, codes: Iterable[str]
) -> dict[str, Why]:
    """What fixing each of these people to the need would do; who is placed, or came too late in the time, is left out."""
    asked, answers = list(codes), dict[str, m.Answer]()
    solved = Solved.of(session, round_) if asked else None
    if solved is None:
        return {}
    end = monotonic() + LONGEST
    for code in asked:
        left = end - monotonic()
        if left <= 0:
            break
        answer = _ask(solved, need.code, code, left)
        if answer is not None:
            answers[code] = answer
    return _name(session, solved, answers)


def _ask(solved: Solved, need: str, candidate: str, limit: float) -> m.Answer | None:
    problem, plan = solved.problem, solved.plan
    if need not in problem.need_ids or candidate not in problem.candidate_ids:
        return None
    pair = [problem.need_row(need), problem.candidate_row(candidate)]
    if pair in plan.pairs.tolist():
        return None
    try:
        return m.why_not(
            problem, plan, *pair,
            pins=solved.inputs.pins, forbids=solved.inputs.forbids, time_limit=limit,
        )  # fmt: skip
    except m.InfeasiblePins:
        return None


def _name(session: Session, solved: Solved, answers: Mapping[str, m.Answer]) -> dict[str, Why]:
    """The answers with the people and needs of their moves, read at once."""
    problem, names = solved.problem, solved.problem.need_ids
    moves = [
        (problem.candidate_ids[move.candidate], ([names[j] for j in move.leaves], [names[j] for j in move.enters]))
        for answer in answers.values()
        for move in answer.chain.moves
    ]  # fmt: skip
    rows = iter(name_moves(session, moves))
    return {
        code: Why(
            answer.loss, answer.at_least, answer.is_exact,
            list(islice(rows, len(answer.chain.moves))), _fit(problem, answer.chain),
        )
        for code, answer in answers.items()
    }  # fmt: skip


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
