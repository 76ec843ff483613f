"""The town is reminded of a question once, on the morning of the day on which its answer is due. Called by the worker's timer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ...accounts.reminders import morning, without_ordered
from ...accounts.telling import list_recipients
from ...db import Session
from ...mail import order_mail
from ...states import Audience, QuestionState
from .asking import LINK
from .models import Question

REMIND = "question.remind"  # mail


@dataclass(frozen=True, slots=True)
class Reminder:
    question: Question

    @property
    def event(self) -> str:
        row = self.question
        return f"question/{row.id}/remind"


def list_due(session: Session, now: datetime) -> list[Reminder]:
    query = sa.select(Question).where(Question.state == QuestionState.ASKED, Question.until > now)
    due = [
        Reminder(row)
        for row in session.scalars(query.order_by(Question.id))
        if row.asked_at < morning(row.until) <= now
    ]
    return [one for one in without_ordered(session, due) if session.scalars(_told(one)).first()]


def _told(reminder: Reminder) -> sa.Select[int]:
    return list_recipients(reminder.question, Audience.MUNICIPALITY, None)


def remind(session: Session, now: datetime) -> list[Reminder]:
    found = list_due(session, now)
    for reminder in found:
        row = reminder.question
        for recipient in session.scalars(_told(reminder)).all():
            order_mail(
                session, event=reminder.event, recipient_id=recipient, template=REMIND,
                link=LINK.format(row.id), now=now, prefecture_code=row.prefecture_code,
            )  # fmt: skip
    return found
