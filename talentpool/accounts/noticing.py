"""What somebody was told: the orders of mails to the reader, as notices in the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..db import Session
from ..errors import NotFound
from ..mail import MailOrder
from ..paging import Page, fetch_page
from ..permissions import Actor

PAGE = 25  # rows
_ABOUT_ACCOUNTS = "account."  # of links that are used once, before anybody has signed in


def list_notices(session: Session, actor: Actor, *, page: int = 1) -> Page[MailOrder]:
    """The reader's own, newest first."""
    query = sa.select(MailOrder).where(*_own(actor)).order_by(MailOrder.id.desc())
    return fetch_page(session, query, page, size=PAGE)


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
    return MailOrder.recipient_id == user_id, ~template.startswith(_ABOUT_ACCOUNTS, autoescape=True)
