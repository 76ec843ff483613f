"""A mail did not arrive, and an officer has told its recipient by telephone what it said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..candidates.models import Candidate, Membership
from ..credentials.models import Credential
from ..db import Base, Session
from ..engagements.models import Engagement, WorkLog
from ..engagements.month_additions import MonthAddition
from ..engagements.plan_changes import PlanChange
from ..errors import Conflict, NotFound
from ..language import say
from ..mail import MailOrder
from ..mail_choices import QUESTIONS
from ..needs.models import JointMember, Need
from ..permissions import Action, Actor, get_visible, require
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..placements.questions.models import Question
from ..placements.reach import extend_told_late, has_been_told
from ..reviews.models import Report, Review
from .models import NoteKind, Subject
from .service import Words, write_note

_KINDS: dict[str, type[Base]] = {
    kind.__tablename__: kind
    for kind in (
        Candidate,
        Membership,
        Need,
        Placement,
        Engagement,
        WorkLog,
        Review,
        Report,
        CounterProposal,
        Question,
        PlanChange,
        MonthAddition,
        Credential,
        JointMember,
    )
}


def is_about_something(order: MailOrder) -> bool:
    """Whether a call about it can be noted: on the page of a person, a need or a proposal."""
    return order.event.partition("/")[0] in _KINDS


def find_subject(session: Session, actor: Actor, order: MailOrder) -> Subject:
    """What a mail of a step is about, as its event names it; NotFound for other mails."""
    name, _, rest = order.event.partition("/")
    ident = rest.partition("/")[0]
    if not is_about_something(order) or not ident.isdecimal():
        raise NotFound
    thing = get_visible(session, actor, _KINDS[name], int(ident))
    if isinstance(thing, Membership | Credential):
        return thing.candidate
    if isinstance(thing, CounterProposal | Question):
        return thing.placement
    if isinstance(thing, JointMember):
        return session.get_one(Need, thing.need_id)
    if isinstance(thing, WorkLog | Review | Report | PlanChange | MonthAddition):
        thing = thing.engagement
    if isinstance(thing, Engagement):
        thing = session.get_one(Placement, thing.placement_id)
    assert isinstance(thing, Subject)
    return thing


def starts_days(session: Session, order: MailOrder, thing: Subject) -> bool:
    """Whether the days of an answer begin to run with the call."""
    if not isinstance(thing, Placement) or order.template not in QUESTIONS:
        return False
    return thing.answer_until is not None and not has_been_told(session, thing)


def note_call(
    session: Session, order: MailOrder, words: Words, *, actor: Actor, now: datetime
) -> Subject:
    """The days of an answer run from the call on, as they would from the mail."""
    require(session, actor, Action.RESEND_MAIL, order)
    if not order.is_resendable:
        raise Conflict(say("このメールは、届いたか、知らせたことがもう記録されています。"))
    thing = find_subject(session, actor, order)
    call = replace(words, kind=NoteKind.CALL_MADE)
    write_note(session, thing, call, actor=actor, now=now, mail=order.id)
    order.told_at = now
    session.flush()
    if isinstance(thing, Placement):
        extend_told_late(session, now, [thing.id])
    return thing
