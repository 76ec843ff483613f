"""The order in which a town would take those whom it was introduced to; it counts in the next round as the town's preference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require, visible
from ..placements.models import Placement
from ..states import NAMED, NeedState
from .models import MOST_RANK, TownRank


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody whom the town was introduced to, with the rank it has given."""

    placement: Placement
    rank: int | None


def list_ranked(session: Session, need: Need, actor: Actor) -> Sequence[Ranked]:
    """Those whose names the town may read, the first rank first; who has none comes last."""
    require(session, actor, Action.VIEW_TOWN_RANK)
    query = (
        visible(actor, Placement)
        .where(
            Placement.need_id == need.id,
            Placement.introduced_at.is_not(None),
            Placement.state.in_(NAMED),
        )
        .options(joinedload(Placement.candidate))
        .order_by(Placement.seat, Placement.rank, Placement.id)
    )
    rows = session.scalars(query).all()
    ranks = {row.placement_id: row.rank for row in _rows(session, need, lock=False)}
    found = [Ranked(row, ranks.get(row.id)) for row in rows]
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0))


def _rows(session: Session, need: Need, *, lock: bool) -> Sequence[TownRank]:
    query = sa.select(TownRank).where(TownRank.need_id == need.id).order_by(TownRank.id)
    return session.scalars(query.with_for_update() if lock else query).all()


def rank_people(
    session: Session,
    need: Need,
    ranks: Mapping[int, int | None],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """順位を付ける: placement id → rank, the same one for several where the town is indifferent; none takes it away.

    The need must be locked.
    """
    require(session, actor, Action.RANK_PEOPLE, need)
    if need.state is NeedState.CLOSED:
        raise Conflict(say("この募集は締め切られています。"))
    people = {one.placement.id: one.placement for one in list_ranked(session, need, actor)}
    if not set(ranks) <= set(people):
        raise NotFound
    faults = {
        f"rank_{ident}": say("1から%(most)sまでの順位を選んでください。", most=MOST_RANK)
        for ident, rank in ranks.items()
        if rank is not None and not 1 <= rank <= MOST_RANK
    }
    if faults:
        raise Refused(say("順位を確かめてください。"), fields=faults)
    known = {row.placement_id: row for row in _rows(session, need, lock=True)}
    for ident, rank in sorted(ranks.items()):
        _give(session, people[ident], known.get(ident), rank, actor, now)


def _give(
    session: Session,
    placement: Placement,
    row: TownRank | None,
    rank: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    if (row.rank if row is not None else None) == rank:
        return
    if row is None:
        row = TownRank(
            need_id=placement.need_id, placement_id=placement.id, rank=rank,
            candidate_id=placement.candidate_id, prefecture_code=placement.prefecture_code,
            municipality_code=placement.municipality_code,
        )  # fmt: skip
        session.add(row)
    row.rank, row.ranked_at, row.ranked_by = rank, now, actor.user_id
    session.flush()
    detail = {"need": placement.need_id, "placement": placement.id, "rank": rank}
    audit.record(session, audit.Deed.TOWN_RANK, row, actor=actor, now=now, detail=detail)
