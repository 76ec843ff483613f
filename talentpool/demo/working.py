"""The work that last year's confirmations led to: started, logged month by month, signed, suspended, ended.

Everything goes through the services that a click goes through, with the time it would have happened at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from .. import dates
from ..db import Session
from ..engagements.log_content import LogContent
from ..engagements.logs import list_elsewhere, return_log, send_log, sign_log
from ..engagements.models import Engagement, Part, Place, WorkLog
from ..engagements.preparing import forms_of, is_of, list_items, prepare_engagement
from ..engagements.running import start_engagement, suspend_engagement
from ..errors import Refused
from ..ledger import service as ledger
from ..permissions import Actor, Role
from ..placements.extending import propose_extension
from ..placements.finishing import complete_over, end_engagement
from ..placements.models import Placement
from ..placements.stating import propose_content, state_terms
from ..reference.service import load_catalogue
from ..states import RUNNING, EngagementState
from . import adding
from .accounts import Officers
from .drawing import Draw
from .people import HYOGO

MORNING, EVENING = timedelta(hours=9, minutes=30), timedelta(hours=17)
DONE = (
    "担当課への聞き取りと、いまの手順の書き出し",
    "手順の重複の整理と、見直し案の説明",
    "庁内の打合せへの参加と、資料の作成",
    "職員研修の準備と実施",
    "仕様書の案の確認と、質問への回答",
    "試行の立会いと、気づきのまとめ",
)


def work(session: Session, draw: Draw, officers: Officers, midnight: datetime) -> None:
    """Month by month up to today; the last months wait for the town, were returned or are not written yet."""
    today = dates.local_date(midnight)
    rows = session.scalars(sa.select(Engagement).order_by(Engagement.id)).all()
    first = min((row.first_month for row in rows), default=0)
    _leave_early(session, [row for row in rows if row.last_day < today], officers)
    for month in dates.months(first, dates.month_of(today)):
        begun = dates.start_of_day(dates.first_day(month)) + MORNING
        if begun < midnight:
            complete_over(session, begun)
            for row in rows:
                if row.first_month == month and row.state is EngagementState.PREPARING:
                    _prepare(session, row, officers, begun - timedelta(days=7))
                    start_engagement(session, row, actor=officers.coordinator, now=begun)
        sent = dates.start_of_day(dates.last_day(month)) + EVENING
        if sent < midnight:
            _log_all(session, rows, month, draw, officers, sent, midnight)
    running = [row for row in rows if row.state is EngagementState.ACTIVE]
    _interrupt(session, running, officers, midnight)


def _prepare(session: Session, engagement: Engagement, officers: Officers, now: datetime) -> None:
    """The town chooses the form, then each side ticks its items."""
    catalogue, town = load_catalogue(session), officers.towns[engagement.municipality_code]
    form = engagement.form or forms_of(engagement.need, engagement.candidate)[0]
    prepare_engagement(session, engagement, {}, form=form, catalogue=catalogue, actor=town, now=now)
    for actor in (town, _person(engagement), officers.coordinator):
        ticked = {
            row.code: dates.last_day(engagement.last_month) if row.expires else None
            for row in list_items(session, engagement, catalogue)
            if is_of(row, engagement, actor)
        }
        prepare_engagement(session, engagement, ticked, catalogue=catalogue, actor=actor, now=now)


def _log_all(
    session: Session,
    rows: Sequence[Engagement],
    month: int,
    draw: Draw,
    officers: Officers,
    sent: datetime,
    midnight: datetime,
) -> None:
    is_last = month >= dates.month_of(dates.local_date(midnight)) - 1
    for row in rows:
        log = _log(session, row, month, draw, sent, is_last=is_last)
        if log is not None:
            _answer(session, log, draw, officers, midnight, is_last=is_last)


def _leave_early(session: Session, over: Sequence[Engagement], officers: Officers) -> None:
    """The first whose work could end a month before its time, as the town decided."""
    for row in over:
        if row.last_month - row.first_month >= 2:
            last = dates.last_day(row.last_month - 1)
            end_engagement(
                session, row, last=last, reason="budget", actor=officers.towns[row.municipality_code],
                now=dates.start_of_day(last) - timedelta(days=20) + MORNING,
            )  # fmt: skip
            return


def _interrupt(
    session: Session, running: Sequence[Engagement], officers: Officers, midnight: datetime
) -> None:
    """One rests, one has a last day nearer than agreed, one is asked about other days of work."""
    for row in running[:1]:
        suspend_engagement(
            session,
            row,
            reason="health",
            actor=officers.coordinator,
            now=midnight - timedelta(days=6),
        )
    for row in running[1:2]:
        last = dates.last_day(dates.month_of(dates.local_date(midnight)) + 1)
        end_engagement(
            session, row, last=last, reason="own_circumstances", actor=_person(row),
            now=midnight - timedelta(days=4),
        )  # fmt: skip
    for row in running[2:3]:
        placement = session.get_one(Placement, row.placement_id)
        content = propose_content(session, placement, load_catalogue(session), midnight)
        content = replace(content, days="毎週木曜日の13時から17時まで")
        town = officers.towns[row.municipality_code]
        state_terms(session, placement, content, actor=town, now=midnight - timedelta(days=2))
    _extend(session, running[3:], officers, midnight - timedelta(days=3))
    adding.add_months(session, running[4:], officers, midnight)


def _extend(
    session: Session, running: Sequence[Engagement], officers: Officers, now: datetime
) -> None:
    """The first that the rules let go on waits for an approver."""
    for row in running:
        last = dates.last_day(row.last_month + 2)
        with suppress(Refused):
            propose_extension(
                session, row, last=last, half_days=row.need.half_days,
                comment="標準化の移行作業が続くため", actor=officers.coordinator, now=now,
            )  # fmt: skip
            return


def _log(
    session: Session,
    engagement: Engagement,
    month: int,
    draw: Draw,
    sent: datetime,
    *,
    is_last: bool,
) -> WorkLog | None:
    agreed = ledger.list_booked(session, engagement.placement_id).get(month, 0)
    if not agreed or engagement.started_at is None or not _is_of(engagement, month):
        return None
    if is_last and draw.chance(0.3):
        return None  # not written yet
    days = dict(_days(session, engagement, month, agreed))
    content = LogContent(
        days=days, text=draw.one(DONE), theme=engagement.need.theme or "",
        travel_yen=sum(place is Place.ON_SITE for _part, place in days.values()) * 1_200,
    )  # fmt: skip
    sent += timedelta(minutes=draw.whole(0, 300))
    return send_log(session, engagement, month, content, actor=_person(engagement), now=sent)


def _answer(
    session: Session,
    log: WorkLog,
    draw: Draw,
    officers: Officers,
    midnight: datetime,
    *,
    is_last: bool,
) -> None:
    town, sent = officers.towns[log.municipality_code], log.sent_at
    assert sent is not None
    if not is_last:
        sign_log(session, log, actor=town, now=sent + timedelta(hours=draw.whole(4, 60)))
    elif draw.chance(0.2):
        answered = min(sent + timedelta(hours=draw.whole(4, 60)), midnight - timedelta(minutes=5))
        return_log(session, log, reason="days", actor=town, now=answered)


def _is_of(engagement: Engagement, month: int) -> bool:
    is_live = engagement.state in RUNNING or engagement.ended_at is not None
    return is_live and engagement.first_month <= month <= engagement.last_month


def _days(
    session: Session, engagement: Engagement, month: int, agreed: int
) -> Iterator[tuple[date, tuple[Part | None, Place | None]]]:
    """Working days on which the person is not elsewhere; every third one on site unless all is online."""
    taken = list_elsewhere(session, engagement, month)
    first = dates.first_day(month)
    days = (first.replace(day=n) for n in range(1, dates.last_day(month).day + 1))
    free = [
        day
        for day in days
        if dates.is_business_day(day) and day not in taken and day <= engagement.last_day
    ]
    start = engagement.id % 5
    for place, day in enumerate([*free[start::3], *free[:start], *free[start + 1 :: 3]]):
        if agreed <= 0:
            return
        part = Part.DAY if agreed > 1 and place % 2 else Part.AFTERNOON
        agreed -= part.half_days
        is_online = engagement.need.mode == "online" or place % 3
        yield day, (part, Place.ONLINE if is_online else Place.ON_SITE)


def _person(engagement: Engagement) -> Actor:
    return Actor(engagement.candidate.user_id, Role.CANDIDATE, HYOGO)
