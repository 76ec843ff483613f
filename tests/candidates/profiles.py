"""A complete profile, step by step, and what its steps leave behind."""

from __future__ import annotations

import sqlalchemy as sa

from talentpool import audit, dates
from talentpool.audit import AuditEvent
from talentpool.candidates import (
    availability,
    consenting,
    editing,
    reviewing,
    submitting,
)
from talentpool.candidates.content import (
    Availability,
    Basics,
    Career,
    Post,
    SkillClaim,
    Skills,
    Window,
    Wishes,
)
from talentpool.candidates.models import Candidate, Membership
from talentpool.db import Session
from talentpool.mail import MailOrder
from talentpool.permissions import Actor

from .. import factories as make

NOW, APRIL, SEPTEMBER = make.NOW, make.FIRST, make.LAST
BASICS = Basics(
    kind="official", family_name="髙﨑", given_name="塚", family_kana="タカサキ", given_kana="ツカ",
    phone="078-341-7711", home_code=make.HIMEJI, birth_date="1962-04-01",
)  # fmt: skip
CAREER = Career(posts=[Post("姫路市", dates.month_number(2000, 4))])
SKILLS = Skills([SkillClaim("bpr", 3, 2025)])
WINDOWS = Availability(windows=[Window(APRIL, SEPTEMBER, 8)])
WISHES = Wishes(forms=["commission"], pay_minimum=5000, pay_wish=8000)


def complete(session: Session, candidate: Candidate, actor: Actor) -> Membership:
    editing.save_basics(session, candidate, BASICS, actor=actor, now=NOW)
    editing.save_career(session, candidate, CAREER, actor=actor, now=NOW)
    editing.save_skills(session, candidate, SKILLS, actor=actor, now=NOW)
    availability.save_availability(session, candidate, WINDOWS, actor=actor, now=NOW)
    editing.save_wishes(session, candidate, WISHES, actor=actor, now=NOW)
    purposes = ["search", "introduction"]
    consenting.save_consents(session, candidate, make.HYOGO, purposes, actor=actor, now=NOW)
    return candidate.memberships[0]


def active(session: Session, candidate: Candidate, person: Actor, officer: Actor) -> Membership:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    return membership


def events(session: Session) -> list[AuditEvent]:
    audit.seal(session)
    return list(session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq)))


def mails(session: Session) -> list[tuple[str, int]]:
    session.flush()
    rows = session.scalars(sa.select(MailOrder).order_by(MailOrder.id))
    return [
        (row.template, row.recipient_id) for row in rows if row.template.startswith("membership")
    ]
