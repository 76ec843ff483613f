"""When the person can work: windows, pauses, and the ledger months they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from ..dates import local_date, month_number, month_of, months, show_month
from ..db import Session
from ..errors import Refused
from ..ledger import service as ledger
from ..permissions import Actor
from ..states import MembershipState
from .editing import assign, record_step, replace_rows
from .models import Candidate, Window
from .service import require_editable
from .steps import Availability, Span, Step

MOST_WINDOWS = 24
MOST_HALF_DAYS = 62  # two a day
FURTHEST = 120  # months from now
EARLIEST = month_number(2000, 1)
MOST_TRAVEL = 1440  # minutes one way
MOST_AT_ONCE = 10


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
) -> None:
    """Replace the windows and limits; for a person in the pool the ledger follows at once.

    Refused when a month would then hold less than what is held and booked in it; the months are named.
    """
    require_editable(session, candidate, actor)
    check_windows(availability.windows, month_of(local_date(now)))
    limit = availability.travel_limit_minutes
    if limit is not None and not 0 <= limit <= MOST_TRAVEL:
        raise _refused(
            "travel_limit_minutes", f"移動時間の上限は0〜{MOST_TRAVEL}分で入力してください。"
        )
    if not 1 <= availability.most_at_once <= MOST_AT_ONCE:
        raise _refused(
            "most_at_once", f"同時に受けられる活動は1〜{MOST_AT_ONCE}件で入力してください。"
        )
    changed = assign(
        candidate,
        {
            "travel_limit_minutes": limit,
            "overnight": availability.overnight,
            "most_at_once": availability.most_at_once,
        },
    )
    if replace_rows(candidate.windows, Window, [asdict(span) for span in availability.windows]):
        changed.append("windows")
    if is_in_pool(candidate):
        update_ledger(session, candidate, now=now)
    record_step(session, candidate, Step.AVAILABILITY, changed, actor=actor, now=now)


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
    span = Span(first_month, last_month, is_available=False, note=note)
    widened = replace(wanted, windows=[*wanted.windows, span])
    save_availability(session, candidate, widened, actor=actor, now=now)


def availability_of(candidate: Candidate) -> Availability:
    return Availability(
        windows=[
            Span(
                first_month=row.first_month,
                last_month=row.last_month,
                half_days=row.half_days,
                weekdays=row.weekdays,
                mode=row.mode,
                is_available=row.is_available,
                note=row.note,
            )
            for row in candidate.windows
        ],
        travel_limit_minutes=candidate.travel_limit_minutes,
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


def update_ledger(session: Session, candidate: Candidate, *, now: datetime) -> None:
    """Make the ledger, from this month on, what the windows say; the past stays as it was."""
    this_month = month_of(local_date(now))
    capacity = capacity_of(candidate.windows)
    taken = ledger.list_taken_months(session, candidate.id, from_month=this_month)
    short = [month for month, n in taken.items() if capacity.get(month, 0) < n]
    if short:
        named = "、".join(map(show_month, short))
        raise _refused(
            "windows",
            f"次の月には仮押さえまたは確保した半日コマがあるため、それより少なくできません：{named}",
        )
    ledger.set_capacity(session, candidate.id, capacity, from_month=this_month)


def is_in_pool(candidate: Candidate) -> bool:
    return any(row.state is MembershipState.ACTIVE for row in candidate.memberships)


def check_windows(windows: Sequence[Span], this_month: int) -> None:
    """Refused for windows out of order, out of range, or overlapping while both are available."""
    if len(windows) > MOST_WINDOWS:
        raise _refused("windows", f"稼働の行は{MOST_WINDOWS}行までにしてください。")
    for span in windows:
        _check_window(span, this_month)
    available = sorted((span.first_month, span.last_month) for span in windows if span.is_available)
    for (_, end), (start, _) in pairwise(available):
        if start <= end:
            raise _refused("windows", f"{show_month(start)}の稼働が2つの行に重なっています。")


def _check_window(span: Span, this_month: int) -> None:
    if span.last_month < span.first_month:
        raise _refused(
            "windows",
            f"{show_month(span.first_month)}からの行は、終わりの月が始まりの月より前です。",
        )
    if span.first_month < EARLIEST or span.last_month > this_month + FURTHEST:
        raise _refused(
            "windows",
            f"年月は2000年1月から{show_month(this_month + FURTHEST)}までで入力してください。",
        )
    if not 1 <= span.weekdays <= 127:
        raise _refused(
            "windows", f"{show_month(span.first_month)}からの行に、曜日を1つ以上選んでください。"
        )
    least, most = (1, MOST_HALF_DAYS) if span.is_available else (0, 0)
    if not least <= span.half_days <= most:
        raise _refused(
            "windows",
            f"半日コマは、稼働の行では1〜{MOST_HALF_DAYS}、休止の行では空欄か0にしてください。",
        )


def _refused(name: str, message: str) -> Refused:
    return Refused(message, fields={name: message})
