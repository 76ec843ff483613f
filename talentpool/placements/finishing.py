"""How an engagement ends. Here and not with the engagements, because its placement ends with it and its seat is free."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from .. import audit
from ..dates import first_day, local_date, month_of, month_text, show_date
from ..db import Session
from ..engagements.models import Engagement, Outcome, WorkDay, WorkLog
from ..engagements.month_additions import supersede_open
from ..engagements.running import tell
from ..errors import Conflict, Refused
from ..language import say
from ..ledger import service as ledger
from ..permissions import SYSTEM, Action, Actor, require
from ..reference.reasons import check_said
from ..states import ENGAGEMENT, RUNNING, move
from .extension_steps import drop_open
from .locking import lock_placements
from .models import Placement
from .offering import advance
from .papers import note_end, note_finish

PERIOD_OVER = "period_over"  # code of the vocabulary engagement_end_reason


def end_engagement(
    session: Session,
    engagement: Engagement,
    *,
    last: date | None,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """終了を決める, with the last day: the months behind it are free at once, the seat when the day is over.

    A last day that is over ends the engagement now. Refused when it lies outside the engagement or before a day
    that was logged.
    """
    require(session, actor, Action.END_ENGAGEMENT, engagement)
    placement = lock(session, engagement)
    step = ENGAGEMENT.transition("end", engagement.state)
    if step is None:
        raise Conflict(say("この活動は、すでに終わっています。"))
    check_said(session, step, reason, comment)
    last = check_last_day(session, engagement, last, local_date(now))
    engagement.planned_last_day = engagement.planned_last_day or engagement.last_day
    engagement.last_day, engagement.last_month = last, month_of(last)
    engagement.end_side = str(actor.role)
    engagement.end_decided_at, engagement.end_reason = now, reason
    engagement.end_comment = comment
    drop_open(session, engagement, now=now)
    supersede_open(session, engagement, now=now)
    freed = ledger.release(session, placement.id, after=month_of(last))
    engagement.freed_half_days = engagement.freed_half_days | {
        month_text(month): n for month, n in sorted(freed.items())
    }
    if last <= local_date(now):
        step = move(session, engagement, "end", actor=actor, now=now, reason=reason)
        _finish(session, engagement, placement, Outcome.EARLY, actor=actor, now=now)
    else:
        deed = audit.Deed.ENGAGEMENT_SHORTEN
        detail = {"last_day": last.isoformat(), "reason": reason}
        audit.record(session, deed, engagement, actor=actor, now=now, detail=detail)
    tell(session, engagement, step, actor=actor, now=now)


def check_last_day(
    session: Session, engagement: Engagement, last: date | None, today: date
) -> date:
    if last is None:
        raise Refused.at("last_day", say("最後の日を入力してください。"))
    first, end = first_day(engagement.first_month), engagement.last_day
    if engagement.started_at is not None:  # months that are over stay as they were
        first = max(first, first_day(month_of(today) - 1))
    if not first <= last <= end:
        message = say(
            "%(first)sから%(last)sまでの日を入力してください。",
            first=show_date(first),
            last=show_date(end),
        )
        raise Refused.at("last_day", message)
    logged = _last_logged(session, engagement)
    if logged is not None and logged > last:
        message = say(
            "%(day)sまでの活動が記録されています。それ以後の日にしてください。",
            day=show_date(logged),
        )
        raise Refused.at("last_day", message)
    return last


def _last_logged(session: Session, engagement: Engagement) -> date | None:
    """The last day that a log which was ever sent speaks of; of a month without work, its first."""
    query = (
        sa.select(WorkLog.month, sa.func.max(WorkDay.day))
        .outerjoin(WorkDay, WorkDay.log_id == WorkLog.id)
        .where(WorkLog.engagement_id == engagement.id, WorkLog.sent_at.is_not(None))
        .group_by(WorkLog.month)
    )
    return max((day or first_day(month) for month, day in session.execute(query)), default=None)


def list_over(session: Session, now: datetime) -> list[Engagement]:
    """Engagements whose last day is over and that have not ended."""
    over = sa.select(Engagement).where(
        Engagement.state.in_(RUNNING), Engagement.last_day < local_date(now)
    )
    return list(session.scalars(over.order_by(Engagement.id)))


def complete_over(session: Session, now: datetime) -> list[Engagement]:
    """End every engagement whose last day is over and offer its seat to the next alternate; those that ended."""
    found = list_over(session, now)
    if not found:
        return []
    placements = {row.id: row for row in _placements(session, found)}
    lock_placements(session, placements.values())
    done = []
    for engagement in found:
        session.refresh(engagement, with_for_update=True)
        if engagement.state not in RUNNING or engagement.last_day >= local_date(now):
            continue
        outcome = Outcome.COMPLETED
        if engagement.end_reason is not None:
            outcome = Outcome.EARLY
        elif engagement.started_at is None:
            outcome = Outcome.NOT_BEGUN
        drop_open(session, engagement, now=now)
        supersede_open(session, engagement, now=now)
        step = move(
            session, engagement, "complete", actor=SYSTEM, now=now, detail={"outcome": str(outcome)}
        )
        _finish(
            session, engagement, placements[engagement.placement_id], outcome, actor=SYSTEM, now=now
        )
        tell(session, engagement, step, actor=SYSTEM, now=now)
        done.append(engagement)
    return done


def _placements(session: Session, engagements: list[Engagement]) -> list[Placement]:
    ids = [row.placement_id for row in engagements]
    return list(session.scalars(sa.select(Placement).where(Placement.id.in_(ids))))


def lock(session: Session, engagement: Engagement) -> Placement:
    """The placement, with its need and paper locked before the engagement itself."""
    placement = session.get_one(Placement, engagement.placement_id)
    lock_placements(session, [placement])
    session.refresh(engagement, with_for_update=True)
    return placement


def _finish(
    session: Session,
    engagement: Engagement,
    placement: Placement,
    outcome: Outcome,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The placement is over with its engagement: pair and seat are free, the worked months stay booked."""
    engagement.outcome, engagement.ended_at = outcome, now
    reason = engagement.end_reason or PERIOD_OVER
    move(
        session, placement, "finish", actor=SYSTEM, now=now, reason=reason,
        detail={"engagement": engagement.id} | ({"caused_by": actor.user_id} if actor is not SYSTEM else {}),
    )  # fmt: skip
    placement.ended_at, placement.end_reason = now, reason
    placement.end_comment = engagement.end_comment
    note_finish(session, placement, engagement.last_day, actor=actor, now=now)
    note_end(session, placement, actor=actor, now=now)
    advance(session, placement.need, now=now)
