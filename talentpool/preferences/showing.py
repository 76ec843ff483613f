"""Whether people whom an open need fits read which town it is of: the town chooses, and does not at first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..states import NeedState
from .models import NeedShowing


def list_named(session: Session, need_ids: Iterable[int]) -> set[int]:
    """Of these needs those that name their town."""
    query = sa.select(NeedShowing.need_id).where(
        NeedShowing.need_id.in_(list(need_ids)), NeedShowing.names_town
    )
    return set(session.scalars(query))


def choose_showing(
    session: Session, need: Need, *, names_town: bool, actor: Actor, now: datetime
) -> None:
    """No new version of the need: what it asks for stays the same, and so does every round that has it."""
    require(session, actor, Action.SHOW_TOWN, need)
    if need.state is NeedState.CLOSED:
        raise Conflict(say("この募集は締め切られています。"))
    row = session.scalars(
        sa.select(NeedShowing).where(NeedShowing.need_id == need.id)
    ).one_or_none()
    if (row is not None and row.names_town) == names_town:
        return
    if row is None:
        row = NeedShowing(
            need_id=need.id, prefecture_code=need.prefecture_code,
            municipality_code=need.municipality_code,
        )  # fmt: skip
        session.add(row)
    row.names_town, row.chosen_at, row.chosen_by = names_town, now, actor.user_id
    session.flush()
    detail = {"need": need.id, "names_town": names_town}
    audit.record(session, audit.Deed.NEED_SHOWING, row, actor=actor, now=now, detail=detail)
