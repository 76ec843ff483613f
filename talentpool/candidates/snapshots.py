"""The profile as it was when somebody decided about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..dates import month_text
from ..db import Base, Session, canonical_json
from .models import Candidate, ProfileSnapshot

_OWN = (
    "code", "kind", "family_name", "given_name", "family_kana", "given_kana", "birth_date", "phone",
    "contact_email", "postal_code", "address", "home_code", "travel_limit", "overnight",
    "most_at_once", "pay_minimum", "pay_wish", "themes", "regions", "motives", "motive",
    "heard_from", "involvement", "operations", "growth", "side_job", "income_ceiling", "onsite_days", "onsite_weekdays",
)  # fmt: skip
_POST = (
    "body",
    "municipality_code",
    "department",
    "title",
    "grade",
    "is_public",
    "first_month",
    "last_month",
    "systems",
    "led_procurement",
)
_CLAIM = ("skill", "level", "last_used", "evidence", "evidence_note")
_WINDOW = ("first_month", "last_month", "half_days", "weekdays", "mode", "is_available", "note")


def take_snapshot(
    session: Session, candidate: Candidate, occasion: str, *, now: datetime
) -> ProfileSnapshot:
    """Freeze the whole profile, encrypted. `occasion`: "activation", "approval"."""
    snapshot = freeze(candidate, occasion, now=now)
    session.add(snapshot)
    session.flush()
    return snapshot


def freeze(candidate: Candidate, occasion: str, *, now: datetime) -> ProfileSnapshot:
    """The whole profile as a row that is not stored yet."""
    return ProfileSnapshot(
        candidate_id=candidate.id,
        occasion=occasion,
        taken_at=now,
        content=canonical_json(profile_record(candidate)),
    )


def profile_record(candidate: Candidate) -> dict[str, Any]:
    """Everything the profile says, as plain values; months as "2027-04"."""
    return {
        **_values(candidate, _OWN),
        "forms": [row.form for row in candidate.forms],
        "roles": [row.role for row in candidate.roles],
        "posts": [_values(row, _POST) for row in candidate.posts],
        "companies": [
            _values(row, ("name", "position", "has_shares", "is_present"))
            for row in candidate.companies
        ],
        "matters": [_values(row, ("vendor", "subject", "month")) for row in candidate.matters],
        "skills": [_values(row, _CLAIM) for row in candidate.skills],
        "exams": [_values(row, ("exam", "name_then", "year")) for row in candidate.exams],
        "windows": [_values(row, _WINDOW) for row in candidate.windows],
        "consents": [
            _values(row, ("purpose", "audience", "text_version"))
            | {"given_at": row.given_at.isoformat()}
            for row in candidate.consents
            if row.withdrawn_at is None
        ],
    }


def _values(row: Base, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {
        name: month_text(value) if name.endswith("month") and value is not None else value
        for name, value in values.items()
    }
