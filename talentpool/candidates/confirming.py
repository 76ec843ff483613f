"""Whether the availability is still right: asked after ninety days, each time once, and confirmed with one tap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.reminders import morning
from ..dates import local_date
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..mail import order_mail
from ..permissions import Action, Actor, require
from ..states import MembershipState
from .freshness import AvailabilityCheck, is_to_be_asked
from .models import Candidate, Membership

TEMPLATE = "membership.ask_confirm"


@dataclass(frozen=True, slots=True)
class Question:
    membership: Membership
    day: str  # on which it is asked

    @property
    def event(self) -> str:
        """One for all pools of the person, who is asked once."""
        return f"candidate/{self.membership.candidate_id}/confirm/{self.day}"


def list_due(session: Session, now: datetime) -> list[Question]:
    """Everybody whose availability was confirmed too long ago, once; nobody whose registration is over."""
    if now < morning(now):
        return []
    today = local_date(now)
    query = sa.select(Membership).where(
        Membership.state == MembershipState.ACTIVE,
        Membership.active_until >= today,
        is_to_be_asked(now),
    )
    rows = session.scalars(query.options(joinedload(Membership.candidate)).order_by(Membership.id))
    by_person = {row.candidate_id: row for row in reversed(rows.all())}
    return [Question(row, f"{today:%Y%m%d}") for _ident, row in sorted(by_person.items())]


def remind(session: Session, now: datetime) -> list[Question]:
    """Ask everybody whose time has come. Who has no account is asked by staff, who see it in the list of people."""
    found = list_due(session, now)
    for question, check in _checks(session, found):
        check.asked_at = now
        row = question.membership
        if row.candidate.user_id is not None:
            order_mail(
                session, event=question.event, recipient_id=row.candidate.user_id, now=now,
                template=TEMPLATE, link="/availability", prefecture_code=row.prefecture_code,
            )  # fmt: skip
    session.flush()
    return found


def _checks(
    session: Session, questions: list[Question]
) -> Iterator[tuple[Question, AvailabilityCheck]]:
    ids = [question.membership.candidate_id for question in questions]
    query = sa.select(AvailabilityCheck).where(AvailabilityCheck.candidate_id.in_(ids))
    known = {row.candidate_id: row for row in session.scalars(query)}
    for question in questions:
        ident = question.membership.candidate_id
        check = known.get(ident) or AvailabilityCheck(candidate_id=ident)
        session.add(check)
        yield question, check


def confirm_availability(
    session: Session, candidate: Candidate, *, actor: Actor, now: datetime
) -> None:
    """The months are still right: said by the person, or by staff who have asked the person."""
    require(session, actor, Action.EDIT_PROFILE, candidate)
    if all(row.state is not MembershipState.ACTIVE for row in candidate.memberships):
        raise Conflict(say("登録中の人だけ、稼働を確認できます。"))
    note_confirmed(session, candidate, now=now)
    audit.record(session, audit.Deed.CANDIDATE_CONFIRM, candidate, actor=actor, now=now)


def note_confirmed(session: Session, candidate: Candidate, *, now: datetime) -> None:
    """Whoever saves the months has confirmed them."""
    session.execute(sa.select(Candidate.id).where(Candidate.id == candidate.id).with_for_update())
    check = session.get(AvailabilityCheck, candidate.id, populate_existing=True)
    if check is None:
        check = AvailabilityCheck(candidate_id=candidate.id)
        session.add(check)
    check.confirmed_at = now
    session.flush()
