"""Staff enter the log of a month from paper or a call (代理記録), for somebody without an account: the person's own rules."""

from __future__ import annotations

from datetime import datetime

from ..candidates.hearing import Heard, check_heard
from ..candidates.service import speaks_for
from ..dates import first_day, local_date, show_date
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..permissions import Action, Actor, Role, require
from .log_content import LogContent
from .logs import find_log, hand_in, keep_draft, lock_work, write_log
from .models import Engagement, RecordedLog, WorkLog


def may_record(engagement: Engagement, actor: Actor) -> bool:
    """Whether `actor` enters what this person says of a month."""
    return actor.role is not Role.CANDIDATE and speaks_for(actor, engagement.candidate)


def record_log(
    session: Session,
    engagement: Engagement,
    month: int,
    content: LogContent,
    heard: Heard,
    *,
    actor: Actor,
    now: datetime,
    is_sent: bool = True,
) -> WorkLog:
    """Hand it in to the town, or keep it as a draft. Conflict where the person has an account by now."""
    require(session, actor, Action.RECORD_LOG, engagement)
    lock_work(session, engagement)
    if why := why_closed(session, engagement, month):
        raise Conflict(why)
    too_early = say("この月の初日から今日までの日にしてください。")
    check_heard(heard, first_day(month), local_date(now), too_early)
    right = Action.RECORD_LOG
    log = write_log(
        session, engagement, month, content, actor=actor, now=now, is_draft=not is_sent, right=right
    )
    _note(log, heard, actor, now)
    session.flush()
    detail = {"source": str(heard.source), "came_on": heard.came_on.isoformat()}
    if is_sent:
        hand_in(session, engagement, log, content, actor=actor, now=now, right=right, detail=detail)
    else:
        keep_draft(session, log, actor=actor, now=now, right=right, detail=detail)
    return log


def _note(log: WorkLog, heard: Heard, actor: Actor, now: datetime) -> None:
    row = log.recorded or RecordedLog()
    row.source, row.came_on, row.party = heard.source, heard.came_on, heard.party.strip()
    row.recorded_by, row.recorded_at = actor.user_id or 0, now
    log.recorded = row


def why_closed(session: Session, engagement: Engagement, month: int) -> str:
    """Why nobody writes for this person: the own log, or the own account."""
    session.refresh(engagement.candidate, ["user_id"])
    if engagement.candidate.user_id is None:
        return ""
    log = find_log(session, engagement, month)
    if log is not None and log.sent_at is not None and log.recorded is None:
        day = show_date(local_date(log.sent_at))
        return say("本人が%(day)sに、この月の記録を自分で送っています。", day=day)
    return say("この人にはアカウントがあるため、活動記録は本人が書きます。")
