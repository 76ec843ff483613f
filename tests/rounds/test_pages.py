"""A coordinator makes a round, runs it, reads the plan, fixes and rules out, runs again and compares."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.rounds.models import Round
from talentpool.rounds.running import run_here
from talentpool.rounds.why import Why
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import make_candidate, make_need

from .filling import defaults_of, make_round


def test_a_round_is_made_run_and_read(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    assert "実行する" in coordinator.get(f"/rounds/{ident}").text
    assert coordinator.post(f"/rounds/{ident}/run").status_code == 302
    assert "中止する" in coordinator.get(f"/rounds/{ident}").text
    assert run_here(database, ident) is RoundState.OPTIMAL
    plan = coordinator.get(f"/rounds/{ident}").text
    assert "県全体で最もよい割当案です" in plan
    assert "採用する" in plan
    assert "誰にもできない募集" in plan
    assert "一つの変更では埋まらない" in plan.split("誰にもできない募集")[1].split("</tr>")[0]
    assert "先着順" in plan
    assert "もう1人いると助かる人材" in plan
    assert "1枠を埋める価値" in plan.split("外しても割当が変わらない項目：")[1].split("</p>")[0]
    assert "損得" not in plan
    with database.reading() as session:
        shortages = session.get_one(Round, ident).result["shortages"]
        waiting = [need for entry in shortages for need in entry["needs"]]
        titles = session.scalars(select(Need.title).where(Need.code.in_(waiting))).all()
    assert titles
    assert all(title in plan.split("増やすと効くもの")[1] for title in titles)
    with database.reading() as session:
        need_ids = [row.need_id for row in session.get_one(Round, ident).needs]
        pairs = [(p.need_id, p.candidate_id) for p in session.get_one(Round, ident).pairs]
    for need_id in need_ids:
        assert "推薦順位" in coordinator.get(f"/rounds/{ident}/needs/{need_id}").text
    assert len(pairs) == 2
    assert "条件に合う募集" in coordinator.get(f"/rounds/{ident}/candidates/{pairs[0][1]}").text


def test_what_is_ruled_out_is_obeyed_by_the_next_run_and_shown_by_the_comparison(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    first = make_round(coordinator, app)
    run_here(database, first)
    with database.reading() as session:
        pair = session.get_one(Round, first).pairs[0]
        need_id, candidate_id = pair.need_id, pair.candidate_id
    address = f"/rounds/{first}/needs/{need_id}/candidates/{candidate_id}/direct"
    assert coordinator.post(address, kind="forbid", reason="").status_code == 422
    answer = coordinator.post(address, kind="forbid", reason="本人の都合")
    second = int(answer.location.rsplit("/", 1)[1])
    assert second != first
    assert "本人の都合" in coordinator.get(f"/rounds/{second}").text
    run_here(database, second)
    with database.reading() as session:
        pairs = {(p.need_id, p.candidate_id) for p in session.get_one(Round, second).pairs}
    assert (need_id, candidate_id) not in pairs
    compared = coordinator.get(f"/rounds/{second}/compare?with={first}").text
    assert "変わる組合せ" in compared
    assert re.search(r'data-label="市町">\s*\S+[市町]\s*<', compared)


def test_a_pin_that_cannot_be_kept_ends_the_round_with_a_sentence(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    first = make_round(coordinator, app)
    run_here(database, first)
    with database.reading() as session:
        round_ = session.get_one(Round, first)
        impossible = max(row.need_id for row in round_.needs)
        candidate_id = round_.pairs[0].candidate_id
    address = f"/rounds/{first}/needs/{impossible}/candidates/{candidate_id}/direct"
    answer = coordinator.post(address, kind="pin", reason="どうしても")
    second = int(answer.location.rsplit("/", 1)[1])
    assert run_here(database, second) is RoundState.FAILED
    assert "計算できませんでした" in coordinator.get(f"/rounds/{second}").text


def test_a_town_sees_no_round(app: TalentpoolFlask, coordinator: Browser) -> None:
    ident = make_round(coordinator, app)
    town = signed_in(app, Role.MUNICIPALITY)
    assert town.get(f"/rounds/{ident}").status_code == 403
    assert town.get("/rounds/").status_code == 403


def test_a_foreign_round_is_absent(app: TalentpoolFlask, coordinator: Browser) -> None:
    ident = make_round(coordinator, app)
    stranger = signed_in(app, Role.COORDINATOR, prefecture_code="27")
    assert stranger.get(f"/rounds/{ident}").status_code == 404
    assert stranger.post(f"/rounds/{ident}/run").status_code == 404


def test_weights_that_do_not_add_up_are_refused_and_kept(
    app: TalentpoolFlask, coordinator: Browser
) -> None:
    fields = defaults_of(coordinator.get("/rounds/new").text)
    answer = coordinator.post("/rounds/new", **{**fields, "weight_skills": "1", "title": "私の回"})
    assert answer.status_code == 422
    assert "合計10,000" in answer.text
    assert "私の回" in answer.text


def test_a_round_without_needs_is_refused(app: TalentpoolFlask, coordinator: Browser) -> None:
    fields = defaults_of(coordinator.get("/rounds/new").text)
    assert coordinator.post("/rounds/new", **{**fields, "needs": []}).status_code == 422


def test_a_round_that_has_not_run_has_nothing_to_compare(
    app: TalentpoolFlask, coordinator: Browser
) -> None:
    first, second = make_round(coordinator, app), make_round(coordinator, app)
    assert coordinator.get(f"/rounds/{second}/compare?with={first}").status_code == 404
    assert coordinator.get(f"/rounds/{second}/compare?with=x").status_code == 404


def test_a_waiting_round_is_cancelled_and_cannot_be_run(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    assert coordinator.post(f"/rounds/{ident}/cancel").status_code == 302
    assert coordinator.post(f"/rounds/{ident}/cancel").status_code == 409
    with database.reading() as session:
        assert session.get_one(Round, ident).state is RoundState.CANCELLED


def test_a_round_is_ordered_once(app: TalentpoolFlask, coordinator: Browser) -> None:
    ident = make_round(coordinator, app)
    assert coordinator.post(f"/rounds/{ident}/run").status_code == 302
    assert coordinator.post(f"/rounds/{ident}/run").status_code == 409


def test_a_finished_plan_is_discarded_once(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    assert coordinator.post(f"/rounds/{ident}/discard").status_code == 302
    assert coordinator.post(f"/rounds/{ident}/discard").status_code == 409
    assert coordinator.post(f"/rounds/{ident}/adopt").status_code == 409


def test_a_plan_whose_inputs_have_changed_is_not_adopted(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    with database.writing() as session:
        make_candidate(session, skills={"bpr": 4})
    answer = coordinator.post(f"/rounds/{ident}/adopt")
    assert answer.status_code == 409
    assert "もう一度実行してください" in answer.text


def test_a_fixed_pair_is_freed_again_and_a_need_of_no_round_is_absent(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    first = make_round(coordinator, app)
    run_here(database, first)
    with database.writing() as session:
        pair = session.get_one(Round, first).pairs[0]
        candidate_id, need_id = pair.candidate_id, pair.need_id
        other = make_need(session).id
    assert f"/rounds/{first}" in coordinator.get("/rounds/").text
    answer = coordinator.post(f"/rounds/{first}/rerun")
    assert coordinator.post(f"/rounds/{first}/rerun").location == answer.location
    second = int(answer.location.rsplit("/", 1)[1])
    base = f"/rounds/{second}/needs/{need_id}/candidates/{candidate_id}"
    assert coordinator.get(f"{base}/direct?kind=forbid").status_code == 200
    assert coordinator.post(f"{base}/direct", kind="pin", reason="首長の希望").status_code == 302
    assert "首長の希望" in coordinator.get(f"/rounds/{second}").text
    assert coordinator.post(f"{base}/drop").status_code == 302
    assert coordinator.post(f"{base}/drop").status_code == 404
    assert "首長の希望" not in coordinator.get(f"/rounds/{second}").text
    assert coordinator.get(f"/rounds/{first}/needs/{other}").status_code == 404
    absent = f"/rounds/{first}/needs/{other}/candidates/{candidate_id}/direct"
    assert coordinator.get(absent).status_code == 404


def test_who_did_not_get_a_seat_sees_what_would_move(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    with database.reading() as session:
        round_ = session.get_one(Round, ident)
        placed = {(pair.need_id, pair.candidate_id) for pair in round_.pairs}
        people = {pair.candidate_id for pair in round_.pairs}
        asked = [(n, c) for n in {n for n, _ in placed} for c in people if (n, c) not in placed]
    shown = ""
    for need_id, candidate_id in asked:
        answer = coordinator.get(f"/rounds/{ident}/needs/{need_id}/candidates/{candidate_id}")
        assert answer.status_code in {200, 404}  # 404: a rule excludes the pair
        shown += answer.text if answer.status_code == 200 else ""
    assert "固定したときに動く人" in shown
    assert "県全体の合計点は" in shown
    need_id, candidate_id = min(placed)
    placed_page = coordinator.get(f"/rounds/{ident}/needs/{need_id}/candidates/{candidate_id}")
    assert "固定したときに動く人" not in placed_page.text
    assert coordinator.get(f"/rounds/{ident}/needs/{need_id}/candidates/4711").status_code == 404
    town = signed_in(app, Role.MUNICIPALITY)
    assert town.get(f"/rounds/{ident}/needs/{need_id}/candidates/{candidate_id}").status_code == 403


@pytest.mark.parametrize(
    ("loss", "at_least", "is_exact", "sentence"),
    [
        (1234, 1234, True, "ちょうど 12.3点下がります"),
        (0, 0, True, "合計点は変わりません"),
        (1234, 560, False, "少なくとも 5.6点、最大 12.3点下がります"),
        (
            1234,
            0,
            False,
            "最大 12.3点下がります（時間内に正確な値は出ず、下がらないこともあります）",
        ),
        (0, 0, False, "合計点はいまの案を下回りませんでした"),
    ],
)
def test_what_fixing_a_pair_costs_is_said_as_surely_as_it_is_known(
    app: TalentpoolFlask, loss: int, at_least: int, is_exact: bool, sentence: str
) -> None:
    with app.test_request_context():
        page = app.jinja_env.get_template("rounds/_why.html").module
        text = str(page.moves_of(Why(loss, at_least, is_exact, [])))  # type: ignore[attr-defined]
    assert sentence in text
    assert text.count("点下がります") == (loss > 0)


def test_a_round_with_stages_and_a_floor_says_what_they_cost(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    fields = defaults_of(coordinator.get("/rounds/new").text)
    fields |= {"order": "stages", "fairness_floor": "100"}
    answer = coordinator.post("/rounds/new", **fields)
    ident = int(answer.location.rsplit("/", 1)[1])
    run_here(database, ident)
    page = coordinator.get(f"/rounds/{ident}").text
    assert "段階・下限を付けない案" in page
    assert "段階・下限の条件に届きませんでした" in page  # one need cannot be filled by anybody
    assert "どの割当でも、方針に書かれた下限まで埋めることはできません" in page
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        assert round_.result is not None
        aims = {**round_.result["aims"], "is_out_of_reach": False}
        round_.result = {**round_.result, "aims": aims}
    page = coordinator.get(f"/rounds/{ident}").text
    assert "どの割当でも" not in page
    assert "ないことを証明できたわけではありません" in page
    assert "まず枠をできるだけ埋め" in page
    refused = coordinator.post("/rounds/new", **{**fields, "fairness_floor": "101"})
    assert refused.status_code == 422


def test_a_round_too_large_to_explain_says_what_is_left_out(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    sentence = "条件に合う組が10,000組を超えるため"
    assert sentence not in coordinator.get(f"/rounds/{ident}").text
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        round_.result = {**(round_.result or {}), "is_quick": False}
    assert sentence in coordinator.get(f"/rounds/{ident}").text
