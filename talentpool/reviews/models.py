from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..candidates.models import Candidate
from ..db import Base, EncryptedText, Text, UtcDateTime, choice, listed
from ..engagements.models import Engagement
from ..language import Words
from ..permissions import Action, Actor, Role, Scope, viewed_by, within
from ..states import REVIEWS_ANSWERED, REVIEWS_OPEN, ReviewState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LONGEST = 1000  # characters of a free text
BEST = 5  # of an answer


class Kind(StrEnum):
    PULSE_30 = "pulse_30"
    PULSE_90 = "pulse_90"
    END = "end"


KIND_LABELS: Mapping[Kind, Words] = {
    Kind.PULSE_30: ("30日の振り返り", "Check-in after 30 days"),
    Kind.PULSE_90: ("90日の振り返り", "Check-in after 90 days"),
    Kind.END: ("終了の振り返り", "Review at the end"),
}


class ReviewSide(StrEnum):
    """Who answers."""

    PERSON = "person"
    TOWN = "town"

    @property
    def role(self) -> Role:
        return Role.CANDIDATE if self is ReviewSide.PERSON else Role.MUNICIPALITY

    @property
    def other(self) -> ReviewSide:
        return ReviewSide.TOWN if self is ReviewSide.PERSON else ReviewSide.PERSON


SIDE_LABELS: Mapping[ReviewSide, Words] = {
    ReviewSide.PERSON: ("本人", "The person"),
    ReviewSide.TOWN: ("市町", "The municipality"),
}


class Review(Base):
    """What one side is asked of an engagement, and says. The other side's row is asked at the same time."""

    __tablename__ = "review"
    __table_args__ = (
        sa.UniqueConstraint("engagement_id", "kind", "side"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
        ),
        *(
            sa.CheckConstraint(f"{name} BETWEEN 1 AND {BEST}", name=f"{name}_in_range")
            for name in ("first", "second", "third", "overall")
        ),
        sa.CheckConstraint(
            f"(state IN {listed(REVIEWS_ANSWERED)}) = (given_at IS NOT NULL)"
            " AND (given_at IS NULL) = (first IS NULL) AND (given_at IS NULL) = (second IS NULL)"
            " AND (given_at IS NULL) = (third IS NULL)",
            name="answered_in_full",
        ),
        sa.CheckConstraint(
            f"(overall IS NOT NULL) = (given_at IS NOT NULL AND kind = '{Kind.END}')",
            name="overall_at_the_end",
        ),
        sa.CheckConstraint(
            "(reply IS NULL) = (replied_at IS NULL)"
            f" AND (replied_at IS NULL OR side = '{ReviewSide.TOWN}')",
            name="reply_of_the_person",
        ),
        sa.CheckConstraint(
            "(contest IS NULL) = (contested_at IS NULL)"
            f" AND (contested_at IS NULL OR side = '{ReviewSide.TOWN}')"
            f" AND (state NOT IN ('{ReviewState.CONTESTED}', '{ReviewState.KEPT}', '{ReviewState.VOID}')"
            " OR contested_at IS NOT NULL)",
            name="contest_of_the_person",
        ),
        sa.CheckConstraint(
            f"(state IN ('{ReviewState.KEPT}', '{ReviewState.VOID}')) = (decided_at IS NOT NULL)"
            " AND (decided_at IS NULL) = (decision_reason IS NULL)",
            name="decided_with_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(_ID)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    side: Mapped[ReviewSide] = mapped_column(choice(ReviewSide))
    state: Mapped[ReviewState] = mapped_column(choice(ReviewState), default=ReviewState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date]
    first: Mapped[int | None]
    second: Mapped[int | None]
    third: Mapped[int | None]
    overall: Mapped[int | None]
    comment: Mapped[str] = mapped_column(EncryptedText, default="")
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str | None] = mapped_column(EncryptedText)  # of the person, to the town's
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contest: Mapped[str | None] = mapped_column(EncryptedText)  # what is wrong, says the person
    contested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(Text(40))
    decision_comment: Mapped[str] = mapped_column(EncryptedText, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    engagement: Mapped[Engagement] = relationship(
        foreign_keys=[engagement_id],
        primaryjoin=lambda: Review.engagement_id == Engagement.id,
        viewonly=True,
    )
    candidate: Mapped[Candidate] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def code(self) -> str:
        return f"V-{self.id:06d}"

    @property
    def answers(self) -> tuple[int | None, ...]:
        return self.first, self.second, self.third

    @property
    def is_answered(self) -> bool:
        return self.given_at is not None


viewed_by(Review, Action.VIEW_REVIEW)

_OTHERS = Review.state.in_(REVIEWS_OPEN)  # what a side sees of the other's


@within(Review, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return Review.candidate_id.in_(mine) & ((Review.side == ReviewSide.PERSON) | _OTHERS)


@within(Review, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    is_of_town = Review.municipality_code == actor.municipality_code
    return is_of_town & ((Review.side == ReviewSide.TOWN) | _OTHERS)


@within(Review, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Review.prefecture_code == actor.prefecture_code


class Report(Base):
    """What came of an engagement, as its person tells it (報告). With the consent of both it is a case (事例)."""

    __tablename__ = "report"
    __table_args__ = (
        sa.UniqueConstraint("engagement_id"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
        ),
        sa.CheckConstraint("cost_yen >= 0", name="cost_is_no_gain"),
        sa.CheckConstraint(
            "sent_at IS NOT NULL OR (person_agreed_at IS NULL AND town_agreed_at IS NULL)",
            name="agreed_to_what_was_sent",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(_ID)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    outcome: Mapped[str] = mapped_column(EncryptedText, default="")
    made: Mapped[str] = mapped_column(EncryptedText, default="")
    cost_yen: Mapped[int | None] = mapped_column(sa.BigInteger)  # beyond pay and travel
    cost_note: Mapped[str] = mapped_column(EncryptedText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    town_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    engagement: Mapped[Engagement] = relationship(
        foreign_keys=[engagement_id],
        primaryjoin=lambda: Report.engagement_id == Engagement.id,
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_case(self) -> bool:
        """Both agree that other towns may read it."""
        return self.person_agreed_at is not None and self.town_agreed_at is not None


viewed_by(Report, Action.VIEW_REPORT)

_IS_SENT = Report.sent_at.is_not(None)  # a draft is its writer's alone


@within(Report, Scope.OWN)
def _own_report(actor: Actor) -> sa.ColumnElement[bool]:
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return Report.candidate_id.in_(mine)


@within(Report, Scope.TOWN)
def _report_of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return (Report.municipality_code == actor.municipality_code) & _IS_SENT


@within(Report, Scope.PREFECTURE)
def _report_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return (Report.prefecture_code == actor.prefecture_code) & _IS_SENT
