"""Word that a pause ends, two days before: to the person, and to the officers of every pool the person is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts import telling
from ..accounts.reminders import morning, without_ordered
from ..dates import last_day, local_date, month_of
from ..db import Session
from ..mail import order_mail
from ..states import Audience, MembershipState
from .models import CandidateWindow, Membership

DAYS = 2  # before the first day after the pause
TEMPLATES = {
    Audience.CANDIDATE: "membership.remind_pause",
    Audience.COORDINATOR: "membership.remind_return",
}


@dataclass(frozen=True, slots=True)
class Return:
    membership: Membership
    last_month: int  # of the pause

    @property
    def event(self) -> str:
        """One for all pools of the person, who hears of it once."""
        return f"candidate/{self.membership.candidate_id}/pause/{self.last_month}"


def list_due(session: Session, now: datetime) -> list[Return]:
    """The pauses that end within DAYS and of which nobody was told; none that another one follows at once."""
    today = local_date(now)
    month = month_of(today)
    if now < morning(now) or month_of(today + timedelta(days=DAYS)) == month:
        return []
    query = sa.select(Membership).where(
        Membership.state == MembershipState.ACTIVE,
        Membership.active_until > last_day(month),
        _is_paused_in(month),
        ~_is_paused_in(month + 1),
    )
    rows = session.scalars(query.options(joinedload(Membership.candidate)).order_by(Membership.id))
    return without_ordered(session, [Return(row, month) for row in rows])


def _is_paused_in(month: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        CandidateWindow.candidate_id == Membership.candidate_id,
        CandidateWindow.is_available.is_(False),
        CandidateWindow.first_month <= month,
        CandidateWindow.last_month >= month,
    )


def remind(session: Session, now: datetime) -> list[Return]:
    """Order the mails of all pauses that end."""
    found = list_due(session, now)
    for end in found:
        row = end.membership
        links = {
            Audience.CANDIDATE: "/availability",
            Audience.COORDINATOR: f"/candidates/{row.candidate_id}",
        }
        for audience, link in links.items():
            told = telling.list_recipients(row, audience, row.candidate.user_id)
            for recipient in session.scalars(told):
                order_mail(
                    session, event=end.event, recipient_id=recipient, link=link, now=now,
                    template=TEMPLATES[audience], prefecture_code=row.prefecture_code,
                )  # fmt: skip
    return found
