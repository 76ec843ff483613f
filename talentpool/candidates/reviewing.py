"""The coordinator's part of a profile: accept, return, decline, verify evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from .. import audit
from ..dates import fiscal_year, fiscal_year_days, local_date
from ..db import Session
from ..errors import Conflict, Refused
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.entries import Vocabulary
from ..reference.reasons import check_said
from ..reference.service import load_catalogue
from ..states import MEMBERSHIP, MembershipState, move
from .availability import update_ledger
from .models import Candidate, Membership
from .receiving import require_confirmed
from .snapshots import take_snapshot
from .submitting import require_complete
from .telling import tell
from .terms import is_employed, registration_of

LONGEST = 5  # fiscal years


def default_until(today: date) -> date:
    """The end of the next fiscal year."""
    return fiscal_year_days(fiscal_year(today) + 1)[1]


def activate_membership(
    session: Session,
    membership: Membership,
    *,
    until: date | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take the person into the pool until a day; the profile is frozen as it is, the windows become ledger months.

    Whom the prefecture employs is in the pool as long as the term lasts, whatever `until` says.
    """
    require(session, actor, Action.REVIEW_PROFILE, membership)
    require_complete(session, membership, now=now)
    require_confirmed(session, membership.candidate)
    today = local_date(now)
    candidate = membership.candidate
    first, last = today, until or default_until(today)
    if is_employed(candidate):
        first, last = registration_of(session, candidate, today)
    else:
        _check_until(last, today)
    snapshot = take_snapshot(session, candidate, "activation", now=now)
    membership.active_from, membership.active_until = first, last
    _note_review(membership, None, "", actor, now)
    detail = {"until": last.isoformat(), "snapshot": snapshot.id}
    step = move(session, membership, "activate", actor=actor, now=now, detail=detail)
    session.flush()
    update_ledger(session, candidate, now=now)
    tell(session, membership, step, actor=actor, now=now)


def extend_membership(
    session: Session, membership: Membership, *, until: date, actor: Actor, now: datetime
) -> None:
    """Another last day for a person who is in the pool."""
    require(session, actor, Action.REVIEW_PROFILE, membership)
    if membership.state is not MembershipState.ACTIVE:
        raise Conflict(say("登録中の人だけ、期限を変えられます。"))
    if is_employed(membership.candidate):
        raise Refused.at("until", say("県の職員の登録の期限は、雇用の終わりの日です。"))
    _check_until(until, local_date(now))
    detail = {"until": until.isoformat(), "before": str(membership.active_until)}
    membership.active_until = until
    audit.record(
        session, audit.Deed.MEMBERSHIP_EXTEND, membership, actor=actor, now=now, detail=detail
    )
    session.flush()


def _check_until(until: date, today: date) -> None:
    latest = fiscal_year_days(fiscal_year(today) + LONGEST)[1]
    if not today < until <= latest:
        message = say(
            "登録の期限は、明日から%(latest)sまでの日にしてください。",
            latest=latest.isoformat(),
        )
        raise Refused.at("until", message)


def return_membership(
    session: Session,
    membership: Membership,
    *,
    reason: str,
    comment: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    _answer(session, membership, "return", reason, comment, actor=actor, now=now)


def decline_membership(
    session: Session,
    membership: Membership,
    *,
    reason: str,
    comment: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    _answer(session, membership, "decline", reason, comment, actor=actor, now=now)


def _answer(
    session: Session,
    membership: Membership,
    verb: str,
    reason: str,
    comment: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    require(session, actor, Action.REVIEW_PROFILE, membership)
    check_said(session, MEMBERSHIP.transition(verb, membership.state), reason, comment)
    _note_review(membership, reason, comment, actor, now)
    step = move(session, membership, verb, actor=actor, now=now, reason=reason)
    session.flush()
    tell(session, membership, step, actor=actor, now=now)


def _note_review(
    membership: Membership, reason: str | None, comment: str, actor: Actor, now: datetime
) -> None:
    membership.review_reason, membership.review_comment = reason, comment.strip()
    membership.reviewed_at, membership.reviewed_by = now, actor.user_id


@dataclass(frozen=True, slots=True)
class Check:
    """What an officer said of the evidence of a skill."""

    state: str
    by: int | None  # account
    at: datetime


def list_checks(session: Session, candidate: Candidate) -> dict[str, Check]:
    """Skill → its last check, as the audit trail has it."""
    event = audit.AuditEvent
    query = sa.select(event.detail, event.actor_id, event.at).where(
        event.action == audit.Deed.CANDIDATE_VERIFY.code,
        event.object_type == Candidate.__tablename__,
        event.object_id == str(candidate.id),
    )
    return {
        skill: Check(state, by, at)
        for detail, by, at in session.execute(query.order_by(event.seq))
        for skill, state in detail.items()
    }


def verify_evidence(
    session: Session,
    candidate: Candidate,
    states: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Set how far the coordinator has checked each claimed skill (skill → code of evidence_state)."""
    require(session, actor, Action.REVIEW_PROFILE, candidate)
    catalogue = load_catalogue(session)
    claims = {row.skill: row for row in candidate.skills}
    if not states.keys() <= claims.keys():
        raise Conflict(say("技能が変更されています。最新の内容を確かめてください。"))
    if not all(catalogue.is_valid(Vocabulary.EVIDENCE_STATE, state) for state in states.values()):
        raise Refused(say("根拠の状態を一覧から選んでください。"))
    changed = {skill: state for skill, state in states.items() if claims[skill].evidence != state}
    for skill, state in changed.items():
        claims[skill].evidence = state
    if changed:
        candidate.updated_at = now
        audit.record(
            session, audit.Deed.CANDIDATE_VERIFY, candidate, actor=actor, now=now, detail=changed
        )
        session.flush()
