"""What must hold of every complaint, as a query."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..accounts.models import User
from ..db import Session
from ..permissions import Role
from ..reference.models import Municipality
from .models import ABOUT, Complaint


def violations(session: Session) -> Iterator[str]:
    """A complaint belongs to the prefecture of what it is about, of the town that complains, and of its owner."""
    home = Complaint.prefecture_code
    for model, column in ABOUT.items():
        query = sa.select(Complaint.id).join(model, getattr(Complaint, column) == model.id)
        for ident in session.scalars(query.where(model.prefecture_code != home)):
            yield f"complaint {ident}: not of the prefecture of its {model.__tablename__}"
    towns = sa.select(Complaint.id).join(
        Municipality, Municipality.code == Complaint.municipality_code
    )
    for ident in session.scalars(towns.where(Municipality.prefecture_code != home)):
        yield f"complaint {ident}: of a town of another prefecture"
    foreign = (User.prefecture_code != home) | User.role.in_((Role.CANDIDATE, Role.MUNICIPALITY))
    owners = sa.select(Complaint.id).join(User, User.id == Complaint.owner_id).where(foreign)
    for ident in session.scalars(owners):
        yield f"complaint {ident}: its owner is no officer of its prefecture"
