from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Text, UtcDateTime, choice
from ..language import Words
from ..permissions import Action, Actor, Scope, viewed_by, within

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Kind(StrEnum):
    GATHERING = "gathering"
    BRIEFING = "briefing"
    WORKSHOP = "workshop"


class Circle(StrEnum):
    """Whom a meeting is for."""

    TOWNS = "towns"
    PEOPLE = "people"
    BOTH = "both"


KINDS: Mapping[Kind, Words] = {
    Kind.GATHERING: ("つながる場", "Gathering"),
    Kind.BRIEFING: ("説明会", "Briefing"),
    Kind.WORKSHOP: ("勉強会", "Workshop"),
}
CIRCLES: Mapping[Circle, Words] = {
    Circle.TOWNS: ("市町", "Municipalities"),
    Circle.PEOPLE: ("登録者", "People of the pool"),
    Circle.BOTH: ("市町と登録者", "Municipalities and people of the pool"),
}


class Meeting(Base):
    __tablename__ = "meeting"
    __table_args__ = (sa.CheckConstraint("ends_at > begins_at", name="ends_after_its_begin"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    circle: Mapped[Circle] = mapped_column(choice(Circle))
    title: Mapped[str] = mapped_column(Text(100))
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(Text(200), default="")
    address: Mapped[str] = mapped_column(Text(300), default="")  # of a meeting online
    text: Mapped[str] = mapped_column(Text(2000), default="")
    theme: Mapped[str | None] = mapped_column(Text(40))  # vocabulary theme
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    interests: Mapped[list[MeetingInterest]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}


class MeetingInterest(Base):
    """An account that wants to come; of a town with its code."""

    __tablename__ = "meeting_interest"

    meeting_id: Mapped[int] = mapped_column(
        sa.ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Companion(Base):
    """A town that lets the others of its theme know that it works on it."""

    __tablename__ = "companion"
    __table_args__ = (
        sa.UniqueConstraint("municipality_code", "theme"),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(Text(2), index=True)
    municipality_code: Mapped[str] = mapped_column(Text(6))
    theme: Mapped[str] = mapped_column(Text(40))  # vocabulary theme
    contact: Mapped[str] = mapped_column(Text(200))  # an office and its telephone, no person
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


viewed_by(Meeting, Action.VIEW_MEETING)
viewed_by(Companion, Action.VIEW_COMPANION)


@within(Meeting, Scope.OWN)
def _for_people(actor: Actor) -> sa.ColumnElement[bool]:
    is_for_people = Meeting.circle.in_((Circle.PEOPLE, Circle.BOTH))
    return (Meeting.prefecture_code == actor.prefecture_code) & is_for_people


@within(Meeting, Scope.TOWN)
def _for_towns(actor: Actor) -> sa.ColumnElement[bool]:
    is_for_towns = Meeting.circle.in_((Circle.TOWNS, Circle.BOTH))
    return (Meeting.prefecture_code == actor.prefecture_code) & is_for_towns


@within(Meeting, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Meeting.prefecture_code == actor.prefecture_code


@within(Companion, Scope.TOWN)
def _of_its_themes(actor: Actor) -> sa.ColumnElement[bool]:
    """Of the themes that the town itself has named, and none beside: whoever looks can be seen."""
    own = sa.orm.aliased(Companion)
    named = sa.select(own.theme).where(own.municipality_code == actor.municipality_code)
    return (Companion.prefecture_code == actor.prefecture_code) & Companion.theme.in_(named)


@within(Companion, Scope.PREFECTURE)
def _companion_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Companion.prefecture_code == actor.prefecture_code
