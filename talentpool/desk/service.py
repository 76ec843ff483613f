from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.models import User
from ..accounts.postal import PostalTask
from ..dates import local_date
from ..db import Session
from ..errors import raise_first
from ..language import say
from ..permissions import Action, Actor, Role, require, view_of
from ..placements.models import Placement
from ..states import LIVE
from .models import OF, Duty, Owned

LONGEST = 100  # characters of a line
NOBODY = "none"  # in the trail: an owner or a day that was taken away


@dataclass(frozen=True, slots=True)
class Plan:
    """owner: account of an officer, or nobody. line: what is to be done on the day."""

    owner: int | None = None
    follow_up: date | None = None
    line: str = ""

    @classmethod
    def of(cls, duty: Duty | None) -> Plan:
        return cls(duty.owner_id, duty.follow_up, duty.line or "") if duty else cls()


def list_owners(session: Session, actor: Actor) -> Sequence[tuple[int, str]]:
    """(id, name) of the officers to whom something can be given: coordinators of the prefecture."""
    query = sa.select(User.id, User.display_name).where(*_can_own(actor))
    return [
        (ident, name) for ident, name in session.execute(query.order_by(User.display_name, User.id))
    ]


def _can_own(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        User.prefecture_code == actor.prefecture_code,
        User.role == Role.COORDINATOR,
        User.disabled_at.is_(None),
    )


def find_duty(session: Session, thing: Owned) -> Duty | None:
    """With the name of the owner."""
    owner = joinedload(Duty.owner).load_only(User.display_name)
    return session.scalars(sa.select(Duty).where(_names(thing)).options(owner)).one_or_none()


def _names(thing: Owned) -> sa.ColumnElement[bool]:
    column: sa.ColumnElement[int] = getattr(Duty, OF[type(thing)])
    return column == thing.id


def set_duty(session: Session, thing: Owned, plan: Plan, *, actor: Actor, now: datetime) -> None:
    """The people of one paper are one thing, and the open letters to one person: they get the same.

    Nothing is recorded when nothing changed.
    """
    require(session, actor, Action.ASSIGN_DUTY)
    require(session, actor, view_of(type(thing)), thing)
    before = Plan.of(find_duty(session, thing))
    _check(session, plan, before, actor, local_date(now))
    if plan == before:
        return
    for one in _together(session, thing):
        put_duty(session, one, plan, now)
    session.flush()
    detail = _told(before, plan)
    audit.record(session, audit.Deed.DUTY_SET, thing, actor=actor, now=now, detail=detail)


def put_duty(session: Session, thing: Owned, plan: Plan, now: datetime) -> None:
    duty = find_duty(session, thing)
    if duty is None:
        duty = Duty(prefecture_code=thing.prefecture_code, **{OF[type(thing)]: thing.id})
        session.add(duty)
    duty.owner_id, duty.follow_up, duty.line = plan.owner, plan.follow_up, plan.line or None
    duty.set_at = now


def _together(session: Session, thing: Owned) -> Sequence[Owned]:
    """What stands in the queue as one row."""
    if isinstance(thing, Placement) and thing.paper_id is not None:
        is_open = Placement.state.in_(LIVE) | (Placement.id == thing.id)
        on_paper = sa.select(Placement).where(Placement.paper_id == thing.paper_id, is_open)
        return session.scalars(on_paper.order_by(Placement.id)).all()
    if isinstance(thing, PostalTask):
        is_to_post = PostalTask.handled_at.is_(None) | (PostalTask.id == thing.id)
        to_person = sa.select(PostalTask).where(
            PostalTask.candidate_id == thing.candidate_id,
            PostalTask.prefecture_code == thing.prefecture_code,
            is_to_post,
        )
        return session.scalars(to_person.order_by(PostalTask.id)).all()
    return [thing]


def _check(session: Session, plan: Plan, before: Plan, actor: Actor, today: date) -> None:
    faults = []
    if plan.owner not in {None, before.owner}:
        known = sa.select(User.id).where(User.id == plan.owner, *_can_own(actor))
        if session.scalar(known) is None:
            faults.append(("owner", say("県担当者から選んでください。")))
    if plan.follow_up and plan.follow_up < today and plan.follow_up != before.follow_up:
        faults.append(("follow_up", say("今日より前の日は選べません。")))
    if plan.line and plan.follow_up is None:
        faults.append(("follow_up", say("することを書くときは、次に見る日も入れてください。")))
    if len(plan.line) > LONGEST:
        faults.append(
            ("line", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}"))
        )
    raise_first(faults)


def _told(before: Plan, after: Plan) -> dict[str, Any]:
    """What is different; what is to be done may name somebody and stays out of the trail."""
    told: dict[str, Any] = {}
    if after.owner != before.owner:
        told["owner"] = after.owner or NOBODY
    if after.follow_up != before.follow_up:
        told["follow_up"] = after.follow_up.isoformat() if after.follow_up else NOBODY
    return told
