"""What becomes of a question: answered by the town, withdrawn by whoever asked, or not taken up. Then offers go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from ...accounts.postal import ENCLOSED, Rows
from ...accounts.telling import tell, tell_audience
from ...db import Session
from ...errors import Forbidden
from ...language import say
from ...needs.models import Need
from ...permissions import SYSTEM, Action, Actor, require
from ...reference.reasons import check_said
from ...states import HOLDING, QUESTION, Audience, QuestionState, Transition, move
from ..locking import lock_needs
from ..models import Placement
from ..offering import advance
from .asking import LINK, check_text
from .finding import may_withdraw, need_of
from .models import Question

_CLOSED = "need_closed"  # code of the vocabulary question_dismissal_reason


def answer_question(
    session: Session, row: Question, text: str, *, actor: Actor, now: datetime
) -> None:
    """Everybody who is asked for the need is told; an answer can be put right the same way."""
    require(session, actor, Action.ANSWER_QUESTION, row)
    lock_question(session, row)
    check_text("answer", text)
    with session.no_autoflush:  # state and words change together
        step = move(session, row, "answer", actor=actor, now=now)
        row.answer, row.answered_at, row.answered_by = text.strip(), now, actor.user_id
    session.flush()
    _tell_people(session, row, actor, now)
    _tell(session, row, step, actor, now)
    advance(session, need_of(row), now=now)


def withdraw_question(session: Session, row: Question, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.ASK_QUESTION, row)
    lock_question(session, row)
    if not may_withdraw(row, actor):
        raise Forbidden(say("この操作を行う権限がありません。"))
    step = move(session, row, "withdraw", actor=actor, now=now)
    _tell(session, row, step, actor, now)
    advance(session, need_of(row), now=now)


def dismiss_question(
    session: Session,
    row: Question,
    *,
    reason: str | None,
    comment: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """取り上げない: whoever asked reads why."""
    require(session, actor, Action.DISMISS_QUESTION, row)
    lock_question(session, row)
    _dismiss(session, row, reason, comment, actor, now)
    advance(session, need_of(row), now=now)


def dismiss_open(session: Session, need: Need, now: datetime) -> None:
    """The need is closed: nobody answers any more."""
    query = sa.select(Question).where(
        Question.need_id == need.id, Question.state == QuestionState.ASKED
    )
    for row in session.scalars(query.order_by(Question.id)).all():
        _dismiss(session, row, _CLOSED, "", SYSTEM, now)


def _dismiss(
    session: Session, row: Question, reason: str | None, comment: str, actor: Actor, now: datetime
) -> None:
    check_said(session, QUESTION.steps["dismiss"], reason, comment)
    with session.no_autoflush:
        step = move(session, row, "dismiss", actor=actor, now=now, reason=reason)
        row.end_reason, row.end_comment = reason, comment
    session.flush()
    _tell(session, row, step, actor, now)
    _tell_person(session, row, row.placement, f"question.{step.verb}", actor, now)


def lock_question(session: Session, row: Question) -> None:
    """The row as it is now, its need first."""
    lock_needs(session, [row.need_id])
    session.refresh(row, with_for_update=True)


def _tell(session: Session, row: Question, step: Transition, actor: Actor, now: datetime) -> None:
    """The town, where the table names it; people are told one by one."""
    told: list[Audience] = [one for one in step.notice if one is not Audience.CANDIDATE]
    links: dict[Audience, str] = dict.fromkeys(told, LINK.format(row.id))
    tell(session, row, step, links, actor=actor, now=now)


def _tell_people(session: Session, row: Question, actor: Actor, now: datetime) -> None:
    query = sa.select(Placement).where(
        Placement.need_id == row.need_id, Placement.state.in_(HOLDING)
    )
    for placement in session.scalars(query.order_by(Placement.id)).all():
        _tell_person(session, row, placement, "question.answer", actor, now)


def _tell_person(
    session: Session, row: Question, placement: Placement, mail: str, actor: Actor, now: datetime
) -> None:
    verb = mail.partition(".")[2]
    tell_audience(
        session, placement, Audience.CANDIDATE,
        event=f"question/{row.id}/{verb}/{row.version}/{placement.id}", template=mail,
        link=f"/offers/{placement.id}", user_id=placement.candidate.user_id, actor=actor, now=now,
    )  # fmt: skip


def _enclosed(session: Session, ident: int) -> Rows:
    """What a letter about a question says."""
    row = session.get(Question, ident)
    if row is None:
        return []
    rows = [(say("募集"), need_of(row).title), (say("質問"), row.text)]
    return [*rows, (say("回答"), row.answer)] if row.answer else rows


ENCLOSED[Question.__tablename__] = _enclosed
SERVICES: Mapping[str, Callable[..., None]] = {
    "answer": answer_question,
    "withdraw": withdraw_question,
    "dismiss": dismiss_question,
}
