"""The things that wait, one by one: what is due or looked at first, then what has waited longest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from ..accounts.models import User
from ..accounts.postal import PostalTask
from ..dates import local_date, start_of_day
from ..db import Base, Session
from ..desk.models import OF, Duty, about, along, due_of, is_of
from ..engagements.models import Engagement
from ..permissions import Action, Actor, scope_of, visible
from ..placements.models import Placement
from ..waits import Terms
from .queues import Queue

MOST = 20  # of one kind of work
SHOWN = 60  # of all kinds, what is due first
_NEVER = datetime.max.replace(tzinfo=UTC)


class Whose(StrEnum):
    """Which things are listed, by who sees to them."""

    ALL = "all"
    MINE = "mine"
    NOBODY = "nobody"

    def condition(self, actor: Actor) -> sa.ColumnElement[bool]:
        if self is Whose.MINE:
            return Duty.owner_id == actor.user_id
        return Duty.owner_id.is_(None) if self is Whose.NOBODY else sa.true()


@dataclass(frozen=True, slots=True)
class Item:
    """A thing of a queue. due: when the answer or the task is due; none where nothing is set."""

    queue: Queue
    thing: Any
    since: datetime | None
    due: datetime | None
    duty: Duty | None = None
    count: int = 1  # rows that stand there as one: letters to a person, the people of a paper

    @property
    def kind(self) -> str:
        """Names the table of the thing."""
        return str(self.thing.__tablename__)

    @property
    def place(self) -> tuple[Any, ...]:
        """What its link opens: the rows of one paper are one thing, and the letters to one person."""
        thing = self.thing
        if isinstance(thing, PostalTask):
            return self.kind, thing.candidate_id
        paper = getattr(thing, "paper_id", None)
        return (self.kind, 0, paper) if paper else (self.kind, *sa.inspect(thing).identity)

    @property
    def subject(self) -> Any:
        """What stands there by name: the thing, or what a proposal is made for."""
        return about(self.thing) or self.thing

    @property
    def is_of_both(self) -> bool:
        """Of a person and a need."""
        return isinstance(self.subject, Placement | Engagement)

    @property
    def candidate_id(self) -> int | None:
        """Of the person whose name stands there."""
        found: int | None = getattr(self.thing, "candidate_id", None)
        return found

    @property
    def next(self) -> datetime:
        """When somebody has to look: at the deadline, or on the day that is set before it."""
        day = self.duty.follow_up if self.duty else None
        return min(self.due or _NEVER, start_of_day(day) if day else _NEVER)

    def age(self, today: date) -> int | None:
        """Days since it began to wait."""
        return (today - local_date(self.since)).days if self.since else None


def thing_of(model: type[Base]) -> sa.ColumnElement[int]:
    """What is opened as one: the row, the paper that several placements stand on, or all letters to a person."""
    if model is Placement:
        return sa.func.coalesce(-Placement.paper_id, Placement.id)
    if model is PostalTask:
        return PostalTask.candidate_id  # type: ignore[return-value]
    key: sa.ColumnElement[int] = sa.inspect(model).primary_key[0]
    return key


class Span(StrEnum):
    """When somebody has to look."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"  # within seven days
    LATER = "later"
    OPEN = "open"  # no day is set


def span_of(item: Item, now: datetime) -> Span:
    if item.next == _NEVER:
        return Span.OPEN
    today, day = local_date(now), local_date(item.next)
    if day < today or (item.due is not None and item.due < now):
        return Span.LATE
    if day == today:
        return Span.TODAY
    return Span.WEEK if day < today + timedelta(days=7) else Span.LATER


def by_span(items: Sequence[Item], now: datetime) -> list[tuple[Span, list[Item]]]:
    """The items in their order, by when somebody has to look; what is late comes first."""
    found: dict[Span, list[Item]] = {span: [] for span in Span}
    for item in items:
        found[span_of(item, now)].append(item)
    return [(span, some) for span, some in found.items() if some]


def _owner() -> ExecutableOption:
    return joinedload(Duty.owner).load_only(User.display_name)


def has_items(queue: Queue) -> bool:
    """Whether its things can be opened one by one."""
    return queue.model in OF or queue.model is Duty


def list_items(
    session: Session,
    actor: Actor,
    queues: Iterable[Queue],
    today: date,
    terms: Terms,
    whose: Whose = Whose.ALL,
) -> list[Item]:
    """The first of every queue that has things to open. terms: of the deadlines."""
    by_model: dict[type[Base], list[Queue]] = {}
    for queue in filter(has_items, queues):
        by_model.setdefault(queue.model, []).append(queue)
    looked_at = by_model.pop(Duty, [])
    found = [
        item
        for model, of_model in by_model.items()
        for item in _list_of(session, actor, model, of_model, today, whose, terms)
    ]
    for queue in looked_at:
        seen = {item.place: item for item in _list_looked_at(session, actor, queue, today, whose)}
        found += seen.values()
    return sorted(found, key=lambda item: (item.next, item.since or _NEVER))[:SHOWN]


def _list_of(
    session: Session,
    actor: Actor,
    model: type[Base],
    queues: Sequence[Queue],
    today: date,
    whose: Whose,
    terms: Terms,
) -> Iterator[Item]:
    """In one query, the first row of each thing: no row is in two queues of one model."""
    (key,) = sa.inspect(model).primary_key
    conditions = [queue.on(today) for queue in queues]
    waiting = (
        visible(actor, model)
        .outerjoin(Duty, is_of(model))
        .where(sa.or_(*conditions), whose.condition(actor))
        .with_only_columns(
            key.label("id"),
            thing_of(model).label("thing"),
            sa.case(*((condition, n) for n, condition in enumerate(conditions))).label("place"),
            sa.case(
                *((one, queue.since) for one, queue in zip(conditions, queues, strict=True))
            ).label("since"),
        )
        .subquery()
        .c
    )
    since, first = sa.func.min(waiting.since), sa.func.min(waiting.id)
    rank = sa.func.row_number().over(partition_by=waiting.place, order_by=(since, first))
    ranked = (
        sa.select(
            first.label("id"), waiting.place, since.label("since"),
            sa.func.count().label("count"), rank.label("rank"),
        )
        .group_by(waiting.place, waiting.thing)
        .subquery()
        .c
    )  # fmt: skip
    query = (
        sa.select(model, ranked.place, ranked.since, ranked.count, Duty)
        .join(ranked.id.table, ranked.id == key)
        .outerjoin(Duty, is_of(model))
        .where(ranked.rank <= MOST)
        .order_by(ranked.place, ranked.rank)
        .options(*along(model), _owner())
    )
    sees = scope_of(actor, Action.VIEW_DUTY) is not None
    for thing, number, since_when, count, duty in session.execute(query):
        queue = queues[number]
        due = due_of(thing)
        if due is None and queue.wait is not None and since_when is not None:
            due = terms.due(queue.wait, since_when)
        yield Item(queue, thing, since_when, due, duty if sees else None, count)


def _list_looked_at(
    session: Session, actor: Actor, queue: Queue, today: date, whose: Whose
) -> Iterator[Item]:
    """What the duties of the queue are about, those whose day came first."""
    query = visible(actor, Duty).where(queue.on(today), whose.condition(actor))
    duties = session.scalars(
        query.options(_owner()).order_by(Duty.follow_up, Duty.id).limit(MOST)
    ).all()
    for model, name in OF.items():
        of_model = {ident: duty for duty in duties if (ident := getattr(duty, name)) is not None}
        if not of_model:
            continue
        key = sa.inspect(model).primary_key[0]
        things: sa.Select[Any] = (
            visible(actor, model).where(key.in_(of_model)).options(*along(model))
        )
        for thing in session.scalars(things):
            duty = of_model[thing.id]
            yield Item(queue, thing, duty.set_at, None, duty)
