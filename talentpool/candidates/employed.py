"""The term for which the prefecture employs somebody who is lent to towns (自治体DXアクセラレータ, 支援員)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Text, UtcDateTime
from ..permissions import Action, Actor, Scope, viewed_by, within
from .content import MOST_COST
from .models import Candidate


class Employment(Base):
    """Of one person of the kind `EMPLOYED`; the registration ends with it. A renewal moves its last day."""

    __tablename__ = "employment"
    __table_args__ = (
        sa.CheckConstraint("last_day >= first_day", name="days_in_order"),
        sa.CheckConstraint(f"half_day_cost BETWEEN 1 AND {MOST_COST}", name="some_cost"),
    )

    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    post: Mapped[str] = mapped_column(Text(40))  # vocabulary prefectural_post
    first_day: Mapped[date]
    last_day: Mapped[date]  # included
    half_day_cost: Mapped[int | None]  # yen, for the prefecture; no town reads it
    note: Mapped[str] = mapped_column(Text(300), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


viewed_by(Employment, Action.VIEW_EMPLOYMENT)


@within(Employment, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Employment.prefecture_code == actor.prefecture_code
