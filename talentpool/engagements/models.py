from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..candidates.models import Candidate
from ..candidates.received import Source
from ..dates import month_number
from ..db import Base, EncryptedText, Json, Text, UtcDateTime, choice
from ..needs.models import Need, needs_joined
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..states import JOINED, EngagementState, WorkLogState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT, REMARK, TERM = 200, 1000, 500  # characters


class Outcome(StrEnum):
    """How an engagement ended."""

    COMPLETED = "completed"  # its last day is over
    EARLY = "early"  # somebody decided so before
    NOT_BEGUN = "not_begun"  # its last day is over, and nobody noted a start
    UNDONE = "undone"  # with the confirmation


class Part(StrEnum):
    """Of a day: what was worked."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    DAY = "day"

    @property
    def half_days(self) -> int:
        return 2 if self is Part.DAY else 1


class Place(StrEnum):
    """Where somebody worked on a day."""

    ON_SITE = "on_site"
    ONLINE = "online"


class Engagement(Base):
    """The work agreed by a confirmed placement (活動), up to its last day."""

    __tablename__ = "engagement"
    __table_args__ = (
        sa.UniqueConstraint("id", "candidate_id", "municipality_code"),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
        ),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.CheckConstraint("last_month >= first_month", name="months_in_order"),
        sa.CheckConstraint(
            "(suspended_at IS NULL) = (suspend_reason IS NULL)"
            f" AND (state <> '{EngagementState.SUSPENDED}' OR suspend_reason IS NOT NULL)",
            name="suspended_with_a_reason",
        ),
        sa.CheckConstraint(
            f"(state = '{EngagementState.ENDED}') = (outcome IS NOT NULL)"
            " AND (outcome IS NULL) = (ended_at IS NULL)",
            name="ended_how",
        ),
        sa.CheckConstraint(
            "(end_reason IS NULL) = (end_decided_at IS NULL)"
            f" AND (outcome IS NULL OR outcome <> '{Outcome.EARLY}' OR end_reason IS NOT NULL)",
            name="early_with_a_reason",
        ),
        sa.CheckConstraint(
            "end_side IS NULL OR end_reason IS NOT NULL", name="side_of_an_early_end"
        ),
        sa.CheckConstraint(
            "planned_last_day IS NULL OR (end_reason IS NOT NULL AND planned_last_day >= last_day)",
            name="planned_before_an_early_end",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    placement_id: Mapped[int] = mapped_column(_ID, unique=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    need_id: Mapped[int] = mapped_column(_ID, index=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    state: Mapped[EngagementState] = mapped_column(
        choice(EngagementState), default=EngagementState.PREPARING
    )
    form: Mapped[str | None] = mapped_column(Text(40))  # of appointment; none until it is chosen
    first_month: Mapped[int]
    last_month: Mapped[int]  # of the last day
    last_day: Mapped[date]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # while it rests
    suspend_reason: Mapped[str | None] = mapped_column(Text(40))
    suspend_comment: Mapped[str] = mapped_column(Text(1000), default="", server_default="")
    end_decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # an end before its time
    end_reason: Mapped[str | None] = mapped_column(Text(40))
    end_comment: Mapped[str] = mapped_column(Text(1000), default="", server_default="")
    end_side: Mapped[str | None] = mapped_column(Text(20))  # role of who decided it
    planned_last_day: Mapped[date | None]  # before the first such decision
    freed_half_days: Mapped[dict[str, int]] = mapped_column(  # by month, given back by it
        Json, default=dict, server_default="{}"
    )
    terms_id: Mapped[int | None] = (
        mapped_column(  # in force; none where nobody had asked for them yet
            _ID, sa.ForeignKey("work_terms.id")
        )
    )
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate] = relationship(viewonly=True)
    need: Mapped[Need] = relationship(
        foreign_keys=[need_id], primaryjoin=lambda: Engagement.need_id == Need.id, viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def code(self) -> str:
        return f"E-{self.id:06d}"

    @property
    def freed_months(self) -> Mapping[int, int]:
        """Month → half-days that an early end has given back."""
        return {
            month_number(*map(int, month.split("-"))): n
            for month, n in sorted(self.freed_half_days.items())
        }


class WorkTerms(Base):
    """One version of the terms of a placement's work (勤務条件). Its content never changes: a change is a new version."""

    __tablename__ = "work_terms"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "number"),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
        ),
        sa.CheckConstraint("number > 0", name="counted_from_one"),
        sa.CheckConstraint("last_day >= first_day", name="days_in_order"),
        sa.CheckConstraint("pay_amount >= 0", name="pay_not_negative"),
        sa.CheckConstraint(
            "accepted_by IS NULL OR accepted_at IS NOT NULL", name="accepted_when"
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    placement_id: Mapped[int] = mapped_column(_ID)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    number: Mapped[int]  # of the version, from 1
    form: Mapped[str] = mapped_column(Text(40))  # of appointment
    is_yearly: Mapped[bool]  # the form ends with the fiscal year: one term for each
    first_day: Mapped[date]
    last_day: Mapped[date]
    half_days: Mapped[dict[str, int]] = mapped_column(Json)  # by month, as the ledger held them
    pay_amount: Mapped[int]  # yen per unit of the basis
    pay_basis: Mapped[str] = mapped_column(Text(20))
    work: Mapped[str] = mapped_column(Text(TERM))
    place: Mapped[str] = mapped_column(Text(TERM))
    days: Mapped[str] = mapped_column(Text(TERM))  # days of the week, hours
    travel: Mapped[str] = mapped_column(Text(TERM))
    supervisor: Mapped[str] = mapped_column(EncryptedText)  # an officer of the town, by name
    remark: Mapped[str] = mapped_column(EncryptedText)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))

    @property
    def version(self) -> int:
        return self.number


class EngagementCheck(Base):
    """An item of the preparation that somebody has ticked."""

    __tablename__ = "engagement_check"

    engagement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(Text(40), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    expires_on: Mapped[date | None]


class WorkLog(Base):
    """What one month of an engagement came to (活動記録): written by the person, signed by the town."""

    __tablename__ = "work_log"
    __table_args__ = (
        sa.UniqueConstraint("engagement_id", "month"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
        ),
        sa.CheckConstraint("travel_yen >= 0", name="travel_costs_something"),
        sa.CheckConstraint(
            f"state <> '{WorkLogState.CLOSED}' OR signed_at IS NOT NULL",
            name="closed_by_a_signature",
        ),
        sa.CheckConstraint(
            f"state = '{WorkLogState.DRAFT}' OR sent_at IS NOT NULL", name="sent_before_all_else"
        ),
        sa.CheckConstraint(
            f"state <> '{WorkLogState.RETURNED}' OR return_reason IS NOT NULL",
            name="returned_with_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(_ID)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    month: Mapped[int]
    state: Mapped[WorkLogState] = mapped_column(choice(WorkLogState), default=WorkLogState.DRAFT)
    text: Mapped[str] = mapped_column(Text(TEXT), default="")  # what was done, in a line
    theme: Mapped[str | None] = mapped_column(Text(40))
    travel_yen: Mapped[int] = mapped_column(default=0)
    remark: Mapped[str] = mapped_column(EncryptedText, default="")  # of the person, to the town
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    return_reason: Mapped[str | None] = mapped_column(Text(40))
    return_comment: Mapped[str] = mapped_column(Text(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    engagement: Mapped[Engagement] = relationship(
        foreign_keys=[engagement_id],
        primaryjoin=lambda: WorkLog.engagement_id == Engagement.id,
        backref="logs",
    )
    days: Mapped[list[WorkDay]] = relationship(
        cascade="all, delete-orphan", order_by="WorkDay.day", lazy="selectin"
    )
    recorded: Mapped[RecordedLog | None] = relationship(cascade="all, delete-orphan", lazy="joined")

    __mapper_args__ = {"version_id_col": version}

    @property
    def half_days(self) -> int:
        return sum(row.part.half_days for row in self.days if row.part is not None)


class WorkDay(Base):
    """A day of a log. Only a draft has one without part or place."""

    __tablename__ = "work_day"

    log_id: Mapped[int] = mapped_column(sa.ForeignKey("work_log.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    part: Mapped[Part | None] = mapped_column(choice(Part))
    place: Mapped[Place | None] = mapped_column(choice(Place))


class RecordedLog(Base):
    """That an officer entered a log for somebody without an account, and from what."""

    __tablename__ = "recorded_log"
    __table_args__ = (sa.CheckConstraint(f"source <> '{Source.SELF}'", name="brought_to_staff"),)

    log_id: Mapped[int] = mapped_column(
        sa.ForeignKey("work_log.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[Source] = mapped_column(choice(Source))
    came_on: Mapped[date]  # day of the paper or of the call
    party: Mapped[str] = mapped_column(EncryptedText)  # who wrote or called
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


def is_given_back() -> sa.ColumnElement[bool]:
    """Of a log: it was returned or reopened and not sent since, whether or not a correction was begun."""
    is_begun = (WorkLog.state == WorkLogState.DRAFT) & WorkLog.return_reason.is_not(None)
    return (WorkLog.state == WorkLogState.RETURNED) | is_begun


def is_staffs_to_correct() -> sa.ColumnElement[bool]:
    """Of a log that an officer entered for somebody without an account."""
    return is_given_back() & sa.exists().where(RecordedLog.log_id == WorkLog.id)


viewed_by(Engagement, Action.VIEW_ENGAGEMENT)
viewed_by(WorkLog, Action.VIEW_ENGAGEMENT)


_IS_SENT = WorkLog.state != WorkLogState.DRAFT  # a draft is its writer's alone
_IS_STAFFS = _IS_SENT | sa.exists().where(RecordedLog.log_id == WorkLog.id)


def _register(
    model: type[Engagement | WorkLog],
    shown: sa.ColumnElement[bool],
    shown_to_staff: sa.ColumnElement[bool],
) -> None:
    """`shown`: what of the rows the town may see."""

    @within(model, Scope.OWN)
    def _own(actor: Actor) -> sa.ColumnElement[bool]:
        mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
        return model.candidate_id.in_(mine)

    @within(model, Scope.TOWN)
    def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
        return (model.municipality_code == actor.municipality_code) & shown

    @within(model, Scope.PREFECTURE)
    def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
        return (model.prefecture_code == actor.prefecture_code) & shown_to_staff


_register(Engagement, sa.true(), sa.true())
_register(WorkLog, _IS_SENT, _IS_STAFFS)


@within(Engagement, Scope.JOINT)
def _of_joint(actor: Actor) -> sa.ColumnElement[bool]:
    """Of the town, or of a joint need that it has agreed to."""
    own = Engagement.municipality_code == actor.municipality_code
    return own | Engagement.need_id.in_(needs_joined(actor, JOINED))
