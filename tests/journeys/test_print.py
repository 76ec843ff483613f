"""What a plan takes on paper: the council's page first, four sheets in all."""

from __future__ import annotations

import re

import pytest

from talentpool.permissions import Role
from tests.placements.adopted import adopted_round

from .conftest import Door

pytestmark = pytest.mark.browser
SHEET = re.compile(rb"/Type\s*/Page\b")


def test_a_plan_of_forty_pairs_takes_four_sheets(door: Door) -> None:
    ident = adopted_round(door.site.database, needs=40, behind=1)
    page = door.officer(Role.COORDINATOR).go(f"/rounds/{ident}").page
    sheets = SHEET.findall(page.pdf(prefer_css_page_size=True))
    assert 1 <= len(sheets) <= 4
    page.emulate_media(media="print")
    for hidden in (".action-bar", ".site-nav", ".tab-bar", ".chips", ".pager"):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    assert page.locator("h1").is_visible()
