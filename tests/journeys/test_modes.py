"""How pages are read and shown where eyes, hands or settings differ: their trees, forced colours, less motion, 200 %.

The trees stand in trees/; `TALENTPOOL_WRITE_TREES=1` writes them anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.db import Session
from talentpool.deadlines.models import DeadlineDays
from talentpool.jobs import Job
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.rounds.models import Round
from talentpool.states import PlacementState
from talentpool.waits import MOST, Wait
from tests import factories as make
from tests.placements.adopted import adopted_round

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
REPEATED = re.compile(r"((?:.*\n){1,8}?)\1+")  # lines of a row, again and again
TREES = Path(__file__).parent / "trees"
PAGES = {
    "home-person": (Role.CANDIDATE, "/home"),
    "offer": (Role.CANDIDATE, "/offers/{offer}"),
    "availability": (Role.CANDIDATE, "/availability"),
    "home-officer": (Role.COORDINATOR, "/home"),
    "plan": (Role.COORDINATOR, "/rounds/{round}"),
    "ranking": (Role.COORDINATOR, "/rounds/{round}/needs/{need}"),
    "person": (Role.COORDINATOR, "/candidates/{person}"),
    "approvals": (Role.APPROVER, "/approvals"),
    "need": (Role.MUNICIPALITY, "/needs/{need}"),
    "audit": (Role.AUDITOR, "/audit"),
}


@pytest.fixture
def places(site: Site) -> dict[str, int]:
    """Ids by what stands in the paths of PAGES."""
    round_id = adopted_round(site.database, needs=2, behind=1)
    with site.database.writing() as session:
        person = make.make_candidate(session, family_name="架空", given_name="星子")
        need = make.make_need(session, title="窓口改革")
        offer = make.make_placement(session, need, person, state=PlacementState.OFFERED)
        waiting = make.make_placement(
            session, make.make_need(session), make.make_candidate(session),
            state=PlacementState.PROPOSED,
        )  # fmt: skip
        session.execute(sa.delete(Job))  # of a print that nobody reads here
        _put_off(session)
        row = session.get_one(Round, round_id).needs[0]
        return {
            "offer": offer.id, "person": person.id, "round": round_id, "need": row.need_id,
            "user": person.user_id or 0, "waiting": waiting.id,
        }  # fmt: skip


def _put_off(session: Session) -> None:
    """Nothing is due for months, whatever the day of the week: everything began to wait now."""
    now = max(clock.now(), make.NOW + timedelta(hours=1))  # after what was made before
    for wait in Wait:
        session.add(
            DeadlineDays(
                prefecture_code=make.HYOGO, wait=wait, days=MOST, set_at=now - timedelta(days=1)
            )
        )
    for row in session.scalars(sa.select(Placement)):
        row.created_at = now
        row.drafted_at = now if row.drafted_at else None
        row.offered_at = now if row.offered_at else None
        row.offer_until = now + timedelta(days=200) if row.offer_until else None


def visit(door: Door, places: dict[str, int]) -> Iterator[tuple[str, Page]]:
    """Each page with its name, to one reader of each role."""
    known: dict[Role, Visitor] = {}
    for name, (role, path) in PAGES.items():
        if role not in known:
            known[role] = _reader(door, role, places)
        yield name, known[role].go(path.format(**places)).page


def _reader(door: Door, role: Role, places: dict[str, int]) -> Visitor:
    if role is not Role.CANDIDATE:
        return door.officer(role)
    with door.site.database.reading() as session:
        return door.visitor().sign_in(session.get_one(User, places["user"]).email)


def tree_of(page: Page) -> str:
    """Roles and names as a screen reader has them, without figures, dates, fingerprints and links.

    Rows that read the same stand once: how many months are ahead depends on the day.
    """
    told = page.locator("body").aria_snapshot()
    lines = [line for line in told.splitlines() if not line.strip().startswith("- /url")]
    told = re.sub(r"(?<=照合値：)[0-9a-f]+", "N", "\n".join(lines)) + "\n"
    told = re.sub(r"[0-9][0-9,.]*", "N", told)
    return REPEATED.sub(r"\1", told)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # with scripts
def test_pages_read_as_they_did(door: Door, places: dict[str, int]) -> None:
    for name, page in visit(door, places):
        told, file = tree_of(page), TREES / f"{name}.yml"
        if os.environ.get("TALENTPOOL_WRITE_TREES"):
            TREES.mkdir(exist_ok=True)
            file.write_text(told, encoding="utf-8")
        assert told == file.read_text(encoding="utf-8"), name


def test_pages_bear_forced_colours_less_motion_and_twice_the_size(
    door: Door, places: dict[str, int]
) -> None:
    for name, page in visit(door, places):
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
        page.set_viewport_size({"width": 640, "height": 450})  # 1280 pixels at 200 %
        page.reload()
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name
        if door.has_scripts:
            assert page.evaluate(MOVING) == 0, name
        assert page.evaluate(UNSEEN) == [], name


MOVING = "document.getAnimations().filter(a => a.effect.getTiming().duration > 1).length"
UNSEEN = """[...document.querySelectorAll('main .button')].filter(b => b.offsetParent)
    .filter(b => parseFloat(getComputedStyle(b).borderTopWidth) === 0
        && getComputedStyle(b).textDecorationLine === 'none')
    .map(b => b.outerHTML)"""
