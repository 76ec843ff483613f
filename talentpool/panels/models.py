from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..db import Base, EncryptedText, Json, UtcDateTime, choice
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..placements.models import Placement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
BEST = 5  # points


class Advice(StrEnum):
    """What the chair says that the panel comes to."""

    TAKE = "take"
    OPEN = "open"
    NOT = "not"


class Panel(Base):
    """Of one need: who scores, by which criteria."""

    __tablename__ = "panel"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(_ID, unique=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    criteria: Mapped[list[str]] = mapped_column(Json)  # codes of skills, and OUTCOME
    chair_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    need: Mapped[Need] = relationship(
        foreign_keys=[need_id], primaryjoin=lambda: Panel.need_id == Need.id, viewonly=True
    )
    members: Mapped[list[PanelMember]] = relationship(
        cascade="all, delete-orphan", order_by="PanelMember.user_id", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}

    def ids_at(self, moment: datetime | None = None) -> set[int]:
        """The accounts of who is on it at a moment; none: now."""
        return {row.user_id for row in self.members if row.is_at(moment)}

    def asked_at(
        self, moment: datetime | None, submitted: Collection[int], *, is_open: bool
    ) -> set[int]:
        """Of them: whose sheets are waited for. Who came later can send none once the introduction is answered."""
        first = {row.user_id for row in self.members if row.joined_at is None}
        return {ident for ident in self.ids_at(moment) if is_open or ident in {*first, *submitted}}


class PanelMember(Base):
    __tablename__ = "panel_member"

    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panel.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)

    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: from the beginning
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # replaced by somebody else

    user: Mapped[User] = relationship(lazy="joined")

    def is_at(self, moment: datetime | None) -> bool:
        """Whether on the panel at a moment; none: now."""
        if moment is None:
            return self.left_at is None
        has_come = self.joined_at is None or self.joined_at <= moment
        return has_come and (self.left_at is None or self.left_at > moment)


class PanelSheet(Base):
    """What one officer says of one person: points, or an abstention. Written once."""

    __tablename__ = "panel_sheet"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["panel_id", "user_id"], ["panel_member.panel_id", "panel_member.user_id"]
        ),
        sa.CheckConstraint("abstains = (points IS NULL)", name="points_or_abstention"),
    )

    panel_id: Mapped[int] = mapped_column(_ID, primary_key=True)
    placement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("placement.id"), primary_key=True, index=True
    )
    user_id: Mapped[int] = mapped_column(_ID, primary_key=True)
    abstains: Mapped[bool]  # for a conflict of interest
    points: Mapped[dict[str, int] | None] = mapped_column(Json)  # by criterion
    remark: Mapped[str] = mapped_column(EncryptedText, default="")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PanelConsensus(Base):
    """What the chair says once all have submitted."""

    __tablename__ = "panel_consensus"

    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panel.id"), primary_key=True)
    placement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("placement.id"), primary_key=True, index=True
    )
    advice: Mapped[Advice] = mapped_column(choice(Advice))
    text: Mapped[str] = mapped_column(EncryptedText)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))

    placement: Mapped[Placement] = relationship(viewonly=True)


viewed_by(Panel, Action.VIEW_PANEL)


@within(Panel, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Panel.municipality_code == actor.municipality_code


@within(Panel, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Panel.prefecture_code == actor.prefecture_code
