"""Kills the worker and a writer at any moment, again and again, while mails go out and timers run.

`python -m tests.kills [--kills 100] [--seed 1]` does so on SQLite and PostgreSQL, lets what is left settle, and fails if a
mail is lost, if a question went out twice, or if an invariant does not hold.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.accounts.posting import Write, post_due
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.errors import Problem
from talentpool.mail import MailOrder, MailState
from talentpool.mail_choices import QUESTIONS
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.placements import lapsing
from talentpool.placements.answering import accept_offer, welcome_person
from talentpool.placements.models import Placement
from talentpool.serving import _writer
from talentpool.states import PlacementState

from . import factories as make
from .databases import CONFIG, PostgreSQLDatabases, SQLiteDatabases
from .placements.cast import Cast
from .postbox import Postbox, opened
from .servers import PostgreSQL, find_postgresql

OFFERS = 25
STEP = timedelta(
    hours=2
)  # that pass from one kill to the next, so that reminders and deadlines come due
LONGEST = 1.0  # seconds until a kill
_ID = re.compile(r"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)
_ASKED = (PlacementState.OFFERED, PlacementState.INTRODUCED)


@dataclass
class Figures:
    name: str
    kills: int
    ordered: int
    sent: int
    twice: int  # of those on which no deadline depends
    unknown: int
    given_up: int  # after 24 hours, in the list of mails that did not arrive
    faults: list[str]

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.kills} kills; {self.ordered} mails ordered, {self.sent} sent, {self.unknown} unknown, "
            f"{self.given_up} given up after 24 hours, "
            f"{self.twice} sent twice (none a question); {len(self.faults)} faults"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    faults = 0
    for name, address in _databases():
        with opened() as box:
            figures = kill_often(name, address, box, said.kills, Random(said.seed))
        print(figures, *figures.faults, sep="\n", flush=True)
        faults += len(figures.faults)
    return bool(faults)


def _databases() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", SQLiteDatabases(Path(folder)).renew()
    binaries = find_postgresql()
    if binaries is None:
        print("PostgreSQL: not on this machine")
        return
    server = PostgreSQL(Path(tempfile.mkdtemp()), binaries)
    try:
        databases = PostgreSQLDatabases(server.start(), "kills")
        yield "PostgreSQL", databases.renew()
        databases.close()
    finally:
        server.stop()


def kill_often(name: str, address: str, box: Postbox, kills: int, draw: Random) -> Figures:
    config = replace(CONFIG, database_url=address, smtp_url=box.url)
    begin = make.NOW
    with closing(Database(config)) as database:
        _set_up(database)
    worker = _written(
        config
    )  # made once: a child takes what it finds, and opens the database itself
    for number in range(kills):
        now = begin + number * STEP
        children = [
            _fork(partial(_work, *worker, now)),
            _fork(partial(_write, config, now, Random(draw.random()))),
        ]
        time.sleep(draw.uniform(0.05, LONGEST))
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    with closing(Database(config)) as database:
        _settle(database, _writer(config, database), begin + kills * STEP)
        return _count(name, database, box, kills)


def _written(config: Config) -> tuple[Database, Write]:
    database = Database(config)
    return database, _writer(config, database)


def _set_up(database: Database) -> None:
    """Offers that wait for an answer, as an approver leaves them."""
    with database.writing() as session:
        cast = Cast.of(session)
        for _ in range(OFFERS):
            row = make.make_placement(
                session, make.make_need(session), make.make_candidate(session),
                state=PlacementState.PROPOSED,
            )  # fmt: skip
            cast.step(row, "approve")


def _fork(run: Callable[[], None]) -> int:
    """A child that is killed: it never comes back from `run`."""
    child = os.fork()
    if child:
        return child
    try:
        run()
    finally:
        os._exit(0)


def _at(moment: datetime) -> None:
    started = time.monotonic()
    clock.now = lambda: moment + timedelta(seconds=time.monotonic() - started)


def _work(database: Database, write: Write, now: datetime) -> None:
    """What the worker does, without its pauses."""
    _at(now)
    while True:
        post_due(database, database.config, write)
        lapsing.keep_reminding(database, clock.now())
        lapsing.keep_time(database, clock.now())


def _write(config: Config, now: datetime, draw: Random) -> None:
    """What people answer, each in a unit of work as a request has it."""
    database = Database(config)

    def answer(session: Session) -> None:
        asked = sa.select(Placement).where(Placement.state.in_(_ASKED)).order_by(Placement.id)
        rows = session.scalars(asked).all()
        if rows:
            _answer(session, draw.choice(rows), now)

    while True:
        try:
            database.repeat(answer)
        except Problem:
            continue
        time.sleep(draw.uniform(0, 0.05))


def _answer(session: Session, row: Placement, now: datetime) -> None:
    if row.state is PlacementState.OFFERED:
        person = Actor(row.candidate.user_id, Role.CANDIDATE, make.HYOGO)
        accept_offer(session, row, actor=person, now=now)
        return
    town = session.scalars(sa.select(User.id).where(User.role == Role.MUNICIPALITY)).first()
    actor = Actor(town, Role.MUNICIPALITY, make.HYOGO, row.municipality_code)
    welcome_person(session, row, actor=actor, now=now)


def _settle(database: Database, write: Write, now: datetime) -> None:
    """Nobody kills any more: time passes until nothing waits."""
    for _ in range(100):
        now += timedelta(minutes=20)
        _at(now)
        post_due(database, database.config, write)
        with database.reading() as session:
            if not session.scalar(sa.select(sa.func.count()).where(_is_open())):
                return


def _is_open() -> sa.ColumnElement[bool]:
    return MailOrder.state.in_((MailState.WAITING, MailState.SENDING))


def _count(name: str, database: Database, box: Postbox, kills: int) -> Figures:
    came = Counter(found[1] for text in box.mails if (found := _ID.search(text)))
    faults, twice = [], 0
    with database.reading() as session:
        rows = session.scalars(sa.select(MailOrder).order_by(MailOrder.id)).all()
        for row in rows:
            n = came[row.message_id]
            is_question = row.template in QUESTIONS
            twice += n > 1
            if n > 1 and is_question:
                faults.append(f"mail {row.id} ({row.template}) went out {n} times")
            if row.state in {MailState.WAITING, MailState.SENDING}:
                faults.append(f"mail {row.id} ({row.template}) is {row.state}")
            if row.state is MailState.SENT and not n:
                faults.append(f"mail {row.id} ({row.template}) is lost")
        faults += check.violations(session)
    states = Counter(row.state for row in rows)
    return Figures(
        name, kills, len(rows), states[MailState.SENT], twice, states[MailState.UNKNOWN],
        states[MailState.FAILED], faults,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
