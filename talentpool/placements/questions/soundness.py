"""What must hold of questions, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ...db import Session
from ...needs.models import Need
from ...states import NeedState, QuestionState
from ..models import Placement
from .models import Question


def violations(session: Session) -> Iterator[str]:
    query = sa.select(Question.id, Need.id).join(Need, Need.id == Question.need_id)
    waits = Question.state == QuestionState.ASKED
    for ident, need in session.execute(query.where(waits, Need.state == NeedState.CLOSED)):
        yield f"question {ident}: waits for an answer, but need {need} is closed"
    other = sa.select(Question.id).join(Placement, Placement.id == Question.placement_id)
    for ident in session.scalars(other.where(Placement.need_id != Question.need_id)):
        yield f"question {ident}: about another need than its placement"
