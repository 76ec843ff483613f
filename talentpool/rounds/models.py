from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Json, Sentence, Text, UtcDateTime, choice, listed
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..states import EXPLORING, RoundState
from .packing import Packed, Rules

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class DirectiveKind(StrEnum):
    PIN = "pin"  # 固定
    FORBID = "forbid"  # 除外


class Round(Base):
    """A matching round: what went in, what came out, and the proof. A finished one never changes."""

    __tablename__ = "round"
    __table_args__ = (
        sa.UniqueConstraint("prefecture_code", "number"),
        sa.CheckConstraint(
            f"(state = '{RoundState.ADOPTED}') = (adopted_at IS NOT NULL)", name="adopted_has_time"
        ),
        sa.CheckConstraint("bound IS NULL OR bound >= objective", name="bound_not_below"),
        sa.CheckConstraint(
            f"what_if IS NULL OR state IN {listed(EXPLORING)}", name="what_if_is_never_adopted"
        ),
        sa.CheckConstraint(
            f"what_if IS NOT NULL OR state <> '{RoundState.EXPLORED}'", name="explored_is_what_if"
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    number: Mapped[int]  # within the prefecture: 第3回
    title: Mapped[str] = mapped_column(Text(100))
    state: Mapped[RoundState] = mapped_column(choice(RoundState), default=RoundState.QUEUED)
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"))  # re-run of
    policy: Mapped[dict[str, Any]] = mapped_column(Json)  # matching.Policy.to_dict()
    carry_over_bonus: Mapped[int] = mapped_column(  # bp for each town left out last time
        default=0, server_default="0"
    )
    what_if: Mapped[dict[str, int] | None] = mapped_column(Json)  # matching.WhatIf.to_dict()
    time_limit: Mapped[int] = mapped_column(default=60)  # seconds
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adopted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adopted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    input_hash: Mapped[str | None] = mapped_column(Text(64))
    objective: Mapped[int | None] = mapped_column(sa.BigInteger)  # basis points
    bound: Mapped[int | None] = mapped_column(sa.BigInteger)  # basis points
    gap: Mapped[int | None] = mapped_column(sa.BigInteger)  # bound - objective, basis points
    seconds: Mapped[float | None]
    summary: Mapped[dict[str, Any] | None] = mapped_column(Json)  # figures for lists
    result: Mapped[dict[str, Any] | None] = mapped_column(
        Json, deferred=True
    )  # the engine's document without what stands in `needs`
    failure: Mapped[str | None] = mapped_column(Sentence(500))
    version: Mapped[int] = mapped_column(sa.Integer)

    needs: Mapped[list[RoundNeed]] = relationship(
        cascade="all, delete-orphan", order_by="RoundNeed.need_id"
    )
    directives: Mapped[list[RoundDirective]] = relationship(
        cascade="all, delete-orphan", order_by="RoundDirective.need_id, RoundDirective.candidate_id"
    )
    pairs: Mapped[list[PlanPair]] = relationship(
        cascade="all, delete-orphan", order_by="PlanPair.need_id, PlanPair.seat"
    )

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def is_adopted(self) -> bool:
        """Whether its people may become placements, in Python and in SQL."""
        return self.state == RoundState.ADOPTED


class RoundNeed(Base):
    """A need of the round with its part of the result, as the engine wrote it."""

    __tablename__ = "round_need"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    content_version: Mapped[int]  # of the need when the round was made
    ranking: Mapped[list[dict[str, Any]] | None] = mapped_column(Packed, deferred=True)
    excluded: Mapped[Mapping[str, list[str]] | None] = mapped_column(Rules, deferred=True)


class RoundDirective(Base):
    """A pair that the coordinator fixed or ruled out, with the reason."""

    __tablename__ = "round_directive"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    kind: Mapped[DirectiveKind] = mapped_column(choice(DirectiveKind))
    reason: Mapped[str] = mapped_column(Text(500))
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlanPair(Base):
    """One person on one seat in the round's plan (組合せ)."""

    __tablename__ = "plan_pair"
    __table_args__ = (sa.UniqueConstraint("round_id", "need_id", "candidate_id"),)

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    fit: Mapped[int]  # basis points
    parts: Mapped[dict[str, int]] = mapped_column(Json)  # basis points, sum = fit
    reason: Mapped[dict[str, Any]] = mapped_column(Json)


class RoundInput(Base):
    """What the engine was given, so that the round can be run again and read a year later."""

    __tablename__ = "round_input"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Packed)


viewed_by(Round, Action.VIEW_ROUND)


@within(Round, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Round.prefecture_code == actor.prefecture_code
