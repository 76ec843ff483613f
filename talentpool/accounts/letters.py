"""Mails about an account: ordered like all mails, but their secret goes to the sender and is not stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..db import Session
from ..mail import order_mail
from . import links
from .models import User

PATHS = {
    links.Purpose.INVITE: "/invite",
    links.Purpose.CONFIRM: "/signup/confirm",
    links.Purpose.RESET: "/reset",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What the sender needs after the commit. Its repr shows neither address nor link."""

    message_id: str
    template: str  # "account.invite"
    email: str = field(repr=False)
    path: str = field(repr=False)  # within the site, including the secret
    language: str | None = None  # that the account has chosen


def write_letter(session: Session, user: User, purpose: links.Purpose, *, now: datetime) -> Letter:
    """Issue a link and order its mail. The order holds the page's path without the secret."""
    secret = links.issue_link(session, user, purpose, now=now)
    template = f"account.{purpose}"
    order = order_mail(
        session,
        event=f"account/{user.id}/{purpose}/{links.digest(secret)[:12]}",
        recipient_id=user.id,
        prefecture_code=user.prefecture_code,
        template=template,
        link=PATHS[purpose],
        now=now,
        has_secret=True,
    )
    path = f"{PATHS[purpose]}/{secret}"
    return Letter(order.message_id, template, user.email, path, user.language)


def write_reminder(session: Session, user: User, *, now: datetime) -> Letter:
    """Order a mail that says that the account already exists, at most once a day."""
    template = "account.known"
    order = order_mail(
        session,
        event=f"account/{user.id}/known/{now:%Y-%m-%d}",
        recipient_id=user.id,
        prefecture_code=user.prefecture_code,
        template=template,
        link="/signin",
        now=now,
        has_secret=True,
    )
    return Letter(order.message_id, template, user.email, "/signin", user.language)
