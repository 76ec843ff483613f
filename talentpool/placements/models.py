from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..candidates.introduction import contact_when
from ..candidates.models import Candidate
from ..db import Base, Json, Session, Text, UtcDateTime, choice
from ..engagements.models import Engagement
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..states import LIVE, NAMED, SEATED, PlacementState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _among(states: frozenset[PlacementState]) -> sa.TextClause:
    listed = ", ".join(f"'{state}'" for state in sorted(states))
    return sa.text(f"state IN ({listed})")


class Placement(Base):
    """One person for one seat of one need (推薦), with everything that was decided about it."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.UniqueConstraint("id", "candidate_id", "municipality_code"),
        sa.Index(
            "uq_placement_live", "candidate_id", "need_id", unique=True,
            sqlite_where=_among(LIVE), postgresql_where=_among(LIVE),
        ),
        sa.Index(
            "uq_placement_seat", "need_id", "seat", unique=True,
            sqlite_where=_among(SEATED), postgresql_where=_among(SEATED),
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="two_officers"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'offered', 'introduced', 'agreed', 'confirmed')"
            " OR approved_by IS NOT NULL",
            name="approved_by_somebody",
        ),
        sa.CheckConstraint(
            "state NOT IN ('offered', 'introduced', 'agreed', 'confirmed') OR seat IS NOT NULL",
            name="seated",
        ),
        sa.CheckConstraint(
            "(state IN ('not_advanced', 'refused', 'declined_by_candidate', 'declined_by_town',"
            " 'lapsed', 'withdrawn', 'revoked', 'superseded')) = (end_reason IS NOT NULL)",
            name="every_end_has_a_reason",
        ),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_when"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    need_id: Mapped[int] = mapped_column(index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"), index=True)
    state: Mapped[PlacementState] = mapped_column(
        choice(PlacementState), default=PlacementState.SUGGESTED, index=True
    )
    seat: Mapped[int | None]  # from 1; none while an alternate waits
    rank: Mapped[int] = mapped_column(
        default=1
    )  # order of the approved list: 1 first, then alternates
    fit: Mapped[int]  # basis points, of the round
    parts: Mapped[dict[str, int]] = mapped_column(Json)
    reason: Mapped[dict[str, Any]] = mapped_column(Json)  # why this pair, as the round said
    need_version: Mapped[int]  # content_version of the need that was decided on
    snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("profile_snapshot.id"))
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    draft_comment: Mapped[str] = mapped_column(Text(1000), default="")
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_comment: Mapped[str] = mapped_column(Text(1000), default="")
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    introduced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    introduction_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    undo_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text(40))
    end_comment: Mapped[str] = mapped_column(Text(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    need: Mapped[Need] = relationship(
        foreign_keys=[need_id], primaryjoin=lambda: Placement.need_id == Need.id
    )
    candidate: Mapped[Candidate] = relationship()

    __mapper_args__ = {"version_id_col": version}


class HoldLift(Base):
    """A coordinator's decision to let a pair pass although the screening says `hold`."""

    __tablename__ = "hold_lift"

    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(Text(40), primary_key=True)
    reason: Mapped[str] = mapped_column(Text(500))
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DecisionPaper(Base):
    """What was decided (起案書), frozen and numbered at confirmation."""

    __tablename__ = "decision_paper"
    __table_args__ = (sa.UniqueConstraint("prefecture_code", "fiscal_year", "number"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), unique=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    fiscal_year: Mapped[int]
    number: Mapped[int]
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(
        Json
    )  # ids, codes, figures; names stay in the snapshot


viewed_by(Placement, Action.VIEW_PLACEMENT)

# A person sees a placement from the offer on; a town from the introduction on.
_ASKED = Placement.offered_at.is_not(None)
_TOLD = Placement.introduced_at.is_not(None)


@within(Placement, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return Placement.candidate_id.in_(mine) & _ASKED


@within(Placement, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return (Placement.municipality_code == actor.municipality_code) & _TOLD


@within(Placement, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Placement.prefecture_code == actor.prefecture_code


@within(Engagement, Scope.OWN)
def _own_engagement(actor: Actor) -> sa.ColumnElement[bool]:
    return Engagement.placement_id.in_(sa.select(Placement.id).where(_own(actor)))


@within(Engagement, Scope.TOWN)
def _engagement_of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Engagement.placement_id.in_(sa.select(Placement.id).where(_of_town(actor)))


@within(Candidate, Scope.INTRODUCED)
def _introduced(actor: Actor) -> sa.ColumnElement[bool]:
    """The people whose names the officer's town knows: they said yes to it, and it still stands."""
    return Candidate.id.in_(
        sa.select(Placement.candidate_id).where(
            Placement.municipality_code == actor.municipality_code,
            Placement.state.in_(NAMED),
        )
    )


@contact_when
def _agreed(session: Session, actor: Actor, candidate_id: int) -> bool:
    """A town may call the person once both have said yes."""
    query = sa.select(Placement.id).where(
        Placement.candidate_id == candidate_id,
        Placement.municipality_code == actor.municipality_code,
        Placement.state.in_([PlacementState.AGREED, PlacementState.CONFIRMED]),
    )
    return session.scalars(query.limit(1)).first() is not None
