from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..candidates.merged import survivor_of
from ..candidates.models import Candidate
from ..candidates.received import SOURCE_LABELS, Source
from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..language import Words
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOST_RANK = 20


class Answer(StrEnum):
    """What a person says of an open need."""

    INTERESTED = "interested"
    NOT_NOW = "not_now"


ANSWERS: Mapping[Answer, Words] = {
    Answer.INTERESTED: ("興味あり", "Interested"),
    Answer.NOT_NOW: ("今回は見送り", "Not this time"),
}


class Interest(Base):
    """The answer of one person to one need. Its words are the person's own."""

    __tablename__ = "interest"
    __table_args__ = (
        sa.UniqueConstraint("candidate_id", "need_id"),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.CheckConstraint(
            f"(answer = '{Answer.NOT_NOW}') = (reason IS NOT NULL)", name="not_now_has_a_reason"
        ),
        sa.CheckConstraint(f"NOT bars OR answer = '{Answer.NOT_NOW}'", name="bars_only_not_now"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"))
    need_id: Mapped[int] = mapped_column(_ID, index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    answer: Mapped[Answer] = mapped_column(choice(Answer))
    reason: Mapped[str | None] = mapped_column(Text(40))  # vocabulary candidate_decline_reason
    words: Mapped[str] = mapped_column(EncryptedText, default="")
    bars: Mapped[bool] = mapped_column(default=False)  # not to be asked for this need
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the last time
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate] = relationship()
    need: Mapped[Need] = relationship(
        foreign_keys=[need_id], primaryjoin=lambda: Interest.need_id == Need.id, viewonly=True
    )
    recorded: Mapped[RecordedInterest | None] = relationship(
        cascade="all, delete-orphan", lazy="joined"
    )

    __mapper_args__ = {"version_id_col": version}


class RecordedInterest(Base):
    """That an officer wrote an answer down for somebody without an account, and from what."""

    __tablename__ = "recorded_interest"
    __table_args__ = (sa.CheckConstraint(f"source <> '{Source.SELF}'", name="brought_to_staff"),)

    interest_id: Mapped[int] = mapped_column(
        sa.ForeignKey("interest.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[Source] = mapped_column(choice(Source))
    came_on: Mapped[date]  # day of the paper or of the call
    party: Mapped[str] = mapped_column(EncryptedText)  # who wrote or called
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    officer: Mapped[User] = relationship()

    @property
    def how(self) -> Words:
        return SOURCE_LABELS[self.source]


class NeedShowing(Base):
    """Whether people whom an open need fits read which town it is of. No row: they do not."""

    __tablename__ = "need_showing"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            ondelete="CASCADE",  # a draft can be thrown away
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(_ID, unique=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    names_town: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    chosen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}


class TownRank(Base):
    """Which place a town would give somebody whom it was introduced to, among all of one need. Ties are allowed."""

    __tablename__ = "town_rank"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
        ),
        sa.CheckConstraint(f"rank BETWEEN 1 AND {MOST_RANK}", name="rank_of_few"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    placement_id: Mapped[int] = mapped_column(_ID, unique=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    rank: Mapped[int | None]  # none: taken away
    ranked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ranked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}


class NeedWatch(Base):
    """An account that is told when more people meet the conditions of a need. people: as many as there were last."""

    __tablename__ = "need_watch"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            ondelete="CASCADE",  # a draft can be thrown away
        ),
        sa.CheckConstraint("people >= 0", name="people_not_negative"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(_ID)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    people: Mapped[int]
    watched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    need: Mapped[Need] = relationship(
        foreign_keys=[need_id], primaryjoin=lambda: NeedWatch.need_id == Need.id, viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}


class NeedSuggestion(Base):
    """People were told that an open need fits them: once for a need. people: how many."""

    __tablename__ = "need_suggestion"

    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    people: Mapped[int]


viewed_by(Interest, Action.VIEW_INTEREST)
viewed_by(NeedWatch, Action.VIEW_WATCH)
viewed_by(TownRank, Action.VIEW_TOWN_RANK)


@within(Interest, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    own = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return survivor_of(Interest.candidate_id).in_(own)


@within(Interest, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Interest.prefecture_code == actor.prefecture_code


@within(TownRank, Scope.TOWN)
def _rank_of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return TownRank.municipality_code == actor.municipality_code


@within(TownRank, Scope.PREFECTURE)
def _rank_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return TownRank.prefecture_code == actor.prefecture_code


@within(NeedWatch, Scope.OWN)
def _own_watch(actor: Actor) -> sa.ColumnElement[bool]:
    return NeedWatch.user_id == actor.user_id
