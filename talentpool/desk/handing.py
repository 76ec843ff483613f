"""One officer's work goes to others in one step: all of it or nothing, in one entry of the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..accounts.models import User
from ..accounts.postal import PostalTask
from ..candidates.models import Membership
from ..candidates.service import ENDED
from ..consultations.models import Consultation
from ..credentials.models import Credential
from ..credentials.register import is_unrenewed, is_waiting
from ..dates import local_date, start_of_day
from ..db import Base, Session
from ..engagements.models import Engagement, WorkLog
from ..engagements.month_additions import MonthAddition
from ..engagements.plan_changes import OPEN, PlanChange
from ..errors import Conflict, LostRace, Refused
from ..language import say
from ..mail import MailOrder
from ..needs.models import Need
from ..notes.models import NoteKind
from ..notes.service import Words, add_note
from ..permissions import Action, Actor, require, visible
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..placements.questions.models import Question
from ..reviews.models import Review
from ..rounds.models import Round
from ..states import (
    ADDITION_OPEN,
    COUNTER_OPEN,
    LIVE,
    ConsultationState,
    EngagementState,
    NeedState,
    QuestionState,
    ReviewState,
    RoundState,
    WorkLogState,
)
from .models import OF, Duty, Owned, along, due_of
from .service import list_owners

_NEVER = datetime.max.replace(tzinfo=UTC)
_IS_OPEN: Mapping[type[Base], sa.ColumnElement[bool]] = {
    Membership: Membership.state.not_in(ENDED),
    Need: Need.state != NeedState.CLOSED,
    Placement: Placement.state.in_(LIVE),
    Round: Round.state.not_in((RoundState.ADOPTED, RoundState.DISCARDED)),
    Consultation: Consultation.state != ConsultationState.CLOSED,
    PostalTask: PostalTask.handled_at.is_(None),
    CounterProposal: CounterProposal.state.in_(COUNTER_OPEN),
    PlanChange: PlanChange.state.in_(OPEN),
    MonthAddition: MonthAddition.state.in_(ADDITION_OPEN),
    MailOrder: MailOrder.is_lost(),
    Question: Question.state == QuestionState.ASKED,
    Engagement: Engagement.state != EngagementState.ENDED,
    WorkLog: WorkLog.state != WorkLogState.CLOSED,
    Review: Review.state.in_((ReviewState.ASKED, ReviewState.CONTESTED)),
    Credential: is_waiting() | is_unrenewed(),
}
_NOTED = Membership | Need | Placement  # whose pages keep notes


class Group(StrEnum):
    """What things are about, as an officer would part them among others."""

    CONSULTATION = "consultation"
    PERSON = "person"
    NEED = "need"  # and who is proposed for it
    WORK = "work"


_GROUPS: Mapping[type[Base], Group] = {  # everything else belongs to needs
    Consultation: Group.CONSULTATION,
    **dict.fromkeys((Membership, PostalTask, MailOrder, Credential), Group.PERSON),
    **dict.fromkeys((Engagement, WorkLog, Review, PlanChange, MonthAddition), Group.WORK),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that one officer sees to. others: duties of the same paper or of letters to the same person, which go with it."""

    duty: Duty
    thing: Owned
    others: Sequence[Duty] = ()

    @property
    def due(self) -> datetime | None:
        return due_of(self.thing)

    @property
    def next(self) -> datetime:
        day = self.duty.follow_up
        return min(self.due or _NEVER, start_of_day(day) if day else _NEVER)

    def crosses(self, day: date) -> bool:
        """Its deadline or its next day comes when the new officer has it."""
        return self.next is not _NEVER and local_date(self.next) >= day

    @property
    def group(self) -> Group:
        return _GROUPS.get(type(self.thing), Group.NEED)

    @property
    def takes_note(self) -> bool:
        return isinstance(self.thing, _NOTED)


def list_givers(session: Session, actor: Actor) -> Sequence[tuple[int, str]]:
    """(id, name) of everybody who has something, also if their account is disabled."""
    owners = visible(actor, Duty).with_only_columns(Duty.owner_id).where(Duty.owner_id.is_not(None))
    query = sa.select(User.id, User.display_name).where(User.id.in_(owners))
    query = query.order_by(User.display_name, User.id)
    return [(ident, name) for ident, name in session.execute(query)]


def list_holdings(
    session: Session, actor: Actor, giver: int, day: date, *, lock: bool = False
) -> list[Holding]:
    """What is not over, with what crosses `day` first."""
    require(session, actor, Action.ASSIGN_DUTY)
    owned = sa.select(Duty).where(
        Duty.owner_id == giver, Duty.prefecture_code == actor.prefecture_code
    )
    if lock:
        owned = owned.with_for_update().execution_options(populate_existing=True)
    duties = session.scalars(owned.order_by(Duty.id)).all()
    found: dict[tuple[str, int], Holding] = {}
    for kind, name in OF.items():
        of_kind = {ident: duty for duty in duties if (ident := getattr(duty, name)) is not None}
        things = _list_open(session, kind, of_kind) if of_kind else {}
        for ident, duty in of_kind.items():
            if (thing := things.get(ident)) is None:
                continue
            first = found.get(_key_of(thing))
            others = (*first.others, duty) if first else ()
            one = Holding(first.duty, first.thing, others) if first else Holding(duty, thing)
            found[_key_of(thing)] = one
    return sorted(found.values(), key=lambda one: (not one.crosses(day), one.next, one.duty.id))


def _list_open(session: Session, kind: type[Base], idents: Iterable[int]) -> dict[int, Any]:
    """By id, those of a kind that are not over, with what is shown of them."""
    key = sa.inspect(kind).primary_key[0]
    query = sa.select(kind).where(key.in_(idents), _IS_OPEN[kind]).options(*along(kind))
    things: Sequence[Any] = session.scalars(query).all()
    return {thing.id: thing for thing in things}


def _key_of(thing: Owned) -> tuple[str, int]:
    if isinstance(thing, PostalTask):
        return "letters", thing.candidate_id
    if isinstance(thing, Placement) and thing.paper_id is not None:
        return "paper", thing.paper_id
    return thing.__tablename__, thing.id


@dataclass(frozen=True, slots=True)
class Handing:
    holding: Holding
    to: int  # account of an officer
    note: str = ""


def hand_over(
    session: Session, giver: User, handings: Sequence[Handing], *, actor: Actor, now: datetime
) -> None:
    """All of `handings` or none; the notes stay with the things. The holdings are locked."""
    require(session, actor, Action.ASSIGN_DUTY)
    if not handings:
        raise Conflict(say("引き継ぐものがありません。"))
    owners = {ident for ident, _name in list_owners(session, actor)} - {giver.id}
    given: dict[str, list[str]] = {}
    for one in handings:
        if one.to not in owners:
            raise Refused.at("to", say("県担当者から選んでください。"))
        for duty in (one.holding.duty, *one.holding.others):
            if duty.owner_id != giver.id:
                raise LostRace
            duty.owner_id, duty.set_at = one.to, now
        thing = one.holding.thing
        given.setdefault(str(one.to), []).append(f"{thing.__tablename__}/{thing.id}")
        if one.note.strip() and isinstance(thing, _NOTED):
            about = thing.candidate if isinstance(thing, Membership) else thing
            add_note(session, about, Words(NoteKind.HANDOVER, one.note), actor=actor, now=now)
    session.flush()
    detail = {"rows": len(handings), "given": given}
    audit.record(session, audit.Deed.DUTY_HAND_OVER, giver, actor=actor, now=now, detail=detail)
