from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..candidates import standing as memberships
from ..candidates.models import Membership
from ..candidates.service import find_own
from ..checkups import Checkup, find_latest
from ..dates import local_date
from ..db import Session
from ..deadlines.service import read_terms
from ..desk.models import Duty, is_of
from ..needs import standing as needs
from ..needs.models import Need
from ..permissions import Action, Actor, Role, can, visible
from ..placements import standing as placements
from ..placements.models import Placement
from ..placements.seats import list_stuck
from ..standing import NeedStanding, PlacementStanding
from ..waits import Terms
from .items import Item, Whose, has_items, list_items, thing_of
from .own import OwnWork, own_work
from .pipeline import Pipeline, look_ahead
from .queues import QUEUES, Party, Queue
from .situation import Situation, situation_of


@dataclass(frozen=True, slots=True)
class Task:
    queue: Queue
    count: int  # of rows
    oldest: datetime | None
    things: int = 0  # to open; the rows of one paper are one
    mine: int = 0  # of them, what the reader sees to
    nobody: int = 0  # and what nobody sees to

    def of(self, whose: Whose) -> int:
        return {Whose.ALL: self.things, Whose.MINE: self.mine, Whose.NOBODY: self.nobody}[whose]


@dataclass(frozen=True, slots=True)
class Owners:
    """Who sees to what, for those among whom it is shared. counts: of things, by who sees to them and whom they wait for."""

    whose: Whose
    party: Party | None  # only what waits for it
    counts: Mapping[Whose, int]
    parties: Mapping[Party, int]
    names: Mapping[int, str]  # of those who see to something that is listed

    @property
    def total(self) -> int:
        """Of what was asked for."""
        return self.counts[self.whose] if self.party is None else self.parties[self.party]


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page tells somebody who is signed in."""

    situation: Situation | None  # of a person's registration
    own: OwnWork | None  # of a person
    tasks: Sequence[Task]  # that wait for the reader
    progress: Sequence[Task]  # that wait for somebody else, or go on
    items: Sequence[
        Item
    ]  # of officers, what the tasks consist of; of coordinators, the progress too
    owners: Owners | None  # of coordinators
    returned: Sequence[Need]  # of a town, with the reasons
    stuck: Sequence[Need]  # of coordinators, open with a free seat and nobody on the way to it
    pipeline: Pipeline | None  # of coordinators
    checks: bool  # whether the reader is told of the nightly check
    checkup: Checkup | None  # the last one

    @property
    def is_idle(self) -> bool:
        """Nothing waits for the reader."""
        return not self.tasks and not self.stuck


def look(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    whose: Whose = Whose.ALL,
    party: Party | None = None,
) -> Home:
    """What waits for `actor`, and what goes on. Kinds without work are left out.

    `whose`, `party`: which things coordinators are shown.
    """
    today = local_date(now)
    found = _count(session, actor, today)
    is_person, is_town = actor.role is Role.CANDIDATE, actor.role is Role.MUNICIPALITY
    is_shared = can(session, actor, Action.ASSIGN_DUTY)
    person = find_own(session, actor)
    listed = [task.queue for task in found if task.queue.waits or is_shared]
    if is_shared and party is not None:
        listed = [queue for queue in listed if queue.party is party]
    terms = read_terms(session, actor.prefecture_code) if listed or is_shared else Terms()
    items = [] if is_person else list_items(session, actor, listed, today, terms, whose)
    return Home(
        situation_of(session, actor, person, now=now) if is_person else None,
        own_work(session, actor, person, now=now) if is_person else None,
        [task for task in found if task.queue.waits],
        [task for task in found if not task.queue.waits],
        items,
        _owners(found, items, whose, party) if is_shared else None,
        _list_returned(session, actor) if is_town else (),
        list_stuck(session, actor, today) if is_shared else (),
        look_ahead(session, actor, terms, now=now) if is_shared else None,
        can(session, actor, Action.VIEW_CHECKUP),
        find_latest(session, actor),
    )


def _owners(
    tasks: Sequence[Task],
    items: Sequence[Item],
    whose: Whose,
    party: Party | None,
) -> Owners:
    counted = [task for task in tasks if has_items(task.queue)]
    asked = [task for task in counted if party in (None, task.queue.party)]
    counts = {of: sum(task.of(of) for task in asked) for of in Whose}
    parties = {
        of: sum(task.of(whose) for task in counted if task.queue.party is of) for of in Party
    }
    owners = (item.duty.owner for item in items if item.duty)
    names = {owner.id: owner.display_name for owner in owners if owner is not None}
    return Owners(whose, party, counts, parties, names)


def _count(session: Session, actor: Actor, today: date) -> list[Task]:
    queues = QUEUES.get(actor.role, ())
    figures = [_figures(actor, queue, place, today) for place, queue in enumerate(queues)]
    rows = session.execute(sa.union_all(*figures)).all() if figures else []
    found = {place: Task(queues[place], count, *more) for place, count, *more in rows if count}
    return [found[place] for place in sorted(found)]


def _figures(actor: Actor, queue: Queue, place: int, today: date) -> sa.Select[*tuple[Any, ...]]:
    query = visible(actor, queue.model).where(queue.on(today))
    owned: tuple[sa.ColumnElement[int], ...] = (sa.literal(0), sa.literal(0), sa.literal(0))
    if has_items(queue):
        if queue.model is not Duty:
            query = query.outerjoin(Duty, is_of(queue.model))
        one = sa.func.count(thing_of(queue.model).distinct())
        owned = tuple(one.filter(whose.condition(actor)) for whose in Whose)
    return query.with_only_columns(
        sa.literal(place), sa.func.count(), sa.func.min(queue.since), *owned,
        maintain_column_froms=True,
    )  # fmt: skip


def _list_returned(session: Session, actor: Actor) -> Sequence[Need]:
    query = visible(actor, Need).where(Need.is_returned)
    return session.scalars(query.order_by(Need.updated_at, Need.id)).all()


@dataclass(frozen=True, slots=True)
class Counts:
    candidates: int
    needs: int
    engagements: int
    municipalities: int


def count_pool(session: Session, *, now: datetime) -> Counts:
    """What visitors may see: totals of the whole service and nothing else."""
    today = local_date(now)

    def count(model: Any, standing: sa.ColumnElement[str], *wanted: str) -> int:
        query = sa.select(sa.func.count()).select_from(model).where(standing.in_(wanted))
        return session.scalar(query) or 0

    towns = sa.select(sa.func.count(Need.municipality_code.distinct()))
    return Counts(
        candidates=count(Membership, memberships.standing_on(today), *memberships.REGISTERED),
        needs=count(Need, needs.standing(), NeedStanding.OPEN, NeedStanding.UNDER_WAY),
        engagements=count(Placement, placements.standing_on(today), PlacementStanding.CONFIRMED),
        municipalities=session.scalar(towns.where(Need.opened_at.is_not(None))) or 0,
    )
