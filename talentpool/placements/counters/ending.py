"""How a proposal ends, and what becomes of the placement: its deadline runs again, its hold is what stands now."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...dates import is_business_day, local_date
from ...db import Session
from ...permissions import SYSTEM, Actor
from ...states import move
from ...waits import end_of_term
from ..deferring import set_answer_until
from ..models import Placement
from .finding import find_open
from .holding import hold_exactly
from .models import CounterProposal
from .notices import notify


def end_counter(
    session: Session,
    row: CounterProposal,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Take a step that ends it without a change: what was asked for before stands, and the days that were left run."""
    step = move(session, row, verb, actor=actor, now=now, reason=reason)
    row.ended_at, row.end_reason = now, reason
    hold_exactly(session, row.placement, now)
    set_answer_until(row.placement, rest_of_term(row, now))
    notify(session, row, step, actor=actor, now=now)


def supersede_open(session: Session, placement: Placement, now: datetime) -> None:
    """The placement has ended, and with it what was proposed for it."""
    row = find_open(session, placement)
    if row is not None:
        move(session, row, "supersede", actor=SYSTEM, now=now)
        row.ended_at = now


def rest_of_term(row: CounterProposal, now: datetime) -> datetime:
    """As many business days as were left when it was proposed, but a whole one at least."""
    proposed, due = local_date(row.proposed_at), local_date(row.stopped_until)
    days = (proposed + timedelta(days=n) for n in range(1, (due - proposed).days + 1))
    return end_of_term(now, max(1, sum(map(is_business_day, days))))
