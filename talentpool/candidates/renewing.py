"""One step by which a person goes on: the last day moves, the availability and the consents are confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .. import audit
from ..dates import last_day, local_date
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.service import load_catalogue
from ..states import MembershipState
from . import consenting
from .confirming import note_confirmed
from .freshness import Fresh, list_fresh
from .models import Candidate, Consent, Membership
from .reminding import DAYS
from .reviewing import default_until
from .service import find_membership
from .terms import is_employed

WITHIN = max(DAYS)  # days before the last one


@dataclass(frozen=True, slots=True)
class Renewal:
    """What the person is offered. until: the new last day."""

    membership: Membership
    until: date
    consents: Sequence[Consent]  # that are confirmed
    newer: Sequence[str]  # purposes whose text has changed since
    months_until: date | None  # last day of the months that are declared


@dataclass(frozen=True, slots=True)
class GoingOn:
    """What a person is asked to confirm. fresh: none where nothing is asked."""

    fresh: Fresh | None = None
    renewal: Renewal | None = None


def find_going_on(session: Session, person: Candidate, actor: Actor, now: datetime) -> GoingOn:
    row = find_membership(person, actor.prefecture_code)
    fresh = list_fresh(session, [row], now).get(row.id) if row else None
    is_open = fresh is not None and fresh.asked_at is not None
    return GoingOn(fresh if is_open else None, find_renewal(session, row, now))


def find_renewal(session: Session, membership: Membership | None, now: datetime) -> Renewal | None:
    """None where nothing can be renewed today: too early, over, or without an essential consent."""
    today = local_date(now)
    if membership is None or membership.state is not MembershipState.ACTIVE:
        return None
    if is_employed(membership.candidate):  # the term says until when
        return None
    last, until = membership.active_until, default_until(today)
    if last is None or not today <= last <= today + timedelta(days=WITHIN) or until <= last:
        return None
    candidate, catalogue = membership.candidate, load_catalogue(session)
    given = consenting.consents_in_force(candidate, membership.prefecture_code)
    if not set(consenting.required_purposes(catalogue)) <= given.keys():
        return None
    newer = [
        purpose
        for purpose, row in sorted(given.items())
        if row.text_version != str(catalogue.term("consent_purpose", purpose).attributes["version"])
    ]
    declared = [last_day(row.last_month) for row in candidate.windows if row.is_available]
    consents = [given[purpose] for purpose in sorted(given)]
    return Renewal(membership, until, consents, newer, max(declared, default=None))


def renew_membership(
    session: Session, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    """The consents that stand are given again in today's text. Conflict where nothing can be renewed."""
    require(session, actor, Action.EDIT_PROFILE, membership)
    renewal = find_renewal(session, membership, now)
    if renewal is None:
        raise Conflict(
            say(
                "いまは更新できません。更新できるのは、登録の期限の%(n)s日前から期限の日までで、必要な同意があるときです。",
                n=WITHIN,
            )
        )
    candidate, before = membership.candidate, membership.active_until
    for consent in renewal.consents:
        consenting.give_consent(
            session, candidate, consent.purpose, membership.prefecture_code, actor=actor, now=now
        )
    note_confirmed(session, candidate, now=now)
    membership.active_until = renewal.until
    detail = {"until": renewal.until.isoformat(), "before": str(before)}
    audit.record(
        session, audit.Deed.MEMBERSHIP_RENEW, membership, actor=actor, now=now, detail=detail
    )
    session.flush()
