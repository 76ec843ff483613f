"""What somebody was told: the orders of mails to the reader, as notices in the site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..db import Session
from ..errors import NotFound
from ..mail import ABOUT_ACCOUNTS, DIGEST, MailOrder
from ..paging import Page, fetch_page
from ..permissions import Actor

PAGE = 25  # rows
# Needs and proposals lie above this package, so their tables are named here.
NEED = sa.table("need", sa.column("id"), sa.column("municipality_code"), sa.column("title"))
PLACEMENT = sa.table("placement", sa.column("id"), sa.column("need_id"))


def list_notices(session: Session, actor: Actor, *, page: int = 1) -> Page[MailOrder]:
    """The reader's own, newest first."""
    query = sa.select(MailOrder).where(*_own(actor)).order_by(MailOrder.id.desc())
    return fetch_page(session, query, page, size=PAGE)


def name_needs(session: Session, orders: Iterable[MailOrder]) -> dict[int, tuple[str, str]]:
    """By id of the order: town and title of the need that it is about, where it is about one."""
    about = {order.id: order.event.split("/")[:2] for order in orders}
    ids = {
        kind: {int(ident) for name, ident in about.values() if name == kind and ident.isdecimal()}
        for kind in (NEED.name, PLACEMENT.name)
    }
    need, placement = NEED.c, PLACEMENT.c
    of_needs = sa.select(need.id, need.municipality_code, need.title).where(
        need.id.in_(ids[NEED.name])
    )
    of_placements = (
        sa.select(placement.id, need.municipality_code, need.title)
        .join(NEED, need.id == placement.need_id)
        .where(placement.id.in_(ids[PLACEMENT.name]))
    )
    found = {
        (kind, str(ident)): (town, title)
        for kind, query in ((NEED.name, of_needs), (PLACEMENT.name, of_placements))
        if ids[kind]
        for ident, town, title in session.execute(query)
    }
    return {
        ident: found[kind, number]
        for ident, (kind, number) in about.items()
        if (kind, number) in found
    }


def unread_of(user_id: sa.orm.InstrumentedAttribute[int]) -> sa.ScalarSelect[int]:
    """How many notices an account has not read, for queries of accounts."""
    query = sa.select(sa.func.count(MailOrder.id)).where(*_of(user_id), MailOrder.read_at.is_(None))
    return query.scalar_subquery()


def read_notice(session: Session, actor: Actor, ident: int, now: datetime) -> MailOrder:
    """Mark one as read."""
    order = session.scalar(sa.select(MailOrder).where(*_own(actor), MailOrder.id == ident))
    if order is None:
        raise NotFound
    order.read_at = order.read_at or now
    return order


def read_all(session: Session, actor: Actor, now: datetime) -> None:
    unread = sa.update(MailOrder).where(*_own(actor), MailOrder.read_at.is_(None))
    session.execute(unread.values(read_at=now).execution_options(synchronize_session=False))


def _own(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    return _of(actor.user_id)


def _of(user_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    template: Any = MailOrder.template
    return (
        MailOrder.recipient_id == user_id,
        ~template.startswith(ABOUT_ACCOUNTS, autoescape=True),
        template != DIGEST,
    )
