from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Text, UtcDateTime, choice
from ..permissions import Action, Actor, Role, Scope, viewed_by, within
from ..states import NeedState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


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


class Need(Base):
    __tablename__ = "need"
    __table_args__ = (
        sa.UniqueConstraint("id", "municipality_code"),  # so that a placement cannot mix two towns
        sa.CheckConstraint("last_month >= first_month", name="months_in_order"),
        sa.CheckConstraint("half_days BETWEEN 1 AND 62", name="fits_a_month"),
        sa.CheckConstraint("seats BETWEEN 1 AND 20", name="some_seats"),
        sa.CheckConstraint("on_site_share BETWEEN 0 AND 100", name="share_is_percent"),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="days_of_a_week"),
        sa.CheckConstraint("priority BETWEEN 0 AND 3", name="priority_level"),
        sa.CheckConstraint("pay_amount >= 0", name="pay_not_negative"),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    code: Mapped[str] = mapped_column(Text(12), unique=True)  # "N-000123"
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    state: Mapped[NeedState] = mapped_column(choice(NeedState), default=NeedState.DRAFT)
    title: Mapped[str] = mapped_column(Text(100))
    background: Mapped[str] = mapped_column(Text(4000), default="")
    outcome_wanted: Mapped[str] = mapped_column(Text(2000), default="")
    department: Mapped[str] = mapped_column(Text(100), default="")  # office in charge
    side: Mapped[Side] = mapped_column(choice(Side))
    theme: Mapped[str] = mapped_column(Text(40))  # vocabulary theme
    stage: Mapped[str] = mapped_column(Text(40))  # vocabulary stage
    half_days: Mapped[int]  # per month
    first_month: Mapped[int]  # year * 12 + month - 1
    last_month: Mapped[int]
    seats: Mapped[int] = mapped_column(default=1)
    mode: Mapped[NeedMode] = mapped_column(choice(NeedMode))
    on_site_share: Mapped[int] = mapped_column(default=0)  # percent
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))  # hall of the work
    weekdays: Mapped[int] = mapped_column(default=31)  # bits: Monday 1 … Sunday 64
    pay_amount: Mapped[int] = mapped_column(default=0)  # yen per unit of the basis
    pay_basis: Mapped[str] = mapped_column(Text(20))  # vocabulary pay_basis
    funding_source: Mapped[str | None] = mapped_column(Text(40))  # vocabulary funding_source
    after_fiscal_year: Mapped[str] = mapped_column(Text(1000), default="")  # plan after 3/31
    touches_procurement: Mapped[bool] = mapped_column(default=False)
    requires_training: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(
        default=0
    )  # set by the prefecture: 0 usual … 3 most urgent
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
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

    __mapper_args__ = {"version_id_col": version}

    @property
    def months(self) -> range:
        return range(self.first_month, self.last_month + 1)


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
        sa.UniqueConstraint("need_id", "skill", "is_must"),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="level_of_four"),
        sa.CheckConstraint("weight BETWEEN 1 AND 9", name="weight_of_nine"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    skill: Mapped[str] = mapped_column(Text(40))  # vocabulary skill
    is_must: Mapped[bool]
    level: Mapped[int]
    weight: Mapped[int] = mapped_column(default=3)
    either: Mapped[str | None] = mapped_column(Text(10))  # name of the either/or group


class NeedVendor(Base):
    """A company involved in the matter, for the conflict screening."""

    __tablename__ = "need_vendor"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    name: Mapped[str] = mapped_column(Text(100))
    name_key: Mapped[str] = mapped_column(Text(300))


viewed_by(Need, Action.VIEW_NEED)


@within(Need, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Need.municipality_code == actor.municipality_code


@within(Need, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    """Staff see what towns have handed in, not their private drafts."""
    visible = Need.prefecture_code == actor.prefecture_code
    if actor.role is Role.SYSTEM:
        return visible
    return visible & ((Need.state != NeedState.DRAFT) | Need.submitted_at.is_not(None))
