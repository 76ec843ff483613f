"""Letters to people without an account: what waits to be posted, what each says, and that it went out.

The days of an answer run from the day on which the letter is likely to arrive, or from the call that told the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.models import User
from ..accounts.postal import PostalTask
from ..candidates.models import Candidate, Membership
from ..dates import local_date
from ..db import Base, Session
from ..deadlines.service import read_terms
from ..engagements.models import Engagement
from ..engagements.month_additions import MonthAddition
from ..engagements.outlook import Side
from ..errors import Conflict, Refused
from ..language import say
from ..mail_choices import QUESTIONS
from ..permissions import Action, Actor, get_visible, require, visible
from .adding_notices import ASK
from .counters.models import CounterProposal
from .counters.timing import due_if_posted as due_of_counter
from .models import Placement
from .reach import due_after, extend_told_late, letter_arrives

DONE_SHOWN = 50
M = TypeVar("M", bound=Base)


@dataclass(frozen=True, slots=True)
class Letter:
    task: PostalTask
    person: Candidate
    placement: Placement | None = None  # that it is about
    counter: CounterProposal | None = None  # of conditions for it
    membership: Membership | None = None
    addition: MonthAddition | None = None  # of half-days in one month

    @property
    def is_question(self) -> bool:
        """Whether it asks for an answer within a term."""
        is_known = self.placement is not None or self.counter is not None
        return self.task.template in QUESTIONS and is_known

    @property
    def asks_more(self) -> bool:
        """Whether it asks to agree to more half-days, without a term."""
        return self.addition is not None and self.task.template == ASK[Side.PERSON]


def list_letters(session: Session, actor: Actor) -> tuple[Sequence[Letter], Sequence[Letter]]:
    """(those that wait, the oldest first; the last ones that went out)."""
    require(session, actor, Action.VIEW_MAIL)
    query = visible(actor, PostalTask).options(
        joinedload(PostalTask.officer).load_only(User.display_name)
    )
    waiting = query.where(PostalTask.handled_at.is_(None)).order_by(PostalTask.id)
    done = query.where(PostalTask.handled_at.is_not(None))
    done = done.order_by(PostalTask.handled_at.desc(), PostalTask.id.desc()).limit(DONE_SHOWN)
    return _letters(session, session.scalars(waiting)), _letters(session, session.scalars(done))


def get_letter(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Letter:
    (letter,) = _letters(session, [get_visible(session, actor, PostalTask, ident, lock=lock)])
    return letter


def _letters(
    session: Session, tasks: sa.ScalarResult[PostalTask] | list[PostalTask]
) -> list[Letter]:
    rows = list(tasks)
    ids = {row.candidate_id for row in rows}
    people = {
        one.id: one for one in session.scalars(sa.select(Candidate).where(Candidate.id.in_(ids)))
    }
    placements = _about(session, rows, Placement, joinedload(Placement.need))
    along = joinedload(CounterProposal.placement).joinedload(Placement.need)
    counters = _about(session, rows, CounterProposal, along)
    memberships = _about(session, rows, Membership)
    work = joinedload(MonthAddition.engagement).joinedload(Engagement.need)
    additions = _about(session, rows, MonthAddition, work)
    return [
        Letter(
            row,
            people[row.candidate_id],
            placements.get(row.id),
            counters.get(row.id),
            memberships.get(row.id),
            additions.get(row.id),
        )
        for row in rows
    ]


def _about(
    session: Session, rows: Sequence[PostalTask], kind: type[M], *along: Any
) -> dict[int, M]:
    """By id of the task, the things of one kind that letters are about."""
    ids = {row.id: _number_of(row, kind) for row in rows}
    model: Any = kind
    query = (
        sa.select(model).where(model.id.in_([one for one in ids.values() if one])).options(*along)
    )
    found = {one.id: one for one in session.scalars(query)}
    return {ident: found[number] for ident, number in ids.items() if number in found}


def _number_of(task: PostalTask, kind: type[Base]) -> int | None:
    name, _, rest = task.event.partition("/")
    ident = rest.partition("/")[0]
    return int(ident) if name == kind.__tablename__ and ident.isdecimal() else None


def due_if_posted(session: Session, letter: Letter, day: date) -> datetime | None:
    """When the answer is due that the letter asks for, if it is posted on that day."""
    if letter.counter is not None and letter.is_question:
        return due_of_counter(session, letter.counter, day)
    placement = letter.placement
    if placement is None or not letter.is_question or placement.answer_until is None:
        return None
    terms = read_terms(session, placement.prefecture_code)
    return max(due_after(placement, letter_arrives(day), terms), placement.answer_until)


def note_posted(
    session: Session, task: PostalTask, day: date, *, actor: Actor, now: datetime
) -> None:
    _handle(session, task, day, actor=actor, now=now)
    task.posted_on = day
    _finish(session, task, "letter", day, actor=actor, now=now)


def note_told(
    session: Session, task: PostalTask, day: date, *, actor: Actor, now: datetime
) -> None:
    """The person was told by telephone what the letter says: it need not be posted."""
    _handle(session, task, day, actor=actor, now=now)
    task.told_on = day
    _finish(session, task, "telephone", day, actor=actor, now=now)


def _handle(session: Session, task: PostalTask, day: date, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.POST_LETTER, task)
    if task.handled_at is not None:
        raise Conflict(say("この手紙は、送ったか、電話で知らせたことがもう記録されています。"))
    if not local_date(task.ordered_at) <= day <= local_date(now):
        raise Refused.at("day", say("手紙が必要になった日から今日までの日にしてください。"))
    task.handled_at, task.handled_by = now, actor.user_id


def _finish(
    session: Session, task: PostalTask, how: str, day: date, *, actor: Actor, now: datetime
) -> None:
    detail = {"how": how, "day": day.isoformat()}
    audit.record(session, audit.Deed.LETTER_POST, task, actor=actor, now=now, detail=detail)
    session.flush()
    ident = _number_of(task, Placement)
    if ident is not None:
        extend_told_late(session, now, [ident])


def note_told_by_answer(
    session: Session, placement: Placement, day: date, *, actor: Actor, now: datetime
) -> None:
    """Who answers has been told the question, whatever became of the letter."""
    query = sa.select(PostalTask).where(
        PostalTask.link == f"/offers/{placement.id}",
        PostalTask.template.in_(QUESTIONS),
        PostalTask.handled_at.is_(None),
    )
    for task in session.scalars(query):
        task.handled_at, task.handled_by, task.told_on = now, actor.user_id, day
        _finish(session, task, "telephone", day, actor=actor, now=now)
