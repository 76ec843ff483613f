from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..child_rows import adopt_lists, adopt_rows, lists_of
from ..db import GREATEST_ID, Session
from ..errors import NotFound
from ..permissions import Action, Actor, condition
from ..standing import NeedStanding
from .models import Need
from .standing import standing

# Read in the query of the need itself.
_LISTS = (Need.roles, Need.forms, Need.kinds, Need.vendors, Need.skills)


def get_whole(session: Session, actor: Actor, need_id: int) -> tuple[Need, NeedStanding]:
    """What `actor` may read, as a member of a joint need too, or NotFound; as `load_whole`."""
    if not 0 < need_id <= GREATEST_ID:
        raise NotFound
    rights = (Action.VIEW_NEED, Action.VIEW_JOINT_NEED)
    may_read = sa.or_(*(condition(actor, right, Need) for right in rights))
    found = _read_whole(session, (Need.id == need_id) & may_read)
    if found is None:
        raise NotFound
    return found


def load_whole(session: Session, need: Need) -> tuple[Need, NeedStanding]:
    """The need with its lists and where it stands, in a fixed number of queries."""
    found = _read_whole(session, Need.id == need.id)
    assert found is not None
    return found


def _read_whole(
    session: Session, is_wanted: sa.ColumnElement[bool]
) -> tuple[Need, NeedStanding] | None:
    query = sa.select(Need, standing(), *lists_of(_LISTS)).where(is_wanted)
    query = query.options(joinedload(Need.joint), joinedload(Need.priority_grounds))
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    whole, standing_, *lists = found
    if whole.joint is None:
        adopt_rows(session, whole, Need.members, [])
    adopt_lists(session, whole, _LISTS, lists)
    return whole, NeedStanding(standing_)
