"""「合う人が増えたら知らせる」: a town or an officer saves the conditions of a need and is told when more people meet them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from .. import audit
from ..accounts.models import User
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..mail import order_mail
from ..needs.models import Need
from ..permissions import Action, Actor, Role, condition, get_visible, require, visible
from ..pool.assemble import list_requests
from ..pool.counting import look_over
from ..pool.kept import crowd_of
from ..pool.surveying import UNTOLD
from ..pool.told import Figure, exactly, in_steps
from ..reference.catalogue import Catalogue
from ..states import NeedState
from .models import NeedWatch

TEMPLATE = "need_watch.supply"


@dataclass(frozen=True, slots=True)
class Watched:
    """fitting: people who meet the conditions now, as the reader is told."""

    watch: NeedWatch
    need: Need
    fitting: Figure


def figure_for(role: Role, people: int) -> Figure:
    """Towns are told steps of three, like every count of theirs."""
    return in_steps(people) if _is_town(role) else exactly(people)


def find_watch(session: Session, need: Need, actor: Actor) -> NeedWatch | None:
    query = sa.select(NeedWatch).where(
        NeedWatch.need_id == need.id, NeedWatch.user_id == actor.user_id
    )
    return session.scalars(query).one_or_none()


def watch_need(
    session: Session, need: Need, *, catalogue: Catalogue, actor: Actor, now: datetime
) -> None:
    """From what the pool is now on; said twice, it is said once."""
    require(session, actor, Action.KEEP_WATCH)
    get_visible(session, actor, Need, need.id)
    if need.state is NeedState.CLOSED:
        raise Conflict(say("この募集は締め切られています。"))
    if find_watch(session, need, actor) is not None:
        return
    people = count_fitting(session, [need], catalogue, now, is_town=_is_town(actor.role))[need.id]
    row = NeedWatch(
        need_id=need.id, user_id=actor.user_id, prefecture_code=need.prefecture_code,
        municipality_code=need.municipality_code, people=people, watched_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"need": need.id, "watches": True}
    audit.record(session, audit.Deed.NEED_WATCH, row, actor=actor, now=now, detail=detail)


def drop_watch(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.KEEP_WATCH)
    row = find_watch(session, need, actor)
    if row is None:
        return
    detail = {"need": need.id, "watches": False}
    audit.record(session, audit.Deed.NEED_WATCH, row, actor=actor, now=now, detail=detail)
    session.delete(row)
    session.flush()


def list_watched(
    session: Session, actor: Actor, *, catalogue: Catalogue, now: datetime
) -> Sequence[Watched]:
    """Of the reader, the last first, without those of needs that are closed."""
    require(session, actor, Action.KEEP_WATCH)
    query = (
        visible(actor, NeedWatch)
        .join(NeedWatch.need)
        .where(Need.state != NeedState.CLOSED, condition(actor, Action.VIEW_NEED, Need))
        .options(contains_eager(NeedWatch.need))
        .order_by(NeedWatch.watched_at.desc(), NeedWatch.id.desc())
    )
    rows = session.scalars(query).all()
    needs, is_town = [row.need for row in rows], _is_town(actor.role)
    counts = count_fitting(session, needs, catalogue, now, is_town=is_town)
    return [Watched(row, row.need, figure_for(actor.role, counts[row.need_id])) for row in rows]


def _is_town(role: Role) -> bool:
    return role is Role.MUNICIPALITY


def count_fitting(
    session: Session, needs: Sequence[Need], catalogue: Catalogue, now: datetime, *, is_town: bool
) -> dict[int, int]:
    """Need id → people who meet its conditions; of one prefecture. Of what no town may learn nothing counts for towns."""
    if not needs:
        return {}
    crowd, counted = crowd_of(session, needs[0].prefecture_code, catalogue, now)
    undecided = UNTOLD if is_town else frozenset()
    return {
        need.id: look_over(crowd, counted, request, catalogue, undecided)[0]
        for need, request in zip(needs, list_requests(session, needs), strict=True)
    }


def list_versions(session: Session) -> dict[int, int]:
    """Watch id → its version; to be read before people are counted for `tell_watchers`."""
    rows = session.execute(sa.select(NeedWatch.id, NeedWatch.version))
    return {row.id: row.version for row in rows}


def tell_watchers(
    session: Session,
    counts: Mapping[int, int],
    known: Mapping[int, int],
    *,
    is_town: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Mails to the towns, or the officers, for whom more people fit than were there.

    What became fewer is noted, so that a rise counts anew. `known`: the watches before the counting; one that was begun
    or told since has newer counts than these.
    """
    require(session, actor, Action.RUN_WATCH)
    of_town = (User.role == Role.MUNICIPALITY) & (
        User.municipality_code == NeedWatch.municipality_code
    )
    query = (
        sa.select(NeedWatch, User.role)
        .join(User, User.id == NeedWatch.user_id)
        .where(NeedWatch.need_id.in_(list(counts)), User.disabled_at.is_(None))
        .where(of_town if is_town else User.role == Role.COORDINATOR)
        .order_by(NeedWatch.id)
        .with_for_update(of=NeedWatch)
        .execution_options(populate_existing=True)
    )
    for row, role in session.execute(query).all():
        before, people = row.people, counts[row.need_id]
        if before == people or known.get(row.id) != row.version:
            continue
        row.people = people
        session.flush()  # the version names the event
        if figure_for(role, people) > figure_for(role, before):
            order_mail(
                session, event=f"need_watch/{row.id}/supply/{row.version}", recipient_id=row.user_id,
                template=TEMPLATE, link=f"/needs/{row.need_id}", now=now,
                prefecture_code=row.prefecture_code,
            )  # fmt: skip
