"""What the worker looks at every minute: deadlines, reminders, reviews, suggestions, the nightly check, and what is kept for a while."""

from __future__ import annotations

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


def keep_time(database: Database, now: datetime) -> None:
    """Each in transactions of its own, so that one can be tried again without the others."""
    lapsing.keep_reminding(database, now)
    lapsing.keep_time(database, now)
    asking.keep(database, now)
    credentials.keep(database, now)
    tracking.keep_time(database, now)
    timing.keep_time(database, now)
    nightly.keep_checking(database, now)
    for prune in (throttling.prune, keeping.prune):
        database.repeat(partial(prune, now=now))
