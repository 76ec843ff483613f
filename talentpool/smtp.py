"""A mail handed to a server, and what became of it: the one place that speaks SMTP."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from urllib.parse import unquote, urlsplit

PATIENCE = 10  # seconds that the mail server has for each answer
_LEADING_DOT = re.compile(rb"(?m)^\.")
log = logging.getLogger(__name__)


class Outcome(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # for good
    DELAYED = "delayed"  # not now
    UNKNOWN = "unknown"  # silence after the whole mail was sent: it may have been kept


def write(message_id: str, sender: str, to: str, subject: str, body: str) -> EmailMessage:
    """Seven-bit MIME: Japanese in base64, so that no server on the way has to be able to do more."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{message_id}>"
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="base64")
    return message


def send(url: str, message: EmailMessage) -> Outcome:
    """Hand over one mail, once. Raises nothing."""
    try:
        with _opened(url) as server:
            return _handed_over(server, message)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        # The error's text may hold the address: only its kind is logged.
        log.warning("mail %s was not sent: %s", message["Message-ID"], type(error).__name__)
        return Outcome.DELAYED


def _handed_over(server: smtplib.SMTP, message: EmailMessage) -> Outcome:
    for code in _announced(server, message):
        if code >= 400:
            return _said(code, message)
    server.send(_LEADING_DOT.sub(b"..", message.as_bytes(policy=SMTP)) + b".\r\n")
    try:
        code, _ = server.getreply()
    except (OSError, smtplib.SMTPException):
        log.warning("mail %s: no answer after it was sent", message["Message-ID"])
        return Outcome.UNKNOWN
    return Outcome.SENT if code < 400 else _said(code, message)


def _announced(server: smtplib.SMTP, message: EmailMessage) -> Iterator[int]:
    """The answers to what comes before the mail itself."""
    yield server.mail(str(message["From"]))[0]
    yield server.rcpt(str(message["To"]))[0]
    yield server.docmd("DATA")[0]


def _said(code: int, message: EmailMessage) -> Outcome:
    log.warning("mail %s was not sent: %s", message["Message-ID"], code)
    return Outcome.REFUSED if code >= 500 else Outcome.DELAYED


class _Opened:
    """A server that is asked to quit at the end, and need not answer."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server = server

    def __enter__(self) -> smtplib.SMTP:
        return self.server

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.server.quit()
        self.server.close()


def _opened(url: str) -> _Opened:
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
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return _Opened(server)
