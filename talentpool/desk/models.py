from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from sqlalchemy.sql.base import ExecutableOption

from ..accounts.models import User
from ..accounts.postal import PostalTask
from ..candidates.models import Membership
from ..consultations.models import Consultation
from ..db import Base, EncryptedText, UtcDateTime
from ..engagements.models import Engagement
from ..engagements.month_additions import MonthAddition
from ..engagements.plan_changes import PlanChange
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..rounds.models import Round

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Proposal = CounterProposal | PlanChange | MonthAddition  # of other conditions, or of more
Owned = Membership | Need | Placement | Round | Consultation | PostalTask | Proposal
_SHOWN: Mapping[type[Base], Sequence[Sequence[Any]]] = {  # what leads to a person and a need
    Membership: ((Membership.candidate,),),
    Placement: ((Placement.need,), (Placement.candidate,)),
    PostalTask: ((PostalTask.candidate,),),
    CounterProposal: tuple(
        (CounterProposal.placement, one) for one in (Placement.need, Placement.candidate)
    ),
    PlanChange: tuple(
        (PlanChange.engagement, one) for one in (Engagement.need, Engagement.candidate)
    ),
    MonthAddition: tuple(
        (MonthAddition.engagement, one) for one in (Engagement.need, Engagement.candidate)
    ),
}
OF: Mapping[type[Base], str] = {  # the column that names what somebody sees to
    Membership: "membership_id",
    Need: "need_id",
    Placement: "placement_id",
    Round: "round_id",
    Consultation: "consultation_id",
    PostalTask: "postal_task_id",
    CounterProposal: "counter_proposal_id",
    PlanChange: "plan_change_id",
    MonthAddition: "month_addition_id",
}


class Duty(Base):
    """Who sees to one thing, and when it is looked at next. No row: nobody, and no day."""

    __tablename__ = "duty"
    __table_args__ = (
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in OF.values())
            + " = 1",
            name="of_one_thing",
        ),
        sa.CheckConstraint("line IS NULL OR follow_up IS NOT NULL", name="line_of_a_day"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    membership_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("membership.id", ondelete="CASCADE"), unique=True
    )
    need_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("need.id", ondelete="CASCADE"), unique=True
    )
    placement_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("placement.id", ondelete="CASCADE"), unique=True
    )
    round_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("round.id", ondelete="CASCADE"), unique=True
    )
    consultation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("consultation.id", ondelete="CASCADE"), unique=True
    )
    postal_task_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("postal_task.id", ondelete="CASCADE"), unique=True
    )
    counter_proposal_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("counter_proposal.id", ondelete="CASCADE"), unique=True
    )
    plan_change_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("plan_change.id", ondelete="CASCADE"), unique=True
    )
    month_addition_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("month_addition.id", ondelete="CASCADE"), unique=True
    )
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    follow_up: Mapped[date | None]
    line: Mapped[str | None] = mapped_column(EncryptedText)  # what is to be done on that day
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    owner: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


viewed_by(Duty, Action.VIEW_DUTY)


@within(Duty, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Duty.prefecture_code == actor.prefecture_code


def along(model: type[Base]) -> list[ExecutableOption]:
    """What is shown of a thing that somebody sees to, read with it."""
    return [_load(way) for way in _SHOWN.get(model, ())]


def _load(way: Sequence[Any]) -> ExecutableOption:
    first, *rest = way
    option = joinedload(first)
    for one in rest:
        option = option.joinedload(one)
    return option


def about(thing: Owned) -> Placement | Engagement | None:
    """What a proposal is made for, with its person and need."""
    if isinstance(thing, CounterProposal):
        return thing.placement
    return thing.engagement if isinstance(thing, PlanChange | MonthAddition) else None


def due_of(thing: Any) -> datetime | None:
    """The deadline of an answer, where the thing has one of its own."""
    return getattr(thing, "answer_until", None) or getattr(thing, "until", None)


def is_of(model: type[Base]) -> sa.ColumnElement[bool]:
    """For joins: the duty of a row of `model`."""
    column: sa.ColumnElement[int] = getattr(Duty, OF[model])
    return column == sa.inspect(model).primary_key[0]
