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
from ..credentials.models import Credential
from ..dates import end_of_day
from ..db import Base, EncryptedText, UtcDateTime
from ..engagements.models import Engagement, WorkLog
from ..engagements.month_additions import MonthAddition
from ..engagements.plan_changes import PlanChange
from ..mail import MailOrder
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..placements.questions.models import Question
from ..reviews.models import Review
from ..rounds.models import Round
from ..states import CredentialState, ReviewState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Proposal = CounterProposal | PlanChange | MonthAddition  # of other conditions, or of more
Letter = PostalTask | MailOrder
Work = Engagement | WorkLog | Review
Owned = (
    Membership
    | Need
    | Placement
    | Round
    | Consultation
    | Letter
    | Proposal
    | Question
    | Work
    | Credential
)
_SHOWN: Mapping[type[Base], Sequence[Sequence[Any]]] = {  # what leads to a person and a need
    Membership: ((Membership.candidate,),),
    Placement: ((Placement.need,), (Placement.candidate,)),
    PostalTask: ((PostalTask.candidate,),),
    MailOrder: ((MailOrder.candidate,), (MailOrder.recipient,)),
    Credential: ((Credential.candidate,),),
    Engagement: ((Engagement.need,), (Engagement.candidate,)),
    **{
        kind: tuple((kind.placement, one) for one in (Placement.need, Placement.candidate))
        for kind in (CounterProposal, Question)
    },
    **{
        kind: tuple((kind.engagement, one) for one in (Engagement.need, Engagement.candidate))
        for kind in (PlanChange, MonthAddition, WorkLog, Review)
    },
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
    MailOrder: "mail_order_id",
    Question: "question_id",
    WorkLog: "work_log_id",
    Review: "review_id",
    Credential: "credential_id",
    Engagement: "engagement_id",
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
    mail_order_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("mail_order.id", ondelete="CASCADE"), unique=True
    )
    question_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), unique=True
    )
    work_log_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("work_log.id", ondelete="CASCADE"), unique=True
    )
    review_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("review.id", ondelete="CASCADE"), unique=True
    )
    credential_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("credential.id", ondelete="CASCADE"), unique=True
    )
    engagement_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), unique=True
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
    """What a proposal, a question, a log or a review is made for, with its person and need."""
    if isinstance(thing, CounterProposal | Question):
        return thing.placement
    if isinstance(thing, PlanChange | MonthAddition | WorkLog | Review):
        return thing.engagement
    return None


def due_of(thing: Any) -> datetime | None:
    """The deadline of an answer, where the thing has one of its own; of what has expired, its last day."""
    if isinstance(thing, Review):
        return end_of_day(thing.due_on) if thing.state is ReviewState.ASKED else None
    if isinstance(thing, Credential):
        is_over = thing.state is CredentialState.EXPIRED
        return end_of_day(thing.valid_until) if is_over and thing.valid_until else None
    return getattr(thing, "answer_until", None) or getattr(thing, "until", None)


def is_of(model: type[Base]) -> sa.ColumnElement[bool]:
    """For joins: the duty of a row of `model`."""
    column: sa.ColumnElement[int] = getattr(Duty, OF[model])
    return column == sa.inspect(model).primary_key[0]
