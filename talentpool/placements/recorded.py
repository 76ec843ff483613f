"""The rows of answers that staff wrote down for a person."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..language import Words


class How(StrEnum):
    TELEPHONE = "telephone"
    LETTER = "letter"


HOW_LABELS: dict[How, Words] = {
    How.TELEPHONE: ("電話", "Telephone"),
    How.LETTER: ("手紙", "Letter"),
}


class RecordedAnswer(Base):
    """An answer of the person to an offer, or the later withdrawal of a yes, that an officer wrote down."""

    __tablename__ = "recorded_answer"
    __table_args__ = (sa.CheckConstraint("verb IN ('accept', 'decline')", name="yes_or_no"),)

    placement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("placement.id", ondelete="CASCADE"), primary_key=True
    )
    verb: Mapped[str] = mapped_column(Text(20), primary_key=True)
    how: Mapped[How] = mapped_column(choice(How))
    answered_on: Mapped[date]  # day of the call, or on which the letter came
    party: Mapped[str] = mapped_column(EncryptedText)  # who spoke, or signed
    words: Mapped[str | None] = mapped_column(EncryptedText)
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    officer: Mapped[User] = relationship()
