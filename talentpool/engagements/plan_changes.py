"""A change of what was agreed (約束の変更): months more, behind the last day. One is open at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..candidates.models import Candidate
from ..dates import month_number
from ..db import Base, Json, Session, Text, UtcDateTime, choice, listed
from ..permissions import Action, Actor, Scope, viewed_by, visible, within
from ..states import RUNNING, PlanChangeState
from .models import Engagement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OPEN = frozenset({PlanChangeState.PROPOSED, PlanChangeState.OPEN})
_IS_OPEN = sa.text(f"state IN {listed(OPEN)}")
_ENDED = frozenset({PlanChangeState.REFUSED, PlanChangeState.WITHDRAWN, PlanChangeState.DECLINED})
_ASKED = frozenset({PlanChangeState.OPEN, PlanChangeState.DONE, PlanChangeState.DECLINED})


class PlanChange(Base):
    """Drafted by an officer, decided by another where it exceeds the paper, then agreed by town and person."""

    __tablename__ = "plan_change"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
        ),
        sa.Index(
            "uq_plan_change_open", "engagement_id", unique=True,
            sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN,
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="two_officers"),
        sa.CheckConstraint(
            "NOT exceeds OR opened_at IS NULL OR approved_by IS NOT NULL",
            name="decided_where_it_exceeds",
        ),
        sa.CheckConstraint(
            f"state NOT IN {listed(_ASKED)} OR opened_at IS NOT NULL", name="asked_when"
        ),
        sa.CheckConstraint(
            f"(state = '{PlanChangeState.DONE}') = (terms_id IS NOT NULL)", name="done_under_terms"
        ),
        sa.CheckConstraint(
            f"(state IN {listed(_ENDED)}) = (end_reason IS NOT NULL)", name="every_end_has_a_reason"
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(_ID, index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"))
    state: Mapped[PlanChangeState] = mapped_column(
        choice(PlanChangeState), default=PlanChangeState.PROPOSED
    )
    last_day: Mapped[date]
    half_days: Mapped[dict[str, int]] = mapped_column(Json)  # by month, of those that are new
    exceeds: Mapped[bool]  # what was approved by the paper
    comment: Mapped[str] = mapped_column(Text(1000), default="")
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # both sides are asked
    terms_id: Mapped[int | None] = mapped_column(_ID, sa.ForeignKey("work_terms.id"))
    end_reason: Mapped[str | None] = mapped_column(Text(40))
    end_comment: Mapped[str] = mapped_column(Text(1000), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    engagement: Mapped[Engagement] = relationship(
        foreign_keys=[engagement_id],
        primaryjoin=lambda: PlanChange.engagement_id == Engagement.id,
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way

    @property
    def months(self) -> Mapping[int, int]:
        """Month → half-days."""
        return {
            month_number(*map(int, month.split("-"))): n
            for month, n in sorted(self.half_days.items())
        }


def find_open(session: Session, engagement: Engagement) -> PlanChange | None:
    query = sa.select(PlanChange).where(
        PlanChange.engagement_id == engagement.id, PlanChange.state.in_(OPEN)
    )
    return session.scalars(query).one_or_none()


def find_shown(session: Session, engagement: Engagement, actor: Actor) -> PlanChange | None:
    """The open one, where `actor` may see it."""
    query = visible(actor, PlanChange).where(
        PlanChange.engagement_id == engagement.id, PlanChange.state.in_(OPEN)
    )
    return session.scalars(query).one_or_none()


def may_be_extended(engagement: Engagement) -> bool:
    """As far as the engagement itself says."""
    is_chosen = engagement.form is not None and engagement.end_reason is None
    return engagement.state in RUNNING and is_chosen


viewed_by(PlanChange, Action.VIEW_CHANGE)

_SHOWN = PlanChange.opened_at.is_not(None)


@within(PlanChange, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    """Both sides see it from the moment on at which they are asked."""
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return PlanChange.candidate_id.in_(mine) & _SHOWN


@within(PlanChange, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return (PlanChange.municipality_code == actor.municipality_code) & _SHOWN


@within(PlanChange, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return PlanChange.prefecture_code == actor.prefecture_code
