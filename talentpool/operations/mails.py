"""What must hold of the mails that wait, and of the daily ones that carry them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import Session
from ..mail import DIGEST, MailOrder, MailState


def mails_without_their_day(session: Session) -> Iterator[str]:
    """What waits for a daily mail knows its time, or is in one of the same reader; none is about nothing."""
    never = sa.select(MailOrder.id).where(
        MailOrder.state == MailState.DIGEST,
        MailOrder.carried_by_id.is_(None),
        MailOrder.next_try_at.is_(None),
    )
    for (ident,) in session.execute(never.order_by(MailOrder.id)):
        yield f"mail {ident}: waits for a daily mail that never comes"
    daily = aliased(MailOrder)
    wrong = (
        sa.select(MailOrder.id, daily.id)
        .join(daily, daily.id == MailOrder.carried_by_id)
        .where((daily.template != DIGEST) | (daily.recipient_id != MailOrder.recipient_id))
    )
    for ident, carrier in session.execute(wrong.order_by(MailOrder.id)):
        yield f"mail {ident}: in mail {carrier}, which is no daily mail of its recipient"
    is_about = sa.exists().where(daily.carried_by_id == MailOrder.id)
    empty = sa.select(MailOrder.id).where(MailOrder.template == DIGEST, ~is_about)
    for (ident,) in session.execute(empty.order_by(MailOrder.id)):
        yield f"mail {ident}: a daily mail about nothing"
