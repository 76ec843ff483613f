"""A thumb finds every control of persons and towns: 44 px high or with a label that is."""

from __future__ import annotations

import pytest

from talentpool.permissions import Role

from .conftest import Door

pytestmark = pytest.mark.browser
LOW = """() => [...document.querySelectorAll('header a, .crumbs a, main input, main select, main button')]
  .filter(e => e.tabIndex >= 0)
  .map(e => [e, ...(e.labels || [])])
  .map(all => [all[0].name || all[0].innerText, Math.max(...all.map(e => e.getBoundingClientRect().height))])
  .filter(([name, height]) => height > 1 && height < 44)"""


def test_controls_are_high_enough_for_a_thumb(door: Door) -> None:
    pages = {
        Role.CANDIDATE: [
            "/profile/basics",
            "/availability",
            "/profile/availability",
            "/profile/skills",
            "/profile/wishes",
            "/home",
        ],
        Role.MUNICIPALITY: ["/needs/new", "/needs/", "/introductions"],
    }
    for role, paths in pages.items():
        visitor = door.officer(role)
        visitor.page.set_viewport_size({"width": 390, "height": 844})
        for path in paths:
            visitor.page.goto(f"{door.site.address}{path}")
            assert visitor.page.evaluate(LOW) == [], path
