"""From an adopted plan to offers: many papers drafted and decided in a few presses, with and without scripts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from tests.placements.adopted import adopted_round

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
MANY = 30  # the number of presses does not depend on it


@pytest.fixture
def site(own_site: Site) -> Site:
    """A decision orders the making of its PDF."""
    return own_site


class Counting:
    """Presses of a visitor."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.presses = visitor, 0

    def follow(self, name: str) -> None:
        self.presses += 1
        self.visitor.follow(name)

    def press(self, name: str) -> None:
        self.presses += 1
        self.visitor.press(name)


def test_many_papers_are_drafted_and_decided_in_few_presses(door: Door, site: Site) -> None:
    ident = adopted_round(site.database, needs=MANY, behind=1)
    drafter, approver = door.officer(Role.COORDINATOR), door.officer(Role.APPROVER)
    drafter.go(f"/rounds/{ident}")
    first = Counting(drafter)
    first.follow("まとめて起案する")
    first.follow("すべて選ぶ")
    first.press("起案する")
    assert f"{MANY}件の募集を起案しました" in drafter.text
    approver.go("/home")
    second = Counting(approver)
    second.follow("決裁")
    second.follow("すべて選ぶ")
    told = approver.page.locator("[data-tally]")
    assert told.is_visible() == door.has_scripts
    assert not door.has_scripts or f"{MANY}件を選択中" in told.inner_text()
    second.press("承認する")
    assert f"{MANY}件を承認しました" in approver.text
    with site.database.reading() as session:
        asked = sa.select(sa.func.count()).where(Placement.state == PlacementState.OFFERED)
        assert session.scalar(asked) == MANY
    assert first.presses + second.presses == 6
    assert door.inspector.faults == []
