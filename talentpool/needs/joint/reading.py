"""The towns of a joint need as plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...db import Session
from ...permissions import Actor, visible
from ...states import JointState, NeedState
from ..models import JointMember, JointNeed, Need
from .shares import Part


def lead_part(need: Need) -> Part | None:
    """None where the need is of one town."""
    if need.joint is None:
        return None
    return _part(need.joint)


def member_parts(need: Need) -> list[Part]:
    return [_part(row) for row in need.members]


def parts_of(need: Need) -> list[Part]:
    """The lead town first, then its members by code; nothing where the need is of one town."""
    lead = lead_part(need)
    return [] if lead is None else [lead, *member_parts(need)]


def _part(row: JointNeed | JointMember) -> Part:
    return Part(row.municipality_code, row.half_days, row.weeks, row.weekdays)


def shares_of(session: Session, need_ids: Collection[int]) -> Mapping[int, Sequence[Part]]:
    """Need id → parts, as `parts_of`, of those that are joint; two queries at any size."""
    ids = list(need_ids)
    if not ids:
        return {}
    leads = session.scalars(sa.select(JointNeed).where(JointNeed.need_id.in_(ids)))
    found = {row.need_id: [_part(row)] for row in leads}
    if not found:
        return {}
    members = sa.select(JointMember).where(JointMember.need_id.in_(found))
    for row in session.scalars(members.order_by(JointMember.municipality_code)):
        found[row.need_id].append(_part(row))
    return found


def awaits_answer() -> sa.ColumnElement[bool]:
    """Of members who are asked, as long as their answer counts."""
    open_ = sa.select(Need.id).where(Need.state.in_([NeedState.DRAFT, NeedState.SUBMITTED]))
    return (JointMember.state == JointState.ASKED) & JointMember.need_id.in_(open_)


def list_joined(session: Session, actor: Actor) -> Sequence[JointMember]:
    """Of the needs of other towns in which the actor's town takes part or is asked to, the newest first."""
    query = visible(actor, JointMember).options(joinedload(JointMember.need))
    return session.scalars(query.order_by(JointMember.need_id.desc())).all()


def find_member(need: Need, actor: Actor) -> JointMember | None:
    """The row of the actor's town."""
    towns = {row.municipality_code: row for row in need.members}
    return towns.get(actor.municipality_code or "")
