"""More half-days in one month of an engagement than were agreed (半日コマの追加). One is open for a month at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..candidates.models import Candidate
from ..db import Base, EncryptedText, Session, Text, UtcDateTime, choice, listed
from ..pay import MOST_HALF_DAYS
from ..permissions import SYSTEM, Action, Actor, Scope, condition, viewed_by, visible, within
from ..states import (
    ADDITION_ANSWERED,
    ADDITION_OPEN,
    RUNNING,
    AdditionState,
    Transition,
    WorkLogState,
    available,
    move,
)
from .models import Engagement, WorkLog
from .outlook import Side, side_for
from .plan_changes import OPEN, PlanChange

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_IS_OPEN = sa.text(f"state IN {listed(ADDITION_OPEN)}")
MOST = 100  # of a list


class MonthAddition(Base):
    """Asked for by one side, decided by two officers where it is more than was approved, agreed to by the other side."""

    __tablename__ = "month_addition"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
        ),
        sa.Index(
            "uq_month_addition_open", "engagement_id", "month", unique=True,
            sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN,
        ),
        sa.CheckConstraint(f"half_days BETWEEN 1 AND {MOST_HALF_DAYS}", name="fits_a_month"),
        sa.CheckConstraint("decided_by <> drafted_by", name="two_officers"),
        sa.CheckConstraint(
            "NOT exceeds OR asked_at IS NULL OR decided_by IS NOT NULL",
            name="decided_where_it_exceeds",
        ),
        sa.CheckConstraint(
            f"(state IN {listed(ADDITION_OPEN)}) = (ended_at IS NULL)", name="open_or_ended"
        ),
        sa.CheckConstraint(
            f"state NOT IN {listed(ADDITION_ANSWERED)} OR asked_at IS NOT NULL", name="asked_when"
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(_ID, index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))  # who asks
    state: Mapped[AdditionState] = mapped_column(
        choice(AdditionState), default=AdditionState.REVIEW
    )
    month: Mapped[int]
    half_days: Mapped[int]  # on top of what is agreed
    words: Mapped[str] = mapped_column(EncryptedText)  # why
    exceeds: Mapped[bool]  # what was approved for the fiscal year
    excess: Mapped[int] = mapped_column(default=0, server_default="0")  # half-days, as decided
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    draft_comment: Mapped[str] = mapped_column(Text(1000), default="")
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_comment: Mapped[str] = mapped_column(Text(1000), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text(40))
    end_comment: Mapped[str] = mapped_column(Text(1000), default="")
    version: Mapped[int] = mapped_column(sa.Integer)

    engagement: Mapped[Engagement] = relationship(
        foreign_keys=[engagement_id],
        primaryjoin=lambda: MonthAddition.engagement_id == Engagement.id,
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way

    @property
    def other(self) -> Side:
        return Side.TOWN if self.side is Side.PERSON else Side.PERSON


viewed_by(MonthAddition, Action.VIEW_ADDITION)


@within(MonthAddition, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return MonthAddition.candidate_id.in_(mine) & _is_told(Side.PERSON)


@within(MonthAddition, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    is_here = MonthAddition.municipality_code == actor.municipality_code
    return is_here & _is_told(Side.TOWN)


@within(MonthAddition, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return MonthAddition.prefecture_code == actor.prefecture_code


def _is_told(side: Side) -> sa.ColumnElement[bool]:
    """Whoever asks sees it from the beginning, the other side once it is asked."""
    return (MonthAddition.side == side) | MonthAddition.asked_at.is_not(None)


def may_take(row: MonthAddition, step: Transition, actor: Actor) -> bool:
    """Whether a step is one of the actor's side; staff have steps of their own."""
    if step.action is Action.ASK_ADDITION:
        return side_for(row.engagement, actor) is row.side
    if step.action is Action.ANSWER_ADDITION:
        return side_for(row.engagement, actor) is row.other
    return step.verb != "approve" or row.drafted_by != actor.user_id


def list_steps(session: Session, row: MonthAddition, actor: Actor) -> list[Transition]:
    """The buttons of its page."""
    return [step for step in available(session, row, actor) if may_take(row, step, actor)]


def find_open(session: Session, engagement: Engagement, month: int) -> MonthAddition | None:
    query = sa.select(MonthAddition).where(
        MonthAddition.engagement_id == engagement.id,
        MonthAddition.month == month,
        MonthAddition.state.in_(ADDITION_OPEN),
    )
    return session.scalars(query).one_or_none()


def list_shown(session: Session, actor: Actor) -> Sequence[MonthAddition]:
    """Those that `actor` may see: what is open first, then the newest."""
    query = visible(actor, MonthAddition).order_by(
        MonthAddition.ended_at.is_not(None), MonthAddition.id.desc()
    )
    along = joinedload(MonthAddition.engagement).joinedload(Engagement.need)
    return session.scalars(query.options(along).limit(MOST)).all()


def read_changes(
    session: Session, engagement: Engagement, actor: Actor
) -> tuple[PlanChange | None, list[MonthAddition]]:
    """The open extension and all additions that `actor` may see, the newest first, in one query."""
    change = (
        (PlanChange.engagement_id == Engagement.id)
        & PlanChange.state.in_(OPEN)
        & condition(actor, Action.VIEW_CHANGE, PlanChange)
    )
    more = (MonthAddition.engagement_id == Engagement.id) & condition(
        actor, Action.VIEW_ADDITION, MonthAddition
    )
    query = (
        sa.select(PlanChange, MonthAddition)
        .select_from(Engagement)
        .outerjoin(PlanChange, change)
        .outerjoin(MonthAddition, more)
        .where(Engagement.id == engagement.id)
        .order_by(MonthAddition.id.desc())
    )
    rows = session.execute(query).all()
    return rows[0][0], [row for _, row in rows if row is not None]


def list_open_months(session: Session, engagement: Engagement) -> list[int]:
    """The months for which more can be asked: of the engagement, not signed, and without an open addition."""
    if engagement.state not in RUNNING:
        return []
    signed = sa.select(WorkLog.month).where(
        WorkLog.engagement_id == engagement.id, WorkLog.state == WorkLogState.CLOSED
    )
    waiting = sa.select(MonthAddition.month).where(
        MonthAddition.engagement_id == engagement.id, MonthAddition.state.in_(ADDITION_OPEN)
    )
    gone = set(session.scalars(sa.union(signed, waiting)))
    return [
        month
        for month in range(engagement.first_month, engagement.last_month + 1)
        if month not in gone
    ]


def is_signed(session: Session, engagement: Engagement, month: int) -> bool:
    """Whether the town has signed the log of the month."""
    query = sa.select(WorkLog.id).where(
        WorkLog.engagement_id == engagement.id,
        WorkLog.month == month,
        WorkLog.state == WorkLogState.CLOSED,
    )
    return session.scalar(query) is not None


def supersede_open(
    session: Session, engagement: Engagement, *, now: datetime, month: int | None = None
) -> None:
    """The month is signed, or the engagement ends: what is still open is not needed any more."""
    query = sa.select(MonthAddition).where(
        MonthAddition.engagement_id == engagement.id, MonthAddition.state.in_(ADDITION_OPEN)
    )
    if month is not None:
        query = query.where(MonthAddition.month == month)
    for row in session.scalars(query.order_by(MonthAddition.id).with_for_update()):
        with session.no_autoflush:  # the state and what it implies change together
            move(session, row, "supersede", actor=SYSTEM, now=now)
            row.ended_at = now
