"""The difference between a plan and the plan in force when it was made: who moves, where to, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from .history import Names, stored_history
from .models import Round, RoundInput, RoundNeed
from .plan import Cast


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody who leaves a need or comes to it. others: needs to which, or from which.

    entry: of the ranking of the need; none where rules leave the person out.
    """

    person: Candidate
    others: Sequence[Need]
    entry: Mapping[str, Any] | None
    rules: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    need: Need
    gone: Sequence[Move]
    came: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Moves:
    """before: pairs of the plan in force; kept: of them, pairs of the plan."""

    before: int
    kept: int
    changed: Sequence[Changed]

    @property
    def people(self) -> set[int]:
        return {
            move.person.id for row in self.changed for side in (row.gone, row.came) for move in side
        }


def list_moves(session: Session, round_: Round, cast: Cast) -> tuple[Cast, Moves] | None:
    """With a cast that has them all; None where the round was given no plan in force."""
    stored = session.get(RoundInput, round_.id)
    before = set(stored_history(stored.document).previous) if stored is not None else set()
    if not before:
        return None
    after = {
        (cast.needs[pair.need_id].code, cast.people[pair.candidate_id].code)
        for pair in round_.pairs
    }
    touched = {need for need, _ in before}
    changed = sorted(need for need in touched if _people(before, need) != _people(after, need))
    whole = Cast.of(session, round_, codes={code for pair in before for code in pair})
    rows = _rows(session, round_, [whole.need_by_code[need].id for need in changed])
    return whole, Moves(
        len(before), len(before & after),
        [_changed(whole, need, before, after, rows) for need in changed],
    )  # fmt: skip


def _people(pairs: Collection[Names], need: str) -> set[str]:
    return {person for asked, person in pairs if asked == need}


def _rows(
    session: Session, round_: Round, need_ids: Sequence[int]
) -> dict[int, tuple[Mapping[str, Any], Mapping[str, Sequence[str]]]]:
    """Need → (person → entry of the ranking, person → rules that leave them out)."""
    query = sa.select(RoundNeed.need_id, RoundNeed.ranking, RoundNeed.excluded).where(
        RoundNeed.round_id == round_.id, RoundNeed.need_id.in_(need_ids)
    )
    return {
        need: ({entry["candidate"]: entry for entry in ranking or ()}, excluded or {})
        for need, ranking, excluded in session.execute(query)
    }


def _changed(
    cast: Cast,
    code: str,
    before: Collection[Names],
    after: Collection[Names],
    rows: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Sequence[str]]]],
) -> Changed:
    need = cast.need_by_code[code]
    ranking, excluded = rows[need.id]
    old, new = _people(before, code), _people(after, code)

    def move(person: str, elsewhere: Collection[Names]) -> Move:
        return Move(
            cast.person_by_code[person],
            [cast.need_by_code[n] for n, who in sorted(elsewhere) if who == person and n != code],
            ranking.get(person),
            excluded.get(person, ()),
        )

    return Changed(
        need,
        [move(person, after) for person in sorted(old - new)],
        [move(person, before) for person in sorted(new - old)],
    )
