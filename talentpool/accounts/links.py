"""One-time links. The secret is sent once, in the URL; the row stores only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import Session
from ..errors import NotFound
from ..language import say
from .models import OneTimeLink, User


class Purpose(StrEnum):
    INVITE = "invite"
    CONFIRM = "confirm"
    RESET = "reset"


LIFETIMES = {
    Purpose.INVITE: timedelta(days=7),
    Purpose.CONFIRM: timedelta(days=1),
    Purpose.RESET: timedelta(hours=1),
}
DEAD_LINK = say("このリンクは使えません。期限が切れたか、すでに使われています。")
SUPERSEDED = say(
    "このリンクは使えません。そのあとに新しいリンクをお送りしました。いちばん新しいメールのリンクを開いてください。"
)


def digest(secret: str) -> str:
    """SHA-256 in hex. A slow hash is not needed for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def issue_link(session: Session, user: User, purpose: Purpose, *, now: datetime) -> str:
    """Issue a link and return its secret. Unused links for the same purpose end now, and can say that they did."""
    session.execute(
        sa.update(OneTimeLink)
        .where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(expires_at=now)
    )
    secret = new_secret()
    session.add(
        OneTimeLink(
            token_hash=digest(secret),
            user_id=user.id,
            purpose=purpose,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    session.flush()
    return secret


def get_link_user(session: Session, secret: str, purpose: Purpose, *, now: datetime) -> User:
    """The account of a valid link; NotFound for every other secret."""
    query = (
        sa.select(User)
        .join(OneTimeLink, OneTimeLink.user_id == User.id)
        .where(*_valid(secret, purpose, now))
    )
    user = session.scalar(query)
    if user is None:
        raise NotFound(SUPERSEDED if _is_superseded(session, secret, purpose, now) else DEAD_LINK)
    return user


def _is_superseded(session: Session, secret: str, purpose: Purpose, now: datetime) -> bool:
    """A newer link of the same account and purpose can be used instead."""
    newer = aliased(OneTimeLink)
    query = (
        sa.select(newer.token_hash)
        .join(OneTimeLink, OneTimeLink.user_id == newer.user_id)
        .where(
            OneTimeLink.token_hash == digest(secret),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            newer.purpose == purpose,
            newer.used_at.is_(None),
            newer.expires_at > now,
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def take_link(session: Session, secret: str, purpose: Purpose, *, now: datetime) -> User:
    """Use a link. Of two simultaneous uses, one gets NotFound."""
    user = get_link_user(session, secret, purpose, now=now)
    taken = session.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.token_hash == digest(secret), OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeLink.user_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        raise NotFound(DEAD_LINK)
    return user


def _valid(secret: str, purpose: Purpose, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        OneTimeLink.token_hash == digest(secret),
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
        User.disabled_at.is_(None),
    )
