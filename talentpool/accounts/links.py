"""One-time links: the secret leaves once, in the address; the row keeps only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from ..db import Session
from ..errors import NotFound
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
DEAD_LINK = "このリンクは使えません。期限が切れたか、すでに使われています。"


def digest(secret: str) -> str:
    """SHA-256, hex: enough for 256 random bits, which nobody can guess."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def issue_link(session: Session, user: User, purpose: Purpose, *, now: datetime) -> str:
    """The secret of a new link; earlier unused links of the same purpose stop working."""
    session.execute(
        sa.delete(OneTimeLink).where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
        )
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
    """The account a living link belongs to; NotFound for every other secret."""
    query = (
        sa.select(User)
        .join(OneTimeLink, OneTimeLink.user_id == User.id)
        .where(*_living(secret, purpose, now))
    )
    user = session.scalar(query)
    if user is None:
        raise NotFound(DEAD_LINK)
    return user


def take_link(session: Session, secret: str, purpose: Purpose, *, now: datetime) -> User:
    """Use the link up; of two simultaneous uses one gets NotFound."""
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


def _living(secret: str, purpose: Purpose, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        OneTimeLink.token_hash == digest(secret),
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
        User.disabled_at.is_(None),
    )
