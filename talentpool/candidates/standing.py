"""Where a membership stands on a day: its state, and what follows from the last day, the consent and the pauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..dates import month_of
from ..db import Session
from ..standing import MembershipStanding
from ..states import MembershipState
from .models import CandidateWindow, Consent, Membership

SEARCH = "search"  # code of the vocabulary consent_purpose: to be looked for and matched
REGISTERED = (MembershipStanding.ACTIVE, MembershipStanding.PAUSED)  # counted as 登録者
_M = Membership
Column = sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any]


def is_in_force(
    candidate_id: Column, audience: Column | str, purpose: str | None = None
) -> sa.Exists:
    """Whether a consent stands, for queries; without a purpose: any."""
    stands = sa.exists().where(
        Consent.candidate_id == candidate_id,
        Consent.audience == audience,
        Consent.withdrawn_at.is_(None),
    )
    return stands if purpose is None else stands.where(Consent.purpose == purpose)


def standing_on(today: date) -> sa.ColumnElement[str]:
    """The standing of a membership, for queries."""
    is_active = _M.state == MembershipState.ACTIVE
    month = month_of(today)
    consents = is_in_force(_M.candidate_id, _M.prefecture_code, SEARCH)
    pauses = sa.exists().where(
        CandidateWindow.candidate_id == _M.candidate_id,
        ~CandidateWindow.is_available,
        CandidateWindow.first_month <= month,
        CandidateWindow.last_month >= month,
    )
    return sa.case(
        (is_active & (_M.active_until < today), str(MembershipStanding.EXPIRED)),
        (is_active & ~consents, str(MembershipStanding.UNCONSENTED)),
        (is_active & pauses, str(MembershipStanding.PAUSED)),
        else_=sa.type_coerce(_M.state, sa.String),
    )


def standings(
    session: Session, memberships: Iterable[Membership | None], today: date
) -> Mapping[int, MembershipStanding]:
    """By id of the membership."""
    ids = [row.id for row in memberships if row is not None]
    query = sa.select(_M.id, standing_on(today)).where(_M.id.in_(ids))
    return {ident: MembershipStanding(value) for ident, value in session.execute(query)}
