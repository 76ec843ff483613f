"""What the worker looks at each half hour: open needs that nobody was told of, and needs that somebody watches."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from ..accounts.models import Pool
from ..db import Database
from ..needs.models import Need
from ..permissions import SYSTEM
from ..reference.service import load_catalogue
from ..states import NeedState
from . import suggesting, watching
from .models import NeedWatch

EVERY = timedelta(minutes=30)
_LOOKED: dict[str, datetime] = {}  # by address of the database: when this process last looked


def forget() -> None:
    """Look at every database at once again; for tests."""
    _LOOKED.clear()


def keep_time(database: Database, now: datetime) -> None:
    """Read all at once, then write in short transactions; what was told meanwhile by another worker is not told again."""
    address = str(database.engine.url)
    if now - _LOOKED.get(address, now - EVERY) < EVERY:
        return
    chosen: dict[int, list[int]] = {}
    counts: dict[bool, dict[int, int]] = {False: {}, True: {}}  # for officers, for towns
    with database.reading() as session:
        catalogue, known = load_catalogue(session), watching.list_versions(session)
        for code in session.scalars(sa.select(Pool.prefecture_code)).all():
            new = suggesting.list_new(session, code)
            chosen |= suggesting.choose_people(session, new, catalogue, now)
            watched = sa.select(Need).where(
                Need.prefecture_code == code, Need.state != NeedState.CLOSED,
                Need.id.in_(sa.select(NeedWatch.need_id)),
            )  # fmt: skip
            rows = session.scalars(watched.order_by(Need.id)).all()
            for is_town, found in counts.items():
                found.update(watching.count_fitting(session, rows, catalogue, now, is_town=is_town))
    for need_id, people in chosen.items():
        database.repeat(
            partial(suggesting.tell_people, need_id=need_id, people=people, actor=SYSTEM, now=now)
        )
    for is_town, found in counts.items():
        tell = partial(
            watching.tell_watchers,
            counts=found,
            known=known,
            is_town=is_town,
            actor=SYSTEM,
            now=now,
        )
        if found:
            database.repeat(tell)
    _LOOKED[address] = now  # whatever failed is looked at again at once
