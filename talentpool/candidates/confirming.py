"""Whether the availability is still right: asked after ninety days, each time once, and confirmed with one tap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.reminders import morning, without_ordered
from ..dates import local_date
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..mail import order_mail
from ..permissions import Action, Actor, require
from ..states import MembershipState
from .freshness import AvailabilityCheck, is_to_be_asked, is_to_be_asked_again
from .models import Candidate, Membership

TEMPLATE = "membership.ask_confirm"
AGAIN = "membership.remind_confirm"


@dataclass(frozen=True, slots=True)
class Question:
    """is_again: the second mail, a week before rounds leave the person out."""

    membership: Membership
    day: str  # on which it is asked
    is_again: bool = False

    @property
    def event(self) -> str:
        """One for all pools of the person, who is asked once."""
        verb = "confirm-again" if self.is_again else "confirm"
        return f"candidate/{self.membership.candidate_id}/{verb}/{self.day}"


def list_due(session: Session, now: datetime) -> list[Question]:
    """Everybody whose availability was confirmed too long ago, once; nobody whose registration is over."""
    if now < morning(now):
        return []
    today = f"{local_date(now):%Y%m%d}"
    asked = [Question(row, today) for row, _ in _members(session, is_to_be_asked(now), now)]
    return [*asked, *_list_again(session, now)]


def _list_again(session: Session, now: datetime) -> list[Question]:
    """The second mail, once for each question; staff ask those without an account."""
    found = [
        Question(row, f"{local_date(asked_at):%Y%m%d}", is_again=True)
        for row, asked_at in _members(session, is_to_be_asked_again(now), now)
        if row.candidate.user_id is not None and asked_at is not None
    ]
    return without_ordered(session, found)


def _members(
    session: Session, condition: sa.ColumnElement[bool], now: datetime
) -> list[tuple[Membership, datetime | None]]:
    """One membership that goes on for each person, and when the person was asked last."""
    query = (
        sa.select(Membership, AvailabilityCheck.asked_at)
        .outerjoin(AvailabilityCheck, AvailabilityCheck.candidate_id == Membership.candidate_id)
        .where(
            Membership.state == MembershipState.ACTIVE,
            Membership.active_until >= local_date(now),
            condition,
        )
        .options(joinedload(Membership.candidate))
        .order_by(Membership.id)
    )
    by_person: dict[int, tuple[Membership, datetime | None]] = {}
    for row, asked_at in session.execute(query):
        by_person.setdefault(row.candidate_id, (row, asked_at))
    return [by_person[ident] for ident in sorted(by_person)]


def remind(session: Session, now: datetime) -> list[Question]:
    """Ask everybody whose time has come. Who has no account is asked by staff, who see it in the list of people."""
    found = list_due(session, now)
    for _question, check in _checks(session, [one for one in found if not one.is_again]):
        check.asked_at = now
    for question in found:
        row = question.membership
        if row.candidate.user_id is not None:
            order_mail(
                session, event=question.event, recipient_id=row.candidate.user_id, now=now,
                template=AGAIN if question.is_again else TEMPLATE, link="/availability",
                prefecture_code=row.prefecture_code,
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
