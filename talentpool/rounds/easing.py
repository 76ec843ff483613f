"""What the smallest change that the engine names for an empty seat would do: the round solved again with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .. import matching as m
from ..candidates.content import EMPLOYED
from ..db import Session
from ..needs.models import Need
from .models import Round
from .plan import empty_seats
from .solved import LONGEST, MoveRow, Names, Solved, name_moves, seats_moved


@dataclass(frozen=True, slots=True)
class Eased:
    """The best plan with the change beside the plan of the round.

    before, after: the condition that changes, as the engine's records have it. value: bp of the whole plan;
    is_exact: whether both plans are proved the best.
    """

    change: Mapping[str, Any]
    before: Any
    after: Any
    seats: int
    value: int
    is_exact: bool
    moves: list[MoveRow]

    @property
    def towns(self) -> list[tuple[str, int]]:
        return seats_moved(self.moves)


def try_change(session: Session, round_: Round, need: Need) -> Eased | None:
    """None where the engine names no change for a seat of the need."""
    entry = empty_seats(round_).get(need.code)
    solved = Solved.of(session, round_)
    if entry is None or entry["change"] is None or solved is None or round_.result is None:
        return None
    inputs, change = solved.inputs, entry["change"]
    old = next(row for row in inputs.needs if row.id == need.code)
    people, new = m.apply_change(change, inputs.candidates, old)
    needs = tuple(new if row.id == need.code else row for row in inputs.needs)
    problem = m.problem_of(replace(inputs, candidates=tuple(people), needs=needs), round_.result)
    plan = m.solve(
        problem, pins=inputs.pins, forbids=inputs.forbids, time_limit=LONGEST,
        previous=sorted(_pairs(solved.problem, solved.plan)),  # of equal plans the nearest
    )  # fmt: skip
    before, after = _condition(change, inputs.candidates, old), _condition(change, people, new)
    return Eased(
        change=change,
        before=before,
        after=after,
        seats=len(plan.pairs) - len(solved.plan.pairs),
        value=plan.value - solved.plan.value,
        is_exact=plan.is_proved and solved.plan.is_proved,
        moves=name_moves(session, _differences(solved, problem, plan)),
    )


def _condition(change: Mapping[str, Any], people: Any, need: m.Need) -> Any:
    """What the change alters, of the one person or of the need."""
    kind, subject = change["kind"], change["subject"]
    if kind in m.OF_PERSON:
        person = next(row for row in people if row.id == change["candidate"])
        return person.travel_limit if kind == "travel" else person.most_at_once
    if kind == "level":
        return next((skill.level for skill in need.skills if skill.skill == subject), None)
    if kind == "recency":
        return next((skill.since for skill in need.skills if skill.skill == subject), None)
    return {
        "half_days": need.half_days,
        "later": need.months[0],
        "mode": need.mode,
        "form": need.forms - {EMPLOYED},  # of whom the prefecture employs: no town issues it
    }[kind]


def _differences(solved: Solved, problem: m.Problem, plan: m.Plan) -> list[tuple[str, Names]]:
    """(person, needs left and entered) of everybody whose seats differ; who only enters comes first."""
    old, new = _pairs(solved.problem, solved.plan), _pairs(problem, plan)
    leaves, enters = defaultdict(list), defaultdict(list)
    for need, person in sorted(old - new):
        leaves[person].append(need)
    for need, person in sorted(new - old):
        enters[person].append(need)
    people = sorted({*leaves, *enters}, key=lambda code: (bool(leaves.get(code)), code))
    return [(code, (leaves.get(code, []), enters.get(code, []))) for code in people]


def _pairs(problem: m.Problem, plan: m.Plan) -> set[tuple[str, str]]:
    return {(problem.need_ids[j], problem.candidate_ids[i]) for j, i in plan.pairs.tolist()}
