"""Consents, and leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentpool.candidates import (
    consenting,
    editing,
    endings,
    leaving,
)
from talentpool.candidates.models import Candidate, Consent
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.ledger import service as ledger
from talentpool.permissions import Actor, Role
from talentpool.states import MembershipState, PlacementState

from .. import factories as make
from .profiles import BASICS, NOW, active, events


def test_consents_are_given_withdrawn_and_given_again(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    def save(*purposes: str) -> set[str]:
        consenting.save_consents(session, candidate, make.HYOGO, purposes, actor=person, now=NOW)
        return set(consenting.consents_in_force(candidate, make.HYOGO))

    assert save("search", "statistics") == {"search", "statistics"}
    assert save("search", "statistics") == {"search", "statistics"}
    assert save("search") == {"search"}
    assert save("statistics", "search") == {"search", "statistics"}
    assert len(candidate.consents) == 3
    assert consenting.consents_in_force(candidate, make.OSAKA) == {}
    actions = [event.action for event in events(session) if event.action.startswith("consent")]
    assert actions == ["consent.give", "consent.give", "consent.withdraw", "consent.give"]
    with pytest.raises(Refused):
        save("world_domination")


def test_a_newer_text_is_consented_to_anew(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    candidate.consents.append(
        Consent(
            purpose="search",
            audience=make.HYOGO,
            text_version="0",
            given_at=NOW - timedelta(days=1),
        )
    )
    session.flush()
    consenting.save_consents(session, candidate, make.HYOGO, ["search"], actor=person, now=NOW)
    versions = [(row.text_version, row.withdrawn_at is None) for row in candidate.consents]
    assert versions == [("0", False), ("1", True)]


def test_leaving_withdraws_consents_and_clears_the_months(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    leaving.leave_pool(session, membership, actor=person, now=NOW)
    assert membership.state is MembershipState.LEFT
    assert consenting.consents_in_force(candidate, make.HYOGO) == {}
    assert ledger.list_months(session, candidate.id) == []
    with pytest.raises(Conflict):
        leaving.leave_pool(session, membership, actor=person, now=NOW)
    with pytest.raises(Conflict):
        editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)


def test_nobody_leaves_from_a_booking_ahead(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    make.make_placement(session, make.make_need(session), candidate, state=PlacementState.CONFIRMED)
    with pytest.raises((Refused, Conflict)):
        leaving.leave_pool(session, membership, actor=person, now=NOW)


def test_another_person_cannot_make_somebody_leave(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    stranger = make.make_user(session, Role.CANDIDATE).actor
    with pytest.raises(Forbidden):
        leaving.leave_pool(session, membership, actor=stranger, now=NOW)


def test_who_rests_on_a_person_is_told_when_the_person_goes(
    session: Session,
    candidate: Candidate,
    person: Actor,
    officer: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, str]] = []

    def listen(_session: Session, one: Candidate, code: str, reason: str, **_: object) -> None:
        assert one is candidate
        told.append((code, reason))

    monkeypatch.setattr(endings, "_listeners", [])
    endings.when_gone(listen)
    membership = active(session, candidate, person, officer)
    leaving.leave_pool(session, membership, actor=person, now=NOW)
    assert told[0] == (make.HYOGO, endings.LEFT)
    assert set(told[1:]) == {(make.HYOGO, endings.CONSENT_WITHDRAWN)}


def test_a_registration_that_stands_keeps_its_essential_consents(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    for purposes in (["search", "statistics"], ["introduction"], []):
        with pytest.raises(Refused, match="登録に必要な同意"):
            consenting.save_consents(
                session, candidate, make.HYOGO, purposes, actor=person, now=NOW
            )
    assert set(consenting.consents_in_force(candidate, make.HYOGO)) == {"search", "introduction"}
    wanted = ["search", "introduction", "statistics"]
    consenting.save_consents(session, candidate, make.HYOGO, wanted, actor=person, now=NOW)
    consenting.save_consents(session, candidate, make.HYOGO, wanted[:2], actor=person, now=NOW)
    assert set(consenting.consents_in_force(candidate, make.HYOGO)) == {"search", "introduction"}
