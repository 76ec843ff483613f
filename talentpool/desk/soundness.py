"""What must hold of every duty, as a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ..accounts.models import User
from ..db import Session
from ..permissions import Role
from .models import OF, Duty, is_of


def violations(session: Session) -> Iterator[str]:
    """A duty belongs to the prefecture of its thing and of its owner, who is no person and no officer of a town."""
    for kind in OF:
        model: Any = kind
        query = sa.select(Duty.id).join(model, is_of(kind))
        elsewhere = query.where(model.prefecture_code != Duty.prefecture_code)
        for ident in session.scalars(elsewhere.order_by(Duty.id)):
            yield f"duty {ident}: not of the prefecture of its {model.__tablename__}"
    foreign = (User.prefecture_code != Duty.prefecture_code) | User.role.in_(
        (Role.CANDIDATE, Role.MUNICIPALITY)
    )
    owners = sa.select(Duty.id, Duty.owner_id).join(User, User.id == Duty.owner_id).where(foreign)
    for ident, owner in session.execute(owners.order_by(Duty.id)):
        yield f"duty {ident}: given to user {owner}, who is no officer of its prefecture"
