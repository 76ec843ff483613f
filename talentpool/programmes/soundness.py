"""What must hold of programmes and referrals, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import Session
from .models import Programme, Referral


def violations(session: Session) -> Iterator[str]:
    """A referral and a successor belong to the prefecture of their programme, and no successor leads back."""
    home = Programme.prefecture_code
    query = sa.select(Referral.id).join(Programme, Programme.id == Referral.programme_id)
    for ident in session.scalars(query.where(Referral.prefecture_code != home)):
        yield f"referral {ident}: not of the prefecture of its programme"
    after = aliased(Programme)
    query = sa.select(Programme.id).join(after, after.id == Programme.successor_id)
    for ident in session.scalars(query.where(after.prefecture_code != home)):
        yield f"programme {ident}: its successor is of another prefecture"
    nexts = dict(session.execute(sa.select(Programme.id, Programme.successor_id)).all())
    for ident, first in nexts.items():
        seen, at = {ident}, first
        while at is not None and at not in seen:
            seen.add(at)
            at = nexts[at]
        if at == ident:
            yield f"programme {ident}: it succeeds itself"
