"""How a prefecture decides: whether a second coordinator endorses each decision paper (回議) before the approver."""

from __future__ import annotations

from datetime import datetime

from .. import audit
from ..db import Session
from ..permissions import Action, Actor, require
from .models import Pool


def set_endorsement(
    session: Session, pool: Pool, wanted: bool, *, actor: Actor, now: datetime
) -> None:
    """Nothing is recorded when nothing changes."""
    require(session, actor, Action.MANAGE_OFFICE, pool)
    if pool.has_endorsement == wanted:
        return
    pool.has_endorsement = wanted
    detail = {"endorsement": wanted}
    audit.record(session, audit.Deed.POOL_ENDORSEMENT, pool, actor=actor, now=now, detail=detail)
