"""The pages of what-ifs over HTTP: what each says of its terms, who may try, and that nothing else follows."""

from __future__ import annotations

from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.rounds.running import run_here
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in

from .filling import defaults_of, make_round


def _try(browser: Browser, base: int, **changed: str) -> int:
    fields = defaults_of(browser.get(f"/rounds/{base}/what-if").text)
    answer = browser.post(f"/rounds/{base}/what-if", **{**fields, **changed})
    assert answer.status_code == 302, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_a_what_if_says_what_differs_and_offers_no_adoption(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    base = make_round(coordinator, app)
    run_here(database, base)
    assert f"/rounds/{base}/what-if" in coordinator.get(f"/rounds/{base}").text
    tried = _try(coordinator, base, half_days="2", travel="-30", pay="1500")
    differences = ["+2コマ", "-30分", "+1,500円"]
    waiting = coordinator.get(f"/rounds/{tried}").text
    assert "これは試算です" in waiting
    assert all(text in waiting for text in differences)
    assert run_here(database, tried) is RoundState.EXPLORED
    plan = coordinator.get(f"/rounds/{tried}").text
    assert "これは試算です" in plan
    assert all(text in plan for text in differences)
    assert "採用する" not in plan
    assert coordinator.post(f"/rounds/{tried}/adopt").status_code == 409
    assert f"compare?with={base}" in plan
    assert "試算済み" in coordinator.get("/rounds/").text
    assert coordinator.get(f"/rounds/{tried}/compare?with={base}").status_code == 200
    again = defaults_of(coordinator.get(f"/rounds/{tried}/what-if").text)
    assert (again["half_days"], again["travel"], again["pay"]) == ("2", "-30", "1500")
    same = coordinator.get(f"/rounds/{_try(coordinator, base)}").text
    assert "条件は今のままです" in same


def test_a_what_if_out_of_range_is_refused_and_kept(
    app: TalentpoolFlask, coordinator: Browser
) -> None:
    base = make_round(coordinator, app)
    fields = defaults_of(coordinator.get(f"/rounds/{base}/what-if").text)
    address = f"/rounds/{base}/what-if"
    assert coordinator.post(address, **{**fields, "travel": "601"}).status_code == 422
    assert coordinator.post(address, **{**fields, "half_days": "1.5"}).status_code == 422
    refused = coordinator.post(address, **{**fields, "needs": [], "pay": "777"})
    assert refused.status_code == 422
    assert "777" in refused.text


def test_others_cannot_try(app: TalentpoolFlask, coordinator: Browser) -> None:
    base = make_round(coordinator, app)
    assert signed_in(app, Role.MUNICIPALITY).get(f"/rounds/{base}/what-if").status_code == 403
    assert signed_in(app, Role.APPROVER).get(f"/rounds/{base}/what-if").status_code == 403
    stranger = signed_in(app, Role.COORDINATOR, prefecture_code="27")
    assert stranger.get(f"/rounds/{base}/what-if").status_code == 404
