"""Asking, as long as the answer can come before one's own is due."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ... import audit
from ...accounts.telling import tell_audience
from ...candidates.service import speaks_for
from ...dates import add_business_days, end_of_day, local_date, show_date
from ...db import Session, is_storable
from ...errors import Conflict, Forbidden, Refused
from ...language import say
from ...permissions import Action, Actor, require
from ...states import Audience, PlacementState, QuestionState
from ...waits import end_of_term
from ..locking import lock_placements
from ..models import Placement
from .models import Question

ANSWER_DAYS = 2  # business days that the town has to answer
LONGEST = 1000  # characters of a question and of an answer
ASK = "question.ask"  # mail
LINK = "/questions/{}"


def closes_at(placement: Placement) -> datetime | None:
    """Until when questions are taken: an answer still comes before the person's own is due. None: not asked now."""
    until = placement.offer_until
    if placement.state is not PlacementState.OFFERED or until is None:
        return None
    return end_of_day(add_business_days(local_date(until), -ANSWER_DAYS))


def may_ask(placement: Placement, now: datetime) -> bool:
    closing = closes_at(placement)
    return closing is not None and now <= closing


def waits(session: Session, placement: Placement) -> bool:
    """Whether the last question of this person about it has no answer yet."""
    query = sa.select(Question.id).where(
        Question.placement_id == placement.id, Question.state == QuestionState.ASKED
    )
    return session.scalars(query).first() is not None


def ask_question(
    session: Session, placement: Placement, text: str, *, actor: Actor, now: datetime
) -> Question:
    """The person, or an officer for somebody without an account."""
    require(session, actor, Action.ASK_QUESTION, placement)
    if not speaks_for(actor, placement.candidate):
        raise Forbidden(say("質問するのは本人です。アカウントのない人の代わりにだけ記録できます。"))
    lock_placements(session, [placement])
    _check_time(placement, now)
    check_text("text", text)
    if waits(session, placement):
        raise Conflict(
            say("まだ回答のない質問があります。次の質問は、締切までに回答が届けば送れます。")
        )
    row = Question(
        need_id=placement.need_id, placement_id=placement.id, placement=placement,
        prefecture_code=placement.prefecture_code, municipality_code=placement.municipality_code,
        candidate_id=placement.candidate_id, state=QuestionState.ASKED, text=text.strip(),
        asked_at=now, asked_by=actor.user_id, until=end_of_term(now, ANSWER_DAYS),
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"to": str(row.state), "need": row.need_id}
    audit.record(session, audit.Deed.QUESTION_ASK, row, actor=actor, now=now, detail=detail)
    for audience in (Audience.MUNICIPALITY, Audience.COORDINATOR):
        tell_audience(
            session, row, audience, event=f"question/{row.id}/ask", template=ASK,
            link=LINK.format(row.id), user_id=None, actor=actor, now=now,
        )  # fmt: skip
    return row


def _check_time(placement: Placement, now: datetime) -> None:
    closing = closes_at(placement)
    if closing is None:
        raise Conflict(say("打診への返事を待っているあいだだけ、質問できます。"))
    if now > closing:
        raise Conflict(
            say(
                "質問の締切（%(day)s）を過ぎています。市町の回答に%(n)s営業日かかるため、返事の期限に間に合う日までです。",
                day=show_date(local_date(closing)),
                n=ANSWER_DAYS,
            )
        )


def check_text(field: str, text: str) -> None:
    if not text.strip():
        raise Refused.at(field, say("入力してください。"))
    if len(text) > LONGEST:
        longest = f"{LONGEST:,}"
        raise Refused.at(field, say("%(longest)s文字以内で書いてください。", longest=longest))
    if not is_storable(text):
        raise Refused.at(field, say("使えない文字が含まれています。"))
