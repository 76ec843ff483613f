"""The pages over HTTP: who sees what, what a button does, and what a refused or late one answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event

from talentpool import clock, matching as m
from talentpool.accounts.models import User
from talentpool.candidates.models import CandidateCompany, CandidatePost, ProfileView
from talentpool.db import Session
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.rounds.preparing import create_round
from talentpool.rounds.running import run_here
from talentpool.states import NAMED, PlacementState, RoundState
from talentpool.text import search_key
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from .cast import shown_papers

PS = PlacementState


@dataclass
class Office:
    """A placement and the browsers of everybody it concerns."""

    app: TalentpoolFlask
    placement_id: int
    need_id: int
    name: str
    code: str
    person: Browser
    town: Browser
    coordinator: Browser
    approver: Browser

    def state(self) -> PlacementState:
        return self.row().state

    def row(self) -> Placement:
        with self.app.database.reading() as session:
            return session.get_one(Placement, self.placement_id)

    def press(self, browser: Browser, verb: str, **fields: Any) -> Any:
        fields.setdefault("version", self.row().version)
        return browser.post(f"/placements/{self.placement_id}/{verb}", **fields)


def _browser(app: TalentpoolFlask, user: User) -> Browser:
    browser = Browser(app)
    browser.enter(user)
    return browser


def _office(app: TalentpoolFlask, state: PlacementState) -> Office:
    now = clock.now()
    with app.database.writing() as session:
        need, candidate = make.make_need(session, now=now), make.make_candidate(session, now=now)
        drafter = make.make_user(session, Role.COORDINATOR)
        placement = make.make_placement(
            session, need, candidate, state=state, drafter=drafter, now=now
        )
        assert candidate.user_id is not None
        person = session.get_one(User, candidate.user_id)
        name = candidate.family_name
        approver = make.make_user(session, Role.APPROVER)
        officer = make.make_user(session, Role.MUNICIPALITY)
    browsers = [_browser(app, user) for user in (person, officer, drafter, approver)]
    return Office(app, placement.id, need.id, name, candidate.code, *browsers)


def test_five_people_take_a_suggestion_to_its_confirmation(app: TalentpoolFlask) -> None:
    office = _office(app, PS.SUGGESTED)
    town_pages = [
        "/introductions",
        f"/introductions/{office.placement_id}",
        f"/needs/{office.need_id}",
    ]

    def name_is_hidden() -> bool:
        return all(office.name not in office.town.get(path).text for path in town_pages)

    draft = f"/placements/needs/{office.need_id}/draft"
    assert "起案する" in office.coordinator.get(draft).text
    order = {f"order_{office.placement_id}": "1", "comment": "適任です。"}
    assert office.coordinator.post(draft, **order).status_code == 302
    assert office.state() is PS.PROPOSED
    assert name_is_hidden()

    page = office.approver.get(f"/approvals/{office.placement_id}").text
    assert "承認する" in page
    assert "差し戻す" in page
    assert "却下する" in page
    assert "適任です。" in page
    assert office.press(office.approver, "approve").status_code == 302
    assert office.state() is PS.OFFERED
    assert name_is_hidden()
    assert "打診中 1名" in office.town.get("/introductions").text

    page = office.person.get(f"/offers/{office.placement_id}").text
    assert "引き受ける" in page
    assert "辞退する" in page
    assert "姫路市" in page
    assert office.press(office.person, "accept").status_code == 302
    assert not name_is_hidden()

    page = office.town.get(f"/introductions/{office.placement_id}").text
    assert "受け入れる" in page
    assert "見送る" in page
    assert "078-000-0000" not in page
    assert office.press(office.town, "welcome").status_code == 302
    assert "078-000-0000" in office.town.get(f"/introductions/{office.placement_id}").text

    page = office.coordinator.get(f"/placements/{office.placement_id}").text
    assert "確定する" not in page
    assert "勤務条件が承諾されるまで" in page
    with app.database.writing() as session:
        make.make_terms(session, session.get_one(Placement, office.placement_id))
    assert "確定する" in office.coordinator.get(f"/placements/{office.placement_id}").text
    assert office.press(office.coordinator, "confirm").status_code == 302
    assert office.state() is PS.CONFIRMED
    page = office.coordinator.get(f"/placements/{office.placement_id}").text
    assert "取り消す" in page
    assert "起案書" in page
    assert "確定しました" in office.person.get(f"/offers/{office.placement_id}").text
    with app.database.reading() as session:
        assert list(check.violations(session)) == []


@pytest.mark.parametrize("state", PlacementState)
def test_a_town_reads_a_name_only_while_the_introduction_stands(
    app: TalentpoolFlask, state: PlacementState
) -> None:
    office = _office(app, state)
    pages = [
        "/home", "/introductions", f"/introductions/{office.placement_id}", "/needs/",
        f"/needs/{office.need_id}", f"/needs/{office.need_id}/withdraw", f"/placements/{office.placement_id}",
        "/placements",
    ]  # fmt: skip
    shown = {path for path in pages if office.name in office.town.get(path).text}
    assert bool(shown) is (state in NAMED)
    assert shown <= {"/introductions", f"/introductions/{office.placement_id}"}


@pytest.mark.parametrize("state", [PS.SUGGESTED, PS.PROPOSED, PS.APPROVED])
def test_a_person_learns_nothing_before_being_asked(
    app: TalentpoolFlask, state: PlacementState
) -> None:
    office = _office(app, state)
    assert office.person.get(f"/offers/{office.placement_id}").status_code == 404
    assert "打診はまだありません" in office.person.get("/offers").text


def test_what_is_foreign_looks_absent(app: TalentpoolFlask) -> None:
    office = _office(app, PS.INTRODUCED)
    strangers = {
        "introductions": signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO),
        "offers": signed_in(app, Role.CANDIDATE),
        "placements": signed_in(app, Role.COORDINATOR, prefecture_code=make.OSAKA),
        "approvals": signed_in(app, Role.APPROVER, prefecture_code=make.OSAKA),
    }
    for path, browser in strangers.items():
        foreign = browser.get(f"/{path}/{office.placement_id}")
        absent = browser.get(f"/{path}/999999")
        beyond = browser.get(f"/{path}/{2**63}")
        assert [answer.status_code for answer in (foreign, absent, beyond)] == [404] * 3
        assert _plain(foreign.text) == _plain(absent.text)
        assert office.press(browser, "decline", reason="schedule").status_code == 404


def _plain(page: str) -> str:
    """Without the tokens, which hold the second they were made in, and the link to the same page in English."""
    return re.sub(r'name="csrf_token" value="[^"]+"|href="[^"]+[?]lang=en"', "", page)


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        ("person", ["/placements", "/approvals", "/introductions"]),
        ("town", ["/placements", "/approvals", "/offers"]),
        ("coordinator", ["/approvals", "/offers", "/introductions"]),
        ("approver", ["/offers", "/introductions"]),
    ],
)
def test_pages_of_other_roles_are_closed(app: TalentpoolFlask, who: str, paths: list[str]) -> None:
    browser: Browser = getattr(_office(app, PS.OFFERED), who)
    assert {browser.get(path).status_code for path in paths} == {403}


def test_an_auditor_reads_and_finds_no_button(app: TalentpoolFlask) -> None:
    office = _office(app, PS.AGREED)
    auditor = signed_in(app, Role.AUDITOR)
    page = auditor.get(f"/placements/{office.placement_id}")
    assert page.status_code == 200
    assert "確定する" not in page.text
    assert office.press(auditor, "confirm").status_code == 403


def test_a_step_on_what_somebody_else_has_changed_is_a_conflict(app: TalentpoolFlask) -> None:
    office = _office(app, PS.OFFERED)
    seen = office.row().version
    assert office.press(office.person, "accept").status_code == 302
    late = office.press(office.coordinator, "revoke", version=seen, reason="mistake")
    assert late.status_code == 409
    assert "ほかの人が先に" in late.text
    assert (
        office.press(office.coordinator, "revoke", version="", reason="mistake").status_code == 409
    )
    assert office.press(office.person, "accept").status_code == 409
    assert office.state() is PS.INTRODUCED


def test_declining_asks_for_the_reason_on_a_page_of_its_own(app: TalentpoolFlask) -> None:
    office = _office(app, PS.OFFERED)
    page = office.person.get(f"/offers/{office.placement_id}/decline").text
    assert "辞退の理由を選んでください" in page
    assert "日程" in page
    refused = office.press(office.person, "decline")
    assert refused.status_code == 422
    assert "理由を選んでください。" in refused.text
    assert office.state() is PS.OFFERED
    assert office.press(office.person, "decline", reason="schedule").status_code == 302
    assert office.state() is PS.DECLINED_BY_CANDIDATE


def test_a_refused_reason_of_staff_and_town_stands_on_the_same_page(app: TalentpoolFlask) -> None:
    office = _office(app, PS.INTRODUCED)
    for browser, verb in ((office.town, "turn_down"), (office.coordinator, "revoke")):
        refused = office.press(browser, verb, reason="nonsense")
        assert refused.status_code == 422
        assert "理由を選んでください。" in refused.text
    long = office.press(office.town, "turn_down", reason="skill", comment="長" * 1001)
    assert long.status_code == 422


def test_several_papers_are_approved_at_once_and_the_rest_explained(app: TalentpoolFlask) -> None:
    office = _office(app, PS.PROPOSED)
    with app.database.writing() as session:
        make.make_placement(
            session,
            make.make_need(session),
            make.make_candidate(session, forms=()),
            state=PS.PROPOSED,
        )
    page = office.approver.get("/approvals").text
    assert office.name in page
    nothing = office.approver.post("/approvals")
    assert nothing.status_code == 422
    shown = shown_papers(office.app)
    chosen: dict[str, Any] = {"chosen": list(shown)}
    chosen |= {f"shown_{ident}": text for ident, text in shown.items()}
    done = office.approver.post("/approvals", **chosen)
    assert done.status_code == 302
    page = office.approver.get("/approvals").text
    assert "1件を承認しました" in page
    assert "任用形態" in page
    assert office.state() is PS.OFFERED
    late = office.approver.post("/approvals", **chosen)
    assert late.status_code == 302
    page = office.approver.get("/approvals").text
    assert f"{office.code}の状態：" in page


def test_the_list_is_filtered_by_its_address(app: TalentpoolFlask) -> None:
    office = _office(app, PS.OFFERED)
    name = office.name
    assert name in office.coordinator.get("/placements").text
    assert name in office.coordinator.get("/placements?state=offered").text
    assert name not in office.coordinator.get("/placements?state=agreed").text
    assert office.coordinator.get("/placements?state=nonsense&page=-1").status_code == 200
    assert office.coordinator.get(f"/placements?page={'9' * 30}").status_code == 200


def test_whoever_reads_a_name_is_noted(app: TalentpoolFlask) -> None:
    office = _office(app, PS.INTRODUCED)
    office.town.get(f"/introductions/{office.placement_id}")
    office.coordinator.get("/placements")
    with app.database.reading() as session:
        views = [(row.viewer_role, row.municipality_code, row.purpose) for row in _views(session)]
    assert ("municipality", make.HIMEJI, "profile") in views
    assert ("coordinator", None, "list") in views


def _views(session: Session) -> list[ProfileView]:
    return list(session.query(ProfileView))


def test_a_need_is_closed_from_a_page_that_first_says_who_is_told(app: TalentpoolFlask) -> None:
    office = _office(app, PS.OFFERED)
    path = f"/needs/{office.need_id}/close"
    page = office.coordinator.get(path).text
    assert "登録者本人" in page
    assert "進行中の推薦1件" in page
    version = _need_version(office)
    refused = office.coordinator.post(path, version=version, reason="filled")
    assert refused.status_code == 422
    assert "1枠のうち0枠" in refused.text
    assert office.coordinator.post(path, version=version + 1, reason="policy").status_code == 409
    assert office.coordinator.post(path, version=version, reason="policy").status_code == 302
    assert office.state() is PS.REVOKED
    assert office.coordinator.get(path).status_code == 404


def test_a_town_that_withdraws_is_told_no_more_than_it_may_know(app: TalentpoolFlask) -> None:
    office = _office(app, PS.PROPOSED)
    path = f"/needs/{office.need_id}/withdraw"
    page = office.town.get(path).text
    assert "進行中の推薦" not in page
    assert "登録者本人" not in page
    assert office.town.post(path, version=_need_version(office), reason="budget").status_code == 302
    assert office.state() is PS.SUPERSEDED


def _need_version(office: Office) -> int:
    with office.app.database.reading() as session:
        return session.get_one(Placement, office.placement_id).need.version


def test_an_alternate_is_added_from_the_ranking_and_drafted_behind_the_first(
    app: TalentpoolFlask,
) -> None:
    office = _office(app, PS.SUGGESTED)
    with app.database.writing() as session:
        placement = session.get_one(Placement, office.placement_id)
        other = make.make_candidate(session)
        round_ = make.make_round_with_plan(
            session, [(placement.need, placement.candidate), (placement.need, other)],
            state=RoundState.ADOPTED,
        )  # fmt: skip
        chosen = f"round={round_.id}&candidate={other.id}"
    draft = f"/placements/needs/{office.need_id}/draft"
    assert f"{other.code}を加える" in office.coordinator.get(draft).text
    add = f"/placements/needs/{office.need_id}/alternates"
    typed = {"comment": "町の課題に合う", f"order_{office.placement_id}": "0"}
    added = office.coordinator.post(f"{add}?{chosen}", **typed)
    assert added.status_code == 303
    page = office.coordinator.get(added.location).text
    assert "町の課題に合う" in page
    assert re.search(r'<option selected value="0">', page), "the order that was chosen"
    assert office.coordinator.post(f"{add}?{chosen}").status_code == 409
    assert office.coordinator.post(f"{add}?round=x&candidate=").status_code == 404
    with app.database.reading() as session:
        (alternate,) = session.query(Placement).where(Placement.candidate_id == other.id)
    order = {f"order_{office.placement_id}": "2", f"order_{alternate.id}": "1"}
    assert office.coordinator.post(draft, **order).status_code == 302
    with app.database.reading() as session:
        assert session.get_one(Placement, alternate.id).rank == 1
    nobody = office.coordinator.post(draft)
    assert nobody.status_code == 422


@pytest.mark.parametrize("state", [RoundState.OPTIMAL, RoundState.EXPLORED, RoundState.DISCARDED])
def test_no_alternate_is_added_from_a_round_that_is_not_adopted(
    app: TalentpoolFlask, state: RoundState
) -> None:
    coordinator = signed_in(app, Role.COORDINATOR)
    with app.database.writing() as session:
        need, person = make.make_need(session), make.make_candidate(session)
        rounds = [
            make.make_round_with_plan(session, [(need, person)], state=each).id
            for each in (state, RoundState.ADOPTED)
        ]
        add, candidate = f"/placements/needs/{need.id}/alternates", person.id
    refused = coordinator.post(f"{add}?round={rounds[0]}&candidate={candidate}")
    assert refused.status_code == 409
    assert "採用していないマッチング回" in refused.text
    with app.database.reading() as session:
        assert session.query(Placement).all() == []
    added = coordinator.post(f"{add}?round={rounds[1]}&candidate={candidate}")
    assert added.status_code == 303


def test_a_draft_with_nobody_in_it_is_refused_at_the_top(app: TalentpoolFlask) -> None:
    office = _office(app, PS.SUGGESTED)
    draft = f"/placements/needs/{office.need_id}/draft"
    refused = office.coordinator.post(draft, **{f"order_{office.placement_id}": "0"})
    assert refused.status_code == 422
    assert "1人以上選んでください" in refused.text
    assert office.state() is PS.SUGGESTED


def test_the_list_of_placements_takes_few_queries(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        for _ in range(8):
            make.make_placement(session, make.make_need(session), make.make_candidate(session))
    browser = signed_in(app, Role.COORDINATOR)
    browser.get("/placements")
    assert _count_queries(app, lambda: browser.get("/placements")) <= 15


def _count_queries(app: TalentpoolFlask, act: Any) -> int:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(app.database.engine, "before_cursor_execute", note)
    act()
    event.remove(app.database.engine, "before_cursor_execute", note)
    return len([text for text in statements if text.lstrip().upper().startswith("SELECT")])


def test_a_coordinator_lifts_a_hold_on_the_page_of_the_placement(app: TalentpoolFlask) -> None:
    office = _office(app, PS.SUGGESTED)
    with app.database.writing() as session:
        person = session.get_one(Placement, office.placement_id).candidate
        first, last = make.FIRST - 300, make.FIRST - 12
        person.posts.append(
            CandidatePost(
                body="姫路市", municipality_code=make.HIMEJI, first_month=first, last_month=last
            )
        )
        person.companies.append(CandidateCompany(name="播磨情報", name_key=search_key("播磨情報")))
    page = office.coordinator.get(f"/placements/{office.placement_id}").text
    assert "保留を解除する" in page
    assert "保留を解除する" not in office.approver.get(f"/placements/{office.placement_id}").text
    lift = f"/placements/{office.placement_id}/lift"
    refused = office.coordinator.post(lift, rule="former_office", reason="")
    assert refused.status_code == 422
    assert "解除の理由を" in refused.text
    assert (
        office.coordinator.post(lift, rule="former_office", reason="所管外のため").status_code
        == 302
    )
    assert (
        "解除済み：所管外のため"
        in office.coordinator.get(f"/placements/{office.placement_id}").text
    )
    assert office.coordinator.post(lift, rule="former_office", reason="再度").status_code == 409
    assert office.town.post(lift, rule="former_office", reason="所管外").status_code == 403


def test_a_round_is_adopted_by_a_button_and_leads_to_the_drafts(app: TalentpoolFlask) -> None:
    now = clock.now()
    with app.database.writing() as session:
        coordinator = make.make_user(session, Role.COORDINATOR)
        need = make.make_need(session, now=now)
        make.make_candidate(session, now=now)
        made = create_round(
            session, prefecture_code=make.HYOGO, title="第1回", need_ids=[need.id], policy=m.Policy(),
            time_limit=20, actor=coordinator.actor, now=now,
        )  # fmt: skip
    run_here(app.database, made.id)
    browser = _browser(app, coordinator)
    answer = browser.post(f"/rounds/{made.id}/adopt")
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "1件の候補ができました" in page
    with app.database.reading() as session:
        (placement,) = session.query(Placement)
    assert "条件を満たすのはこの人だけです。" in browser.get(f"/placements/{placement.id}").text
    assert browser.post(f"/rounds/{made.id}/adopt").status_code == 409


def test_an_ended_placement_says_why_in_words(app: TalentpoolFlask) -> None:
    office = _office(app, PS.OFFERED)
    office.press(office.person, "decline", reason="other", comment="介護のため")
    page = office.coordinator.get(f"/placements/{office.placement_id}").text
    assert "その他" in page
    assert "介護のため" in page
