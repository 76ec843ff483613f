"""How long a minute of the worker takes: `python -m benchmarks.timers URL`, on what `benchmarks.busy_pool` has filled.

The first minute does all that has become due since the pool was filled, and checks the database as once a night; the
next ones find little to do. It writes: measure pages before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

from talentpool import clock
from talentpool.accounts import reminders
from talentpool.db import Database
from talentpool.operations import timers
from talentpool.placements.lapsing import REMINDERS

from .visiting import open_database, timed

MINUTES = 3
LINE = "{:<50} {:>10.0f} {:>10.0f}"
TASKS: Mapping[str, Callable[[Database, datetime], None]] = {
    **{module.__name__: partial(reminders.keep, reminders=module) for module in REMINDERS},
    **{name: task for name, task in timers.TASKS.items() if name != "reminders"},
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timers", description=__doc__)
    parser.add_argument("url", help="of a database that benchmarks.busy_pool has filled")
    with closing(open_database(parser.parse_args().url)) as database:
        for minute in range(MINUTES):
            now = clock.now() + timedelta(minutes=minute)
            print(f"minute {minute + 1}: ms by the clock, of the processor")
            whole = [0.0, 0.0]
            for name, task in TASKS.items():
                wall, processor = timed(partial(task, database, now))
                whole = [whole[0] + wall, whole[1] + processor]
                print(LINE.format(name, wall, processor))
            print(LINE.format("all", *whole))


if __name__ == "__main__":
    main()
