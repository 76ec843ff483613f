from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..language import Words
from ..permissions import Action, Actor, Role, Scope, viewed_by, within
from ..programmes.models import Referral
from ..searching import KEY_LENGTH
from ..states import ConsultationState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
HEADLINE = 40  # characters


class Urgency(StrEnum):
    NOT = "not"
    HALF_YEAR = "half_year"
    THREE_MONTHS = "three_months"
    MONTH = "month"


class Sharing(StrEnum):
    """How other towns may read it once it is over."""

    NAMED = "named"
    UNNAMED = "unnamed"
    NONE = "none"


class Ending(StrEnum):
    ANSWERED = "answered"
    REFERRED = "referred"
    NEED = "need"
    WITHDRAWN = "withdrawn"


URGENCIES: Mapping[Urgency, Words] = {
    Urgency.NOT: ("急がない", "No hurry"),
    Urgency.HALF_YEAR: ("半年以内", "Within half a year"),
    Urgency.THREE_MONTHS: ("3か月以内", "Within three months"),
    Urgency.MONTH: ("今月", "This month"),
}
SHARINGS: Mapping[Sharing, Words] = {
    Sharing.NAMED: ("町名つきで見せる", "Shown with the name of the municipality"),
    Sharing.UNNAMED: ("町名なしで見せる", "Shown without the name"),
    Sharing.NONE: ("見せない", "Not shown"),
}
ENDINGS: Mapping[Ending, Words] = {
    Ending.ANSWERED: ("答えて終わり", "Answered"),
    Ending.REFERRED: ("事業を案内", "Referred to a programme"),
    Ending.NEED: ("募集の下書きを渡した", "A draft vacancy was handed over"),
    Ending.WITHDRAWN: ("取下げ", "Withdrawn"),
}


# The programmes that a town was referred to for one of its consultations.
CONSULTATION_REFERRAL = sa.Table(
    "consultation_referral",
    Base.metadata,
    sa.Column("consultation_id", sa.ForeignKey("consultation.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("referral_id", sa.ForeignKey("referral.id", ondelete="CASCADE"), primary_key=True),
)  # fmt: skip


class Consultation(Base):
    """words: of the town, its own: no other town reads them before it allows. The interview is written by both."""

    __tablename__ = "consultation"
    __table_args__ = (
        sa.CheckConstraint(
            f"(state = '{ConsultationState.DRAFT}') = (sent_at IS NULL)", name="sent_or_draft"
        ),
        sa.CheckConstraint(
            f"(state = '{ConsultationState.SENT}') = (answer_until IS NOT NULL)",
            name="deadline_while_it_waits",
        ),
        sa.CheckConstraint(
            f"(state = '{ConsultationState.CLOSED}') = (closed_at IS NOT NULL)"
            " AND (closed_at IS NULL) = (ending IS NULL)",
            name="closed_with_an_ending",
        ),
        sa.CheckConstraint(
            f"shared_key = '' OR (state = '{ConsultationState.CLOSED}' AND sharing <> '{Sharing.NONE}')",
            name="found_only_where_shared",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    state: Mapped[ConsultationState] = mapped_column(
        choice(ConsultationState), default=ConsultationState.DRAFT
    )
    words: Mapped[str] = mapped_column(EncryptedText, default="")
    theme: Mapped[str | None] = mapped_column(Text(40))  # vocabulary theme
    urgency: Mapped[Urgency | None] = mapped_column(choice(Urgency))
    sharing: Mapped[Sharing] = mapped_column(choice(Sharing), default=Sharing.NONE)
    shared_key: Mapped[str] = mapped_column(Text(KEY_LENGTH), default="")  # found by, while shared
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the last step, or change of a draft
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first
    answer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending: Mapped[Ending | None] = mapped_column(choice(Ending))
    outcome_wanted: Mapped[str] = mapped_column(EncryptedText, default="")
    background: Mapped[str] = mapped_column(EncryptedText, default="")
    tasks: Mapped[str] = mapped_column(EncryptedText, default="")
    team: Mapped[str] = mapped_column(EncryptedText, default="")
    decided: Mapped[str] = mapped_column(EncryptedText, default="")
    draft_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("need_draft.id", ondelete="SET NULL"), unique=True
    )
    need_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("need.id", ondelete="SET NULL"), unique=True
    )
    version: Mapped[int] = mapped_column(sa.Integer)

    messages: Mapped[list[Message]] = relationship(
        cascade="all, delete-orphan", order_by="Message.id"
    )
    referrals: Mapped[list[Referral]] = relationship(
        secondary=CONSULTATION_REFERRAL, order_by=Referral.id
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def code(self) -> str:
        return f"Q-{self.id:06d}"

    @hybrid_property
    def is_shared(self) -> bool:
        """Over, not withdrawn, and its town lets others read it; of one, and in queries."""
        return (
            (self.state == ConsultationState.CLOSED)
            & (self.ending != Ending.WITHDRAWN)
            & (self.sharing != Sharing.NONE)
        )

    @property
    def headline(self) -> str:
        """The first sentence, as long as one line."""
        first = self.words.strip().partition("\n")[0].partition("。")[0].strip()
        return first if len(first) <= HEADLINE else first[: HEADLINE - 1] + "…"


class Message(Base):
    """What was said after the first words. verb: the step that it came with."""

    __tablename__ = "consultation_message"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("consultation.id", ondelete="CASCADE"), index=True
    )
    verb: Mapped[str] = mapped_column(Text(20))
    is_of_town: Mapped[bool]
    text: Mapped[str] = mapped_column(EncryptedText)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)


viewed_by(Consultation, Action.VIEW_CONSULTATION)


@within(Consultation, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Consultation.municipality_code == actor.municipality_code


@within(Consultation, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    """What was sent; officers of towns find here only what the town allows."""
    is_sent = Consultation.state != ConsultationState.DRAFT
    found = (Consultation.prefecture_code == actor.prefecture_code) & is_sent
    return found & Consultation.is_shared if actor.role is Role.MUNICIPALITY else found
