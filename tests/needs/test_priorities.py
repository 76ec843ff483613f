"""The priority of a need: its reasons, their levels, the cap; and the share of both sides in the list."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from talentpool.db import Session
from talentpool.errors import Refused
from talentpool.listing import Asked
from talentpool.needs import finding, priorities
from talentpool.needs.checks import ReviewCheck
from talentpool.needs.models import Need, Outcome, Side
from talentpool.needs.priorities import POLICY, Priority, Reason, levels_of
from talentpool.needs.reviewing import publish_need
from talentpool.permissions import Actor, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.states import NeedState
from tests import factories as make

ALL = list(chain(*(combinations(Reason, n) for n in range(len(Reason) + 1))))


def publish(session: Session, need: Need, *reasons: Reason, basis: str = "") -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    priority = Priority(reasons, basis)
    publish_need(
        session,
        need,
        priority=priority,
        checked=list(ReviewCheck),
        catalogue=Catalogue.shipped(),
        actor=officer,
        now=make.NOW,
    )


@pytest.mark.parametrize("reasons", ALL)
def test_the_levels_of_the_reasons_add_up_to_the_cap(reasons: tuple[Reason, ...]) -> None:
    whole = sum(POLICY[reason].levels for reason in reasons)
    assert levels_of(reasons) == min(3, whole)
    assert levels_of((*reasons, *reasons)) == levels_of(reasons)


def test_a_reason_needs_a_basis_or_a_record(session: Session) -> None:
    need = make.make_need(session, state=NeedState.SUBMITTED)
    with pytest.raises(Refused, match="根拠を書いて"):
        publish(session, need, Reason.ONE_OFFICER, basis=" ")
    with pytest.raises(Refused, match="この市町にはありません"):
        publish(session, need, Reason.UNMET)
    make.make_need(session, state=NeedState.CLOSED, outcome=Outcome.UNFILLED, theme="ai_rpa")
    make.make_need(
        session, state=NeedState.CLOSED, outcome=Outcome.UNFILLED, municipality_code=make.SAYO
    )
    assert not priorities.was_unmet(session, need)
    make.make_need(session, state=NeedState.CLOSED, outcome=Outcome.PARTLY_FILLED)
    publish(session, need, Reason.UNMET, Reason.STATUTORY, Reason.ONE_OFFICER, basis="期限")
    assert (need.priority, len(priorities.priority_of(need).reasons)) == (3, 3)
    assert list(priorities.violations(session)) == []
    need.priority = 2
    session.flush()
    assert len(list(priorities.violations(session))) == 1


def test_both_sides_are_counted_and_can_be_chosen(session: Session) -> None:
    officer: Actor = make.make_user(session, Role.COORDINATOR).actor
    make.make_need(session)
    other = make.make_need(session, side=Side.COMMUNITY, theme="tourism")
    make.make_need(session, side=Side.COMMUNITY, state=NeedState.SUBMITTED)
    make.make_need(session, municipality_code="271403")
    assert finding.count_sides(session, officer) == {Side.MUNICIPAL: 1, Side.COMMUNITY: 1}
    asked = Asked(values={"side": "community", "state": "open"})
    found = finding.list_needs(session, officer, asked, catalogue=Catalogue.shipped())
    assert [row.id for row in found.page(1).rows] == [other.id]
    assert found.count_values()["side"] == {"municipal": 1, "community": 1, "": 2}
