"""Reviews as the worker asks for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from talentpool.db import Session
from talentpool.engagements.models import Engagement
from talentpool.permissions import SYSTEM
from talentpool.reviews.asking import Question, ask
from talentpool.reviews.models import Kind, Report, Review, ReviewSide
from tests import factories as make


def make_reviews(
    session: Session, kind: Kind = Kind.END, *, now: datetime = make.NOW, **engagement: Any
) -> dict[ReviewSide, Review]:
    """Both sides' rows of an engagement; `engagement`: what it is made of."""
    made = make.make_engagement(session, now=now, **engagement)
    rows = ask(session, Question(made, kind), actor=SYSTEM, now=now)
    return {row.side: row for row in rows}


def make_report(session: Session, engagement: Engagement, *, now: datetime = make.NOW) -> Report:
    """Sent, and the person agrees that it becomes a case."""
    made = Report(
        engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
        municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
        outcome="待ち時間が半分になった。", made="手順書", created_at=now, sent_at=now,
        person_agreed_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
