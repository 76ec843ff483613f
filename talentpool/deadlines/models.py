from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, choice
from ..waits import MOST, Wait


class DeadlineDays(Base):
    """So many business days from `set_at` on, until the next row of the same wait. Rows are never changed."""

    __tablename__ = "deadline_days"
    __table_args__ = (sa.CheckConstraint(f"days BETWEEN 1 AND {MOST}", name="some_business_days"),)

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    wait: Mapped[Wait] = mapped_column(choice(Wait))
    days: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
