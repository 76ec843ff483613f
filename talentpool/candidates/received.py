"""The rows of people who come on paper or by telephone: how they came, where each field is from, what was read back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..language import Words

MOST_TRIES = 5  # of the code of a letter
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_IS_OPEN = sa.text("void_at IS NULL AND used_at IS NULL")


class Source(StrEnum):
    """Where staff, or the person, took a field from."""

    PAPER = "paper"
    TELEPHONE = "telephone"
    SELF = "self"


SOURCE_LABELS: dict[Source, Words] = {
    Source.PAPER: ("紙", "Paper"),
    Source.TELEPHONE: ("電話", "Telephone"),
    Source.SELF: ("本人の入力", "Typed by the person"),
}


class Confirmed(StrEnum):
    """How the person said that what was registered is right."""

    CODE = "code"
    TELEPHONE = "telephone"


CONFIRMED_LABELS: dict[Confirmed, Words] = {
    Confirmed.CODE: ("確認書の番号で本人が確認", "Confirmed by the person with the code of the letter"),
    Confirmed.TELEPHONE: ("電話で本人が確認", "Confirmed by the person by telephone"),
}  # fmt: skip


class Reception(Base):
    """Somebody whom staff registered. Without a confirmation the person is in no pool."""

    __tablename__ = "reception"
    __table_args__ = (
        sa.CheckConstraint(f"source <> '{Source.SELF}'", name="brought_to_staff"),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_how IS NULL)", name="confirmed_how"
        ),
        sa.CheckConstraint(
            f"(confirmed_how IS NOT NULL AND confirmed_how = '{Confirmed.TELEPHONE}')"
            " = (confirmed_by IS NOT NULL AND called_on IS NOT NULL AND party IS NOT NULL"
            " AND words IS NOT NULL)",
            name="telephone_with_somebody",
        ),
        sa.CheckConstraint(
            "changed_at IS NULL OR confirmed_at IS NOT NULL", name="changed_after_it"
        ),
    )

    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    source: Mapped[Source] = mapped_column(choice(Source))
    came_on: Mapped[date]
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_how: Mapped[Confirmed | None] = mapped_column(choice(Confirmed))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    called_on: Mapped[date | None]
    party: Mapped[str | None] = mapped_column(EncryptedText)  # who was spoken to
    words: Mapped[str | None] = mapped_column(EncryptedText)  # how it was known to be the person
    changed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # by staff, in the pool, and not read back since
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class FieldSource(Base):
    """Where a field of a profile is from: the last time that it changed. No row: the person typed it."""

    __tablename__ = "field_source"
    __table_args__ = (
        sa.CheckConstraint(f"source = '{Source.SELF}' OR by_id IS NOT NULL", name="by_somebody"),
    )

    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(Text(20), primary_key=True)
    field: Mapped[str] = mapped_column(Text(40), primary_key=True)  # column, list, skill, purpose
    source: Mapped[Source] = mapped_column(choice(Source))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReadBack(Base):
    """A letter (確認書) with everything that was registered and a code; the last one of a person counts."""

    __tablename__ = "read_back"
    __table_args__ = (
        sa.CheckConstraint("expires_at > issued_at", name="for_some_time"),
        sa.CheckConstraint(f"tries BETWEEN 0 AND {MOST_TRIES}", name="some_tries"),
        sa.CheckConstraint("void_at IS NULL OR used_at IS NULL", name="void_or_used"),
        sa.Index(
            "uq_read_back_open", "candidate_id", unique=True,
            sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), index=True
    )
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(
        Text(32)
    )  # the code is drawn from it, by a key that is not here
    code_hash: Mapped[str] = mapped_column(Text(64))  # keyed
    content_hash: Mapped[str] = mapped_column(Text(64))  # keyed, of what the letter says
    tries: Mapped[int] = mapped_column(default=0)  # wrong ones
    void_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
