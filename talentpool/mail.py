"""The outbox: a mail order is a row of the unit of work that caused it. No personal data inside."""

from __future__ import annotations

import logging
import smtplib
import ssl
import uuid
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .config import Config
from .db import Base, Database, Json, Session, Text, UtcDateTime, choice
from .permissions import Action, Actor, Scope, viewed_by, within

PATIENCE = 10  # seconds that the mail server has for each answer
log = logging.getLogger(__name__)


class MailState(StrEnum):
    KEPT = "kept"  # no mail server is configured: shown in the site
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # silence after DATA


STATE_LABELS: Mapping[MailState, tuple[str, str]] = {
    MailState.KEPT: ("サイト内に保管", "Kept in the site"),
    MailState.WAITING: ("送信待ち", "Waiting"),
    MailState.SENDING: ("送信中", "Sending"),
    MailState.SENT: ("送信済み", "Sent"),
    MailState.FAILED: ("送信失敗", "Failed"),
    MailState.UNKNOWN: ("結果不明", "Unknown"),
}


class MailOrder(Base):
    """At most one mail for an event and a recipient; `template` and `link` say what it will contain."""

    __tablename__ = "mail_order"
    __table_args__ = (sa.UniqueConstraint("event", "recipient_id"),)

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    message_id: Mapped[str] = mapped_column(Text(80), unique=True)
    event: Mapped[str] = mapped_column(Text(80))  # "placement/12/offer/1"
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    prefecture_code: Mapped[str | None] = mapped_column(Text(2))
    template: Mapped[str] = mapped_column(Text(60))  # "placement.offer"
    link: Mapped[str] = mapped_column(Text(200))  # path inside the site
    values: Mapped[dict[str, Any]] = mapped_column(Json)  # codes and dates, never names
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.KEPT)
    tries: Mapped[int] = mapped_column(default=0)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


viewed_by(MailOrder, Action.VIEW_MAIL)


@within(MailOrder, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return MailOrder.prefecture_code == actor.prefecture_code


def order_mail(
    session: Session,
    *,
    event: str,
    recipient_id: int,
    template: str,
    link: str,
    now: datetime,
    prefecture_code: str | None = None,
    values: dict[str, Any] | None = None,
) -> MailOrder:
    """Order a mail in the present unit of work; the same event and recipient again is no second mail."""
    known = sa.select(MailOrder).where(
        MailOrder.event == event, MailOrder.recipient_id == recipient_id
    )
    order = session.scalar(known)
    if order is None:
        order = MailOrder(
            message_id=f"{uuid.uuid4()}@talentpool",
            event=event,
            recipient_id=recipient_id,
            prefecture_code=prefecture_code,
            template=template,
            link=link,
            values=values or {},
            ordered_at=now,
        )
        session.add(order)
    return order


def deliver_link(
    config: Config,
    database: Database,
    message_id: str,
    to: str,
    subject: str,
    body: str,
    *,
    now: datetime,
) -> None:
    """Send a mail whose secret is kept nowhere, once, and note the outcome at its order. Raises nothing."""
    try:
        with _mail_server(config.smtp_url or "") as server:
            server.send_message(_message(config, message_id, to, subject, body))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        # The error's text may hold the address: only its kind is logged.
        log.warning("mail %s was not sent: %s", message_id, type(error).__name__)
        _note_outcome(database, message_id, MailState.FAILED, None)
    else:
        _note_outcome(database, message_id, MailState.SENT, now)


def _mail_server(url: str) -> smtplib.SMTP:
    """For smtp://host (with STARTTLS where it is offered) or smtps://host, with user:password@ before it."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    trust = ssl.create_default_context()  # of itself smtplib asks for no certificate
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=PATIENCE, context=trust
        )
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
    try:
        server.ehlo()
        if parts.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=trust)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _message(config: Config, message_id: str, to: str, subject: str, body: str) -> EmailMessage:
    """Seven-bit MIME: Japanese in base64, so that no server on the way has to be able to do more."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{message_id}>"
    message["From"] = f"no-reply@{urlsplit(config.base_url).hostname or 'localhost'}"
    message["To"] = to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="base64")
    return message


def _note_outcome(
    database: Database, message_id: str, state: MailState, sent_at: datetime | None
) -> None:
    outcome = (
        sa.update(MailOrder)
        .where(MailOrder.message_id == message_id)
        .values(state=state, tries=MailOrder.tries + 1, sent_at=sent_at)
        .execution_options(synchronize_session=False)
    )
    database.repeat(lambda session: session.execute(outcome))
