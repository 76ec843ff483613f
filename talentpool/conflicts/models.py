from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..pool.records import Ground, Lifter

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class KnownConflict(Base):
    """A conflict of interest that the profile does not tell: between a person and a town, a vendor, or both."""

    __tablename__ = "known_conflict"
    __table_args__ = (
        sa.CheckConstraint(
            "municipality_code IS NOT NULL OR vendor IS NOT NULL", name="with_somebody"
        ),
        sa.CheckConstraint(
            "last_month IS NULL OR last_month >= first_month", name="months_in_order"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (end_note IS NULL)", name="ended_with_words"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    vendor: Mapped[str | None] = mapped_column(Text(100))
    ground: Mapped[Ground] = mapped_column(choice(Ground))
    lifter: Mapped[Lifter] = mapped_column(choice(Lifter))
    first_month: Mapped[int]
    last_month: Mapped[int | None]  # included; none = until it is ended
    note: Mapped[str] = mapped_column(EncryptedText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    end_note: Mapped[str | None] = mapped_column(EncryptedText)
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate] = relationship()
    recorder: Mapped[User | None] = relationship(foreign_keys=[recorded_by])

    __mapper_args__ = {"version_id_col": version}


viewed_by(KnownConflict, Action.VIEW_CONFLICT)


@within(KnownConflict, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return KnownConflict.prefecture_code == actor.prefecture_code
