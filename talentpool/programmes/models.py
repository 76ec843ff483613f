from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..language import Words
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from .sourced import Sourced

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Programme(Sourced, Base):
    """A programme as a prefecture knows it. Empty texts: nothing is known."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    key: Mapped[str | None] = mapped_column(Text(40))  # of an entry that came with the software
    name: Mapped[str] = mapped_column(Text(100))
    operator: Mapped[str] = mapped_column(Text(100), default="")
    gives: Mapped[str] = mapped_column(Text(1000), default="")  # what towns get
    limits: Mapped[str] = mapped_column(Text(1000), default="")
    excludes: Mapped[str] = mapped_column(Text(500), default="")  # who cannot apply
    cost: Mapped[str] = mapped_column(Text(300), default="")  # of the town
    application: Mapped[str] = mapped_column(Text(1000), default="")  # how to apply
    report_days: Mapped[int | None]  # until the report, from the last day on
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    deadlines: Mapped[list[ProgrammeDeadline]] = relationship(
        cascade="all, delete-orphan", order_by="ProgrammeDeadline.day"
    )
    successor: Mapped[Programme | None] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}

    def next_deadline(self, today: date) -> ProgrammeDeadline | None:
        return next((row for row in self.deadlines if row.day >= today), None)


class ProgrammeDeadline(Base):
    """The last day of one call for applications."""

    __tablename__ = "programme_deadline"

    programme_id: Mapped[int] = mapped_column(
        sa.ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(Text(100), default="")


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    NOT_APPLIED = "not_applied"


OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.ACCEPTED: ("採択・派遣決定", "Accepted"),
    Outcome.NOT_ACCEPTED: ("不採択", "Not accepted"),
    Outcome.NOT_APPLIED: ("申し込まなかった", "Did not apply"),
}


class Referral(Base):
    """A town that was referred to a programme. Where it stands follows from its days."""

    __tablename__ = "referral"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
        sa.CheckConstraint(
            f"outcome IS NULL OR (outcome = '{Outcome.NOT_APPLIED}') = (applied_on IS NULL)",
            name="decided_after_an_application",
        ),
        sa.CheckConstraint(
            f"done_on IS NULL OR (outcome IS NOT NULL AND outcome = '{Outcome.ACCEPTED}'"
            " AND done_on >= applied_on)",
            name="done_after_acceptance",
        ),
        sa.CheckConstraint(
            "reported_on IS NULL OR (done_on IS NOT NULL AND reported_on >= done_on)",
            name="reported_after_it_was_done",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(Text(6), index=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(_ID, index=True)
    reason: Mapped[str] = mapped_column(EncryptedText, default="")
    apply_by: Mapped[date | None]  # the deadline that was ahead at the referral
    referred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    referred_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    applied_on: Mapped[date | None]
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    done_on: Mapped[date | None]  # the last day of what the programme gave
    reported_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(EncryptedText, default="")  # what came of it
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    programme: Mapped[Programme] = relationship()
    need: Mapped[Need | None] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def code(self) -> str:
        return f"S-{self.id:06d}"

    @property
    def report_due(self) -> date | None:
        days = self.programme.report_days
        if self.done_on is None or days is None:
            return None
        return self.done_on + timedelta(days=days)


viewed_by(Programme, Action.VIEW_PROGRAMME)
viewed_by(Referral, Action.VIEW_REFERRAL)


@within(Programme, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Programme.prefecture_code == actor.prefecture_code


@within(Referral, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Referral.municipality_code == actor.municipality_code


@within(Referral, Scope.PREFECTURE)
def _referral_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Referral.prefecture_code == actor.prefecture_code
