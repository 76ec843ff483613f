"""Officers record for how long the prefecture employs somebody; registration and ledger follow."""

from __future__ import annotations

from datetime import datetime

from .. import audit
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Refused, raise_first
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.service import load_catalogue
from ..states import MembershipState
from .availability import update_ledger
from .content import Term
from .employed import Employment
from .models import Candidate, Membership
from .terms import find_employment, is_employed, lock_registrations, term_faults, term_of


def save_term(
    session: Session, candidate: Candidate, term: Term, *, actor: Actor, now: datetime
) -> None:
    """The term, and what follows from it: the days of the registration and the months of the ledger.

    Refused where a month that would close is held or booked.
    """
    require(session, actor, Action.EMPLOY_PERSON, candidate)
    lock_registrations(session, candidate)
    if not is_employed(candidate):
        raise Conflict(say("区分が「県の職員」の人だけに、雇用の期間を記録できます。"))
    today = local_date(now)
    raise_first(term_faults(term, load_catalogue(session), today))
    row = session.get(Employment, candidate.id, populate_existing=True)
    if row is not None and term_of(row) == term:
        return
    before = row.last_day.isoformat() if row else None
    if (row is None or row.last_day != term.last_day) and term.last_day < today:
        raise Refused.at("last_day", say("雇用の終わりの日は、今日以後の日にしてください。"))
    write_term(session, candidate, actor.prefecture_code or "", term, actor=actor, now=now)
    membership = _find_active(candidate)
    if membership is not None:
        _move_registration(session, membership, term, actor, now)
    candidate.updated_at = now
    detail = {
        "post": term.post, "first_day": term.first_day.isoformat(), "last_day": term.last_day.isoformat(),
        "before": before,
    }  # fmt: skip
    deed = audit.Deed.EMPLOYMENT_SAVE
    audit.record(session, deed, candidate, actor=actor, now=now, detail=detail)
    session.flush()


def write_term(
    session: Session,
    candidate: Candidate,
    prefecture_code: str,
    term: Term,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    row = find_employment(session, candidate)
    if row is None:
        row = Employment(candidate_id=candidate.id, prefecture_code=prefecture_code)
        session.add(row)
    row.post, row.first_day, row.last_day = term.post, term.first_day, term.last_day
    row.half_day_cost, row.note = term.half_day_cost, term.note.strip()
    row.saved_at, row.saved_by = now, actor.user_id
    session.flush()


def _find_active(candidate: Candidate) -> Membership | None:
    rows = (row for row in candidate.memberships if row.state is MembershipState.ACTIVE)
    return next(rows, None)


def _move_registration(
    session: Session, membership: Membership, term: Term, actor: Actor, now: datetime
) -> None:
    """The registration lasts as long as the term, what is over of it aside; the ledger is closed outside it."""
    before, today = membership.active_until, local_date(now)
    began = min(membership.active_from or today, today)
    membership.active_from = max(began, term.first_day)
    membership.active_until = term.last_day
    session.flush()
    update_ledger(session, membership.candidate, now=now, field="last_day")
    if before != term.last_day:
        detail = {"until": term.last_day.isoformat(), "before": str(before)}
        deed = audit.Deed.MEMBERSHIP_EXTEND
        audit.record(session, deed, membership, actor=actor, now=now, detail=detail)
