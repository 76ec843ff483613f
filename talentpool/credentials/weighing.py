"""What credentials change: how far a skill counts as shown, and until when the required training is valid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from ..candidates.models import Candidate
from ..db import Session
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..states import CREDENTIALS_SHOWN, CredentialState
from .models import Credential, Kind

_RANKS = {CredentialState.DOCUMENTED: "documented", CredentialState.CONFIRMED: "confirmed"}
_ORDER = ("self", "documented", "confirmed")


def list_credentials(session: Session, candidate: Candidate) -> Sequence[Credential]:
    """The newest first."""
    session.flush()
    query = sa.select(Credential).where(Credential.candidate_id == candidate.id)
    return session.scalars(query.order_by(Credential.id.desc())).all()


def _was_checked(row: Credential) -> bool:
    """Once; the day says the rest. What lapsed before anybody had looked at it never counted."""
    is_expired = row.state is CredentialState.EXPIRED
    return row.state in CREDENTIALS_SHOWN or (
        is_expired and (row.checked_at is not None or row.answered_at is not None)
    )


def trained_until(rows: Sequence[Credential], catalogue: Catalogue) -> date | None:
    """The first day on which one of the required trainings ends; none while one has not been checked."""
    last: dict[str, date] = {}
    for row in rows:
        if row.kind is Kind.TRAINING and _was_checked(row) and row.valid_until is not None:
            last[row.subject] = max(row.valid_until, last.get(row.subject, row.valid_until))
    codes = [term.code for term in catalogue.terms(Vocabulary.TRAINING)]
    return min(last[code] for code in codes) if codes and last.keys() >= set(codes) else None


def evidence_of(rows: Sequence[Credential], skill: str, level: int) -> str:
    """The best that is shown today for a skill at a level."""
    found = [
        _RANKS[row.state]
        for row in rows
        if row.kind is Kind.SKILL and row.subject == skill and row.state in _RANKS
        and (row.level or 0) >= level
    ]  # fmt: skip
    return max(found, key=_ORDER.index, default="self")


def weigh(session: Session, row: Credential, before: str, catalogue: Catalogue) -> None:
    """After a step of `row`: the skill or the training follows. before: as `mark_of` said before the step.

    A day that came from a file and evidence that an officer set by hand stay until a credential says as much or more;
    from then on the credentials say it, also when the last of them has gone.
    """
    candidate = row.candidate
    rows = list_credentials(session, candidate)
    if row.kind is Kind.TRAINING:
        until, stored = trained_until(rows, catalogue), candidate.training_until
        is_ours = stored is None or stored.isoformat() == before
        if is_ours or (until is not None and stored is not None and until > stored):
            candidate.training_until = until
    elif row.kind is Kind.SKILL:
        claim = next((one for one in candidate.skills if one.skill == row.subject), None)
        if claim is None:
            return
        now = evidence_of(rows, claim.skill, claim.level)
        if claim.evidence == before or _ORDER.index(now) > _ORDER.index(claim.evidence):
            claim.evidence = now
    session.flush()


def mark_of(session: Session, row: Credential, catalogue: Catalogue) -> str:
    """What the credentials of the person say about the subject of `row` as they stand."""
    rows = list_credentials(session, row.candidate)
    if row.kind is Kind.TRAINING:
        return str(trained_until(rows, catalogue) or "")
    claim = next((one for one in row.candidate.skills if one.skill == row.subject), None)
    return evidence_of(rows, row.subject, claim.level if claim else 1)
