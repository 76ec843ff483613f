"""The check of all invariants and of the audit chain, once a night."""

from __future__ import annotations

from datetime import datetime, time
from itertools import chain
from time import perf_counter

import sqlalchemy as sa

from .. import audit, checkups
from ..checkups import Checkup
from ..dates import JST, local_date
from ..db import Database
from . import check

HOUR = time(2)  # in Japan
MOST_KEPT = 50  # sentences of one night


def keep_checking(database: Database, now: datetime) -> None:
    """What the worker does every minute; it checks once a day, after `HOUR`."""
    day = local_date(now)
    if now < datetime.combine(day, HOUR, JST):
        return
    with database.reading() as session:
        if checkups.has_been(session, day):
            return
    checkup = run(database, now)
    try:
        database.repeat(lambda session: checkups.store(session, checkup))
    except sa.exc.IntegrityError:
        return  # another worker was first


def run(database: Database, now: datetime) -> Checkup:
    """Ask every question of one state of the database."""
    start, total = perf_counter(), 0
    found: list[str] = []
    with database.reading() as session:
        for sentence in chain(check.violations(session), audit.verify(session)):
            total += 1
            if len(found) < MOST_KEPT:
                found.append(sentence)
    taken = round((perf_counter() - start) * 1000)
    return Checkup(day=local_date(now), at=now, milliseconds=taken, total=total, found=found)
