"""An offer on a telephone: what it comes to and both answers are in view, and the keyboard alone answers it."""

from __future__ import annotations

import pytest

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from tests import factories as make

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
HIDDEN = """() => {
  const at = document.activeElement, bars = [...document.querySelectorAll('.decision-bar, .task-head')];
  const box = at.getBoundingClientRect();
  return bars.filter(bar => !bar.contains(at) && !at.matches('.skip')).some(bar => {
    const over = bar.getBoundingClientRect();
    return box.top < over.bottom && box.bottom > over.top;
  });
}"""
IN_VIEW = """e => { const box = e.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"""


@pytest.fixture
def site(own_site: Site) -> Site:
    """An approval orders the making of a PDF."""
    return own_site


@pytest.fixture
def asked(door: Door, site: Site) -> tuple[Visitor, int]:
    """Somebody at a telephone, and the number of the offer."""
    now = clock.now()
    with site.database.writing() as session:
        person = make.make_candidate(session, now=now)
        need = make.make_need(session, pay_amount=25_000, pay_basis="day", now=now)
        placement = make.make_placement(
            session, need, person, state=PlacementState.OFFERED, now=now
        )
        make.make_user(session, Role.MUNICIPALITY)
        email, number = session.get_one(User, person.user_id).email, placement.id
    visitor = door.visitor().sign_in(email).go(f"/offers/{number}")
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    return visitor, number


def test_both_answers_are_in_view_wherever_the_page_is(
    door: Door, asked: tuple[Visitor, int]
) -> None:
    page = asked[0].page
    for place in ("0", "document.body.scrollHeight / 2"):
        page.evaluate(f"scrollTo(0, {place})")
        for bar in page.locator(".decision-bar .button").all():
            assert bar.evaluate(IN_VIEW)
    heights = [bar.bounding_box() for bar in page.locator(".decision-bar .button").all()]
    assert all(box is not None and box["height"] >= 56 for box in heights)
    assert [box["width"] for box in heights if box] == sorted(
        box["width"] for box in heights if box
    )
    assert not page.locator(".tab-bar").is_visible()
    assert not page.locator(".site-head").is_visible()
    assert door.inspector.faults == []


def test_the_keyboard_alone_accepts_and_nothing_it_reaches_is_hidden(
    site: Site, asked: tuple[Visitor, int]
) -> None:
    visitor, number = asked
    page = visitor.page
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.innerText.trim()")
        assert not page.evaluate(HIDDEN), name
        if name == "引き受ける":
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "引き受けました" in visitor.text
    with site.database.reading() as session:
        assert session.get_one(Placement, number).state is PlacementState.INTRODUCED


def test_the_keyboard_alone_declines_with_a_reason(site: Site, asked: tuple[Visitor, int]) -> None:
    visitor, number = asked
    page = visitor.page
    page.get_by_role("link", name="辞退する").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("main select").focus()
    page.keyboard.press("ArrowDown")
    page.locator("main").get_by_role("button", name="辞退する").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with site.database.reading() as session:
        stored = session.get_one(Placement, number)
        assert stored.state is PlacementState.DECLINED_BY_CANDIDATE
