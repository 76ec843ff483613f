from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...candidates.models import Candidate
from ...db import Base, EncryptedText, Json, Text, UtcDateTime, choice, listed
from ...needs.models import NeedMode
from ...pay import MOST_HALF_DAYS
from ...permissions import Action, Actor, Scope, viewed_by, within
from ...states import COUNTER_ANSWERED, COUNTER_OPEN, CounterState
from ..conditions import Conditions
from ..models import Placement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_IS_OPEN = sa.text(f"state IN {listed(COUNTER_OPEN)}")


class Side(StrEnum):
    PERSON = "person"
    TOWN = "town"

    @property
    def other(self) -> Side:
        return Side.TOWN if self is Side.PERSON else Side.PERSON


class CounterProposal(Base):
    """Other conditions for one placement, which keeps its state meanwhile. One is open at a time."""

    __tablename__ = "counter_proposal"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
        ),
        sa.Index(
            "uq_counter_proposal_open", "placement_id", unique=True,
            sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN,
        ),
        sa.CheckConstraint("last_month >= first_month", name="months_in_order"),
        sa.CheckConstraint(f"half_days BETWEEN 1 AND {MOST_HALF_DAYS}", name="fits_a_month"),
        sa.CheckConstraint("decided_by <> drafted_by", name="two_officers"),
        sa.CheckConstraint(
            f"(state IN {listed(COUNTER_OPEN)}) = (ended_at IS NULL)", name="open_or_ended"
        ),
        sa.CheckConstraint(
            f"state NOT IN {listed(COUNTER_ANSWERED)} OR asked_at IS NOT NULL", name="asked_when"
        ),
        sa.CheckConstraint("(asked_at IS NULL) = (until IS NULL)", name="asked_until"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    placement_id: Mapped[int] = mapped_column(_ID, index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"))
    side: Mapped[Side] = mapped_column(choice(Side))  # who proposes
    state: Mapped[CounterState] = mapped_column(choice(CounterState), default=CounterState.REVIEW)
    half_days: Mapped[int]  # per month
    first_month: Mapped[int]
    last_month: Mapped[int]
    mode: Mapped[NeedMode] = mapped_column(choice(NeedMode))
    words: Mapped[str | None] = mapped_column(EncryptedText)  # why; a person's are for staff alone
    excess: Mapped[list[str]] = mapped_column(Json)  # codes of Excess: beyond what was decided
    stopped_until: Mapped[datetime] = mapped_column(UtcDateTime)  # deadline that stands still
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    draft_comment: Mapped[str] = mapped_column(Text(1000), default="")
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_comment: Mapped[str] = mapped_column(Text(1000), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # for the other side's answer
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text(40))
    version: Mapped[int] = mapped_column(sa.Integer)

    placement: Mapped[Placement] = relationship(
        foreign_keys=[placement_id],
        primaryjoin=lambda: CounterProposal.placement_id == Placement.id,
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def conditions(self) -> Conditions:
        need = self.placement.need
        return Conditions.changed(
            need, self.half_days, self.first_month, self.last_month, self.mode
        )


viewed_by(CounterProposal, Action.VIEW_COUNTER)


@within(CounterProposal, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return CounterProposal.candidate_id.in_(mine) & _is_told(Side.PERSON)


@within(CounterProposal, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    is_here = CounterProposal.municipality_code == actor.municipality_code
    return is_here & _is_told(Side.TOWN)


@within(CounterProposal, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return CounterProposal.prefecture_code == actor.prefecture_code


def _is_told(side: Side) -> sa.ColumnElement[bool]:
    """Whoever proposes sees it from the beginning, the other side once it is asked."""
    return (CounterProposal.side == side) | CounterProposal.asked_at.is_not(None)
