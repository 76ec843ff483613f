"""The pages of proposed conditions: who proposes, who answers, what each is shown, and that nothing typed is lost."""

from __future__ import annotations

import pytest

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.dates import month_of, month_text
from talentpool.db import Session
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import CounterState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..pages import version_in

PS = PlacementState
NAME = "提案原"


class Stage:
    """Somebody who is asked or introduced, and a browser for every side."""

    def __init__(self, app: TalentpoolFlask, state: PlacementState) -> None:
        self.app = app
        now = clock.now()
        first = month_of(now.date()) + 4
        with app.database.writing() as session:
            person = make.make_candidate(
                session, first_month=first, last_month=first + 5, family_name=NAME, now=now
            )
            need = make.make_need(session, first_month=first, last_month=first + 5, now=now)
            row = make.make_placement(session, need, person, state=state, now=now)
            self.id, self.code, self.title = row.id, person.code, need.title
            user = session.get_one(User, person.user_id)
        self.first = first
        self.person = Browser(app)
        self.person.enter(user)
        self.town = signed_in(app, Role.MUNICIPALITY)
        self.officer = signed_in(app, Role.COORDINATOR)
        self.approver = signed_in(app, Role.APPROVER)

    @property
    def terms(self) -> dict[str, str]:
        return {
            "half_days": "4", "first_month": month_text(self.first),
            "last_month": month_text(self.first + 5), "mode": "online",
        }  # fmt: skip

    def propose(self, browser: Browser, path: str, **changes: str) -> str:
        """The page of the proposal."""
        version = version_in(browser.get(path).text, path)
        answer = browser.post(path, version=version, **self.terms | changes)
        assert answer.status_code == 302, answer.text
        return str(answer.location)

    def step(self, browser: Browser, page: str, verb: str, **said: str) -> int:
        path = f"/counter_proposals/{page.rpartition('/')[2]}/{verb}"
        version = version_in(browser.get(page).text, path)
        return browser.post(path, version=version, **said).status_code

    def placement(self, session: Session) -> Placement:
        return session.get_one(Placement, self.id)


def test_a_person_asks_for_less_and_the_town_agrees_without_a_name(app: TalentpoolFlask) -> None:
    stage = Stage(app, PS.OFFERED)
    offer, path = f"/offers/{stage.id}", f"/offers/{stage.id}/counter"
    assert path in stage.person.get(offer).text
    page = stage.propose(stage.person, path, half_days="2", words="家族の介護のため")
    waiting = stage.person.get(offer).text
    assert "条件の提案" in waiting
    assert f"/placements/{stage.id}/accept" not in waiting
    assert "提案した条件" in stage.person.get("/home").text
    shown = stage.town.get(page).text
    assert "2コマ" in shown
    assert NAME not in shown
    assert stage.code not in shown
    assert "介護" not in shown
    assert "家族の介護のため" in stage.officer.get(page).text
    assert "家族の介護のため" in stage.person.get(page).text
    assert "返事を待っている条件の提案" in stage.town.get("/home").text
    assert stage.step(stage.town, page, "accept") == 302
    assert "2半日コマ" in stage.person.get(offer).text
    assert f"/placements/{stage.id}/accept" in stage.person.get(offer).text
    assert "2半日コマ" in stage.officer.get(f"/placements/{stage.id}").text
    with app.database.reading() as session:
        paper = stage.placement(session).paper_id
    assert "月4→2半日コマ" in stage.officer.get(f"/papers/{paper}").text


def test_a_town_asks_for_another_start_and_the_person_answers(app: TalentpoolFlask) -> None:
    stage = Stage(app, PS.INTRODUCED)
    path = f"/introductions/{stage.id}/counter"
    assert path in stage.town.get(f"/introductions/{stage.id}").text
    later = month_text(stage.first + 1)
    page = stage.propose(stage.town, path, first_month=later, words="庁内の準備のため")
    assert path not in stage.town.get(f"/introductions/{stage.id}").text
    assert "庁内の準備のため" in stage.person.get(page).text
    assert "提案に返事をする" in stage.person.get("/home").text
    assert stage.step(stage.person, page, "decline") == 302
    assert "合意しませんでした" in stage.town.get(page).text
    with app.database.reading() as session:
        assert stage.placement(session).conditions.first_month == stage.first


def test_what_is_more_goes_by_two_officers_before_the_town_sees_it(app: TalentpoolFlask) -> None:
    stage = Stage(app, PS.OFFERED)
    page = stage.propose(stage.person, f"/offers/{stage.id}/counter", half_days="6")
    assert stage.town.get(page).status_code == 404
    assert "確認を待っている条件の提案" in stage.officer.get("/home").text
    assert "決裁された範囲を超えています" in stage.officer.get(page).text
    assert stage.step(stage.officer, page, "turn_back") == 422
    assert stage.step(stage.officer, page, "draft", comment="予算は確認済み") == 302
    assert "決裁を待っている条件の提案" in stage.approver.get("/home").text
    assert "予算は確認済み" in stage.approver.get(page).text
    assert stage.town.get(page).status_code == 404
    assert stage.step(stage.approver, page, "approve") == 302
    assert "6コマ" in stage.town.get(page).text
    assert "予算は確認済み" not in stage.town.get(page).text
    assert stage.step(stage.town, page, "accept") == 302
    with app.database.reading() as session:
        assert stage.placement(session).conditions.half_days == 6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"half_days": "9"}, "「稼働」"),
        ({"half_days": "4"}, "いまの条件と同じです"),
        ({"half_days": "二つ"}, "二つ"),
        ({"last_month": "2001-01"}, "2001-01"),
        ({"half_days": "2", "words": "長" * 501}, "長" * 501),
    ],
)
def test_what_is_refused_stays_in_the_form(
    app: TalentpoolFlask, changes: dict[str, str], said: str
) -> None:
    stage = Stage(app, PS.OFFERED)
    path = f"/offers/{stage.id}/counter"
    version = version_in(stage.person.get(path).text, path)
    typed = {"words": "都合により"} | changes
    answer = stage.person.post(path, version=version, **stage.terms | typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert typed["words"] in answer.text
    assert f'value="{typed.get("half_days", "4")}"' in answer.text
    assert "条件の提案はありません" in stage.officer.get("/counters").text


def test_a_proposal_that_comes_too_late_is_shown_back(app: TalentpoolFlask) -> None:
    stage = Stage(app, PS.OFFERED)
    path = f"/offers/{stage.id}/counter"
    version = version_in(stage.person.get(path).text, path)
    decline = f"/placements/{stage.id}/decline"
    assert stage.person.post(decline, version=version, reason="schedule").status_code == 302
    answer = stage.person.post(
        path, version=version, **stage.terms | {"half_days": "2", "words": "介護のため"}
    )
    assert answer.status_code == 409
    assert "介護のため" in answer.text
    assert stage.person.get(path).status_code == 404


def test_a_second_answer_is_shown_what_stands(app: TalentpoolFlask) -> None:
    stage = Stage(app, PS.OFFERED)
    page = stage.propose(stage.person, f"/offers/{stage.id}/counter", half_days="2")
    accept = f"/counter_proposals/{page.rpartition('/')[2]}/accept"
    version = version_in(stage.town.get(page).text, accept)
    assert stage.step(stage.person, page, "withdraw") == 302
    late = stage.town.post(accept, version=version)
    assert late.status_code == 409
    assert "取下げ" in late.text


def test_the_other_side_and_staff_have_no_form(app: TalentpoolFlask) -> None:
    stage = Stage(app, PS.OFFERED)
    for browser, status in ((stage.town, 403), (stage.officer, 403), (stage.approver, 403)):
        assert browser.get(f"/offers/{stage.id}/counter").status_code == status
    assert stage.town.get(f"/introductions/{stage.id}/counter").status_code == 404
    introduced = Stage(app, PS.INTRODUCED)
    assert introduced.person.get(f"/offers/{introduced.id}/counter").status_code == 404


def test_every_state_has_a_page_for_everybody_who_may_see_it(app: TalentpoolFlask) -> None:
    ids = []
    with app.database.writing() as session:
        for state in CounterState:
            row = make.make_placement(
                session, make.make_need(session), make.make_candidate(session), state=PS.OFFERED
            )
            more = {"excess": ["half_days"]} if state is CounterState.REVIEW else {}
            ids.append(make.make_counter(session, row, state=state, **more).id)
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        browser = signed_in(app, role)
        assert browser.get("/counters").status_code == 200
        assert {browser.get(f"/counters/{ident}").status_code for ident in ids} == {200}
