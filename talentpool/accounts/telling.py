"""The mails that a step orders: one for everybody who is told of it, except for whoever takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..db import Session
from ..mail import order_mail
from ..permissions import Actor, Role
from ..states import Audience, Transition
from .models import User
from .postal import order_letter

_SILENT = "tells_nobody"


@contextmanager
def silently(session: Session) -> Iterator[None]:
    """Steps taken inside order no mails: only for a correction whose reason is in the audit trail."""
    session.info[_SILENT] = True
    try:
        yield
    finally:
        session.info.pop(_SILENT)


def is_silent(session: Session) -> bool:
    return bool(session.info.get(_SILENT))


def tell(
    session: Session,
    thing: Any,
    step: Transition,
    links: Mapping[Audience, str],
    *,
    user_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Order the mails of a step of `thing`. `links`: who is told, and the page that shows it to them.

    A person without an account gets a letter instead, which an officer posts.

    `user_id`: the account of the person whom it concerns.
    """
    kind = f"{thing.__tablename__}.{step.verb}"
    tell_that(session, thing, kind, links, user_id=user_id, actor=actor, now=now)


def tell_that(
    session: Session,
    thing: Any,
    kind: str,
    links: Mapping[Audience, str],
    *,
    user_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """As `tell`, of something that no machine knows. `kind`: the template of the mail ("need.publish")."""
    session.flush()  # the version names the event
    if is_silent(session):
        return
    verb = kind.partition(".")[2]
    event = f"{thing.__tablename__}/{thing.id}/{verb}/{thing.version}"
    for audience, link in links.items():
        tell_audience(
            session, thing, audience, event=event, template=kind, link=link, user_id=user_id,
            actor=actor, now=now,
        )  # fmt: skip


def tell_audience(
    session: Session,
    thing: Any,
    audience: Audience,
    *,
    event: str,
    template: str,
    link: str,
    user_id: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Order one mail for each of an audience but `actor`, and the letter to a person without an account."""
    code = thing.prefecture_code
    if audience is Audience.CANDIDATE and user_id is None:
        order_letter(
            session, event=event, candidate_id=thing.candidate_id, link=link, now=now,
            prefecture_code=code, template=template,
        )  # fmt: skip
    for recipient in session.scalars(list_recipients(thing, audience, user_id)).all():
        if recipient != actor.user_id:
            order_mail(
                session, event=event, recipient_id=recipient, prefecture_code=code,
                template=template, link=link, now=now,
            )  # fmt: skip


def list_recipients(thing: Any, audience: Audience, user_id: Any) -> sa.Select[int]:
    """The accounts that an audience of `thing` means; `user_id`: as for `tell`. Of a class and its column: for queries."""
    query = sa.select(User.id).where(User.disabled_at.is_(None)).order_by(User.id)
    if audience is Audience.CANDIDATE:
        return query.where(User.id == user_id)
    query = query.where(User.role == Role(audience), User.prefecture_code == thing.prefecture_code)
    if audience is Audience.MUNICIPALITY:
        query = query.where(User.municipality_code == thing.municipality_code)
    return query
