from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..candidates.models import Candidate
from ..db import Base, EncryptedText, Json, Sentence, Text, UtcDateTime, choice, listed
from ..needs.models import Need, NeedMode, needs_joined
from ..needs.standing import alias_of
from ..pay import MOST_HALF_DAYS
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..rounds.models import Round
from ..states import (
    AGREED,
    APPROVED,
    ENDED,
    JOINED,
    LIVE,
    NAMED,
    SEATED,
    SERVED,
    PlacementState,
)
from .conditions import Conditions

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DUE = {
    PlacementState.OFFERED: "offer_until",
    PlacementState.INTRODUCED: "introduction_until",
}
_IS_LIVE = sa.text(f"state IN {listed(LIVE)}")
_IS_SEATED = sa.text(f"state IN {listed(SEATED)}")
PLANNED = frozenset(
    {"placed", "pinned"}
)  # reasons of those to whom the plan of the round gave a seat
_IS_WAITING = sa.text("frozen_at IS NULL AND ended_at IS NULL")


class Verdict(StrEnum):
    """What an approver said of a paper."""

    APPROVED = "approved"
    REFUSED = "refused"


class Authority(StrEnum):
    """By whose right an approver decided, where it is not the approver's own."""

    DELEGATED = "delegated"  # 専決: by standing rules
    DEPUTISED = "deputised"  # 代決: for somebody who is away


class DecisionPaper(Base):
    """The paper (起案書) of one seat of a need: somebody for it and alternates, in their order.

    It has its number from the first draft on, and keeps it whatever becomes of it. The content is frozen by the
    decision; what came of it is appended.
    """

    __tablename__ = "decision_paper"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"], ["need.id", "need.municipality_code"]
        ),
        sa.UniqueConstraint("prefecture_code", "fiscal_year", "number"),
        sa.Index(
            "uq_decision_paper_waiting", "need_id", "seat", unique=True,
            sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING,
        ),
        sa.CheckConstraint("number > 0 AND seat > 0", name="counted_from_one"),
        sa.CheckConstraint("decided_by <> drafted_by", name="two_officers"),
        sa.CheckConstraint(
            "endorsed_by <> drafted_by AND endorsed_by <> decided_by", name="endorsed_by_another"
        ),
        sa.CheckConstraint(
            "(endorsed_by IS NULL) = (endorsed_at IS NULL)", name="endorsed_when"
        ),
        sa.CheckConstraint(
            "authority IS NULL OR decision IS NOT NULL", name="authority_of_a_decision"
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (frozen_at IS NULL) AND (decision IS NULL) = (content IS NULL)",
            name="frozen_by_the_decision",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    need_id: Mapped[int] = mapped_column(_ID, index=True)
    seat: Mapped[int]  # of the need, from 1
    fiscal_year: Mapped[int]  # of the first draft
    number: Mapped[int]  # within the prefecture's fiscal year; never given twice
    numbered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id")
    )  # the last time
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    endorsed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    endorsed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    authority: Mapped[Authority | None] = mapped_column(choice(Authority))
    decision: Mapped[Verdict | None] = mapped_column(choice(Verdict))
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any] | None] = mapped_column(
        Json
    )  # ids, codes, figures; names stay in the snapshots
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # only appended to
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nobody on it is under way
    version: Mapped[int] = mapped_column(sa.Integer)

    need: Mapped[Need] = relationship(
        foreign_keys=[need_id], primaryjoin=lambda: DecisionPaper.need_id == Need.id
    )

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def is_waiting(self) -> bool:
        """Whether it can still be drafted again and decided, in Python and in SQL."""
        return (self.frozen_at == None) & (self.ended_at == None)  # noqa: E711


class PaperPrint(Base):
    """The PDF of a decided paper as it was last made; it can be made again from what is stored."""

    __tablename__ = "paper_print"

    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("decision_paper.id"), primary_key=True)
    layout: Mapped[int]  # version of the template that it was made with
    source: Mapped[str] = mapped_column(Text(64))  # digest of the sheet that it shows
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(EncryptedText)  # base64 of the file: it names people


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
            sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE,
        ),
        sa.Index(
            "uq_placement_seat", "need_id", "seat", unique=True,
            sqlite_where=_IS_SEATED, postgresql_where=_IS_SEATED,
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="two_officers"),
        sa.CheckConstraint(
            f"state NOT IN {listed(APPROVED)} OR approved_by IS NOT NULL",
            name="approved_by_somebody",
        ),
        sa.CheckConstraint(f"state NOT IN {listed(SEATED)} OR seat IS NOT NULL", name="seated"),
        sa.CheckConstraint(
            "paper_id IS NULL OR (drafted_at IS NOT NULL AND seat IS NOT NULL)",
            name="drafted_on_a_paper",
        ),
        sa.CheckConstraint(
            f"(state IN {listed(ENDED)}) = (end_reason IS NOT NULL)", name="every_end_has_a_reason"
        ),
        sa.CheckConstraint(
            f"state NOT IN {listed(SERVED)} OR confirmed_at IS NOT NULL", name="confirmed_when",
        ),
        sa.CheckConstraint(
            f"passed_why IS NULL OR state = '{PlacementState.APPROVED}'",
            name="passed_over_while_approved",
        ),
        sa.CheckConstraint(
            "(passed_at IS NULL) = (passed_why IS NULL)", name="passed_over_when"
        ),
        sa.CheckConstraint(
            "(returned_at IS NULL) = (return_reason IS NULL)", name="returned_when"
        ),
        sa.CheckConstraint(
            "(agreed_half_days IS NULL) = (agreed_first_month IS NULL)"
            " AND (agreed_half_days IS NULL) = (agreed_last_month IS NULL)"
            " AND (agreed_half_days IS NULL) = (agreed_mode IS NULL)"
            f" AND agreed_half_days BETWEEN 1 AND {MOST_HALF_DAYS}"
            " AND agreed_last_month >= agreed_first_month",
            name="agreed_as_a_whole",
        ),
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
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision_paper.id"), index=True)
    seat: Mapped[int | None]  # of the paper: the seat for which the person is drafted
    rank: Mapped[int] = mapped_column(default=1)  # on the paper: 1 first, then alternates
    fit: Mapped[int]  # basis points, of the round
    parts: Mapped[dict[str, int]] = mapped_column(Json)
    reason: Mapped[dict[str, Any]] = mapped_column(Json)  # why this pair, as the round said
    need_version: Mapped[int]  # content_version of the need that was decided on
    snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("profile_snapshot.id"))
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    draft_comment: Mapped[str] = mapped_column(Text(1000), default="")
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last time
    return_reason: Mapped[str | None] = mapped_column(Text(40))
    return_comment: Mapped[str] = mapped_column(Text(1000), default="", server_default="")
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_comment: Mapped[str] = mapped_column(Text(1000), default="")
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the last vain try to ask
    passed_why: Mapped[str | None] = mapped_column(Sentence(1000))
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    introduced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    introduction_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_half_days: Mapped[int | None]  # what both agreed on in the place of the need's
    agreed_first_month: Mapped[int | None]
    agreed_last_month: Mapped[int | None]
    agreed_mode: Mapped[NeedMode | None] = mapped_column(choice(NeedMode))
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
    paper: Mapped[DecisionPaper | None] = relationship()
    round: Mapped[Round | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def conditions(self) -> Conditions:
        """What the person is asked for: the need's conditions, or what both sides agreed on."""
        return self.conditions_of(self.need)

    def conditions_of(self, need: Need) -> Conditions:
        """The same if the need were `need`."""
        if (
            self.agreed_half_days is None
            or self.agreed_first_month is None
            or self.agreed_last_month is None
            or self.agreed_mode is None
        ):
            return Conditions.of(need)
        return Conditions.changed(
            need, self.agreed_half_days, self.agreed_first_month, self.agreed_last_month,
            self.agreed_mode,
        )  # fmt: skip

    @property
    def alias(self) -> str:
        """The name of the person for a town that may not know it."""
        return alias_of(self.id)

    @hybrid_property
    def is_returned(self) -> bool:
        """Whether it waits for the drafter to submit it again, in Python and in SQL."""
        return (self.state == PlacementState.SUGGESTED) & (self.returned_at != None)  # noqa: E711

    @hybrid_property
    def answer_until(self) -> datetime | None:
        """When the answer that is waited for is due; none where nobody is asked."""
        column = _DUE.get(self.state)
        return getattr(self, column) if column else None

    @answer_until.inplace.expression
    @classmethod
    def _answer_until(cls) -> sa.ColumnElement[datetime | None]:
        return sa.case(*((cls.state == state, getattr(cls, name)) for state, name in _DUE.items()))


class DeadlineExtension(Base):
    """A later day for an answer, and why. Rows are never changed."""

    __tablename__ = "deadline_extension"
    __table_args__ = (sa.CheckConstraint("until > before", name="later"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    placement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("placement.id", ondelete="CASCADE"), index=True
    )
    before: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(EncryptedText)  # for staff alone
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HoldLift(Base):
    """A coordinator's decision to let a pair pass although the screening says `hold`."""

    __tablename__ = "hold_lift"

    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(Text(40), primary_key=True)
    reason: Mapped[str] = mapped_column(Text(500))
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime] = mapped_column(UtcDateTime)


viewed_by(Placement, Action.VIEW_PLACEMENT)
viewed_by(DecisionPaper, Action.VIEW_PAPER)

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


@within(DecisionPaper, Scope.PREFECTURE)
def _paper_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return DecisionPaper.prefecture_code == actor.prefecture_code


@within(Candidate, Scope.INTRODUCED)
def _introduced(actor: Actor) -> sa.ColumnElement[bool]:
    """The people whose names the officer's town knows: they said yes to it, and it still stands.

    The members of a joint need know them with its lead town.
    """
    joint = sa.select(Placement.candidate_id).where(
        Placement.need_id.in_(needs_joined(actor, JOINED)), Placement.state.in_(NAMED)
    )
    return _placed_in_town(actor, NAMED) | Candidate.id.in_(joint)


@within(Candidate, Scope.AGREED)
def _agreed(actor: Actor) -> sa.ColumnElement[bool]:
    """The people whom the officer's town may call: both have said yes, and it still stands."""
    return _placed_in_town(actor, AGREED)


def _placed_in_town(actor: Actor, states: Collection[PlacementState]) -> sa.ColumnElement[bool]:
    return Candidate.id.in_(
        sa.select(Placement.candidate_id).where(
            Placement.municipality_code == actor.municipality_code,
            Placement.state.in_(states),
        )
    )
