"""Conflicts of interest: a block stays, a hold can be lifted by a coordinator with a reason."""

from __future__ import annotations

import pytest

from talentpool.candidates.models import Candidate, CandidateCompany, CandidateMatter, CandidatePost
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.needs.models import Need, NeedVendor
from talentpool.placements.lifting import lift_hold, screen_pair
from talentpool.states import PlacementState
from talentpool.text import search_key

from .. import factories as make
from .cast import Cast, assert_sound

PS = PlacementState
RULE = "former_office"


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


@pytest.fixture
def former(session: Session) -> Candidate:
    """Left the town's office a year before the work and works for a company now."""
    person = make.make_candidate(session)
    person.posts.append(
        CandidatePost(
            body="姫路市", municipality_code=make.HIMEJI,
            first_month=make.FIRST - 300, last_month=make.FIRST - 12,
        )
    )  # fmt: skip
    person.companies.append(CandidateCompany(name="播磨情報", name_key=search_key("播磨情報")))
    session.flush()
    return person


def _lift(
    cast: Cast, person: Candidate, need: Need, rule: str = RULE, reason: str = "所管が異なるため。"
) -> None:
    lift_hold(cast.session, person, need, rule, reason=reason, actor=cast.coordinator, now=make.NOW)


def test_a_hold_stops_the_draft_until_it_is_lifted_with_a_reason(
    cast: Cast, session: Session, former: Candidate
) -> None:
    placement = cast.suggested(candidate=former)
    with pytest.raises(Conflict, match="利益相反の確認"):
        cast.step(placement, "propose")
    with pytest.raises(Refused) as refused:
        _lift(cast, former, placement.need, reason=" ")
    assert "reason" in refused.value.fields
    _lift(cast, former, placement.need)
    cast.walk(placement, "propose", "approve", "accept", "welcome", "confirm")
    assert placement.paper is not None
    assert placement.paper.content is not None
    (person,) = placement.paper.content["people"]
    assert [(row["rule"], row["reason"]) for row in person["lifted_holds"]] == [
        (RULE, "所管が異なるため。")
    ]
    assert_sound(session)


def test_a_hold_is_lifted_once_for_one_need(
    cast: Cast, session: Session, former: Candidate
) -> None:
    need, other = make.make_need(session), make.make_need(session)
    _lift(cast, former, need)
    with pytest.raises(Conflict, match="すでに解除"):
        _lift(cast, former, need)
    assert screen_pair(session, former, need).lifted == {RULE: "所管が異なるため。"}
    assert screen_pair(session, former, other).lifted == {}


def test_only_a_coordinator_lifts_a_hold(cast: Cast, session: Session, former: Candidate) -> None:
    need = make.make_need(session)
    for actor in (cast.approver, cast.town):
        with pytest.raises(Forbidden):
            lift_hold(session, former, need, RULE, reason="理由", actor=actor, now=make.NOW)


def test_neither_a_block_nor_what_was_not_found_can_be_lifted(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    need.vendors.append(NeedVendor(name="播磨情報", name_key=search_key("播磨情報")))
    person = make.make_candidate(session)
    person.matters.append(
        CandidateMatter(
            vendor="播磨情報", vendor_key=search_key("播磨情報"), month=make.FIRST - 100
        )
    )
    session.flush()
    assert [found.severity for found in screen_pair(session, person, need).findings] == ["block"]
    for rule in ("decided_vendor", RULE, "unheard_of"):
        with pytest.raises(Conflict, match="解除できる"):
            _lift(cast, person, need, rule)
