from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, EncryptedText, Json, Text, UtcDateTime, choice
from ..geo import MOST_MINUTES
from ..pay import MOST_HALF_DAYS
from ..permissions import Action, Actor, Role, Scope, viewed_by, within
from ..searching import Searchable
from ..states import MembershipState
from .content import (
    FIRST_YEAR,
    LAST_YEAR,
    LEVELS,
    MOST_AT_ONCE,
    MOST_INCOME,
    MOST_ON_SITE,
    WORKDAYS,
)
from .received import Reception

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Mode(StrEnum):
    ONLINE = "online"
    ONSITE = "onsite"
    BOTH = "both"


class Candidate(Base):
    __tablename__ = "candidate"
    __table_args__ = (
        sa.CheckConstraint(f"travel_limit BETWEEN 0 AND {MOST_MINUTES}", name="travel_in_a_day"),
        sa.CheckConstraint(f"most_at_once BETWEEN 1 AND {MOST_AT_ONCE}", name="some_at_once"),
        sa.CheckConstraint(f"income_ceiling BETWEEN 1 AND {MOST_INCOME}", name="some_income"),
        sa.CheckConstraint(f"onsite_days BETWEEN 0 AND {MOST_ON_SITE}", name="days_of_a_month"),
        sa.CheckConstraint("onsite_weekdays BETWEEN 0 AND 127", name="preferred_days_of_a_week"),
        sa.CheckConstraint("pay_minimum >= 0 AND pay_wish >= pay_minimum", name="pay_in_order"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    code: Mapped[str] = mapped_column(
        Text(12), unique=True
    )  # "C-000123": shown instead of the name
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), unique=True)
    kind: Mapped[str | None] = mapped_column(Text(20))  # vocabulary candidate_kind
    family_name: Mapped[str] = mapped_column(Text(50))  # exactly as typed, never normalised
    given_name: Mapped[str] = mapped_column(Text(50))
    family_kana: Mapped[str] = mapped_column(Text(50))  # katakana
    given_kana: Mapped[str] = mapped_column(Text(50))
    search_key: Mapped[str] = mapped_column(Text(400), index=True)  # folded names, for look-up
    birth_date: Mapped[str | None] = mapped_column(EncryptedText)  # ISO date
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    contact_email: Mapped[str | None] = mapped_column(EncryptedText)
    postal_code: Mapped[str | None] = mapped_column(EncryptedText)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    home_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    travel_limit: Mapped[int | None]  # minutes one way; none = any
    overnight: Mapped[bool] = mapped_column(default=False)
    most_at_once: Mapped[int] = mapped_column(default=1)  # engagements
    pay_minimum: Mapped[int] = mapped_column(default=0)  # yen per half-day
    pay_wish: Mapped[int] = mapped_column(default=0)  # yen per half-day
    themes: Mapped[list[str]] = mapped_column(Json, default=list)  # wished, vocabulary theme
    regions: Mapped[list[str]] = mapped_column(Json, default=list)  # wished
    motives: Mapped[list[str]] = mapped_column(Json, default=list)  # vocabulary motive
    motive: Mapped[str] = mapped_column(Text(2000), default="")  # in the person's own words
    heard_from: Mapped[str | None] = mapped_column(Text(40))  # vocabulary heard_from
    involvement: Mapped[str | None] = mapped_column(Text(40))  # vocabulary; none = either
    operations: Mapped[list[str]] = mapped_column(Json, default=list)  # standard_operation
    growth: Mapped[list[str]] = mapped_column(Json, default=list)  # skills, to be learnt at work
    side_job: Mapped[str | None] = mapped_column(Text(40))  # vocabulary side_job_permission
    income_ceiling: Mapped[int | None]  # yen in a fiscal year, over all assignments
    onsite_days: Mapped[int | None]  # most in a month; none = any
    onsite_weekdays: Mapped[int] = mapped_column(default=0)  # preferred; bits, 0 = none said
    training_until: Mapped[date | None]  # required training (privacy, security) is valid until
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="candidate", order_by="Membership.id"
    )
    roles: Mapped[list[CandidateRole]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateRole.role"
    )
    forms: Mapped[list[CandidateForm]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateForm.form"
    )
    posts: Mapped[list[CandidatePost]] = relationship(
        cascade="all, delete-orphan", order_by="CandidatePost.first_month, CandidatePost.id"
    )
    companies: Mapped[list[CandidateCompany]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateCompany.id"
    )
    matters: Mapped[list[CandidateMatter]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateMatter.id"
    )
    skills: Mapped[list[CandidateSkill]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateSkill.skill"
    )
    exams: Mapped[list[CandidateExam]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateExam.id"
    )
    windows: Mapped[list[CandidateWindow]] = relationship(
        cascade="all, delete-orphan", order_by="CandidateWindow.first_month, CandidateWindow.id"
    )
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        return f"{self.family_name} {self.given_name}".rstrip()

    @property
    def kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}".rstrip()


class Membership(Base):
    """One person in one prefecture's pool."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.UniqueConstraint("candidate_id", "prefecture_code"),
        sa.CheckConstraint(
            f"state <> '{MembershipState.ACTIVE}' OR (active_from IS NOT NULL AND active_until IS NOT NULL"
            " AND active_until >= active_from)",
            name="active_has_dates",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"))
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    state: Mapped[MembershipState] = mapped_column(
        choice(MembershipState), default=MembershipState.DRAFT
    )
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    active_from: Mapped[date | None]
    active_until: Mapped[date | None]  # included; expiry is derived, not stored
    review_reason: Mapped[str | None] = mapped_column(Text(40))
    review_comment: Mapped[str] = mapped_column(Text(1000), default="")
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate] = relationship(back_populates="memberships")

    __mapper_args__ = {"version_id_col": version}


class CandidateRole(Base):
    __tablename__ = "candidate_role"
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text(40), primary_key=True)  # vocabulary role


class CandidateForm(Base):
    __tablename__ = "candidate_form"
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    form: Mapped[str] = mapped_column(Text(40), primary_key=True)  # vocabulary form


class CandidatePost(Searchable, Base):
    """One post of the service history (行政経歴): body, department, post, grade, from, to."""

    __tablename__ = "candidate_post"
    searched = ("body", "department", "title")
    __table_args__ = (
        sa.CheckConstraint(
            "last_month IS NULL OR last_month >= first_month", name="months_in_order"
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    body: Mapped[str] = mapped_column(Text(100))  # name of the office or employer
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    department: Mapped[str] = mapped_column(Text(100), default="")
    title: Mapped[str] = mapped_column(Text(100), default="")
    grade: Mapped[str | None] = mapped_column(Text(20))  # vocabulary grade
    is_public: Mapped[bool] = mapped_column(default=True)  # a government office
    systems: Mapped[str] = mapped_column(Text(200), default="")  # that were handled there
    led_procurement: Mapped[bool] = mapped_column(default=False)
    first_month: Mapped[int]
    last_month: Mapped[int | None]  # none = still there


class CandidateCompany(Base):
    """A company the person works for now or owns a part of: input of the conflict screening."""

    __tablename__ = "candidate_company"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    name: Mapped[str] = mapped_column(Text(100))
    name_key: Mapped[str] = mapped_column(Text(300))  # folded, compared with vendors
    position: Mapped[str] = mapped_column(Text(100), default="")
    has_shares: Mapped[bool] = mapped_column(default=False)
    is_present: Mapped[bool] = mapped_column(default=True)


class CandidateMatter(Base):
    """A contract or disposition the person decided as an official, and with whom."""

    __tablename__ = "candidate_matter"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    vendor: Mapped[str] = mapped_column(Text(100))
    vendor_key: Mapped[str] = mapped_column(Text(300))
    subject: Mapped[str] = mapped_column(Text(200), default="")
    month: Mapped[int]


class CandidateSkill(Base):
    __tablename__ = "candidate_skill"
    __table_args__ = (
        sa.CheckConstraint(f"level BETWEEN 1 AND {LEVELS}", name="level_of_four"),
        sa.CheckConstraint(f"last_used BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year_of_use"),
        sa.CheckConstraint(
            "evidence IN ('self', 'documented', 'confirmed')", name="evidence_known"
        ),
    )

    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(Text(40), primary_key=True)  # vocabulary skill
    level: Mapped[int]  # 1 knows, 2 can help, 3 does it alone, 4 can teach it
    last_used: Mapped[int | None]  # year
    evidence: Mapped[str] = mapped_column(Text(20), default="self")
    evidence_note: Mapped[str] = mapped_column(Text(300), default="")


class CandidateExam(Base):
    __tablename__ = "candidate_exam"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    exam: Mapped[str | None] = mapped_column(Text(40))  # vocabulary exam
    name_then: Mapped[str] = mapped_column(Text(100))  # as it was called when passed
    year: Mapped[int | None]


class CandidateWindow(Base):
    """When the person can work: half-days a month from one month to another. A pause is unavailable."""

    __tablename__ = "candidate_window"
    __table_args__ = (
        sa.CheckConstraint("last_month >= first_month", name="months_in_order"),
        sa.CheckConstraint(f"half_days BETWEEN 0 AND {MOST_HALF_DAYS}", name="fits_a_month"),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="days_of_a_week"),
        sa.CheckConstraint("is_available = (half_days > 0)", name="half_days_but_in_a_pause"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    first_month: Mapped[int]  # year * 12 + month - 1
    last_month: Mapped[int]
    half_days: Mapped[int]  # per month
    weekdays: Mapped[int] = mapped_column(default=WORKDAYS)  # bits: Monday 1 … Sunday 64
    mode: Mapped[Mode] = mapped_column(choice(Mode), default=Mode.BOTH)
    is_available: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(Text(200), default="")


class Consent(Base):
    """Given for a purpose and an audience, in a version of the text; withdrawn, never deleted."""

    __tablename__ = "consent"
    __table_args__ = (
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="in_order"),
        sa.Index(
            "uq_consent_in_force", "candidate_id", "purpose", "audience", unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text(20))  # vocabulary consent_purpose
    audience: Mapped[str] = mapped_column(Text(10))  # code of a prefecture or municipality
    text_version: Mapped[str] = mapped_column(Text(20))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProfileSnapshot(Base):
    """The profile as it was when somebody decided about it."""

    __tablename__ = "profile_snapshot"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    occasion: Mapped[str] = mapped_column(Text(40))  # "activation", "approval"
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(EncryptedText)  # canonical JSON


class ProfileDraft(Base):
    """What was typed into a step and not yet accepted, so that nothing is lost."""

    __tablename__ = "profile_draft"

    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    step: Mapped[str] = mapped_column(Text(20), primary_key=True)
    content: Mapped[str] = mapped_column(EncryptedText)  # JSON of the form's fields
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProfileView(Base):
    """Somebody else looked at a named profile; the person can read this log."""

    __tablename__ = "profile_view"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    viewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    viewer_role: Mapped[str] = mapped_column(Text(20))
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    purpose: Mapped[str] = mapped_column(Text(20))  # of viewing.py: "list", "profile", ...


viewed_by(Candidate, Action.VIEW_CANDIDATE)
viewed_by(Membership, Action.VIEW_CANDIDATE)


@within(Candidate, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    return Candidate.user_id == actor.user_id


@within(Candidate, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Candidate.id.in_(sa.select(Membership.candidate_id).where(_membership_of(actor)))


@within(Membership, Scope.OWN)
def _own_membership(actor: Actor) -> sa.ColumnElement[bool]:
    return Membership.candidate_id.in_(
        sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    )


@within(Membership, Scope.PREFECTURE)
def _membership_of(actor: Actor) -> sa.ColumnElement[bool]:
    """Staff see whoever has ever handed a profile in to their prefecture or was registered by them, not private drafts."""
    visible = Membership.prefecture_code == actor.prefecture_code
    if actor.role is Role.SYSTEM:
        return visible
    received = sa.select(Reception.candidate_id).where(
        Reception.prefecture_code == actor.prefecture_code
    )
    handed_in = Membership.applied_at.is_not(None) | Membership.candidate_id.in_(received)
    return visible & handed_in


@within(Membership, Scope.INTRODUCED)
def _membership_of_nobody(_actor: Actor) -> sa.ColumnElement[bool]:
    """A membership is between the person and the prefecture: towns see none."""
    return sa.false()
