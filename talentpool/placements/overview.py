"""The papers that wait, side by side: what each comes to, and what an approver should look at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from ..accounts.models import User
from ..candidates.terms import is_employed
from ..costs import pay_by_year
from ..db import Session
from ..needs.costing import fee_of, work_of
from ..pool.conflicts import Finding
from ..rounds.models import Round
from ..rounds.spread import north_first
from . import service
from .models import Placement
from .screening import find_conflicts


class Flag(StrEnum):
    """Why a paper should be looked at. BEHIND: the round ranked somebody before the first on it."""

    CONFLICT = "conflict"
    BEHIND = "behind"
    PINNED = "pinned"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class Row:
    """A paper with its sums over all months: half-days, yen of pay."""

    paper: service.Paper
    flags: frozenset[Flag]
    half_days: int
    yen: int
    is_own: bool  # drafted by the reader

    @property
    def first(self) -> Placement:
        return self.paper.placements[0]

    @property
    def alternates(self) -> int:
        return len(self.paper.placements) - 1

    @property
    def is_tickable(self) -> bool:
        """Whether it may be approved together with others: never with a conflict, never by who drafted it."""
        return not self.is_own and Flag.CONFLICT not in self.flags


@dataclass(frozen=True, slots=True)
class Group:
    """The papers of one round (None: of none), from the north."""

    round: Round | None
    rows: Sequence[Row]
    drafters: Sequence[str]

    @property
    def half_days(self) -> int:
        return sum(row.half_days for row in self.rows)

    @property
    def yen(self) -> int:
        return sum(row.yen for row in self.rows)


def look_over(session: Session, papers: Sequence[service.Paper], reader: int | None) -> list[Row]:
    """`reader`: id of the account that reads. Screens everybody on the papers once."""
    pinned = service.list_pinned(session, [paper.placements[0] for paper in papers])
    conflicts = find_conflicts(session, [row for paper in papers for row in paper.placements])
    return [
        Row(
            paper,
            frozenset(_flags(paper, pinned, conflicts)),
            half_days=paper.need.half_days * _months(paper),
            yen=_yen(paper),
            is_own=reader in {row.drafted_by for row in paper.placements},
        )
        for paper in papers
    ]


def _yen(paper: service.Paper) -> int:
    """Pay of the first person, as the need stands."""
    fee = fee_of(paper.need, paper.placements[0].candidate)
    work = replace(work_of(paper.need), pay_amount=fee.amount, pay_basis=fee.basis, people=1)
    return sum(pay_by_year(work).values())


def group(session: Session, rows: Iterable[Row]) -> list[Group]:
    """By round, the newest first; papers of no round last."""
    found: dict[int | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row.first.round_id, []).append(row)
    rounds = {
        round_.id: round_
        for round_ in session.scalars(sa.select(Round).where(Round.id.in_(filter(None, found))))
    }
    drafters = {row.first.drafted_by for some in found.values() for row in some}
    names = dict(
        session.execute(sa.select(User.id, User.display_name).where(User.id.in_(drafters))).all()
    )
    return [
        Group(
            rounds.get(ident) if ident else None,
            sorted(some, key=lambda row: north_first(row.first.municipality_code)),
            sorted(
                {
                    name
                    for row in some
                    for ident, name in names.items()
                    if ident == row.first.drafted_by
                }
            ),
        )
        for ident, some in sorted(found.items(), key=lambda item: -(item[0] or 0))
    ]


def _months(paper: service.Paper) -> int:
    return paper.need.last_month - paper.need.first_month + 1


def _flags(
    paper: service.Paper, pinned: Iterable[int], conflicts: Mapping[int, Sequence[Finding]]
) -> Iterable[Flag]:
    first = paper.placements[0]
    if any(conflicts[row.id] for row in paper.placements):
        yield Flag.CONFLICT
    if first.reason.get("rank", 1) > 1:
        yield Flag.BEHIND
    if first.id in pinned:
        yield Flag.PINNED
    if paper.need.pay_amount == 0 and not is_employed(first.candidate):
        yield Flag.UNPAID
