"""How far the pool and the newest adopted rounds serve the open needs of a prefecture. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..pool.counting import look_over
from ..pool.kept import crowd_of
from ..pool.requests import read_open
from ..pool.translate import seats_left
from ..reference.catalogue import Catalogue
from ..rounds.models import Round, RoundNeed
from ..rounds.plan import empty_seats
from ..states import RoundState


@dataclass(frozen=True, slots=True)
class Left:
    """Seats that the plan of the newest adopted round of a need left empty."""

    round_id: int
    seats: int


@dataclass(frozen=True, slots=True)
class Served:
    """free: places that nobody holds; fitting: people who meet the rules; rule: that rules out most of the others."""

    need_id: int
    free: int
    fitting: int
    rule: str | None
    left: Left | None


def look(
    session: Session, prefecture_code: str, *, catalogue: Catalogue, now: datetime
) -> dict[int, Served]:
    """By id of each open need of the prefecture."""
    requests = read_open(session, prefecture_code)
    if not requests:
        return {}
    crowd, counted = crowd_of(session, prefecture_code, catalogue, now)
    left = _left_empty(
        session, prefecture_code, {request.code: ident for ident, request in requests.items()}
    )
    found = {}
    for ident, request in requests.items():
        free = seats_left(request)
        fitting, rule = look_over(crowd, counted, request, catalogue) if free else (0, None)
        found[ident] = Served(
            ident, free, fitting, None if rule is None else str(rule), left.get(ident)
        )
    return found


def _left_empty(
    session: Session, prefecture_code: str, need_ids: Mapping[str, int]
) -> dict[int, Left]:
    """Need id → what the newest adopted round that had the need left empty."""
    newest = (
        sa.select(RoundNeed.need_id, sa.func.max(Round.id).label("round_id"))
        .join(Round, Round.id == RoundNeed.round_id)
        .where(Round.prefecture_code == prefecture_code, Round.state == RoundState.ADOPTED)
        .group_by(RoundNeed.need_id)
    )
    of_need = dict(session.execute(newest).all())
    wanted = set(of_need.values())
    rounds = session.scalars(sa.select(Round).where(Round.id.in_(wanted))).all()
    seats = {
        (round_.id, code): entry["seats"]
        for round_ in rounds
        for code, entry in empty_seats(round_).items()
    }
    return {
        ident: Left(of_need[ident], seats[of_need[ident], code])
        for code, ident in need_ids.items()
        if ident in of_need and (of_need[ident], code) in seats
    }
