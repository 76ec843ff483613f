"""From a vacancy to booked half-days by the keyboard alone, with no focus under a bar."""

from __future__ import annotations

import pytest

from talentpool.accounts.models import User
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from tests import factories as make

from .conftest import Door, Site
from .keyboard import KeyboardVisitor
from .test_main_path import NEED, _agree_on_terms, _confirm, _post_need, _run_round

pytestmark = pytest.mark.browser


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: its worker runs a job."""
    return own_site


def test_nobody_needs_a_mouse(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        person = make.make_candidate(session, family_name="髙﨑", given_name="𠮷塚")
        user = session.get_one(User, person.user_id)
    door.visitor_class = KeyboardVisitor
    coordinator = door.officer(Role.COORDINATOR)
    approver = door.officer(Role.APPROVER)
    town = door.officer(Role.MUNICIPALITY)
    need_id = _post_need(town, coordinator)
    _run_round(coordinator)
    coordinator.press("採用する")
    coordinator.go(f"/placements/needs/{need_id}/draft").press("起案する")
    approver.go("/approvals")
    assert isinstance(approver, KeyboardVisitor)
    approver.tick(approver.page.get_by_role("checkbox").first)
    approver.press("承認する")
    candidate = door.visitor().sign_in(user.email)
    candidate.go("/offers").follow(NEED["title"]).press("引き受ける")
    town.go("/introductions").follow("髙﨑").press("受け入れる")
    _agree_on_terms(town, candidate)
    _confirm(coordinator)
    with site.database.reading() as session:
        (placed,) = session.query(Placement).filter_by(state=PlacementState.CONFIRMED)
        assert placed.candidate_id == person.id


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.COORDINATOR, "/placements"),
        (Role.COORDINATOR, "/candidates"),
        (Role.APPROVER, "/approvals"),
        (Role.AUDITOR, "/audit"),
        (Role.MUNICIPALITY, "/needs/new"),
        (Role.CANDIDATE, "/profile/availability"),
    ],
)
def test_no_focus_is_hidden_under_a_bar(door: Door, role: Role, path: str, width: int) -> None:
    with door.site.database.writing() as session:
        for _ in range(12):
            make.make_placement(
                session, make.make_need(session), make.make_candidate(session),
                state=PlacementState.PROPOSED,
            )  # fmt: skip
    visitor = door.officer(role)
    visitor.page.set_viewport_size({"width": width, "height": 700})
    visitor.go(path)
    visitor.page.set_viewport_size({"width": width, "height": 700})
    stops = 0
    for _ in range(300):
        visitor.page.keyboard.press("Tab")
        seen, is_over = visitor.page.evaluate(FOCUS)
        if is_over:
            break
        assert seen is None, f"{path} at {width}: {seen}"
        stops += 1
    assert stops > 5


FOCUS = """() => {
    const e = document.activeElement;
    if (e === document.body || e === null) return [null, true];
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) return [null, false];
    const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1);
    const points = [0.1, 0.5, 0.9].map(part => box.y + box.height * part);
    const shown = points.some(y => {
        const top = document.elementFromPoint(x, Math.min(Math.max(y, 0), innerHeight - 1));
        return top && (e.contains(top) || top.contains(e)
            || (e.labels && [...e.labels].some(label => label.contains(top) || label === top)));
    });
    return [shown ? null : e.outerHTML.slice(0, 200), false];
}"""
