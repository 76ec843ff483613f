from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...candidates.service import speaks_for
from ...db import Session
from ...needs.models import Need
from ...permissions import Actor, get_visible, visible
from ...states import QuestionState, Transition, available
from ..models import Placement
from .models import Question

MOST = 100  # of a list
_IS_OPEN = Question.state == QuestionState.ASKED


def has_open(session: Session, need_id: int) -> bool:
    """Whether somebody waits for an answer: nobody else is asked meanwhile."""
    session.flush()
    query = sa.select(Question.id).where(Question.need_id == need_id, _IS_OPEN).limit(1)
    return session.scalar(query) is not None


def list_of_need(session: Session, actor: Actor, need_id: int) -> Sequence[Question]:
    """Those that `actor` may see, what is open first, then the newest."""
    query = visible(actor, Question).where(Question.need_id == need_id)
    return session.scalars(query.order_by(~_IS_OPEN, Question.id.desc())).all()


def list_questions(session: Session, actor: Actor) -> Sequence[Question]:
    """Of all needs, what waits longest first, then the newest."""
    query = visible(actor, Question).options(_need())
    order = ~_IS_OPEN, sa.case((_IS_OPEN, Question.id), else_=-Question.id)
    return session.scalars(query.order_by(*order).limit(MOST)).all()


def get_question(session: Session, actor: Actor, ident: int) -> Question:
    return get_visible(session, actor, Question, ident)


def list_steps(session: Session, row: Question, actor: Actor) -> list[Transition]:
    """The buttons of its page."""
    steps = available(session, row, actor)
    return [step for step in steps if step.verb != "withdraw" or may_withdraw(row, actor)]


def may_withdraw(row: Question, actor: Actor) -> bool:
    """The person who asked, or an officer for somebody without an account."""
    return speaks_for(actor, row.placement.candidate)


def need_of(row: Question) -> Need:
    return row.placement.need


def _need() -> sa.orm.interfaces.LoaderOption:
    return joinedload(Question.placement).joinedload(Placement.need)
