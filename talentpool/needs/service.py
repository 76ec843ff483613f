from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..child_rows import adopt_rows, gather
from ..db import GREATEST_ID, Session
from ..errors import NotFound
from ..permissions import Action, Actor, condition
from ..standing import NeedStanding
from .models import Need, NeedForm
from .standing import standing


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
    # Four of each at most and rarely a vendor, but for the towns of a joint need.
    few = (Need.roles, Need.kinds, Need.joint, Need.members, Need.vendors, Need.priority_grounds)
    forms = gather(NeedForm.form).where(NeedForm.need_id == Need.id).correlate(Need)
    query = sa.select(Need, standing(), forms.scalar_subquery()).where(is_wanted)
    query = query.options(*(joinedload(rows) for rows in few), selectinload(Need.skills))
    found = session.execute(query).unique(lambda row: row[0]).one_or_none()
    if found is None:
        return None
    whole, standing_, codes = found
    known = [NeedForm(need_id=whole.id, form=code) for (code,) in sorted(codes)]
    adopt_rows(session, whole, Need.forms, known)
    return whole, NeedStanding(standing_)
