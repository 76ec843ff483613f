"""Sends what the outbox holds. Runs in the worker; two senders at once never take the same mail."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from .. import clock, mail, smtp
from ..config import Config
from ..db import Database, Session
from ..mail import DIGEST, MailOrder, MailState
from . import digests
from .models import User

BATCH = 50  # mails of one look
PAUSE = 2.0  # seconds between two looks
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. Its repr shows no address."""

    message_id: str
    template: str
    link: str
    email: str
    language: str | None
    carried: Sequence[tuple[str, str]] = ()  # template and link of what a daily mail tells

    def __repr__(self) -> str:
        return f"<Letter {self.message_id}>"


Write = Callable[[Letter], str]  # its text, the subject first


def keep_posting(database: Database, config: Config, write: Write, stop: threading.Event) -> None:
    """Look for mails until `stop` is set."""
    while not stop.wait(PAUSE):
        try:
            post_due(database, config, write, stop)
        except Exception:
            log.exception("mails could not be sent and will be retried")


def post_due(
    database: Database, config: Config, write: Write, stop: threading.Event | None = None
) -> int:
    """Send what is due, one by one until `stop` is set; the number of mails that were tried."""
    digests.keep_gathering(database, clock.now())
    with database.reading() as session:
        has_silent = bool(mail.list_silent(session, clock.now()))
    if has_silent:
        database.repeat(lambda session: mail.settle_silent(session, clock.now()))
    with database.reading() as session:
        due = mail.list_due(session, clock.now(), BATCH)
    tried = 0
    for ident in due:
        if stop is not None and stop.is_set():
            break
        tried += _post(database, config, write, ident)
    return tried


def _post(database: Database, config: Config, write: Write, ident: int) -> bool:
    """Claim, send and note, each in a unit of its own: nobody waits for the mail server in a transaction."""
    if not database.repeat(partial(mail.claim, ident=ident, now=clock.now())):
        return False
    letter = database.repeat(partial(_read, ident=ident))
    if letter is None:
        return False
    subject, _, body = write(letter).partition("\n")
    message = smtp.write(
        letter.message_id,
        mail.sender_of(config),
        letter.email,
        subject.strip(),
        body.strip() + "\n",
    )
    outcome = smtp.send(config.smtp_url or "", message)
    database.repeat(lambda session: mail.note_outcome(session, ident, outcome, clock.now()))
    return True


def _read(session: Session, ident: int) -> Letter | None:
    """None for somebody who has no address any more: the order is then kept in the site."""
    order = session.get_one(MailOrder, ident)
    user = session.get(User, order.recipient_id)
    if user is None or user.disabled_at is not None or not user.email:
        order.state = MailState.KEPT
        return None
    carried = digests.list_carried(session, order) if order.template == DIGEST else ()
    return Letter(
        order.message_id, order.template, order.link, user.email, user.language,
        [(one.template, one.link) for one in carried],
    )  # fmt: skip
