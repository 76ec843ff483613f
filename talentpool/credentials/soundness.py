"""What must hold of every credential, as a query."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..candidates.models import Membership
from ..db import Session
from ..states import CREDENTIALS_OPEN, CREDENTIALS_SHOWN, CredentialState
from .models import Credential

_C = Credential


def violations(session: Session) -> Iterator[str]:
    """It is of a pool of its person; what counts was checked by somebody; a link is open only while it can be answered."""
    member = sa.exists().where(
        Membership.candidate_id == _C.candidate_id,
        Membership.prefecture_code == _C.prefecture_code,
    )
    for ident in session.scalars(sa.select(_C.id).where(~member).order_by(_C.id)):
        yield f"credential {ident}: its person is in no pool of its prefecture"
    unchecked = (
        (_C.state == CredentialState.DOCUMENTED) & _C.checked_at.is_(None)
        | (_C.state == CredentialState.CONFIRMED) & _C.answered_at.is_(None)
    )  # fmt: skip
    counted = sa.select(_C.id).where(_C.state.in_(CREDENTIALS_SHOWN), unchecked)
    for ident in session.scalars(counted.order_by(_C.id)):
        yield f"credential {ident}: counts, and nobody checked it"
    closed = _C.token_hash.is_not(None) & _C.state.not_in(CREDENTIALS_OPEN)
    for ident in session.scalars(sa.select(_C.id).where(closed).order_by(_C.id)):
        yield f"credential {ident}: its link is open after the answer"
