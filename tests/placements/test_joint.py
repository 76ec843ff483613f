"""The whole way of a joint need of three towns, and what each of them reads on it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from talentpool import matching as m
from talentpool.accounts.models import User
from talentpool.candidates.consenting import INTRODUCTION, consents_in_force, withdraw_consent
from talentpool.db import Database, Session
from talentpool.engagements.logs import LogContent, send_log
from talentpool.engagements.models import Part, Place
from talentpool.engagements.running import start_engagement
from talentpool.mail import MailOrder
from talentpool.needs.joint import service
from talentpool.permissions import Action, Actor, Role, can
from talentpool.placements import joint as work
from talentpool.placements.adopting import adopt_round
from talentpool.placements.models import Placement
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import create_round
from talentpool.rounds.running import run_here
from talentpool.states import NeedState, PlacementState, RoundState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser
from ..needs.joined import Joint, make_joint
from .cast import Cast, assert_sound

HIMEJI, ASAGO, SAYO = make.HIMEJI, make.ASAGO, make.SAYO
ROUTINE = ("propose", "approve", "accept", "welcome", "confirm")


def _suggested(database: Database, session: Session, joint: Joint) -> Placement:
    made = create_round(
        session, prefecture_code=make.HYOGO, title="第1回", need_ids=[joint.need.id],
        policy=m.Policy(), time_limit=20, actor=joint.coordinator, now=make.NOW,
    )  # fmt: skip
    session.commit()
    assert run_here(database, made.id) is RoundState.OPTIMAL
    session.expire_all()
    round_ = session.get_one(Round, made.id)
    (placement,) = adopt_round(session, round_, actor=joint.coordinator, now=make.NOW)
    session.flush()
    return placement


def _told(session: Session) -> list[str]:
    query = (
        sa.select(User.municipality_code)
        .join(MailOrder, MailOrder.recipient_id == User.id)
        .where(MailOrder.template == "joint_member.work")
    )
    return [code for code in session.scalars(query) if code]


def _browser(app: TalentpoolFlask, session: Session, officer: Actor) -> Browser:
    user = session.get_one(User, officer.user_id)
    session.commit()
    browser = Browser(app)
    browser.enter(user)
    return browser


def test_from_three_towns_to_the_days_that_somebody_worked(
    app: TalentpoolFlask, database: Database, session: Session
) -> None:
    joint = make_joint(session, state=NeedState.OPEN)
    person = make.make_candidate(session, half_days=8)
    make.make_candidate(session, half_days=7)  # one half-day too few for all three towns together
    member = joint.officers[SAYO]
    placement = _suggested(database, session, joint)
    cast = Cast(
        session, joint.coordinator, make.make_user(session, Role.APPROVER).actor, joint.lead
    )
    assert placement.candidate_id == person.id
    for verb in ROUTINE:
        knows = placement.introduced_at is not None
        assert can(session, member, Action.VIEW_CANDIDATE, person) == knows
        assert bool(work.list_introduced(session, joint.need, member)) == knows
        assert not can(session, member, Action.VIEW_PLACEMENT, placement)
        assert not can(session, member, Action.VIEW_CONTACT, person)
        cast.step(placement, verb)
    assert {*_told(session)} == {ASAGO, SAYO}
    assert (
        {*consents_in_force(person, ASAGO)}
        == {*consents_in_force(person, HIMEJI)}
        == {INTRODUCTION}
    )
    engagement = make.find_engagement(session, placement)
    assert can(session, member, Action.VIEW_JOINT_WORK, engagement)
    assert not can(session, member, Action.VIEW_ENGAGEMENT, engagement)
    days = {  # a Tuesday of Himeji, the first Thursday of Asago, the second of Sayo, and a Friday of nobody
        date(2027, 4, 6): (Part.DAY, Place.ON_SITE),
        date(2027, 4, 1): (Part.DAY, Place.ON_SITE),
        date(2027, 4, 8): (Part.MORNING, Place.ON_SITE),
        date(2027, 4, 9): (Part.MORNING, Place.ONLINE),
    }
    later = make.NOW.replace(year=2027, month=5)
    make.make_prepared(session, engagement, now=make.NOW)
    start_engagement(session, engagement, actor=joint.coordinator, now=later)
    content = LogContent(days=days, text="三市町の窓口を見た", theme="bpr")
    send_log(session, engagement, make.FIRST, content, actor=cast.person(placement), now=later)
    (whole,) = work.list_work(session, joint.need, joint.lead)
    assert whole.months[0].half_days == {HIMEJI: 2, ASAGO: 2, SAYO: 1, None: 1}
    (own,) = work.list_work(session, joint.need, member)
    assert (own.months[0].days, own.months[0].half_days) == ([date(2027, 4, 8)], {SAYO: 1})
    assert_sound(session)
    browser = _browser(app, session, member)
    offer = _browser(app, session, cast.person(placement)).get(f"/offers/{placement.id}").text
    assert "これらの市町のすべてに、あなたの氏名と登録内容が伝わります" in offer
    page = browser.get(f"/needs/{joint.need.id}/joint/work").text
    assert person.name in page
    assert "4/8" in page
    assert "4/6" not in page
    assert "抜けたいと申し出る" in browser.get(f"/needs/{joint.need.id}").text


def test_a_consent_that_is_taken_back_from_one_town_ends_it_for_all(session: Session) -> None:
    joint, person = make_joint(session, state=NeedState.OPEN), make.make_candidate(session)
    cast = Cast(
        session, joint.coordinator, make.make_user(session, Role.APPROVER).actor, joint.lead
    )
    placement = cast.walk(cast.suggested(joint.need, person), *ROUTINE[:3])
    given = consents_in_force(person, SAYO)[INTRODUCTION]
    withdraw_consent(session, person, given, actor=cast.person(placement), now=make.NOW)
    assert placement.state is PlacementState.REVOKED
    assert_sound(session)


@pytest.mark.parametrize("town", [ASAGO, "282103"])
def test_who_has_declined_or_never_took_part_reads_nothing(
    app: TalentpoolFlask, session: Session, town: str
) -> None:
    joint = make_joint(session)
    if town == ASAGO:
        joint.answer(ASAGO, service.decline)
    officer: Actor = (
        joint.officers.get(town)
        or make.make_user(session, Role.MUNICIPALITY, municipality_code=town).actor
    )
    browser = _browser(app, session, officer)
    assert browser.get(f"/needs/{joint.need.id}/joint/work").status_code == 404
