"""The steps of an engagement that end nothing: start, suspend, resume."""

from __future__ import annotations

from datetime import datetime

from ..accounts import telling
from ..dates import first_day, local_date, show_date
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..needs.joint.telling import OF_WORK, tell_members
from ..permissions import Action, Actor, require
from ..reference.reasons import check_said
from ..reference.service import load_catalogue
from ..states import ENGAGEMENT, Transition, move
from .models import Engagement
from .preparing import check_ready


def start_engagement(
    session: Session, engagement: Engagement, *, actor: Actor, now: datetime
) -> None:
    """活動を始める: once everything is prepared, from the first day of its first month on; from then on months can be logged."""
    require(session, actor, Action.RUN_ENGAGEMENT, engagement)
    first = first_day(engagement.first_month)
    if local_date(now) < first:
        raise Conflict(say("活動は%(day)sから始められます。", day=show_date(first)))
    check_ready(session, engagement, load_catalogue(session), local_date(now))
    step = move(session, engagement, "start", actor=actor, now=now)
    engagement.started_at = now
    tell(session, engagement, step, actor=actor, now=now)


def suspend_engagement(
    session: Session,
    engagement: Engagement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """休止する: nothing is worked for a while; the months stay booked."""
    require(session, actor, Action.RUN_ENGAGEMENT, engagement)
    check_said(session, ENGAGEMENT.transition("suspend", engagement.state), reason, comment)
    with session.no_autoflush:  # the state and its reason change together
        step = move(session, engagement, "suspend", actor=actor, now=now, reason=reason)
        engagement.suspended_at, engagement.suspend_reason = now, reason
        engagement.suspend_comment = comment
    tell(session, engagement, step, actor=actor, now=now)


def resume_engagement(
    session: Session, engagement: Engagement, *, actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.RUN_ENGAGEMENT, engagement)
    step = move(session, engagement, "resume", actor=actor, now=now)
    engagement.suspended_at, engagement.suspend_reason = None, None
    engagement.suspend_comment = ""
    tell(session, engagement, step, actor=actor, now=now)


def tell(
    session: Session, engagement: Engagement, step: Transition, *, actor: Actor, now: datetime
) -> None:
    """One mail for everybody the table of states names, but not for who did it."""
    links = dict.fromkeys(step.notice, f"/engagements/{engagement.id}")
    user_id = engagement.candidate.user_id
    telling.tell(session, engagement, step, links, user_id=user_id, actor=actor, now=now)
    tell_members(session, engagement.need_id, engagement, step.verb, OF_WORK, actor=actor, now=now)
