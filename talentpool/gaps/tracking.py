"""The register keeps itself: a gap is opened where people lack, and closed when they are there; staff are told then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from .. import audit
from ..accounts.models import Pool
from ..accounts.telling import tell_that
from ..db import Database, Session
from ..needs.models import Need
from ..permissions import SYSTEM, Action, Actor, require
from ..reference.service import load_catalogue
from ..states import Audience, NeedState
from .looking import Served, look
from .models import Ending, SupplyGap

TEMPLATE = "supply_gap.supply"
EVERY = timedelta(minutes=30)


def forget() -> None:
    """Look at every database at once again; for tests."""
    _LOOKED.clear()


_LOOKED: dict[str, datetime] = {}  # by address of the database: when this process last looked


def keep_time(database: Database, now: datetime) -> None:
    """Look at every pool, each half hour; what is found is written in short transactions of their own."""
    address = str(database.engine.url)
    if now - _LOOKED.get(address, now - EVERY) < EVERY:
        return
    with database.reading() as session:
        catalogue = load_catalogue(session)
        found = {
            code: look(session, code, catalogue=catalogue, now=now)
            for code in session.scalars(sa.select(Pool.prefecture_code)).all()
        }
    for code, served in found.items():

        def keep(session: Session, code: str = code, served: Mapping[int, Served] = served) -> None:
            keep_gaps(session, code, served, actor=SYSTEM, now=now)

        try:
            database.repeat(keep)
        except (sa.exc.IntegrityError, StaleDataError):
            # another worker was first: what it left undone
            database.repeat(keep)
    _LOOKED[address] = now


def keep_gaps(
    session: Session,
    prefecture_code: str,
    served: Mapping[int, Served],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Close the gaps that are none any more, and open those that `served` shows and nobody has recorded."""
    require(session, actor, Action.TRACK_GAP)
    query = sa.select(SupplyGap).where(
        SupplyGap.prefecture_code == prefecture_code, SupplyGap.closed_at.is_(None)
    )
    standing = {gap.need_id: gap for gap in session.scalars(query.order_by(SupplyGap.id))}
    for gap in standing.values():
        ending = _ending(gap, served.get(gap.need_id))
        if ending is not None:
            now_there = served[gap.need_id].fitting if gap.need_id in served else gap.fitting
            _close(session, gap, ending, now_there, actor=actor, now=now)
    lacking = [one for one in served.values() if one.free and one.need_id not in standing]
    still_open = _list_open(session, (one.need_id for one in lacking))
    answered = _list_answered(session, still_open)
    for one in lacking:
        if one.need_id in still_open:
            _open_where_lacking(
                session,
                prefecture_code,
                one,
                answered.get(one.need_id, set()),
                actor=actor,
                now=now,
            )


def _ending(gap: SupplyGap, served: Served | None) -> Ending | None:
    if served is None:
        return Ending.CLOSED
    if not served.free:
        return Ending.FILLED
    # a round that used its people elsewhere needs somebody more than there were then
    enough = served.free if gap.round_id is None else gap.fitting + 1
    return Ending.SUPPLIED if served.fitting >= enough else None


def _close(
    session: Session, gap: SupplyGap, ending: Ending, fitting: int, *, actor: Actor, now: datetime
) -> None:
    gap.closed_at, gap.ending, gap.supply = now, ending, fitting
    detail: dict[str, int | str] = {"need": gap.need_id, "ending": str(ending)}
    if ending is Ending.SUPPLIED:
        detail["fitting"] = fitting
    audit.record(session, audit.Deed.SUPPLY_GAP_CLOSE, gap, actor=actor, now=now, detail=detail)
    if ending is Ending.SUPPLIED:
        links = {Audience.COORDINATOR: f"/needs/{gap.need_id}"}
        tell_that(session, gap, TEMPLATE, links, actor=actor, now=now)


def _open_where_lacking(
    session: Session,
    prefecture_code: str,
    served: Served,
    answered: set[int | None],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """answered: rounds whose empty seats of this need were recorded before."""
    lacking, left = served.free - served.fitting, served.left
    if lacking > 0:
        seats, round_id = lacking, None
    elif left is not None and left.round_id not in answered:
        seats, round_id = min(left.seats, served.free), left.round_id
    else:
        return
    gap = SupplyGap(
        prefecture_code=prefecture_code, need_id=served.need_id, round_id=round_id, seats=seats,
        fitting=served.fitting, rule=served.rule, opened_at=now,
    )  # fmt: skip
    session.add(gap)
    session.flush()
    audit.record(
        session, audit.Deed.SUPPLY_GAP_OPEN, gap, actor=actor, now=now,
        detail={"need": served.need_id, "seats": seats, "fitting": served.fitting},
    )  # fmt: skip


def _list_open(session: Session, need_ids: Iterable[int]) -> set[int]:
    """Those that are open still: the pool was read a moment ago."""
    query = sa.select(Need.id).where(Need.id.in_(list(need_ids)), Need.state == NeedState.OPEN)
    return set(session.scalars(query))


def _list_answered(session: Session, need_ids: Iterable[int]) -> dict[int, set[int | None]]:
    query = sa.select(SupplyGap.need_id, SupplyGap.round_id).where(
        SupplyGap.need_id.in_(list(need_ids))
    )
    found: dict[int, set[int | None]] = {}
    for need_id, round_id in session.execute(query):
        found.setdefault(need_id, set()).add(round_id)
    return found
