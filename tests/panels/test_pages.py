"""A panel in the browser: opened, scored, hidden, concluded."""

from __future__ import annotations

from talentpool.accounts.models import User
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in


def test_a_panel_from_its_opening_to_the_conclusion(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make.make_need(session)
        person = make.make_candidate(session)
        row = make.make_placement(session, need, person, state=PlacementState.INTRODUCED)
        users = [make.make_user(session, Role.MUNICIPALITY) for _ in range(2)]
        own = session.get_one(User, person.user_id)
        ids, need_id, placement_id, name = [u.id for u in users], need.id, row.id, person.name
    chair, second, candidate = Browser(app), Browser(app), Browser(app)
    for browser, user in ((chair, users[0]), (second, users[1]), (candidate, own)):
        browser.enter(user)
    opening = f"/needs/{need_id}/panel"
    assert opening in chair.get(f"/introductions/{placement_id}").text
    refused = chair.post(opening, members=[ids[0]], chair=ids[0])
    assert refused.status_code == 422
    sent = chair.post(opening, members=ids, chair=ids[0])
    assert sent.status_code == 302
    page = sent.location
    assert page in second.get(f"/introductions/{placement_id}").text
    with database.writing() as session:
        new = make.make_user(session, Role.MUNICIPALITY)
        extra = new.id
    swap = f"{page}/replace"
    assert swap in chair.get(page).text
    assert second.get(swap).status_code == 404
    assert chair.post(swap, leaving=ids[1]).status_code == 422
    assert chair.post(swap, leaving=ids[1], coming=extra).status_code == 302
    assert chair.post(swap, leaving=ids[1], coming=extra).status_code == 422  # twice at once
    second.enter(new)
    form = f"{page}/people/{placement_id}"
    points = {"points_bpr": "5", "points_outcome": "4"}
    lacking = chair.post(form, points_bpr="5", remark="書きかけ")
    assert lacking.status_code == 422
    assert "書きかけ" in lacking.text
    assert chair.post(form, remark="明るい", **points).status_code == 302
    assert "明るい" not in second.get(page).text
    assert "全員が送るまで" in second.get(page).text
    assert second.post(form, abstains="y", remark="親族").status_code == 302
    assert second.post(form, remark="もう一度", **points).status_code == 409
    shown = second.get(page).text
    assert "明るい" in shown
    assert "棄権" in shown
    assert name in shown
    conclusion = f"{form}/consensus"
    assert second.post(conclusion, advice="take", text="よい").status_code == 403
    assert chair.post(conclusion, advice="take").status_code == 422
    assert chair.post(conclusion, advice="take", text="迎えたい").status_code == 302
    assert "迎えたい" in second.get(page).text
    assert "迎えたい" in signed_in(app, Role.AUDITOR).get(page).text
    with database.reading() as session:
        assert session.get_one(Placement, placement_id).state is PlacementState.INTRODUCED
    foreign = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    for path in (page, form, opening):
        assert foreign.get(path).status_code == 404
        assert candidate.get(path).status_code == 403
    assert signed_in(app, Role.COORDINATOR).get(page).status_code == 403
    assert "評価会" not in candidate.get(f"/offers/{placement_id}").text
