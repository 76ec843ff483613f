"""The coordinator's part of a profile: accept, return, decline, verify evidence; and the person's leaving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from .. import audit
from ..dates import fiscal_year, fiscal_year_days, local_date, month_of, show_month
from ..db import Session
from ..errors import Conflict, Refused
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from ..states import MEMBERSHIP, MembershipState, move
from . import consenting, endings
from .availability import is_in_pool, update_ledger
from .models import Candidate, Membership
from .snapshots import take_snapshot
from .submitting import require_complete
from .telling import tell

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
    """Take the person into the pool until a day; the profile is frozen as it is, the windows become ledger months."""
    require(session, actor, Action.REVIEW_PROFILE, membership)
    require_complete(session, membership, now=now)
    today = local_date(now)
    last = until or default_until(today)
    _check_until(last, today)
    candidate = membership.candidate
    snapshot = take_snapshot(session, candidate, "activation", now=now)
    membership.active_from, membership.active_until = today, last
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
        raise Conflict("登録中の人だけ、期限を変えられます。")
    _check_until(until, local_date(now))
    detail = {"from": str(membership.active_until), "to": until.isoformat()}
    membership.active_until = until
    audit.record(session, "membership.extend", membership, actor=actor, now=now, detail=detail)
    session.flush()


def _check_until(until: date, today: date) -> None:
    latest = fiscal_year_days(fiscal_year(today) + LONGEST)[1]
    if not today < until <= latest:
        message = f"登録の期限は、明日から{latest.isoformat()}までの日にしてください。"
        raise Refused(message, fields={"until": message})


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
    _check_reason(session, reason, comment)
    _note_review(membership, reason, comment, actor, now)
    step = move(session, membership, verb, actor=actor, now=now, reason=reason)
    session.flush()
    tell(session, membership, step, actor=actor, now=now)


def _check_reason(session: Session, reason: str, comment: str) -> None:
    catalogue = load_catalogue(session)
    if not catalogue.is_valid(Vocabulary.PROFILE_RETURN_REASON, reason):
        raise Refused("理由を選んでください。", fields={"reason": "理由を選んでください。"})
    term = catalogue.term(Vocabulary.PROFILE_RETURN_REASON, reason)
    if term.attributes.get("needs_comment") and not comment.strip():
        message = "この理由のときは、補足を書いてください。"
        raise Refused(message, fields={"comment": message})


def _note_review(
    membership: Membership, reason: str | None, comment: str, actor: Actor, now: datetime
) -> None:
    membership.review_reason, membership.review_comment = reason, comment.strip()
    membership.reviewed_at, membership.reviewed_by = now, actor.user_id


def leave_pool(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> None:
    """The person goes: what is not yet booked ends, consents are withdrawn, no month is offered any more.

    Refused, with the months, while something is booked from this month on.
    """
    require(session, actor, Action.EDIT_PROFILE, membership)
    candidate = membership.candidate
    if MEMBERSHIP.transition("leave", membership.state) is None:
        raise Conflict("この登録は、すでに終了しています。")
    endings.announce(
        session, candidate, membership.prefecture_code, endings.LEFT, actor=actor, now=now
    )
    for consent in consenting.consents_in_force(candidate, membership.prefecture_code).values():
        consenting.withdraw_consent(session, candidate, consent, actor=actor, now=now)
    step = move(session, membership, "leave", actor=actor, now=now)
    session.flush()
    if not is_in_pool(candidate):
        _clear_ledger(session, candidate, now)
    tell(session, membership, step, actor=actor, now=now)


def _clear_ledger(session: Session, candidate: Candidate, now: datetime) -> None:
    this_month = month_of(local_date(now))
    taken = ledger.list_taken_months(session, candidate.id, from_month=this_month)
    if taken:
        named = "、".join(map(show_month, taken))
        raise Refused(
            f"仮押さえまたは確保した半日コマが残っているため、退会できません：{named}。県の担当者に相談してください。"
        )
    ledger.set_capacity(session, candidate.id, {}, from_month=this_month)


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
        raise Conflict("技能が変更されています。最新の内容を確かめてください。")
    if not all(catalogue.is_valid(Vocabulary.EVIDENCE_STATE, state) for state in states.values()):
        raise Refused("根拠の状態を一覧から選んでください。")
    changed = {skill: state for skill, state in states.items() if claims[skill].evidence != state}
    for skill, state in changed.items():
        claims[skill].evidence = state
    if changed:
        candidate.updated_at = now
        audit.record(session, "candidate.verify", candidate, actor=actor, now=now, detail=changed)
        session.flush()
