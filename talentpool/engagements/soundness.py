"""What must hold of logs and of terms of work, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from .. import audit
from ..audit import AuditEvent
from ..candidates.content import EMPLOYED
from ..candidates.models import Candidate
from ..dates import month_of
from ..db import Session
from ..ledger.models import Commitment
from ..states import ADDITION_OPEN, RUNNING, WorkLogState
from .models import Engagement, Part, WorkLog, WorkTerms
from .month_additions import MonthAddition
from .terms import digest


def violations(session: Session) -> Iterator[str]:
    """A log that was sent has whole days of its month, in its engagement, and no more half-days than are booked."""
    agreed = {
        (ident, month): half_days
        for ident, month, half_days in session.execute(
            sa.select(Engagement.id, Commitment.month, Commitment.half_days).join(
                Commitment, Commitment.placement_id == Engagement.placement_id
            )
        )
    }
    taken: dict[tuple[int, date, Part], int] = {}
    sent = sa.select(WorkLog).where(WorkLog.state != WorkLogState.DRAFT)
    for log in session.scalars(sent.order_by(WorkLog.id)):
        for row in log.days:
            if row.part is None or row.place is None or month_of(row.day) != log.month:
                yield f"work log {log.id}: {row.day} is not a whole day of its month"
                continue
            for half in (Part.MORNING, Part.AFTERNOON) if row.part is Part.DAY else (row.part,):
                other = taken.setdefault((log.candidate_id, row.day, half), log.id)
                if other != log.id:
                    yield f"work log {log.id}: {row.day} {half} is also in work log {other}"
        if log.half_days > agreed.get((log.engagement_id, log.month), 0):
            yield f"work log {log.id}: more half-days than are booked"


def terms_violations(session: Session) -> Iterator[str]:
    """Versions are counted without a gap and say what was recorded; an engagement is under its newest accepted one."""
    in_force = {
        row.placement_id: row
        for row in session.execute(
            sa.select(Engagement.placement_id, Engagement.id, Engagement.terms_id, Engagement.state)
        )
    }
    recorded = _recorded(session)
    last: dict[int, int] = {}
    accepted: dict[int, int] = {}
    query = sa.select(WorkTerms).order_by(WorkTerms.placement_id, WorkTerms.number)
    for row in session.scalars(query):
        if row.number != last.get(row.placement_id, 0) + 1:
            yield f"work terms {row.id}: number {row.number} behind {last.get(row.placement_id, 0)}"
        last[row.placement_id] = row.number
        deeds = [audit.Deed.TERMS_STATE.code]
        if row.accepted_at is not None:
            accepted[row.placement_id] = row.id
            deeds.append(audit.Deed.TERMS_ACCEPT.code)
        for deed in deeds:
            if recorded.get((row.id, deed)) != digest(row):
                yield f"work terms {row.id}: not what {deed} recorded"
    paid = sa.select(WorkTerms.id).join(Candidate, Candidate.id == WorkTerms.candidate_id)
    paid = paid.where(Candidate.kind == EMPLOYED, WorkTerms.pay_amount > 0)
    for ident in session.scalars(paid.order_by(WorkTerms.id)):
        yield f"work terms {ident}: a town pays somebody whom the prefecture employs"
    for placement, engagement in in_force.items():
        newest = accepted.get(placement)
        if engagement.terms_id != newest and (engagement.state in RUNNING or newest is None):
            yield f"engagement {engagement.id}: under terms {engagement.terms_id}, accepted are {newest}"


def _recorded(session: Session) -> dict[tuple[int, str], str]:
    """(version, deed) → digest of what it was about."""
    query = sa.select(AuditEvent.object_id, AuditEvent.action, AuditEvent.detail).where(
        AuditEvent.object_type == WorkTerms.__tablename__
    )
    return {(int(ident), deed): detail["content"] for ident, deed, detail in session.execute(query)}


def addition_violations(session: Session) -> Iterator[str]:
    """What waits is for a month of an engagement that goes on and is not signed."""
    signed = sa.exists().where(
        WorkLog.engagement_id == MonthAddition.engagement_id,
        WorkLog.month == MonthAddition.month,
        WorkLog.state == WorkLogState.CLOSED,
    )
    is_outside = ~MonthAddition.month.between(Engagement.first_month, Engagement.last_month)
    query = (
        sa.select(MonthAddition.id)
        .join(Engagement, Engagement.id == MonthAddition.engagement_id)
        .where(
            MonthAddition.state.in_(ADDITION_OPEN),
            sa.or_(Engagement.state.not_in(RUNNING), is_outside, signed),
        )
    )
    for ident in session.scalars(query.order_by(MonthAddition.id)):
        yield f"month_addition {ident}: open for a month that is signed, or of no running engagement"
