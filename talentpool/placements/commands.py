from __future__ import annotations

from datetime import datetime, time

import click

from .. import clock, schema
from ..candidates import confirming, reminding as registrations, returning
from ..config import Config
from ..dates import JST, last_day
from ..db import Database
from ..engagements import log_reminding, outlook
from ..reviews import asking
from . import finishing, lapsing, reminding
from .counters import timing as counters
from .questions import timing as questions

END_OF_DAY = time(23, 59, 59)


@click.command("remind")
@click.option("--dry-run", is_flag=True, help="Print what is due and change nothing.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="As at the end of that day in Japan, instead of now.",
)
def remind_command(*, dry_run: bool, at: datetime | None) -> None:
    """Send the reminders that are due, and end what is late, once."""
    now = datetime.combine(at.date(), END_OF_DAY, JST) if at else clock.now()
    with schema.opened(Config.from_environment()) as database:
        lines = _lines(database, now)
        if not dry_run:
            lapsing.keep_reminding(database, now)
            lapsing.keep_time(database, now)
            asking.keep(database, now)
    for line in lines:
        click.echo(line)
    click.echo(f"{len(lines)} due")


def _lines(database: Database, now: datetime) -> list[str]:
    with database.reading() as session:
        ending = [
            f"remind ({found.days} days): membership {found.membership.id}, ends {found.membership.active_until}"
            for found in registrations.list_due(session, now)
        ]
        asked = [
            f"{'remind' if found.is_again else 'ask'} (availability): membership {found.membership.id}"
            for found in confirming.list_due(session, now)
        ]
        paused = [
            f"remind (pause): membership {found.membership.id}, ends {last_day(found.last_month)}"
            for found in returning.list_due(session, now)
        ]
        outlooks = [
            f"ask (what comes next): engagement {found.engagement.id}, {found.side}"
            for found in outlook.list_due(session, now)
        ]
        unsigned = [
            f"remind ({found.kind}): work log {found.log.id}"
            for found in log_reminding.list_due(session, now)
        ]
        told = [
            f"remind ({found.kind}): placement {found.placement.id}, due {found.until.astimezone(JST):%Y-%m-%d}"
            for found in reminding.list_due(session, now)
        ]
        late = [
            f"end: placement {row.id}, was due {row.answer_until.astimezone(JST):%Y-%m-%d}"
            for row in lapsing.list_overdue(session, now)
            if row.answer_until is not None
        ]
        over = [
            f"end: engagement {row.id}, last day {row.last_day}"
            for row in finishing.list_over(session, now)
        ]
        reviewed = list(asking.list_due(session, now).lines())
        proposed = [
            f"remind ({found.kind}): proposal {found.counter.id}, due {found.until.astimezone(JST):%Y-%m-%d}"
            for found in counters.list_due(session, now)
        ]
        asked += [
            f"remind: question {found.question.id}, due {found.question.until.astimezone(JST):%Y-%m-%d}"
            for found in questions.list_due(session, now)
        ]
        lapsed = [
            f"end: proposal {row.id}, was due {row.until.astimezone(JST):%Y-%m-%d}"
            for row in counters.list_overdue(session, now)
            if row.until is not None
        ]
    return [
        *ending, *asked, *paused, *outlooks, *unsigned, *told, *proposed, *late, *lapsed, *over, *reviewed,
    ]  # fmt: skip
