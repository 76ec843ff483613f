"""Months over plan: one that both sides agreed on, one that waits for the prefecture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from .. import audit, dates
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.month_additions import MonthAddition
from ..errors import Problem
from ..permissions import Actor, Role
from ..placements.adding import ask_more, take_step
from ..states import AdditionState
from .accounts import Officers
from .people import HYOGO

WORDS = (
    "年度末の窓口の混雑に合わせて、職員研修を1回増やしたいため。",
    "システムの移行テストに立ち会う日が増えたため。",
)
HOUR = timedelta(hours=1)


def add_months(
    session: Session, running: Sequence[Engagement], officers: Officers, midnight: datetime
) -> None:
    month, words = dates.month_of(dates.local_date(midnight)), list(WORDS)
    for row in running:
        if not words:
            return
        asked = _ask(session, row, month, words[0], midnight - timedelta(days=2))
        if asked is None:
            continue
        if words.pop(0) == WORDS[0]:
            _agree(session, asked, officers, midnight - timedelta(days=1))


def _ask(
    session: Session, row: Engagement, month: int, words: str, now: datetime
) -> MonthAddition | None:
    """None where the rules or the ledger leave no room."""
    person = Actor(row.candidate.user_id, Role.CANDIDATE, HYOGO)
    try:
        with audit.attempt(session):
            return ask_more(session, row, month, 1, words, actor=person, now=now)
    except Problem:
        return None


def _agree(session: Session, row: MonthAddition, officers: Officers, now: datetime) -> None:
    if row.state is AdditionState.REVIEW:
        take_step(session, row, "draft", actor=officers.coordinator, now=now - HOUR)
        take_step(session, row, "approve", actor=officers.approver, now=now)
    take_step(session, row, "agree", actor=officers.towns[row.municipality_code], now=now + HOUR)
