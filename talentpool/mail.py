"""The outbox: a mail order is a row of the unit of work that caused it. No personal data inside."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Json, Session, Text, UtcDateTime, choice
from .permissions import Action, Actor, Scope, viewed_by, within


class MailState(StrEnum):
    KEPT = "kept"  # no mail server is configured: shown in the site
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # silence after DATA


class MailOrder(Base):
    """At most one mail for an event and a recipient; `template` and `link` say what it will contain."""

    __tablename__ = "mail_order"
    __table_args__ = (sa.UniqueConstraint("event", "recipient_id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
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
) -> None:
    """Order a mail in the present unit of work; the same event and recipient again is no second mail."""
    known = sa.select(MailOrder.id).where(
        MailOrder.event == event, MailOrder.recipient_id == recipient_id
    )
    if session.scalar(known) is not None:
        return
    session.add(
        MailOrder(
            message_id=f"{uuid.uuid4()}@talentpool",
            event=event,
            recipient_id=recipient_id,
            prefecture_code=prefecture_code,
            template=template,
            link=link,
            values=values or {},
            ordered_at=now,
        )
    )
