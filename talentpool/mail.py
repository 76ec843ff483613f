"""The outbox: a mail order is a row of the unit of work that caused it. No personal data inside."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from . import audit, smtp
from .config import Config
from .db import Base, Database, Json, Session, Text, UtcDateTime, choice
from .errors import Conflict
from .language import say
from .mail_choices import QUESTIONS, How, Quiet, QuietHours, after_quiet, family_of, plan, wish_of
from .permissions import Action, Actor, Scope, require, viewed_by, within
from .smtp import Outcome

GIVE_UP = timedelta(hours=24)  # from the order on, or from the time for which it was held
DELAYS = [
    timedelta(minutes=n) for n in (1, 5, 15, 30, 60, 120, 240)
]  # after each try; then the last again
SILENCE = timedelta(minutes=5)  # longer than any sender works on one mail
DIGEST = "digest.daily"  # template of the mail that carries what somebody wants once a day


class MailState(StrEnum):
    KEPT = "kept"  # no mail server is configured: shown in the site
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # silence after DATA
    DIGEST = "digest"  # waits for the recipient's daily mail, or is in one
    UNWANTED = "unwanted"  # the recipient wants no mail of such events


STATE_LABELS: Mapping[MailState, tuple[str, str]] = {
    MailState.KEPT: ("サイト内に保管", "Kept in the site"),
    MailState.WAITING: ("送信待ち", "Waiting"),
    MailState.SENDING: ("送信中", "Sending"),
    MailState.SENT: ("送信済み", "Sent"),
    MailState.FAILED: ("送信失敗", "Failed"),
    MailState.UNKNOWN: ("結果不明", "Unknown"),
    MailState.DIGEST: ("1日1回のまとめ", "In a daily mail"),
    MailState.UNWANTED: ("メールなし（本人の選択）", "No mail (their choice)"),
}
_PLANNED: Mapping[How, MailState] = {
    How.AT_ONCE: MailState.WAITING,
    How.DAILY: MailState.DIGEST,
    How.NONE: MailState.UNWANTED,
}


ABOUT_ACCOUNTS = "account."  # templates with links that are used once
RESENDABLE = frozenset({MailState.FAILED, MailState.UNKNOWN})
LINK_STATES: Mapping[
    Outcome, MailState
] = {  # of a mail that nobody can send again: its secret is not kept
    Outcome.SENT: MailState.SENT,
    Outcome.REFUSED: MailState.FAILED,
    Outcome.DELAYED: MailState.FAILED,
    Outcome.UNKNOWN: MailState.UNKNOWN,
}


class MailOrder(Base):
    """At most one mail for an event and a recipient; `template` and `link` say what it will contain."""

    __tablename__ = "mail_order"
    __table_args__ = (
        sa.UniqueConstraint("event", "recipient_id"),
        sa.Index("ix_mail_order_due", "state", "next_try_at"),
        sa.Index("ix_mail_order_link", "link"),
        sa.CheckConstraint(
            f"carried_by_id IS NULL OR state = '{MailState.DIGEST}'", name="carried_by_a_digest"
        ),
    )

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
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the recipient's choice
    carried_by_id: Mapped[int | None] = mapped_column(  # the daily mail that it is in
        sa.ForeignKey("mail_order.id"), index=True
    )
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by a sender
    failure: Mapped[str | None] = mapped_column(Text(20))  # outcome of the last try that failed
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # in the site, by the recipient
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by telephone, by an officer

    recipient: Mapped[Any] = relationship("User", viewonly=True)  # of a room above
    candidate: Mapped[Any] = relationship(  # whose account it is, if it is a person's
        "Candidate", viewonly=True, uselist=False,
        primaryjoin="foreign(MailOrder.recipient_id) == Candidate.user_id",
    )  # fmt: skip

    @classmethod
    def is_lost(cls) -> sa.ColumnElement[bool]:
        """The mails of steps that did not arrive, or may not have, and that nobody has been told of otherwise."""
        of_account = cls.template.startswith(ABOUT_ACCOUNTS, autoescape=True)
        return cls.state.in_(RESENDABLE) & cls.told_at.is_(None) & ~of_account

    @property
    def is_resendable(self) -> bool:
        """Whether a button can send it again; the link of an account is kept nowhere."""
        is_lost = self.state in RESENDABLE and self.told_at is None
        return is_lost and not self.template.startswith(ABOUT_ACCOUNTS)

    @property
    def is_digest(self) -> bool:
        """A daily mail, which carries others and is about nothing of its own."""
        return self.template.startswith("digest.")

    @property
    def planned_at(self) -> datetime | None:
        """When it goes out by its recipient's choice, while it waits for that."""
        is_open = self.state is MailState.DIGEST and self.carried_by_id is None
        is_held = self.state is MailState.WAITING and not self.tries
        return self.held_until if is_open or is_held else None


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
    has_secret: bool = False,
) -> MailOrder:
    """Order a mail in the present unit of work; the same event and recipient again is no second mail.

    It goes out as its recipient has chosen. has_secret: whoever orders it also sends it, since its link is kept nowhere.
    """
    is_sent = session.info["sends_mail"] and not has_secret
    known = sa.select(MailOrder).where(
        MailOrder.event == event, MailOrder.recipient_id == recipient_id
    )
    order = session.scalar(known)
    if order is None:
        state, held_until = MailState.KEPT, None
        if is_sent:
            state, held_until = _planned(session, recipient_id, template, now)
        order = MailOrder(
            message_id=f"{uuid.uuid4()}@talentpool",
            event=event,
            recipient_id=recipient_id,
            prefecture_code=prefecture_code,
            template=template,
            link=link,
            values=values or {},
            state=state,
            ordered_at=now,
            held_until=held_until,
            next_try_at=held_until,
        )
        session.add(order)
    return order


def _planned(
    session: Session, recipient_id: int, template: str, now: datetime
) -> tuple[MailState, datetime | None]:
    wish = wish_of(session, recipient_id, family_of(template))
    if wish is None:
        return MailState.WAITING, None
    how, at = plan(template, wish, now)
    return _PLANNED[how], at if at > now and how is not How.NONE else None


def list_due(session: Session, now: datetime, most: int) -> list[int]:
    """Ids of the mails that wait to be sent, the oldest first."""
    query = sa.select(MailOrder.id).where(_is_due(now)).order_by(MailOrder.id)
    return list(session.scalars(query.limit(most)))


def claim(session: Session, ident: int, now: datetime) -> bool:
    """Take a mail that is due, in a unit of its own; False when another sender has it, or its reader's hours are quiet."""
    if _hold(session, ident, now):
        return False
    taken = session.execute(
        sa.update(MailOrder)
        .where(MailOrder.id == ident, _is_due(now))
        .values(state=MailState.SENDING, claimed_at=now, tries=MailOrder.tries + 1)
        .execution_options(synchronize_session=False)
        .returning(MailOrder.id)
    )
    return taken.one_or_none() is not None


def _hold(session: Session, ident: int, now: datetime) -> bool:
    """Let a mail wait for the end of the quiet hours of its recipient, as they are now."""
    query = sa.select(QuietHours.begins, QuietHours.ends).join(
        MailOrder, MailOrder.recipient_id == QuietHours.user_id
    )
    found = session.execute(query.where(MailOrder.id == ident)).one_or_none()
    until = after_quiet(now, Quiet(*found) if found else None)
    if until <= now:
        return False
    first = sa.case(
        (MailOrder.tries == 0, sa.literal(until, UtcDateTime)), else_=MailOrder.held_until
    )
    session.execute(
        sa.update(MailOrder)
        .where(MailOrder.id == ident, _is_due(now))
        .values(next_try_at=until, held_until=first)
        .execution_options(synchronize_session=False)
    )
    return True


def note_outcome(session: Session, ident: int, outcome: Outcome, now: datetime) -> None:
    """What became of a mail that was claimed: sent, tried again, or given up."""
    order = session.get_one(MailOrder, ident, with_for_update=True)
    if order.state is not MailState.SENDING:
        return
    order.next_try_at, order.failure = None, None
    if outcome is Outcome.SENT:
        order.state, order.sent_at = MailState.SENT, now
    elif outcome is Outcome.UNKNOWN and order.template in QUESTIONS:
        order.state = MailState.UNKNOWN  # a second one could start a second deadline
    elif outcome is Outcome.REFUSED or now - (order.held_until or order.ordered_at) >= GIVE_UP:
        order.state, order.failure = MailState.FAILED, str(outcome)
    else:
        order.state, order.failure = MailState.WAITING, str(outcome)
        order.next_try_at = now + DELAYS[min(order.tries, len(DELAYS)) - 1]


def list_silent(session: Session, now: datetime) -> list[int]:
    """Ids of the mails whose senders have been silent for long."""
    silent = sa.select(MailOrder.id).where(
        MailOrder.state == MailState.SENDING, MailOrder.claimed_at < now - SILENCE
    )
    return list(session.scalars(silent))


def settle_silent(session: Session, now: datetime) -> None:
    """Such a mail may have been sent: it is treated as one without an answer."""
    for ident in list_silent(session, now):
        note_outcome(session, ident, Outcome.UNKNOWN, now)


def send_again(session: Session, order: MailOrder, *, actor: Actor, now: datetime) -> None:
    """Try a mail that failed, or whose outcome is unknown, once more from the beginning."""
    require(session, actor, Action.RESEND_MAIL, order)
    if not order.is_resendable:
        raise Conflict(
            say("送信失敗か結果不明で、まだ知らせていないメールだけ、もう一度送れます。")
        )
    order.state, order.ordered_at = MailState.WAITING, now
    order.next_try_at, order.held_until, order.tries = None, None, 0
    audit.record(session, audit.Deed.MAIL_RESEND, order, actor=actor, now=now)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    is_time = MailOrder.next_try_at.is_(None) | (MailOrder.next_try_at <= now)
    return (MailOrder.state == MailState.WAITING) & is_time


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
    message = smtp.write(message_id, sender_of(config), to, subject, body)
    outcome = smtp.send(config.smtp_url or "", message)
    state = LINK_STATES[outcome]
    _note_link(database, message_id, state, now if state is MailState.SENT else None)


def sender_of(config: Config) -> str:
    return f"no-reply@{urlsplit(config.base_url).hostname or 'localhost'}"


def _note_link(
    database: Database, message_id: str, state: MailState, sent_at: datetime | None
) -> None:
    outcome = (
        sa.update(MailOrder)
        .where(MailOrder.message_id == message_id)
        .values(state=state, tries=MailOrder.tries + 1, sent_at=sent_at)
        .execution_options(synchronize_session=False)
    )
    database.repeat(lambda session: session.execute(outcome))
