"""Queries: what staff, a person and a town may see of placements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..audit import AuditEvent
from ..candidates.models import Candidate
from ..db import Session
from ..errors import NotFound
from ..needs.models import Need
from ..permissions import Action, Actor, condition, get_visible, visible
from ..pool.standing import TURNED_DOWN
from ..rounds.models import Round, RoundNeed
from ..states import LIVE, NAMED, PlacementState
from .models import Placement

PAGE = 50  # rows
MOST_ALTERNATES = 10  # of a ranking, offered for a draft


@dataclass(frozen=True, slots=True)
class PlacementPage:
    rows: Sequence[Placement]
    total: int
    page: int
    pages: int


def list_placements(
    session: Session, actor: Actor, *, state: PlacementState | None = None, page: int = 1
) -> PlacementPage:
    """One page of the placements `actor` may see, newest first; of all live ones unless a state is named."""
    wanted = Placement.state == state if state else Placement.state.in_(LIVE)
    query = visible(actor, Placement).where(wanted)
    total = session.scalar(query.with_only_columns(sa.func.count(Placement.id))) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session.scalars(
        query.options(*_both())
        .order_by(Placement.need_id.desc(), Placement.rank, Placement.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return PlacementPage(list(rows), total, page, pages)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is drafted for one need and waits for a decision, in its order."""

    need: Need
    placements: Sequence[Placement]


def list_papers(session: Session, actor: Actor) -> list[Paper]:
    """The papers that wait, the one waiting longest first."""
    query = visible(actor, Placement).where(Placement.state == PlacementState.PROPOSED)
    rows = session.scalars(
        query.options(*_both()).order_by(Placement.need_id, Placement.rank, Placement.id)
    ).all()
    papers = [Paper(group[0].need, group) for group in _by_need(rows)]
    return sorted(
        papers, key=lambda paper: min(row.drafted_at or row.created_at for row in paper.placements)
    )


def _by_need(rows: Sequence[Placement]) -> list[list[Placement]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: row.need_id)]


def list_answers(session: Session, actor: Actor) -> list[Placement]:
    """What a person was offered, or a town was introduced to: open questions first, then the newest."""
    rows = session.scalars(visible(actor, Placement).options(*_both())).all()
    return sorted(rows, key=lambda row: (row.state not in LIVE, -row.id))


def count_asked(session: Session, actor: Actor) -> list[tuple[Need, int]]:
    """Needs of the town for which somebody is being asked, and how many: all that a town may know by then."""
    asked = (
        sa.select(Placement.need_id, sa.func.count().label("people"))
        .where(Placement.state == PlacementState.OFFERED)
        .group_by(Placement.need_id)
        .subquery()
    )
    query = (
        sa.select(Need, asked.c.people)
        .join(asked, asked.c.need_id == Need.id)
        .where(condition(actor, Action.VIEW_NEED, Need))
        .order_by(Need.id)
    )
    return [(need, n) for need, n in session.execute(query)]


def list_of_need(session: Session, actor: Actor, need: Need) -> list[Placement]:
    query = visible(actor, Placement).where(Placement.need_id == need.id)
    return list(session.scalars(query.options(*_both()).order_by(Placement.rank, Placement.id)))


def list_history(session: Session, placement: Placement) -> list[AuditEvent]:
    """What happened to a placement, oldest first."""
    query = sa.select(AuditEvent).where(
        AuditEvent.object_type == Placement.__tablename__,
        AuditEvent.object_id == str(placement.id),
    )
    return list(session.scalars(query.order_by(AuditEvent.seq)))


@dataclass(frozen=True, slots=True)
class Alternate:
    """Somebody of the round's ranking who could be added to the suggestions."""

    round_id: int
    rank: int
    fit: int
    candidate: Candidate


def list_alternates(session: Session, need: Need) -> list[Alternate]:
    """The best of the ranking of the need's last adopted round for whom nothing is live or turned down on it."""
    query = (
        sa.select(RoundNeed.round_id, RoundNeed.ranking)
        .join(Round, Round.id == RoundNeed.round_id)
        .where(RoundNeed.need_id == need.id, Round.is_adopted)
        .order_by(Round.id.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return []
    round_id, ranking = found
    taken = sa.select(Candidate.code).join(Placement, Placement.candidate_id == Candidate.id)
    gone = Placement.state.in_(LIVE) | Placement.state.in_(TURNED_DOWN)
    used = set(session.scalars(taken.where(Placement.need_id == need.id, gone)))
    entries = [entry for entry in ranking or [] if entry["candidate"] not in used][:MOST_ALTERNATES]
    people = _by_code(session, [entry["candidate"] for entry in entries])
    return [
        Alternate(round_id, entry["rank"], entry["fit"], people[entry["candidate"]])
        for entry in entries
        if entry["candidate"] in people
    ]


def get_named(session: Session, actor: Actor, placement: Placement) -> Candidate:
    """The person behind an introduction; NotFound once the name is hidden again."""
    if placement.state not in NAMED:
        raise NotFound
    return get_visible(session, actor, Candidate, placement.candidate_id)


def list_titles(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Need code → title."""
    query = sa.select(Need.code, Need.title).where(Need.code.in_(codes))
    return {row.code: row.title for row in session.execute(query)} if codes else {}


def _by_code(session: Session, codes: Sequence[str]) -> Mapping[str, Candidate]:
    query = sa.select(Candidate).where(Candidate.code.in_(codes))
    return {person.code: person for person in session.scalars(query)}


def _both() -> tuple[sa.orm.interfaces.LoaderOption, ...]:
    return joinedload(Placement.need), joinedload(Placement.candidate)
