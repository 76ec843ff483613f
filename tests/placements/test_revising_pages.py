"""The pages on which an open need is changed, as a town, an officer and the person who is asked see them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from talentpool.accounts.models import User
from talentpool.candidates.models import ProfileView
from talentpool.db import Database
from talentpool.needs.forms import NeedForm
from talentpool.needs.models import Need
from talentpool.needs.steps import NeedStep
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries

TYPED: dict[str, Any] = {
    "title": "新しい題", "department": "総務課", "background": "窓口が混む。", "outcome_wanted": "短くする。",
    "theme": "bpr", "stage": "plan", "skills-0-skill": "bpr", "skills-0-kind": "must",
    "skills-0-level": "4", "skills-0-weight": "100", "roles": ["any"], "half_days": "4", "first_month": "2027-04",
    "last_month": "2027-09", "seats": "3", "mode": "online", "on_site_share": "0",
    "weekdays": ["0", "1", "2", "3", "4"], "forms": ["commission"], "pay_amount": "25000", "pay_basis": "day",
}  # fmt: skip


@pytest.fixture
def rows(database: Database) -> dict[PlacementState, int]:
    """Ids of placements of one need whose people have not the level that the change asks for."""
    with database.writing() as session:
        need = make.make_need(session, seats=3, outcome_wanted="短くする。")
        made = {}
        for state in (PlacementState.SUGGESTED, PlacementState.OFFERED, PlacementState.INTRODUCED):
            person = make.make_candidate(session, skills={"bpr": 3})
            made[state] = make.make_placement(session, need, person, state=state).id
        strong = make.make_candidate(session, skills={"bpr": 4})
        make.make_placement(session, need, strong, state=PlacementState.OFFERED)
        make.make_candidate(session, skills={"bpr": 3})
    return made


def version_on(page: str) -> str:
    (found,) = set(re.findall(r'name="version" value="(\d+)"', page))
    return str(found)


def hidden_in(page: str) -> dict[str, list[str]]:
    """What the form of the effect would send."""
    found: dict[str, list[str]] = {}
    form = page.partition('/revise/effect"')[2].partition("</form>")[0]
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        if name not in {"csrf_token", "operation", "noscript"}:
            found.setdefault(name, []).append(value)
    return found


def look(browser: Browser, path: str, typed: dict[str, Any]) -> Any:
    answer = browser.post(path, **typed, submit="1")
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location)


def names_of(database: Database, rows: dict[PlacementState, int]) -> dict[PlacementState, str]:
    with database.reading() as session:
        return {
            state: session.get_one(Placement, ident).candidate.name for state, ident in rows.items()
        }


def test_a_town_sees_what_ends_and_no_name_that_it_does_not_know(
    app: TalentpoolFlask, database: Database, rows: dict[PlacementState, int]
) -> None:
    town = signed_in(app, Role.MUNICIPALITY)
    asked, known = rows[PlacementState.OFFERED], rows[PlacementState.INTRODUCED]
    names = names_of(database, rows)
    with database.reading() as session:
        need_id = session.get_one(Placement, asked).need_id
        user = session.get_one(User, session.get_one(Placement, known).candidate.user_id)
    path = f"/needs/{need_id}/revise"
    start = town.get(path).text
    version = version_on(start)
    assert f'href="{path}"' in town.get(f"/needs/{need_id}").text
    refused = town.post(path, **TYPED | {"version": version, "background": "", "submit": "1"})
    assert refused.status_code == 422
    effect = look(town, path, TYPED | {"version": version})
    assert f"候補 K-{asked}" in effect.text
    assert names[PlacementState.INTRODUCED] in effect.text
    assert names[PlacementState.OFFERED] not in effect.text
    assert names[PlacementState.SUGGESTED] not in effect.text
    assert effect.text.count("3名未満") == 2
    assert "「" not in effect.text[effect.text.index("終わる推薦") : effect.text.index("続く推薦")]
    sent = hidden_in(effect.text)
    back = town.post(f"{path}/effect", **sent, draft="1")
    assert back.status_code == 303
    assert "新しい題" in town.get(back.location).text
    late = town.post(f"{path}/effect", **sent | {"shown": ["1"]}, save="1")
    assert late.status_code == 409
    assert not re.search(r"shown_(void|kept|leaving)", effect.text)
    other = town.post(f"{path}/effect", **sent | {"title": ["別の題"]}, save="1")
    assert other.status_code == 409  # the seal is of one change
    assert "まだ変更していません" in late.text
    done = town.post(f"{path}/effect", **hidden_in(late.text), save="1")
    assert (done.status_code, done.location) == (302, f"/needs/{need_id}")
    stale = town.post(path, **TYPED | {"version": version, "title": "別の題", "submit": "1"})
    assert stale.status_code == 409
    assert "ほかの人が先に変更しました" in stale.text
    assert "新しい題" in stale.text
    assert "別の題" in stale.text
    versions = town.get(f"/needs/{need_id}/versions").text
    assert "第2版で変わったところ" in versions
    assert "市町担当者" in versions
    person = Browser(app)
    person.enter(user)
    assert "この打診は" in person.get(f"/offers/{known}").text


def test_staff_see_names_and_reasons_and_the_person_what_has_changed(
    app: TalentpoolFlask, database: Database, rows: dict[PlacementState, int]
) -> None:
    staff, names = signed_in(app, Role.COORDINATOR), names_of(database, rows)
    with database.reading() as session:
        placement = session.get_one(Placement, rows[PlacementState.OFFERED])
        need_id, person_id = placement.need_id, placement.candidate_id
        user = session.get_one(User, placement.candidate.user_id)
    path = f"/needs/{need_id}/revise"
    version = version_on(staff.get(path).text)
    with counted_queries(database) as seen:
        effect = look(staff, path, TYPED | {"version": version}).text
    assert len(seen) <= 46, seen  # of two pages
    assert all(name in effect for name in names.values())
    assert "技能" in effect[effect.index("終わる推薦") : effect.index("続く推薦")]
    assert "条件に合う人：1名 → 0名" in effect
    with database.reading() as session:
        viewed = {row.candidate_id for row in session.query(ProfileView)}
    assert person_id in viewed
    kept = TYPED | {"skills-0-level": "2", "half_days": "2", "version": version}
    sent = hidden_in(look(staff, path, kept).text)
    assert staff.post(f"{path}/effect", **sent, save="1").status_code == 302
    person = Browser(app)
    person.enter(user)
    offer = person.get(f"/offers/{rows[PlacementState.OFFERED]}").text
    assert "打診のあとで、市町が内容を変えました" in offer
    assert "優先度" not in offer
    need = staff.get(f"/needs/{need_id}").text
    assert "第2版・これまでの変更" in need
    with database.writing() as session:
        unasked = make.make_need(session, outcome_wanted="短くする。")
        weak = make.make_candidate(session, skills={"bpr": 3})
        make.make_placement(session, unasked, weak, state=PlacementState.SUGGESTED)
        unasked_id, name = unasked.id, weak.name
    path = f"/needs/{unasked_id}/revise"
    effect = look(staff, path, TYPED | {"version": version_on(staff.get(path).text)}).text
    assert name in effect
    assert "打診している登録者" not in effect  # nobody has been asked, so nobody is told
    listed = signed_in(app, Role.MUNICIPALITY).get("/needs/").text
    assert f"K-{rows[PlacementState.OFFERED]}" in listed


def test_every_field_of_the_form_has_its_place(app: TalentpoolFlask, database: Database) -> None:
    with database.reading() as session:
        assert session.query(Need).count() == 0
    with app.test_request_context("/"):
        names = {name for step in NeedStep for name in step.fields}
        fields = {
            field for field in NeedForm.__dict__ if hasattr(getattr(NeedForm, field), "field_class")
        }
    assert fields - names == {"template"}
