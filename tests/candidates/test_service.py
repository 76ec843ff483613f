"""Profiles begun, found and listed; who looked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentpool.candidates import finding, service, viewing
from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.listing import Asked
from talentpool.permissions import Actor, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.states import MembershipState

from .. import factories as make
from .profiles import NOW


def test_a_profile_begins_as_a_draft_with_a_code(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    assert candidate.code == f"C-{candidate.id:06d}"
    session.refresh(candidate)
    assert [(row.prefecture_code, row.state) for row in candidate.memberships] == [
        (make.HYOGO, MembershipState.DRAFT)
    ]
    assert service.ensure_own(session, person, now=NOW) is candidate
    assert service.get_own(session, person) is candidate


def test_a_profile_is_begun_once_by_its_own_person_where_there_is_a_pool(
    session: Session, person: Actor
) -> None:
    user = session.get_one(make.User, person.user_id)
    with pytest.raises(Refused, match="受け付けていません"):
        service.start_profile(session, user, make.OSAKA, actor=person, now=NOW)
    other = make.make_user(session, Role.CANDIDATE)
    with pytest.raises(Forbidden):
        service.start_profile(session, other, make.HYOGO, actor=person, now=NOW)
    with pytest.raises(NotFound):
        service.get_own(session, person)
    service.start_profile(session, user, make.HYOGO, actor=person, now=NOW)
    with pytest.raises(Conflict):
        service.start_profile(session, user, make.HYOGO, actor=person, now=NOW)


def test_staff_read_a_profile_and_others_find_none(session: Session, officer: Actor) -> None:
    candidate = make.make_candidate(session)
    assert service.get_profile(session, officer, candidate.id) is candidate
    for actor in (
        make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor,
        make.make_user(session, Role.MUNICIPALITY).actor,
        make.make_user(session, Role.ADMIN).actor,
        make.make_user(session, Role.CANDIDATE).actor,
    ):
        with pytest.raises(NotFound):
            service.get_profile(session, actor, candidate.id)


def test_a_list_counts_filters_and_pages(session: Session, officer: Actor) -> None:
    people = [
        make.make_candidate(session, has_account=False, family_kana=f"シ{n:02d}") for n in range(28)
    ]
    people[5].kind = "freelance"
    session.flush()
    first, last = (
        finding.list_candidates(session, officer, catalogue=Catalogue.shipped(), now=NOW).page(page)
        for page in (1, 99)
    )
    assert (first.total, first.pages, len(first.rows)) == (28, 2, 25)
    assert (last.number, [row.id for row in last.rows]) == (2, [row.id for row in people[25:]])
    for limits, expected in (
        (Asked({"kind": "freelance"}), 1),
        (Asked({"state": "active"}), 28),
        (Asked({"state": "applied"}), 0),
        (Asked({"state": "nonsense", "nonsense": "x"}), 0),
        (Asked({"skill": "bpr", "level": "3"}), 28),
        (Asked({"skill": "bpr", "level": "4"}), 0),
        (Asked(words="%"), 0),
        (Asked(words="しけん"), 0),
    ):
        found = finding.list_candidates(
            session, officer, limits, catalogue=Catalogue.shipped(), now=NOW
        ).page()
        assert found.total == expected, limits
    with pytest.raises(Forbidden):
        finding.list_candidates(
            session,
            make.make_user(session, Role.ADMIN).actor,
            catalogue=Catalogue.shipped(),
            now=NOW,
        )


def test_a_name_in_a_list_is_noted_once_a_day(session: Session, officer: Actor) -> None:
    candidate = make.make_candidate(session)
    assert viewing.unlogged(session, officer, [candidate.id], now=NOW) == [candidate.id]
    viewing.record_views(session, officer, [candidate.id], viewing.LIST, now=NOW)
    assert viewing.unlogged(session, officer, [candidate.id], now=NOW + timedelta(hours=5)) == []
    tomorrow = NOW + timedelta(days=1)
    assert viewing.unlogged(session, officer, [candidate.id], now=tomorrow) == [candidate.id]
    own = session.get_one(make.User, candidate.user_id).actor
    viewing.record_views(session, own, [candidate.id], viewing.PROFILE, now=NOW)
    found = viewing.list_own_views(session, own)
    assert [(row.viewer_role, row.purpose) for row in found.rows] == [("coordinator", "list")]


def test_who_speaks_for_a_person(session: Session) -> None:
    """The person alone; an officer only where there is no account."""
    own, by_letter = make.make_candidate(session), make.make_candidate(session)
    by_letter.user_id = None
    person = Actor(own.user_id, Role.CANDIDATE, make.HYOGO)
    officer, approver, town = (
        make.make_user(session, role).actor
        for role in (Role.COORDINATOR, Role.APPROVER, Role.MUNICIPALITY)
    )
    assert [service.speaks_for(actor, own) for actor in (person, officer, approver, town)] == [
        True, False, False, False,
    ]  # fmt: skip
    assert [service.speaks_for(actor, by_letter) for actor in (person, officer, approver, town)] == [
        False, True, False, False,
    ]  # fmt: skip
