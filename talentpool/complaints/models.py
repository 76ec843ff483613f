from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Base, EncryptedText, UtcDateTime, choice
from ..engagements.models import Engagement
from ..language import Words
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..placements.models import Placement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Subject = Need | Placement | Engagement


class Side(StrEnum):
    """Who complains."""

    PERSON = "person"
    TOWN = "town"


class Channel(StrEnum):
    SITE = "site"
    TELEPHONE = "telephone"
    LETTER = "letter"
    VISIT = "visit"


SIDES: Mapping[Side, Words] = {
    Side.PERSON: ("登録者", "Person"),
    Side.TOWN: ("市町", "Municipality"),
}
CHANNELS: Mapping[Channel, Words] = {
    Channel.SITE: ("画面から", "On the site"),
    Channel.TELEPHONE: ("電話", "Telephone"),
    Channel.LETTER: ("手紙", "Letter"),
    Channel.VISIT: ("来庁", "Visit"),
}
ABOUT: Mapping[type[Subject], str] = {  # the column that names what a complaint is about
    Need: "need_id",
    Placement: "placement_id",
    Engagement: "engagement_id",
}


class Complaint(Base):
    """What somebody was dissatisfied with. Where it stands follows from its moments."""

    __tablename__ = "complaint"
    __table_args__ = (
        sa.CheckConstraint(
            f"(side = '{Side.PERSON}') = (candidate_id IS NOT NULL)"
            " AND (candidate_id IS NULL) = (municipality_code IS NOT NULL)",
            name="of_one_side",
        ),
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in ABOUT.values())
            + " <= 1",
            name="about_one_thing",
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL OR answered_at >= filed_at)",
            name="answered_with_words",
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR (answered_at IS NOT NULL AND closed_at >= answered_at)",
            name="closed_after_an_answer",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    candidate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"))
    placement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("placement.id"))
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"))
    text: Mapped[str] = mapped_column(EncryptedText)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    answer_due: Mapped[date]  # of the first answer
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate | None] = relationship()
    need: Mapped[Need | None] = relationship()
    placement: Mapped[Placement | None] = relationship()
    engagement: Mapped[Engagement | None] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def code(self) -> str:
        return f"K-{self.id:06d}"

    @property
    def subject(self) -> Subject | None:
        """What it is about; none where it is about the service as a whole."""
        return self.need or self.placement or self.engagement


viewed_by(Complaint, Action.VIEW_COMPLAINT)


@within(Complaint, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    """Of the person who complains: never one that a town has about the person."""
    people = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return (Complaint.side == Side.PERSON) & Complaint.candidate_id.in_(people)


@within(Complaint, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    """Of the town that complains: never one that a person has about the town."""
    return (Complaint.side == Side.TOWN) & (Complaint.municipality_code == actor.municipality_code)


@within(Complaint, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Complaint.prefecture_code == actor.prefecture_code
