"""When the person can work: windows, pauses, and the ledger months they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ..dates import local_date, month_of, months, show_month
from ..db import Session
from ..errors import NotFound, Refused, raise_first
from ..language import listed, say
from ..ledger import service as ledger
from ..permissions import Actor
from ..states import MembershipState
from . import months as plan, rules
from .confirming import note_confirmed
from .content import Availability, Window
from .editing import record_step
from .models import Candidate, CandidateWindow
from .service import require_editable
from .steps import Step
from .terms import find_term, within_term
from .writing import write_availability


class WindowLike(Protocol):
    first_month: int
    last_month: int
    half_days: int
    is_available: bool


def save_availability(
    session: Session,
    candidate: Candidate,
    availability: Availability,
    *,
    actor: Actor,
    now: datetime,
) -> Sequence[str]:
    """Replace the windows and limits; for a person in the pool the ledger follows at once. Confirms them, too.

    Refused when a month would then hold less than what is held and booked in it; the months are named.
    """
    require_editable(session, candidate, actor)
    stored = availability_of(candidate).windows
    raise_first(rules.availability_faults(availability, local_date(now), stored))
    changed = write_availability(candidate, availability)
    if is_in_pool(candidate):
        update_ledger(session, candidate, now=now)
    labels = record_step(session, candidate, Step.AVAILABILITY, changed, actor=actor, now=now)
    note_confirmed(session, candidate, now=now)
    return labels


def pause(
    session: Session,
    candidate: Candidate,
    first_month: int,
    last_month: int,
    *,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """Give nothing from one month to another (休止): a window more, no state."""
    wanted = availability_of(candidate)
    window = Window(first_month, last_month, is_available=False, note=note)
    widened = replace(wanted, windows=[*wanted.windows, window])
    save_availability(session, candidate, widened, actor=actor, now=now)


def resume(
    session: Session, candidate: Candidate, window_id: int | None, *, actor: Actor, now: datetime
) -> None:
    """End a pause: its months give again what was said of them; those that are over stay paused.

    NotFound when the person has no such pause.
    """
    row = next((row for row in candidate.windows if row.id == window_id), None)
    if row is None or row.is_available:
        raise NotFound
    wanted = availability_of(candidate)
    ended = window_of(row)
    this_month = month_of(local_date(now))
    past = plan.without(ended, range(this_month, ended.last_month + 1))
    others = [window for window in wanted.windows if window != ended]
    widened = replace(wanted, windows=[*others, *past])
    save_availability(session, candidate, widened, actor=actor, now=now)


def window_of(row: CandidateWindow) -> Window:
    return Window(
        first_month=row.first_month,
        last_month=row.last_month,
        half_days=row.half_days,
        weekdays=row.weekdays,
        mode=row.mode,
        is_available=row.is_available,
        note=row.note,
    )


def availability_of(candidate: Candidate) -> Availability:
    return Availability(
        windows=[window_of(row) for row in candidate.windows],
        travel_limit=candidate.travel_limit,
        overnight=candidate.overnight,
        most_at_once=candidate.most_at_once,
    )


def capacity_of(windows: Iterable[WindowLike]) -> dict[int, int]:
    """Half-days by month. A pause makes its months 0, whatever else is said of them."""
    capacity: dict[int, int] = {}
    for window in sorted(windows, key=lambda window: not window.is_available):
        for month in months(window.first_month, window.last_month):
            if window.is_available:
                capacity[month] = window.half_days
            elif month in capacity:
                capacity[month] = 0
    return capacity


def update_ledger(
    session: Session, candidate: Candidate, *, now: datetime, field: str = "windows"
) -> None:
    """Make the ledger, from this month on, what the windows say; the past stays as it was.

    Of somebody whom the prefecture employs, within the term. field: at which it is refused.
    """
    this_month = month_of(local_date(now))
    capacity = within_term(find_term(session, candidate), capacity_of(candidate.windows))
    taken = ledger.lock_taken_months(session, candidate.id, from_month=this_month)
    short = [month for month, n in taken.items() if capacity.get(month, 0) < n]
    if short:
        taking = [
            say("%(month)s（%(n)sコマ）", month=show_month(month), n=taken[month])
            for month in short
        ]
        message = say(
            "次の月は、打診中か確定した活動、または返事を待っている延長に半日コマを使っているため、休止したり、それより少なくしたりできません："
            "%(months)s。変えたいときは、先に県の担当者に相談してください。",
            months=listed(taking),
        )
        raise Refused.at(field, message)
    ledger.set_capacity(session, candidate.id, capacity, from_month=this_month)


def is_in_pool(candidate: Candidate) -> bool:
    return any(row.state is MembershipState.ACTIVE for row in candidate.memberships)
