"""Mails about an account: ordered like every mail, but their secret is handed to the sender and kept nowhere."""

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
    """What the sender needs after the commit; its repr shows neither address nor link."""

    message_id: str
    template: str  # "account.invite"
    email: str = field(repr=False)
    path: str = field(repr=False)  # inside the site, with the secret


def write_letter(session: Session, user: User, purpose: links.Purpose, *, now: datetime) -> Letter:
    """Issue a link and order its mail; the order names the page but not the secret."""
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
    )
    return Letter(order.message_id, template, user.email, f"{PATHS[purpose]}/{secret}")


def write_reminder(session: Session, user: User, *, now: datetime) -> Letter:
    """To somebody who signs up again: there is an account already. At most one such mail a day."""
    template = "account.known"
    order = order_mail(
        session,
        event=f"account/{user.id}/known/{now:%Y-%m-%d}",
        recipient_id=user.id,
        prefecture_code=user.prefecture_code,
        template=template,
        link="/signin",
        now=now,
    )
    return Letter(order.message_id, template, user.email, "/signin")
