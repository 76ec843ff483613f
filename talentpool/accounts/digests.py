"""The daily mail: one for everybody who wants it and of whose affairs something happened; none otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..dates import local_date
from ..db import Database, Session
from ..mail import DIGEST, MailOrder, MailState, order_mail
from ..mail_choices import after_quiet, family_of, next_digest, wish_of

BATCH = 100  # recipients of one unit of work
LINK = "/notices"


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    is_open = (MailOrder.state == MailState.DIGEST) & MailOrder.carried_by_id.is_(None)
    return is_open & (MailOrder.next_try_at <= now)


def list_due(session: Session, now: datetime) -> list[int]:
    """Ids of some of the recipients whose daily mail is due."""
    query = sa.select(MailOrder.recipient_id).where(_is_due(now)).distinct()
    return list(session.scalars(query.order_by(MailOrder.recipient_id).limit(BATCH)))


def gather(session: Session, now: datetime) -> list[MailOrder]:
    """Order the daily mails that are due. What came after the last one waits for the next.

    The rows are locked, so that of two workers one carries them.
    """
    query = sa.select(MailOrder).where(
        _is_due(now), MailOrder.recipient_id.in_(list_due(session, now))
    )
    waiting: dict[int, list[MailOrder]] = defaultdict(list)
    for order in session.scalars(query.order_by(MailOrder.id).with_for_update()):
        waiting[order.recipient_id].append(order)
    event = _event(now)
    known = sa.select(MailOrder.recipient_id).where(
        MailOrder.event == event, MailOrder.recipient_id.in_(waiting)
    )
    had = set(session.scalars(known))
    mails = []
    for recipient, orders in waiting.items():
        if recipient in had:
            _put_off(session, recipient, orders, now)
            continue
        mail = order_mail(
            session, event=event, recipient_id=recipient, template=DIGEST, link=LINK, now=now,
            prefecture_code=orders[0].prefecture_code,
        )  # fmt: skip
        session.flush()
        for order in orders:
            order.carried_by_id, order.next_try_at = mail.id, None
        mails.append(mail)
    return mails


def _event(now: datetime) -> str:
    """Of the day whose eight o'clock was the last: a mail made late does not stand for the next one."""
    return f"digest/{local_date(next_digest(now)) - timedelta(days=1):%Y%m%d}"


def _put_off(session: Session, recipient: int, orders: Iterable[MailOrder], now: datetime) -> None:
    wish = wish_of(session, recipient, family_of(DIGEST))
    at = after_quiet(next_digest(now), wish.quiet if wish is not None else None)
    for order in orders:
        order.next_try_at = order.held_until = at


def list_carried(session: Session, mail: MailOrder) -> list[MailOrder]:
    """What a daily mail tells, in the order in which it happened."""
    query = sa.select(MailOrder).where(MailOrder.carried_by_id == mail.id)
    return list(session.scalars(query.order_by(MailOrder.id)))


def count_carried(session: Session, mails: Iterable[MailOrder]) -> dict[int, int]:
    """By id of a daily mail: how many events it tells."""
    daily = [mail.id for mail in mails if mail.template == DIGEST]
    if not daily:
        return {}
    query = sa.select(MailOrder.carried_by_id, sa.func.count(MailOrder.id)).where(
        MailOrder.carried_by_id.in_(daily)
    )
    counted = session.execute(query.group_by(MailOrder.carried_by_id))
    return {ident: count for ident, count in counted if ident is not None}


def keep_gathering(database: Database, now: datetime) -> None:
    """What the worker does before it looks for mails; it writes only when something is due."""
    with database.reading() as session:
        is_due = bool(list_due(session, now))
    if is_due:
        database.repeat(lambda session: gather(session, now))
