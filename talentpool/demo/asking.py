"""Questions of somebody who is asked: one that the town has answered, and one that still waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..db import Session
from ..permissions import Actor
from ..placements.models import Placement
from ..placements.questions.answering import answer_question
from ..placements.questions.asking import ask_question, may_ask

ANSWERED = ("町のパソコンは借りられますか。", "はい。庁内用とオンライン会議用を1台ずつ用意します。")
WAITING = "現地の日は曜日を選べますか。"
HOUR = timedelta(hours=1)


def ask_twice(
    session: Session, placement: Placement, person: Actor, town: Actor, now: datetime
) -> None:
    """As far as the time for questions is not over."""
    if not may_ask(placement, now + 3 * HOUR):
        return
    first = ask_question(session, placement, ANSWERED[0], actor=person, now=now)
    answer_question(session, first, ANSWERED[1], actor=town, now=now + 2 * HOUR)
    ask_question(session, placement, WAITING, actor=person, now=now + 3 * HOUR)
