"""What the page of a need says of the people whom it fits, in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..permissions import Actor
from .models import Answer, Interest, NeedShowing, NeedWatch


@dataclass(frozen=True, slots=True)
class Beside:
    """counts: how many have said what; is_named: people read which town it is of; is_watched: by the reader."""

    counts: Mapping[Answer, int]
    is_named: bool
    is_watched: bool


def look_beside(session: Session, need: Need, actor: Actor) -> Beside:
    counts = [
        sa.select(sa.func.count())
        .where(Interest.need_id == need.id, Interest.answer == answer)
        .scalar_subquery()
        for answer in Answer
    ]
    is_named = sa.exists().where(NeedShowing.need_id == need.id, NeedShowing.names_town)
    is_watched = sa.exists().where(NeedWatch.need_id == need.id, NeedWatch.user_id == actor.user_id)
    *found, named, watched = session.execute(sa.select(*counts, is_named, is_watched)).one()
    return Beside(dict(zip(Answer, found, strict=True)), bool(named), bool(watched))
