from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..candidates.models import Candidate
from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..permissions import Action, Actor, Scope, condition, viewed_by, within
from .questions import Answer


class SelfAnswer(Base):
    """What a person says to one of the twelve questions; no row: nothing yet. It goes with the person."""

    __tablename__ = "self_answer"

    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    question: Mapped[str] = mapped_column(Text(40), primary_key=True)
    answer: Mapped[Answer] = mapped_column(choice(Answer))
    line: Mapped[str] = mapped_column(EncryptedText, default="")  # what was done
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)  # as it stands


viewed_by(SelfAnswer, Action.VIEW_SELF_CHECK)


@within(SelfAnswer, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    people = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return SelfAnswer.candidate_id.in_(people)


@within(SelfAnswer, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    """Of whoever officers see at all."""
    people = sa.select(Candidate.id).where(condition(actor, Action.VIEW_CANDIDATE, Candidate))
    return SelfAnswer.candidate_id.in_(people)
