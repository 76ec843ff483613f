from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, choice


class CommitmentState(StrEnum):
    HOLD = "hold"
    BOOKED = "booked"


class LedgerMonth(Base):
    """What one person can give in one month, and what of it is taken. Unit: half-days of 4 hours."""

    __tablename__ = "ledger_month"
    __table_args__ = (
        sa.CheckConstraint(
            "held >= 0 AND booked >= 0 AND held + booked <= capacity", name="never_over_capacity"
        ),
        sa.CheckConstraint("capacity <= 62", name="fits_a_month"),
        sa.CheckConstraint("month BETWEEN 24000 AND 27599", name="month_of_a_century"),
    )

    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    month: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False
    )  # year * 12 + month - 1
    capacity: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
    booked: Mapped[int] = mapped_column(default=0)


class Commitment(Base):
    """A hold or booking of one placement in one month; the ledger's columns are their sums."""

    __tablename__ = "commitment"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "month"),
        sa.ForeignKeyConstraint(
            ["candidate_id", "month"], ["ledger_month.candidate_id", "ledger_month.month"]
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
        ),
        sa.CheckConstraint("half_days > 0", name="takes_something"),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    placement_id: Mapped[int]
    candidate_id: Mapped[int]
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    month: Mapped[int]
    half_days: Mapped[int]
    state: Mapped[CommitmentState] = mapped_column(choice(CommitmentState))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
