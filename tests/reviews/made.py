"""Reviews as the worker asks for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from talentpool.db import Session
from talentpool.permissions import SYSTEM
from talentpool.reviews.asking import Question, ask
from talentpool.reviews.models import Kind, Review, ReviewSide
from tests import factories as make


def make_reviews(
    session: Session, kind: Kind = Kind.END, *, now: datetime = make.NOW, **engagement: Any
) -> dict[ReviewSide, Review]:
    """Both sides' rows of an engagement; `engagement`: what it is made of."""
    made = make.make_engagement(session, now=now, **engagement)
    rows = ask(session, Question(made, kind), actor=SYSTEM, now=now)
    return {row.side: row for row in rows}
