"""What must hold of every note, as a query."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..accounts.models import User
from ..candidates.models import Membership
from ..db import Session
from ..needs.models import Need
from ..placements.models import Placement
from .models import Note


def violations(session: Session) -> Iterator[str]:
    """A note belongs to the prefecture of what it is about, and of who wrote it."""
    member = sa.exists().where(
        Membership.candidate_id == Note.candidate_id,
        Membership.prefecture_code == Note.prefecture_code,
    )
    there = sa.case(
        (Note.candidate_id.is_not(None), member),
        (Note.need_id.is_not(None), Need.prefecture_code == Note.prefecture_code),
        else_=Placement.prefecture_code == Note.prefecture_code,
    )
    query = (
        sa.select(Note.id)
        .outerjoin(Need, Need.id == Note.need_id)
        .outerjoin(Placement, Placement.id == Note.placement_id)
        .outerjoin(User, User.id == Note.author_id)
        .where(~there | (User.prefecture_code != Note.prefecture_code))
    )
    for ident in session.scalars(query.order_by(Note.id)):
        yield f"note {ident}: not of the prefecture of what it is about or of its author"
