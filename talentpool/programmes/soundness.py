"""What must hold of programmes and referrals, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from .models import Programme, Referral
from .sourced import bad_successors


def violations(session: Session) -> Iterator[str]:
    """A referral and a successor belong to the prefecture of their programme, and no successor leads back."""
    home = Programme.prefecture_code
    query = sa.select(Referral.id).join(Programme, Programme.id == Referral.programme_id)
    for ident in session.scalars(query.where(Referral.prefecture_code != home)):
        yield f"referral {ident}: not of the prefecture of its programme"
    yield from bad_successors(session, Programme)
