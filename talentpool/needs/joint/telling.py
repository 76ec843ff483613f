"""Who of the towns of a joint need is told: each of them, but not who acts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...accounts import telling
from ...db import Session
from ...permissions import Actor
from ...states import JOINT_MEMBER, Audience, Transition
from ..models import JointMember, Need

OF_NEED = "joint_member.need"  # a step of the need, for its members
OF_WORK = "joint_member.work"  # a step of somebody whom it brings, for its members
LEFT_OUT = "joint_member.drop"
ASK = "joint_member.ask"


def tell_towns(
    session: Session, member: JointMember, step: Transition, *, actor: Actor, now: datetime
) -> None:
    """A step of a member: the lead town and every member are told, and whom else the table names."""
    session.flush()
    kind = f"{JOINT_MEMBER.name}.{step.verb}"
    event = f"{JOINT_MEMBER.name}/{member.id}/{step.verb}/{member.version}"
    towns: list[Need | JointMember] = [member.need, *member.need.members]
    _tell(session, towns, member.need, kind, event, actor=actor, now=now)
    if Audience.COORDINATOR in step.notice and member.need.submitted_at is not None:
        _tell(
            session, [member.need], member.need, kind, event, Audience.COORDINATOR,
            actor=actor, now=now,
        )  # fmt: skip


def tell_one(
    session: Session, member: JointMember, kind: str, event: str, *, actor: Actor, now: datetime
) -> None:
    _tell(session, [member], member.need, kind, event, actor=actor, now=now)


def tell_members(
    session: Session, need_id: int, thing: Any, verb: str, kind: str, *, actor: Actor, now: datetime
) -> None:
    """A step of `thing`, the need itself or what came of it: the members are told where it is joint."""
    session.flush()
    rows = session.scalars(sa.select(JointMember).where(JointMember.need_id == need_id)).all()
    if not rows:
        return
    event = f"{thing.__tablename__}/{thing.id}/{verb}/{thing.version}/joint"
    _tell(session, rows, rows[0].need, kind, event, actor=actor, now=now)


def _tell(
    session: Session,
    towns: Iterable[Need | JointMember],
    need: Need,
    kind: str,
    event: str,
    audience: Audience = Audience.MUNICIPALITY,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if telling.is_silent(session):
        return
    links = {
        OF_WORK: f"/needs/{need.id}/joint/work",
        LEFT_OUT: "/needs/",
    }  # it cannot be read any more
    link = links.get(kind, f"/needs/{need.id}")
    for town in towns:
        telling.tell_audience(
            session, town, audience, event=event, template=kind, link=link, user_id=None,
            actor=actor, now=now,
        )  # fmt: skip
