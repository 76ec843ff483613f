"""How a registration ends by the person's own will, and begins again: 退会, an essential consent, 再申込み."""

from __future__ import annotations

from datetime import datetime

from ..dates import local_date, month_of, show_month
from ..db import Session
from ..errors import Conflict, Refused
from ..language import listed, say
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..states import MEMBERSHIP, move
from . import consenting, endings
from .availability import is_in_pool
from .merged import find_merge
from .models import Candidate, Membership
from .telling import tell


def leave_pool(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> None:
    """The person goes: what is not yet booked ends, consents are withdrawn, no month is offered any more.

    Refused, with the months, while something is booked from this month on.
    """
    _require_standing(session, membership, actor)
    candidate = membership.candidate
    endings.announce(
        session, candidate, membership.prefecture_code, endings.LEFT, actor=actor, now=now
    )
    _withdraw_consents(session, membership, actor=actor, now=now)
    step = move(session, membership, "leave", actor=actor, now=now)
    session.flush()
    if not is_in_pool(candidate):
        _require_nothing_taken(session, candidate, now)
        _close_months(session, candidate, now)
    if membership.applied_at is not None:
        tell(session, membership, step, actor=actor, now=now)


def withdraw_essential_consent(
    session: Session, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    """Nobody can be in a pool without it, so the registration ends; confirmed work stays agreed, and booked.

    Never refused: a consent can be withdrawn at any time.
    """
    _require_standing(session, membership, actor)
    candidate = membership.candidate
    _withdraw_consents(session, membership, actor=actor, now=now)
    detail = {"cause": endings.CONSENT_WITHDRAWN}
    step = move(session, membership, "leave", actor=actor, now=now, detail=detail)
    session.flush()
    if not is_in_pool(candidate):
        _close_months(session, candidate, now)
    if membership.applied_at is not None:
        tell(session, membership, step, actor=actor, now=now)


def keep_ended(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> None:
    """Of a registration that ended by a merge, once its person has left: what leaving ends with it."""
    _withdraw_consents(session, membership, actor=actor, now=now)
    if not is_in_pool(membership.candidate):
        _close_months(session, membership.candidate, now)


def reapply(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> None:
    """A new application of somebody who left or was not accepted: the profile stays, consents are given anew."""
    require(session, actor, Action.EDIT_PROFILE, membership)
    if find_merge(session, membership.candidate) is not None:
        raise Conflict(say("別の登録に統合されているため、この登録からは申し込めません。"))
    if MEMBERSHIP.transition("reapply", membership.state) is not None:
        _withdraw_consents(session, membership, actor=actor, now=now)
    move(session, membership, "reapply", actor=actor, now=now)
    session.flush()


def _require_standing(session: Session, membership: Membership, actor: Actor) -> None:
    require(session, actor, Action.EDIT_PROFILE, membership)
    if MEMBERSHIP.transition("leave", membership.state) is None:
        raise Conflict(say("この登録は、すでに終了しています。"))


def _withdraw_consents(
    session: Session, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    """What rests on an essential one ends with it."""
    candidate = membership.candidate
    for consent in consenting.consents_in_force(candidate, membership.prefecture_code).values():
        consenting.withdraw_consent(session, candidate, consent, actor=actor, now=now)


def _require_nothing_taken(session: Session, candidate: Candidate, now: datetime) -> None:
    taken = ledger.lock_taken_months(session, candidate.id, from_month=month_of(local_date(now)))
    if taken:
        named = listed(map(show_month, taken))
        raise Refused(
            say(
                "仮押さえまたは確保した半日コマが残っているため、退会できません：%(named)s。県の担当者に連絡してください。",
                named=named,
            )
        )


def _close_months(session: Session, candidate: Candidate, now: datetime) -> None:
    """From this month on only what is taken already."""
    this_month = month_of(local_date(now))
    taken = ledger.lock_taken_months(session, candidate.id, from_month=this_month)
    ledger.set_capacity(session, candidate.id, taken, from_month=this_month)
