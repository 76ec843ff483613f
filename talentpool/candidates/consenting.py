"""Consents: given for a purpose and an audience in a version of the text; withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from .. import audit
from ..db import Session
from ..errors import Refused
from ..permissions import Actor
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from . import drafting, endings
from .models import Candidate, Consent
from .service import require_editable
from .steps import Step


def consents_in_force(candidate: Candidate, audience: str) -> Mapping[str, Consent]:
    """Purpose → consent that was given to `audience` (code of a prefecture or municipality) and still stands."""
    return {
        row.purpose: row
        for row in candidate.consents
        if row.audience == audience and row.withdrawn_at is None
    }


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
) -> None:
    """Give what is named and is not in force in today's text; withdraw what is in force and not named."""
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    versions = {
        term.code: str(term.attributes["version"])
        for term in catalogue.terms(Vocabulary.CONSENT_PURPOSE)
    }
    if not set(purposes) <= versions.keys():
        raise Refused("一覧から選んでください。", fields={"purposes": "一覧から選んでください。"})
    for purpose, present in consents_in_force(candidate, prefecture_code).items():
        if purpose not in purposes:
            withdraw_consent(session, candidate, present, actor=actor, now=now)
        elif present.text_version != versions[purpose]:
            present.withdrawn_at = now
    session.flush()
    missing = set(purposes) - consents_in_force(candidate, prefecture_code).keys()
    for purpose in sorted(missing):
        _give(session, candidate, purpose, prefecture_code, versions[purpose], actor=actor, now=now)
    drafting.drop_draft(session, candidate, Step.CONSENTS)
    session.flush()


def _give(
    session: Session,
    candidate: Candidate,
    purpose: str,
    audience: str,
    version: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    candidate.consents.append(
        Consent(purpose=purpose, audience=audience, text_version=version, given_at=now)
    )
    detail = {"purpose": purpose, "audience": audience, "version": version}
    audit.record(session, "consent.give", candidate, actor=actor, now=now, detail=detail)


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
    audit.record(session, "consent.withdraw", candidate, actor=actor, now=now, detail=detail)
    session.flush()
    if consent.purpose in required_purposes(load_catalogue(session)):
        endings.announce(
            session, candidate, consent.audience, endings.CONSENT_WITHDRAWN, actor=actor, now=now
        )
