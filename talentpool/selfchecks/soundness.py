"""What must hold of every answer of a self-check."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from .models import SelfAnswer
from .questions import QUESTIONS, Answer


def violations(session: Session) -> Iterator[str]:
    """It is to one of the twelve; a yes says what was done, a no nothing."""
    query = sa.select(SelfAnswer).order_by(SelfAnswer.candidate_id, SelfAnswer.question)
    for row in session.scalars(query):
        said = f"self_answer {row.candidate_id}/{row.question}"
        if row.question not in QUESTIONS:
            yield f"{said}: no such question"
        if row.answer is not Answer.PARTLY and bool(row.line) != (row.answer is Answer.YES):
            yield f"{said}: {row.answer} {'with' if row.line else 'without'} what was done"
