from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Text, UtcDateTime
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..programmes.sourced import Sourced

MOST_CAP = 10_000_000_000  # yen
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Funding(Sourced, Base):
    """A measure (財源措置) as a prefecture knows it. Empty: nothing is known."""

    __tablename__ = "funding"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    key: Mapped[str | None] = mapped_column(Text(40))  # of an entry that came with the software
    name: Mapped[str] = mapped_column(Text(100))
    covers: Mapped[str] = mapped_column(Text(1000), default="")
    rate: Mapped[int | None]  # percent
    cap_yen: Mapped[int | None] = mapped_column(sa.BigInteger)
    unit: Mapped[str] = mapped_column(Text(100), default="")  # of the cap
    least_days: Mapped[int | None]  # of a month
    note: Mapped[str] = mapped_column(Text(1000), default="")
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funding.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    successor: Mapped[Funding | None] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}


viewed_by(Funding, Action.VIEW_FUNDING)


@within(Funding, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Funding.prefecture_code == actor.prefecture_code
