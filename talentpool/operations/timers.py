"""What the worker looks at every minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from ..accounts import keeping, throttling
from ..credentials import lapsing as credentials
from ..db import Database
from ..gaps import tracking
from ..placements import lapsing
from ..preferences import timing
from ..reviews import asking
from . import nightly


def _prune(database: Database, now: datetime) -> None:
    """What is kept for a while."""
    for prune in (throttling.prune, keeping.prune):
        database.repeat(partial(prune, now=now))


TASKS: Mapping[str, Callable[[Database, datetime], None]] = {
    "reminders": lapsing.keep_reminding,
    "deadlines": lapsing.keep_time,
    "reviews": asking.keep,
    "credentials": credentials.keep,
    "gaps": tracking.keep_time,
    "suggestions": timing.keep_time,
    "nightly check": nightly.keep_checking,
    "pruning": _prune,
}


def keep_time(database: Database, now: datetime) -> None:
    """Each in transactions of its own, so that one can be tried again without the others."""
    for keep in TASKS.values():
        keep(database, now)
