"""What the page of a need says of the people whom it fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..permissions import Actor
from .answering import list_standing
from .models import Answer, NeedShowing, NeedWatch


@dataclass(frozen=True, slots=True)
class Beside:
    """counts: how many of those who are registered have said what; is_named: people read which town it is of; is_watched: by the reader."""

    counts: Mapping[Answer, int]
    is_named: bool
    is_watched: bool


def look_beside(session: Session, need: Need, actor: Actor, today: date) -> Beside:
    counts = Counter(one.interest.answer for one in list_standing(session, need.id, today))
    is_named = sa.exists().where(NeedShowing.need_id == need.id, NeedShowing.names_town)
    is_watched = sa.exists().where(NeedWatch.need_id == need.id, NeedWatch.user_id == actor.user_id)
    named, watched = session.execute(sa.select(is_named, is_watched)).one()
    return Beside({answer: counts[answer] for answer in Answer}, bool(named), bool(watched))
