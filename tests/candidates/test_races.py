"""What a person gives up while an officer takes it: refused in the same words, on both databases."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.candidates.employing import save_term
from talentpool.candidates.models import Membership
from talentpool.candidates.reviewing import activate_membership
from talentpool.candidates.service import get_membership
from talentpool.db import Database, Session
from talentpool.ledger import service as ledger
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser
from tests.candidates.test_employment import TERM, apply
from tests.databases import insist

PATIENCE = 30  # seconds, for a machine that is busy
BEFORE = 0.5  # seconds in which SQLite's second writer has come to its lock


def _wait_until_it_waits(database: Database, answer: Future[Any]) -> None:
    """PostgreSQL tells who waits for a lock."""
    if database.engine.dialect.name == "sqlite":
        time.sleep(BEFORE)
        return
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not answer.done():
        with database.reading() as session:
            if session.scalars(waiting).one():
                return
        time.sleep(0.02)


def test_a_pause_of_what_is_being_taken_is_refused_with_the_month(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session)
        placement = make.make_placement(session, make.make_need(session), candidate)
        user = session.get_one(User, candidate.user_id)
    person = Browser(app)
    person.enter(user)
    months = {"first_month": "2027-04", "last_month": "2027-09"}
    fields = {"csrf_token": person.token(), **months}
    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        town = placement.municipality_code
        ledger.hold(session, placement.id, candidate.id, town, {make.FIRST: 2}, make.NOW)
        answer = thread.submit(lambda: person.client.post("/availability/pause", data=fields))
        _wait_until_it_waits(database, answer)
        session.commit()
        refused = answer.result(PATIENCE)
    assert refused.status_code == 422
    assert "2027年4月" in refused.text


def test_a_term_that_is_saved_while_the_person_is_accepted_decides_until_when(
    database: Database,
) -> None:
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR).actor
        ident = apply(session, officer).id
    longer = replace(TERM, last_day=date(2028, 3, 31))

    def save(session: Session) -> None:
        person = session.get_one(Membership, ident).candidate
        save_term(session, person, longer, actor=officer, now=make.NOW)

    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        membership = get_membership(session, officer, ident, lock=True)
        activate_membership(session, membership, actor=officer, now=make.NOW)
        answer = thread.submit(insist, database, save)
        _wait_until_it_waits(database, answer)
        session.commit()
        answer.result(PATIENCE)
    with database.reading() as session:
        assert session.get_one(Membership, ident).active_until == longer.last_day
