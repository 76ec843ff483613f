from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...candidates.models import Candidate
from ...db import Base, EncryptedText, Text, UtcDateTime, choice
from ...permissions import Action, Actor, Scope, viewed_by, within
from ...states import SEATED, QuestionState
from ..models import Placement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_QS = QuestionState


class Question(Base):
    """Of somebody who is asked, about the need; the answer is the town's."""

    __tablename__ = "question"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
        ),
        sa.CheckConstraint(
            f"(state = '{_QS.ANSWERED}') = (answer IS NOT NULL)"
            " AND (answer IS NULL) = (answered_at IS NULL)",
            name="answered_with_words",
        ),
        sa.CheckConstraint(
            f"(state = '{_QS.DISMISSED}') = (end_reason IS NOT NULL)", name="dismissed_why"
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    placement_id: Mapped[int] = mapped_column(_ID, index=True)  # of whoever asks
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"))
    state: Mapped[QuestionState] = mapped_column(choice(QuestionState), default=QuestionState.ASKED)
    text: Mapped[str] = mapped_column(EncryptedText)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)  # for the answer
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last time
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    end_reason: Mapped[str | None] = mapped_column(Text(40))
    end_comment: Mapped[str] = mapped_column(Text(1000), default="")
    version: Mapped[int] = mapped_column(sa.Integer)

    placement: Mapped[Placement] = relationship(
        foreign_keys=[placement_id], primaryjoin=lambda: Question.placement_id == Placement.id
    )

    __mapper_args__ = {"version_id_col": version}


viewed_by(Question, Action.VIEW_QUESTION)


@within(Question, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    """The own ones, and of needs for which the person is asked or comes those that have an answer or wait for one."""
    mine = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    asked = sa.select(Placement.need_id).where(
        Placement.candidate_id.in_(mine), Placement.state.in_(SEATED)
    )
    is_read = Question.state.in_([_QS.ASKED, _QS.ANSWERED])
    return Question.candidate_id.in_(mine) | (Question.need_id.in_(asked) & is_read)


@within(Question, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return Question.municipality_code == actor.municipality_code


@within(Question, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Question.prefecture_code == actor.prefecture_code
