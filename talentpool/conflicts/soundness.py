"""What must hold of every recorded conflict, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..candidates.models import Membership
from ..db import Session
from ..reference.models import Municipality
from .models import KnownConflict


def violations(session: Session) -> Iterator[str]:
    """A conflict is of a town of its own prefecture, and of somebody who is or was in its pool."""
    row = KnownConflict
    towns = sa.select(row.id).join(Municipality, Municipality.code == row.municipality_code)
    for ident in session.scalars(towns.where(Municipality.prefecture_code != row.prefecture_code)):
        yield f"known_conflict {ident}: of a town of another prefecture"
    is_member = (Membership.candidate_id == row.candidate_id) & (
        Membership.prefecture_code == row.prefecture_code
    )
    for ident in session.scalars(sa.select(row.id).where(~sa.exists().where(is_member))):
        yield f"known_conflict {ident}: of a person of another pool"
