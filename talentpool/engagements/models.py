from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, choice
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..states import EngagementState


class Engagement(Base):
    """The work agreed by a confirmed placement (活動)."""

    __tablename__ = "engagement"
    __table_args__ = (sa.CheckConstraint("last_month >= first_month", name="months_in_order"),)

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), unique=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    state: Mapped[EngagementState] = mapped_column(
        choice(EngagementState), default=EngagementState.PREPARING
    )
    first_month: Mapped[int]
    last_month: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}


viewed_by(Engagement, Action.VIEW_PLACEMENT)


@within(Engagement, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Engagement.prefecture_code == actor.prefecture_code
