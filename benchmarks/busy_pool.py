"""A pool in which everything goes on: `python -m benchmarks.busy_pool sqlite:////dev/shm/busy.db` (or postgresql+psycopg://…).

The demo, copied until 5,000 people, 2,000 open needs and all that goes on with them are there; then 10,000 mails that
wait to be sent, and 10,000 placements more that wait for an answer. The officers and people of the demo can sign in.
Copies have no audit chain of their own, and the placements that were added hold nothing in the ledger.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from talentpool import clock, schema
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.demo.build import Builder
from talentpool.mail import MailOrder, MailState
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.reference.service import load_reference
from talentpool.rounds.running import run_here
from talentpool.states import NeedState, PlacementState

from .big_pool import CONFIG
from .copying import STRIDE, copy_all

COPIES = 21
QUEUED = 10_000  # mails
WAITING = 10_000  # placements
WITHIN = 14  # days in which their answers are due
PORTION = 5_000  # rows of one statement
ASKED = {  # by which mail
    PlacementState.OFFERED: "placement.offer",
    PlacementState.INTRODUCED: "placement.accept",
}


def fill(database: Database, copies: int, seed: int, now: datetime) -> None:
    """Write everything into an empty database."""
    schema.upgrade(database)
    with database.writing() as session:
        load_reference(session)
    run_here(database, Builder(database, seed, now).build())
    with database.writing() as session:
        copy_all(session, copies)
        _queue_mails(session, now)
        _ask_more(session, now)


def _queue_mails(session: Session, now: datetime) -> None:
    kept = sa.select(MailOrder.id).where(MailOrder.state == MailState.KEPT, MailOrder.id > STRIDE)
    chosen = kept.order_by(MailOrder.id).limit(QUEUED)
    waiting = {"state": MailState.WAITING, "next_try_at": now}
    session.execute(sa.update(MailOrder).where(MailOrder.id.in_(chosen)).values(waiting))


def _ask_more(session: Session, now: datetime) -> None:
    """Half of the people are asked, half of the towns, each for a seat of its own beyond those of the need, by a mail."""
    is_open = sa.and_(Need.state == NeedState.OPEN, Need.id > STRIDE)
    needs = session.execute(sa.select(Need.id, Need.municipality_code).where(is_open)).all()
    has_account = Candidate.user_id.is_not(None)
    people = session.execute(sa.select(Candidate.id, Candidate.user_id).where(has_account)).all()
    officer = sa.select(User.municipality_code, User.id).where(User.role == Role.MUNICIPALITY)
    officers = dict(session.execute(officer).tuples().all())
    models = [_row_of(session, state, template) for state, template in ASKED.items()]
    rows, mails = [], []
    for place in range(WAITING):
        (row, mail), ident = models[place % 2], (COPIES + 2) * STRIDE + place
        need, town = needs[place % len(needs)]
        person, account = people[place * 7 % len(people)]
        until = now + timedelta(days=1 + place % WITHIN)
        rows.append(row | {
            "id": ident, "need_id": need, "municipality_code": town, "candidate_id": person,
            "seat": 100 + place, "rank": 1, "paper_id": None, "snapshot_id": None,
            "offer_until": until, "introduction_until": until,
        })  # fmt: skip
        page = mail["link"].rpartition("/")[0]
        mails.append(mail | {
            "id": ident, "message_id": f"<{ident}>", "event": f"placement/{ident}/ask/1",
            "link": f"{page}/{ident}", "state": MailState.SENT, "sent_at": now, "ordered_at": now,
            "recipient_id": account if page == "/offers" else officers[town],
        })  # fmt: skip
    for first in range(0, WAITING, PORTION):
        session.execute(sa.insert(Placement), rows[first : first + PORTION])
        session.execute(sa.insert(MailOrder), mails[first : first + PORTION])


def _row_of(session: Session, state: PlacementState, template: str) -> list[dict[str, Any]]:
    """One of the demo's placements that wait in `state`, and one mail that asks for an answer."""
    placement, mail = Placement.__table__, MailOrder.__table__
    waiting = sa.select(placement).where(placement.c.state == state).limit(1)
    asking = sa.select(mail).where(mail.c.template == template).limit(1)
    return [dict(session.execute(query).mappings().one()) for query in (waiting, asking)]


def _counts(session: Session) -> Iterator[str]:
    for model in (Candidate, Need, Placement, MailOrder):
        yield f"{session.scalar(sa.select(sa.func.count()).select_from(model)):,} {model.__tablename__}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.busy_pool", description=__doc__)
    parser.add_argument("url", help="of an empty database")
    parser.add_argument("--copies", type=int, default=COPIES)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    start = time.perf_counter()
    with closing(Database(replace(CONFIG, database_url=asked.url))) as database:
        fill(database, asked.copies, asked.seed, clock.now())
        with database.reading() as session:
            print(*_counts(session), sep=", ")
    print(f"filled in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
