"""Reminders of deadlines: half way and two days before, each once, to whom the question has reached."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.accounts.reminders import HOUR
from talentpool.accounts.views.columns import subject_of
from talentpool.dates import JST, end_of_day, local_date
from talentpool.db import Database, Session
from talentpool.mail import MailOrder, MailState
from talentpool.permissions import Role
from talentpool.placements import lapsing, reminding
from talentpool.placements.models import Placement
from talentpool.placements.reminding import Kind
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..commands import run
from ..counting import counted_queries

PS = PlacementState
ASKED = datetime(2026, 12, 1, 14, 30, tzinfo=JST)


def days_later(moment: datetime, days: int) -> datetime:
    return end_of_day(local_date(moment) + timedelta(days=days))


def question(session: Session, state: PlacementState = PS.OFFERED, days: int = 7) -> Placement:
    """A placement that was asked at ASKED and is due `days` later."""
    row = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=state
    )
    until = days_later(ASKED, days)
    if state is PS.OFFERED:
        row.offered_at, row.offer_until = ASKED, until
    else:
        row.introduced_at, row.introduction_until = ASKED, until
    session.execute(sa.delete(MailOrder))
    session.flush()
    return row


@pytest.mark.parametrize("days", range(1, 22))
def test_nobody_is_reminded_twice_on_a_day_or_after_the_deadline(
    session: Session, days: int
) -> None:
    row = question(session, days=days)
    until = row.answer_until
    assert until is not None
    told: list[tuple[datetime, Kind]] = []
    now = ASKED
    while now < until + timedelta(days=3):
        told += [(now, found.kind) for found in reminding.remind(session, now)]
        session.flush()
        now += timedelta(hours=1)
    kinds = [kind for _, kind in told]
    assert kinds in ([], [Kind.HALF], [Kind.NEAR], [Kind.HALF, Kind.NEAR])
    assert len({local_date(at) for at, _ in told}) == len(told)
    assert all(ASKED < at < until for at, _ in told)
    assert all(at.astimezone(JST).hour >= HOUR.hour for at, _ in told)
    assert (kinds == [Kind.HALF, Kind.NEAR]) == (days >= 6)  # both mornings fall on one day of five


def test_each_side_is_reminded_by_its_own_text_and_page(session: Session) -> None:
    town = make.make_user(session, Role.MUNICIPALITY)
    offered, introduced = question(session), question(session, PS.INTRODUCED)
    reminding.remind(session, ASKED + timedelta(days=10))
    reminding.remind(session, ASKED + timedelta(days=6))
    orders = {order.link: order for order in session.scalars(sa.select(MailOrder))}
    assert orders[f"/offers/{offered.id}"].recipient_id == offered.candidate.user_id
    assert orders[f"/offers/{offered.id}"].template == "placement.remind_offer"
    assert orders[f"/introductions/{introduced.id}"].recipient_id == town.id
    assert len(orders) == 2


def test_an_answer_ends_the_reminders(session: Session) -> None:
    row = question(session)
    row.state, row.introduced_at = PS.INTRODUCED, ASKED
    row.introduction_until = days_later(ASKED, 14)
    session.flush()
    found = reminding.list_due(session, ASKED + timedelta(days=6))
    assert [reminder.placement.state for reminder in found] in ([], [PS.INTRODUCED])


def test_who_was_not_told_the_question_is_not_reminded_of_it(session: Session) -> None:
    row = question(session)
    order = MailOrder(
        message_id="x@talentpool", event=f"placement/{row.id}/offer/1", template="placement.offer",
        recipient_id=row.candidate.user_id or 0, link=f"/offers/{row.id}", values={},
        ordered_at=ASKED, state=MailState.FAILED,
    )  # fmt: skip
    session.add(order)
    session.flush()
    assert reminding.list_due(session, ASKED + timedelta(days=6)) == []
    order.state = MailState.SENT
    session.flush()
    assert len(reminding.list_due(session, ASKED + timedelta(days=6))) == 1


def test_a_minute_asks_no_more_of_many_than_of_few(database: Database) -> None:
    """The officer of an introduction has left: its reminder is due every minute, and nobody can read it."""
    asked = []
    for _ in range(2):
        with database.writing() as session:
            for _ in range(3):
                question(session, PS.INTRODUCED)
                session.execute(sa.update(User).values(disabled_at=ASKED))
        with counted_queries(database) as queries:
            lapsing.keep_reminding(database, ASKED + timedelta(days=6))
            lapsing.keep_time(database, ASKED + timedelta(days=6))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_deadline_that_moves_brings_new_reminders(session: Session) -> None:
    row = question(session)
    assert len(reminding.remind(session, ASKED + timedelta(days=6))) == 1
    row.offer_until = days_later(ASKED, 14)
    session.flush()
    assert [found.kind for found in reminding.remind(session, ASKED + timedelta(days=8))] == [
        Kind.HALF
    ]


def test_the_command_tells_what_is_due_and_does_it_once(
    environment: None, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        row = question(session)
        row.offered_at, row.offer_until = clock.now(), days_later(clock.now(), 7)
        day = local_date(row.offer_until)
    near, over = day - timedelta(days=1), day + timedelta(days=1)

    def told(*options: str) -> str:
        assert run("remind", *options) == 0
        return capsys.readouterr().out

    assert f"remind (near): placement {row.id}, due {day.isoformat()}" in told(
        "--dry-run", "--at", near.isoformat()
    )
    assert f"end: placement {row.id}" in told("--dry-run", "--at", over.isoformat())
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(MailOrder.id))) == 0
    told("--at", near.isoformat())
    assert told("--at", near.isoformat()) == "0 due\n"
    told("--at", over.isoformat())
    with database.reading() as session:
        assert session.get_one(Placement, row.id).state is PS.LAPSED


def test_every_reminder_has_a_name_in_the_list_of_mails(app: TalentpoolFlask) -> None:
    with app.test_request_context():
        for asked in reminding.ASKED.values():
            assert "回答期限" in subject_of(asked.template)
