"""Consents: given for a purpose and an audience in a version of the text; withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from .. import audit
from ..db import Session
from ..errors import Refused, raise_first
from ..language import say
from ..permissions import Actor
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from ..states import MembershipState
from . import drafting, endings, rules
from .models import Candidate, Consent
from .service import require_editable
from .steps import Step

INTRODUCTION = "introduction"  # code of the vocabulary consent_purpose: to be named to a town
REGISTERED = frozenset({MembershipState.APPLIED, MembershipState.ACTIVE})
ESSENTIAL = say("登録に必要な同意は、登録を終えるときにだけ撤回できます。")


def consents_in_force(candidate: Candidate, audience: str) -> Mapping[str, Consent]:
    """Purpose → consent that was given to `audience` (code of a prefecture or municipality) and still stands."""
    return {
        row.purpose: row
        for row in candidate.consents
        if row.audience == audience and row.withdrawn_at is None
    }


def withdrawn_since(candidate: Candidate, audience: str, moment: datetime) -> set[str]:
    """Purposes whose consent was withdrawn since then, given again or not; a newer text of the same is no withdrawal."""
    rows = [row for row in candidate.consents if row.audience == audience]
    renewed = {(row.purpose, row.given_at) for row in rows}
    return {
        row.purpose
        for row in rows
        if row.withdrawn_at is not None and row.withdrawn_at >= moment
        and (row.purpose, row.withdrawn_at) not in renewed
    }  # fmt: skip


def would_end(
    session: Session, candidate: Candidate, prefecture_code: str, purposes: Collection[str]
) -> bool:
    """Whether a registration that stands would lose an essential consent."""
    lost = consents_in_force(candidate, prefecture_code).keys() - set(purposes)
    states = {row.state for row in candidate.memberships if row.prefecture_code == prefecture_code}
    return bool(states & REGISTERED) and not lost.isdisjoint(
        required_purposes(load_catalogue(session))
    )


def required_purposes(catalogue: Catalogue) -> list[str]:
    """The purposes without which nobody can be in a pool."""
    terms = catalogue.terms(Vocabulary.CONSENT_PURPOSE)
    return [term.code for term in terms if term.attributes.get("is_required")]


def save_consents(
    session: Session,
    candidate: Candidate,
    prefecture_code: str,
    purposes: Collection[str],
    *,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Give what is named and is not in force in today's text; withdraw what is in force and not named; which changed.

    A registration cannot go on without an essential one: to withdraw that is a step of its own (leaving.py).
    """
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    raise_first(rules.consent_faults(purposes, catalogue))
    if would_end(session, candidate, prefecture_code, purposes):
        raise Refused(ESSENTIAL)
    before = consents_in_force(candidate, prefecture_code)
    for purpose, present in before.items():
        if purpose not in purposes:
            withdraw_consent(session, candidate, present, actor=actor, now=now)
    for purpose in sorted(set(purposes)):
        give_consent(session, candidate, purpose, prefecture_code, actor=actor, now=now)
    drafting.drop_draft(session, candidate, Step.CONSENTS)
    session.flush()
    after = consents_in_force(candidate, prefecture_code)
    named = sorted(before.keys() | after.keys())
    return [purpose for purpose in named if before.get(purpose) is not after.get(purpose)]


def give_consent(
    session: Session,
    candidate: Candidate,
    purpose: str,
    audience: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """In today's text; one that stands in that text stays, one in an older text is replaced."""
    term = load_catalogue(session).term(Vocabulary.CONSENT_PURPOSE, purpose)
    version = str(term.attributes["version"])
    standing = consents_in_force(candidate, audience).get(purpose)
    if standing is not None:
        if standing.text_version == version:
            return
        standing.withdrawn_at = now
        session.flush()
    candidate.consents.append(
        Consent(purpose=purpose, audience=audience, text_version=version, given_at=now)
    )
    detail = {"purpose": purpose, "audience": audience, "version": version}
    audit.record(session, audit.Deed.CONSENT_GIVE, candidate, actor=actor, now=now, detail=detail)
    session.flush()


def withdraw_consent(
    session: Session, candidate: Candidate, consent: Consent, *, actor: Actor, now: datetime
) -> None:
    """Acts in the next query; what rested on the consent ends in the same transaction."""
    consent.withdrawn_at = now
    detail = {
        "purpose": consent.purpose,
        "audience": consent.audience,
        "version": consent.text_version,
    }
    audit.record(
        session, audit.Deed.CONSENT_WITHDRAW, candidate, actor=actor, now=now, detail=detail
    )
    session.flush()
    if consent.purpose in required_purposes(load_catalogue(session)):
        endings.announce(
            session, candidate, consent.audience, endings.CONSENT_WITHDRAWN, actor=actor, now=now
        )
