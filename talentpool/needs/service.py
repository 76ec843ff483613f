from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..child_rows import adopt_rows, gather
from ..db import GREATEST_ID, Base, Session
from ..errors import NotFound
from ..permissions import Action, Actor, condition
from ..standing import NeedStanding
from .models import Need, NeedForm, NeedKind, NeedRole, NeedSkill, NeedVendor
from .standing import standing

# Read in the query of the need itself: (list, row, columns, by which they are in order).
_LISTS: Sequence[tuple[Any, type[Base], Sequence[str]]] = (
    (Need.roles, NeedRole, ("role",)),
    (Need.forms, NeedForm, ("form",)),
    (Need.kinds, NeedKind, ("kind",)),
    (Need.vendors, NeedVendor, ("id", "name", "name_key")),
    (
        Need.skills,
        NeedSkill,
        ("position", "id", "skill", "must", "level", "weight", "group", "used_within"),
    ),
)


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
    query = sa.select(Need, standing(), *(_gathered(row, names) for _, row, names in _LISTS))
    query = query.where(is_wanted).options(
        joinedload(Need.joint), joinedload(Need.priority_grounds)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    whole, standing_, *lists = found
    if whole.joint is None:
        adopt_rows(session, whole, Need.members, [])
    for (owned, row, names), values in zip(_LISTS, lists, strict=True):
        rows = (dict(zip(names, each, strict=True)) for each in sorted(values))
        adopt_rows(session, whole, owned, [row(need_id=whole.id, **_typed(one)) for one in rows])
    return whole, NeedStanding(standing_)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """SQLite has numbers for truths."""
    return values | {"must": bool(values["must"])} if "must" in values else values


def _gathered(row: type[Base], names: Sequence[str]) -> sa.ScalarSelect[Any]:
    columns = row.__table__.c
    rows = gather(*(columns[name] for name in names)).where(columns["need_id"] == Need.id)
    return rows.correlate(Need).scalar_subquery()
