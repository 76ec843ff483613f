"""Handing in, and the review."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from talentpool.candidates import (
    editing,
    reviewing,
    snapshots,
    submitting,
)
from talentpool.candidates.content import Skills
from talentpool.candidates.models import Candidate, ProfileSnapshot
from talentpool.candidates.steps import Step
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.ledger import service as ledger
from talentpool.operations.trail import changes_without_events
from talentpool.permissions import Actor, Role

from .. import factories as make
from .profiles import NOW, active, complete, events, mails


def test_evidence_is_verified_by_the_office_for_claimed_skills_only(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    with pytest.raises(Forbidden):
        reviewing.verify_evidence(session, candidate, {"bpr": "confirmed"}, actor=person, now=NOW)
    with pytest.raises(Conflict):
        reviewing.verify_evidence(
            session, candidate, {"cloud": "confirmed"}, actor=officer, now=NOW
        )
    with pytest.raises(Refused):
        reviewing.verify_evidence(session, candidate, {"bpr": "perfect"}, actor=officer, now=NOW)


def test_what_is_missing_is_named_with_its_step(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    missing = submitting.list_missing(session, candidate, make.HYOGO, now=NOW)
    assert {one.step for one in missing} == set(Step)
    membership = complete(session, candidate, person)
    assert submitting.list_missing(session, candidate, make.HYOGO, now=NOW) == []
    later = NOW + timedelta(days=400)
    missing = submitting.list_missing(session, candidate, make.HYOGO, now=later)
    assert [one.step for one in missing] == [Step.AVAILABILITY]
    with pytest.raises(Refused, match="今月以降に稼働できる月"):
        submitting.submit_profile(session, membership, actor=person, now=later)


def test_the_way_into_the_pool_tells_those_it_concerns(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    other = make.make_user(session, Role.COORDINATOR)
    make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    make.make_user(session, Role.COORDINATOR).disabled_at = NOW
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.return_membership(
        session, membership, reason="incomplete", comment=" 住所 ", actor=officer, now=NOW
    )
    assert (membership.review_reason, membership.review_comment) == ("incomplete", "住所")
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    office = [officer.user_id, other.id]
    assert mails(session) == [
        *(("membership.submit", ident) for ident in office),
        ("membership.return", person.user_id),
        *(("membership.submit", ident) for ident in office),
        ("membership.activate", person.user_id),
    ]
    done = [event.action for event in events(session) if event.object_type == "membership"]
    assert done == [
        "membership.submit",
        "membership.return",
        "membership.submit",
        "membership.activate",
    ]


def test_activation_freezes_the_profile_and_opens_the_months(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    assert membership.active_from == date(2026, 12, 1)
    assert membership.active_until == date(2028, 3, 31)
    snapshot = session.scalars(sa.select(ProfileSnapshot)).one()
    content = json.loads(snapshot.content)
    assert content == json.loads(json.dumps(snapshots.profile_record(candidate)))
    assert content["family_name"] == "髙﨑"
    assert content["windows"][0]["first_month"] == "2027-04"
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [8] * 6
    raw = session.scalar(sa.text("SELECT content FROM profile_snapshot"))
    assert "髙﨑".encode() not in bytes(raw)


def test_activation_is_the_office_s_and_happens_once(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    approver = make.make_user(session, Role.APPROVER).actor
    elsewhere = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for actor in (person, approver, elsewhere):
        with pytest.raises(Forbidden):
            reviewing.activate_membership(session, membership, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            reviewing.decline_membership(
                session, membership, reason="identity", actor=actor, now=NOW
            )
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    with pytest.raises(Conflict):
        reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    with pytest.raises(Conflict):
        reviewing.return_membership(session, membership, reason="identity", actor=officer, now=NOW)


def test_a_profile_that_lost_a_part_is_not_activated(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    editing.save_skills(session, candidate, Skills(), actor=person, now=NOW)
    with pytest.raises(Refused, match="技能"):
        reviewing.activate_membership(session, membership, actor=officer, now=NOW)


@pytest.mark.parametrize("until", [date(2026, 12, 1), date(2032, 4, 1)])
def test_the_last_day_lies_in_the_next_years(
    session: Session, candidate: Candidate, person: Actor, officer: Actor, until: date
) -> None:
    membership = active(session, candidate, person, officer)
    with pytest.raises(Refused):
        reviewing.extend_membership(session, membership, until=until, actor=officer, now=NOW)


def test_only_who_is_in_the_pool_can_be_extended(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    with pytest.raises(Conflict):
        reviewing.extend_membership(
            session, membership, until=date(2030, 3, 31), actor=officer, now=NOW
        )
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    reviewing.extend_membership(
        session, membership, until=date(2030, 3, 31), actor=officer, now=NOW
    )
    assert membership.active_until == date(2030, 3, 31)
    assert events(session)[-1].detail == {"until": "2030-03-31", "before": "2028-03-31"}
    assert list(changes_without_events(session)) == []
