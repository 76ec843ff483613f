"""The things that wait for somebody, one by one: what is due first, then what has waited longest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from ..candidates.models import Membership
from ..db import Base, Session
from ..needs.models import Need
from ..permissions import Actor, visible
from ..placements.models import Placement
from ..rounds.models import Round
from .queues import Queue

MOST = 20  # of one kind of work
_ALONG: Mapping[type[Base], Sequence[ExecutableOption]] = {  # what is shown of each
    Membership: (joinedload(Membership.candidate),),
    Need: (),
    Placement: (joinedload(Placement.need), joinedload(Placement.candidate)),
    Round: (),
}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """A thing of a queue. due: when an answer is due; none where nothing is set."""

    queue: Queue
    thing: Any
    since: datetime | None
    due: datetime | None

    @property
    def kind(self) -> str:
        """Names the table of the thing."""
        return str(self.thing.__tablename__)

    @property
    def place(self) -> tuple[Any, ...]:
        """What its link opens: the rows of one paper are one thing."""
        paper = getattr(self.thing, "paper_id", None)
        return (self.queue.label, paper or 0, *(() if paper else sa.inspect(self.thing).identity))

    @property
    def candidate_id(self) -> int | None:
        """Of the person whose name stands there."""
        found: int | None = getattr(self.thing, "candidate_id", None)
        return found


def list_items(session: Session, actor: Actor, queues: Iterable[Queue], today: date) -> list[Item]:
    """The first of every queue that has things to open."""
    found = [
        Item(queue, thing, getattr(thing, queue.since.key), getattr(thing, "answer_until", None))
        for queue in queues
        if queue.model in _ALONG
        for thing in session.scalars(
            visible(actor, queue.model)
            .where(queue.condition(today))
            .order_by(queue.since, *sa.inspect(queue.model).primary_key)
            .limit(MOST)
            .options(*_ALONG[queue.model])
        )
    ]
    found = list({item.place: item for item in reversed(found)}.values())[::-1]
    return sorted(found, key=lambda item: (item.due or _NEVER, item.since or _NEVER))
