from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..candidates.content import LEVELS, WORKDAYS
from ..db import Base, EncryptedText, Json, Text, UtcDateTime, choice, listed
from ..pay import MOST_HALF_DAYS
from ..permissions import Action, Actor, Role, Scope, viewed_by, within
from ..searching import Searchable
from ..states import JOINED, JointState, NeedState
from .content import MOST_PRIORITY, MOST_SEATS, MOST_WEIGHT, USED_WITHIN

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


_ROTA = "(weeks = 0) = (weekdays = 0) AND weeks BETWEEN 0 AND 31 AND weekdays BETWEEN 0 AND 127"


class Side(StrEnum):
    MUNICIPAL = "municipal"  # 自治体DX
    COMMUNITY = "community"  # 地域社会DX


class NeedMode(StrEnum):
    ONLINE = "online"
    HYBRID = "hybrid"
    ONSITE = "onsite"


class Outcome(StrEnum):
    FILLED = "filled"
    PARTLY_FILLED = "partly_filled"
    UNFILLED = "unfilled"
    WITHDRAWN = "withdrawn"


class Need(Searchable, Base):
    __tablename__ = "need"
    searched = ("title", "department", "background", "outcome_wanted", "tasks")
    __table_args__ = (
        sa.UniqueConstraint("id", "municipality_code"),  # so that a placement cannot mix two towns
        sa.CheckConstraint("last_month >= first_month", name="months_in_order"),
        sa.CheckConstraint(f"half_days BETWEEN 1 AND {MOST_HALF_DAYS}", name="fits_a_month"),
        sa.CheckConstraint(f"seats BETWEEN 1 AND {MOST_SEATS}", name="some_seats"),
        sa.CheckConstraint("on_site_share BETWEEN 0 AND 100", name="share_is_percent"),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="days_of_a_week"),
        sa.CheckConstraint(f"priority BETWEEN 0 AND {MOST_PRIORITY}", name="priority_level"),
        sa.CheckConstraint("pay_amount >= 0", name="pay_not_negative"),
        sa.CheckConstraint(
            f"(state = '{NeedState.CLOSED}') = (outcome IS NOT NULL)", name="closed_has_outcome"
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    code: Mapped[str] = mapped_column(Text(12), unique=True)  # "N-000123"
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    state: Mapped[NeedState] = mapped_column(choice(NeedState), default=NeedState.DRAFT)
    title: Mapped[str] = mapped_column(Text(100))
    background: Mapped[str] = mapped_column(Text(4000), default="")
    outcome_wanted: Mapped[str] = mapped_column(Text(2000), default="")
    tasks: Mapped[str] = mapped_column(Text(4000), default="", server_default="")
    team: Mapped[str] = mapped_column(
        Text(1000), default="", server_default=""
    )  # who is there already
    department: Mapped[str] = mapped_column(Text(100), default="")  # office in charge
    side: Mapped[Side] = mapped_column(choice(Side))
    theme: Mapped[str] = mapped_column(Text(40))  # vocabulary theme
    stage: Mapped[str] = mapped_column(Text(40))  # vocabulary stage
    involvement: Mapped[str | None] = mapped_column(Text(40))  # vocabulary; none = not said
    half_days: Mapped[int]  # per month
    first_month: Mapped[int]  # year * 12 + month - 1
    last_month: Mapped[int]
    seats: Mapped[int] = mapped_column(default=1)
    mode: Mapped[NeedMode] = mapped_column(choice(NeedMode))
    on_site_share: Mapped[int] = mapped_column(default=0)  # percent
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))  # hall of the work
    weekdays: Mapped[int] = mapped_column(default=WORKDAYS)  # bits: Monday 1 … Sunday 64
    pay_amount: Mapped[int] = mapped_column(default=0)  # yen per unit of the basis
    pay_basis: Mapped[str] = mapped_column(Text(20))  # vocabulary pay_basis
    funding_source: Mapped[str | None] = mapped_column(Text(40))  # vocabulary funding_source
    after_fiscal_year: Mapped[str] = mapped_column(Text(1000), default="")  # plan after 3/31
    touches_procurement: Mapped[bool] = mapped_column(default=False)
    requires_training: Mapped[bool] = mapped_column(default=False)
    asks_form: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false()
    )  # 県に相談: the prefecture helps to choose one before it publishes
    priority: Mapped[int] = mapped_column(
        default=0
    )  # set by the prefecture: 0 usual … 3 most urgent
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # first answer of the prefecture to the last hand-in
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    review_reason: Mapped[str | None] = mapped_column(Text(40))
    review_comment: Mapped[str] = mapped_column(Text(1000), default="")
    content_version: Mapped[int] = mapped_column(
        default=1
    )  # grows with every change of the request itself
    version: Mapped[int] = mapped_column(sa.Integer)

    roles: Mapped[list[NeedRole]] = relationship(
        cascade="all, delete-orphan", order_by="NeedRole.role"
    )
    forms: Mapped[list[NeedForm]] = relationship(
        cascade="all, delete-orphan", order_by="NeedForm.form"
    )
    kinds: Mapped[list[NeedKind]] = relationship(
        cascade="all, delete-orphan", order_by="NeedKind.kind"
    )
    skills: Mapped[list[NeedSkill]] = relationship(
        cascade="all, delete-orphan", order_by="NeedSkill.position"
    )
    vendors: Mapped[list[NeedVendor]] = relationship(
        cascade="all, delete-orphan", order_by="NeedVendor.id"
    )
    priority_grounds: Mapped[NeedPriority | None] = relationship(cascade="all, delete-orphan")

    joint: Mapped[JointNeed | None] = relationship(cascade="all, delete-orphan")
    members: Mapped[list[JointMember]] = relationship(
        cascade="all, delete-orphan",
        order_by="JointMember.municipality_code",
        back_populates="need",
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def months(self) -> range:
        return range(self.first_month, self.last_month + 1)

    @hybrid_property
    def is_returned(self) -> bool:
        """A draft that the prefecture sent back: the reason goes when it is handed in again."""
        return self.state is NeedState.DRAFT and self.review_reason is not None

    @is_returned.inplace.expression
    @classmethod
    def _is_returned(cls) -> sa.ColumnElement[bool]:
        return (cls.state == NeedState.DRAFT) & cls.review_reason.is_not(None)


class NeedRole(Base):
    """A role the need accepts; none at all means "help me choose"."""

    __tablename__ = "need_role"
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text(40), primary_key=True)  # vocabulary external_role


class NeedForm(Base):
    """An appointment form the town can issue."""

    __tablename__ = "need_form"
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    form: Mapped[str] = mapped_column(Text(40), primary_key=True)  # vocabulary appointment_form


class NeedKind(Base):
    """A kind of candidate the town would rather have; a wish, never a hard rule."""

    __tablename__ = "need_kind"
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text(20), primary_key=True)  # vocabulary candidate_kind


class NeedSkill(Base):
    """A skill asked for. Musts that share a group are alternatives; one of them is enough."""

    __tablename__ = "need_skill"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "skill", "must"),
        sa.CheckConstraint(f"level BETWEEN 1 AND {LEVELS}", name="level_of_four"),
        sa.CheckConstraint(f"weight BETWEEN 1 AND {MOST_WEIGHT}", name="weight_is_percent"),
        sa.CheckConstraint('must OR "group" IS NULL', name="only_musts_have_groups"),
        sa.CheckConstraint("must OR used_within IS NULL", name="only_musts_are_dated"),
        sa.CheckConstraint(
            f"used_within IN ({', '.join(map(str, USED_WITHIN))})", name="used_within_known"
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    skill: Mapped[str] = mapped_column(Text(40))  # vocabulary skill
    must: Mapped[bool]
    level: Mapped[int]
    weight: Mapped[int] = mapped_column(default=3)
    group: Mapped[str | None] = mapped_column(Text(10))  # musts that share it are alternatives
    used_within: Mapped[int | None]  # years before the first month


class NeedVendor(Base):
    """A company involved in the matter, for the conflict screening."""

    __tablename__ = "need_vendor"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    name: Mapped[str] = mapped_column(Text(100))
    name_key: Mapped[str] = mapped_column(Text(300))


class NeedVersion(Base):
    """What an open need asked for, from one change to the next. Rows are never changed."""

    __tablename__ = "need_version"
    __table_args__ = (sa.UniqueConstraint("need_id", "number"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"))
    number: Mapped[int]  # content_version of the need
    content: Mapped[dict[str, Any]] = mapped_column(Json)  # as `NeedContent` has it
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))

    author: Mapped[User | None] = relationship()


class NeedPriority(Base):
    """Why a need has its priority; no row where it has none, or where that was not recorded."""

    __tablename__ = "need_priority"

    need_id: Mapped[int] = mapped_column(
        sa.ForeignKey("need.id", ondelete="CASCADE"), primary_key=True
    )
    reasons: Mapped[list[str]] = mapped_column(Json)  # codes of `priorities.POLICY`
    basis: Mapped[str] = mapped_column(Text(500), default="")


class NeedDraft(Base):
    """What was typed for a need and is not finished, right or wrong: for officers of its town alone."""

    __tablename__ = "need_draft"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(Text(2), index=True)
    municipality_code: Mapped[str] = mapped_column(Text(6), index=True)
    need_id: Mapped[int | None] = mapped_column(_ID, unique=True)  # none: of a new one
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    content: Mapped[str] = mapped_column(EncryptedText)  # JSON of the form's fields
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}


class JointNeed(Base):
    """What the lead town of a joint need (共同募集) keeps for itself; its members are rows of their own.

    The rota is bits: weeks of the month (the first 1 … the fifth 16) and weekdays (Monday 1 … Sunday 64); 0 in both
    where the days are not settled.
    """

    __tablename__ = "joint_need"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.CheckConstraint(f"half_days BETWEEN 1 AND {MOST_HALF_DAYS}", name="some_half_days"),
        sa.CheckConstraint(_ROTA, name="rota_of_weeks_and_days"),
    )

    need_id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=False)
    municipality_code: Mapped[str] = mapped_column(Text(6))
    half_days: Mapped[int]  # a month
    weeks: Mapped[int] = mapped_column(default=0)
    weekdays: Mapped[int] = mapped_column(default=0)


class JointMember(Base):
    """A town beside the lead town of a joint need: its share, its rota, its own consent."""

    __tablename__ = "joint_member"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "municipality_code"),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
        sa.CheckConstraint(f"half_days BETWEEN 1 AND {MOST_HALF_DAYS}", name="some_half_days"),
        sa.CheckConstraint(_ROTA, name="rota_of_weeks_and_days"),
        sa.CheckConstraint(
            f"(state IN {listed(JOINED)}) = (agreed_version IS NOT NULL)",
            name="agreed_to_a_version",
        ),
        sa.CheckConstraint(
            f"state = '{JointState.ASKED}' OR answered_at IS NOT NULL", name="answered_when"
        ),
        {"sqlite_autoincrement": True},  # a number that the audit trail knows is never given again
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    prefecture_code: Mapped[str] = mapped_column(Text(2), index=True)
    municipality_code: Mapped[str] = mapped_column(Text(6), index=True)
    state: Mapped[JointState] = mapped_column(choice(JointState), default=JointState.ASKED)
    half_days: Mapped[int]  # a month
    weeks: Mapped[int] = mapped_column(default=0)
    weekdays: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    agreed_version: Mapped[int | None]  # content_version of the need that it agreed to
    comment: Mapped[str] = mapped_column(Text(1000), default="")  # to the other towns
    version: Mapped[int] = mapped_column(sa.Integer)

    need: Mapped[Need] = relationship(back_populates="members")

    __mapper_args__ = {"version_id_col": version}


viewed_by(Need, Action.VIEW_NEED)
viewed_by(JointMember, Action.VIEW_JOINT)
viewed_by(NeedDraft, Action.EDIT_NEED)


@within(Need, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Need.municipality_code == actor.municipality_code


@within(Need, Scope.JOINT)
def _of_joint(actor: Actor) -> sa.ColumnElement[bool]:
    return _of_town(actor) | Need.id.in_(needs_joined(actor))


def needs_joined(
    actor: Actor, states: Collection[JointState] = frozenset(JointState)
) -> sa.Select[int]:
    """The ids of the needs of which the actor's town is a member."""
    return sa.select(JointMember.need_id).where(
        JointMember.municipality_code == actor.municipality_code, JointMember.state.in_(states)
    )


@within(JointMember, Scope.TOWN)
def _member_of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return JointMember.municipality_code == actor.municipality_code


@within(JointMember, Scope.PREFECTURE)
def _member_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    handed_in = sa.select(Need.id).where(_of_prefecture(actor))
    return JointMember.need_id.in_(handed_in)


@within(Need, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    """Staff see what towns have handed in, not their private drafts."""
    visible = Need.prefecture_code == actor.prefecture_code
    if actor.role is Role.SYSTEM:
        return visible
    return visible & ((Need.state != NeedState.DRAFT) | Need.submitted_at.is_not(None))


@within(NeedDraft, Scope.TOWN)
def _draft_of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return NeedDraft.municipality_code == actor.municipality_code
