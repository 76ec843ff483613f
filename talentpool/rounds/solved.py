"""A finished round as the engine solved it, to be asked what would be otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .. import matching as m
from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from .models import Round, RoundInput

LONGEST = 5.0  # seconds: somebody waits for the page
Names = tuple[Sequence[str], Sequence[str]]  # codes of needs that a person leaves and enters


@dataclass(frozen=True, slots=True)
class Solved:
    inputs: m.Inputs
    problem: m.Problem
    plan: m.Plan

    @classmethod
    def of(cls, session: Session, round_: Round) -> Solved | None:
        """None where the round has no plan."""
        stored = session.get(RoundInput, round_.id)
        if stored is None or round_.result is None:
            return None
        inputs = m.inputs_of(stored.document)
        problem = m.problem_of(inputs, round_.result)
        return cls(inputs, problem, m.plan_of(problem, round_.result))


@dataclass(frozen=True, slots=True)
class MoveRow:
    person: Candidate
    leaves: list[Need]
    enters: list[Need]


def name_moves(session: Session, moves: Sequence[tuple[str, Names]]) -> list[MoveRow]:
    """(code of a person, codes of needs) → the rows, in the same order."""
    codes = {code for _, names in moves for side in names for code in side}
    persons = session.scalars(
        sa.select(Candidate).where(Candidate.code.in_([code for code, _ in moves]))
    )
    needs = session.scalars(sa.select(Need).where(Need.code.in_(codes)))
    person_of = {person.code: person for person in persons}
    need_of = {need.code: need for need in needs}
    return [
        MoveRow(person_of[code], [need_of[n] for n in leaves], [need_of[n] for n in enters])
        for code, (leaves, enters) in moves
    ]


def seats_moved(moves: Iterable[MoveRow]) -> list[tuple[str, int]]:
    """(municipality, seats that the moves fill or empty) of those that differ."""
    seats: Counter[str] = Counter()
    for move in moves:
        seats.update(need.municipality_code for need in move.enters)
        seats.subtract(need.municipality_code for need in move.leaves)
    return sorted((town, more) for town, more in seats.items() if more)
