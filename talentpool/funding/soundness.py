"""What must hold of funding measures, as a query."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import Session
from .models import Funding


def violations(session: Session) -> Iterator[str]:
    """A successor is of the same prefecture."""
    after = aliased(Funding)
    query = sa.select(Funding.id).join(after, after.id == Funding.successor_id)
    for ident in session.scalars(query.where(after.prefecture_code != Funding.prefecture_code)):
        yield f"funding {ident}: its successor is of another prefecture"
