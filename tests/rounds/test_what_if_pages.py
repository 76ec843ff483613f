"""The pages of what-ifs over HTTP: what each says of its terms, who may try, and that nothing else follows."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import select

from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.permissions import SYSTEM, Role
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.preparing import direct_pair
from talentpool.rounds.running import run_here
from talentpool.states import RoundState, move
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import HYOGO, NOW, OSAKA

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


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("role", "prefecture_code", "status"),
    [
        (Role.MUNICIPALITY, HYOGO, 403), (Role.APPROVER, HYOGO, 403), (Role.AUDITOR, HYOGO, 403),
        (Role.CANDIDATE, HYOGO, 403), (Role.COORDINATOR, OSAKA, 404),
    ],
)  # fmt: skip
def test_others_cannot_try(
    app: TalentpoolFlask,
    coordinator: Browser,
    database: Database,
    role: Role,
    prefecture_code: str,
    status: int,
    method: str,
) -> None:
    base = make_round(coordinator, app)
    address = f"/rounds/{base}/what-if"
    fields = defaults_of(coordinator.get(address).text)
    stranger = signed_in(app, role, prefecture_code=prefecture_code)
    if method == "get":
        assert stranger.get(address).status_code == status
        return
    token = {"csrf_token": stranger.token()}
    assert stranger.post(address, **{**fields, **token}).status_code == status
    with database.reading() as session:
        assert session.scalars(select(Round.id)).all() == [base]
    assert coordinator.post(address, **fields).status_code == 302


def test_a_trial_waits_for_who_is_changing_its_round(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    base = make_round(coordinator, app)
    address = f"/rounds/{base}/what-if"
    fields = defaults_of(coordinator.get(address).text)
    trial = Thread(target=lambda: coordinator.post(address, **fields))
    with database.writing() as session:
        as_updated = {"key_share": True}  # FOR NO KEY UPDATE
        round_ = session.get_one(Round, base, with_for_update=as_updated)
        trial.start()
        trial.join(1.0)
        assert trial.is_alive()
        direct_pair(
            session, round_, need_id=round_.needs[0].need_id, kind=DirectiveKind.FORBID,
            candidate_id=session.scalars(select(Candidate.id)).first() or 0, reason="本人の都合",
            actor=SYSTEM, now=NOW,
        )  # fmt: skip
    trial.join()
    with database.reading() as session:
        (tried,) = session.scalars(select(Round).where(Round.based_on_id == base))
        assert [row.reason for row in tried.directives] == ["本人の都合"]


@pytest.mark.parametrize("verb", ["adopt", "discard", None])
def test_a_round_in_any_state_is_tried_by_those_who_may(
    app: TalentpoolFlask, coordinator: Browser, database: Database, verb: str | None
) -> None:
    base = make_round(coordinator, app)
    link = f'href="/rounds/{base}/what-if"'
    assert link in coordinator.get(f"/rounds/{base}").text
    run_here(database, base)
    if verb is not None:
        assert coordinator.post(f"/rounds/{base}/{verb}").status_code == 302
    assert link in coordinator.get(f"/rounds/{base}").text
    assert link not in signed_in(app, Role.AUDITOR).get(f"/rounds/{base}").text
    assert _try(coordinator, base) > base


def test_a_round_that_failed_can_be_tried(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    base = make_round(coordinator, app)
    with database.writing() as session:
        for row in session.get_one(Round, base).needs:
            hold = session.get_one(Need, row.need_id)
            move(session, hold, "hold", actor=SYSTEM, now=NOW)
    assert run_here(database, base) is RoundState.FAILED
    page = coordinator.get(f"/rounds/{base}").text
    assert "この回を準備したあとで" in page
    assert f'href="/rounds/{base}/what-if"' in page
    assert run_here(database, _try(coordinator, base)) is RoundState.EXPLORED


@pytest.mark.parametrize(
    "page",
    [
        "{tried}", "{tried}/needs/{need}", "{tried}/candidates/{person}",
        "{tried}/needs/{need}/candidates/{person}",
        "{tried}/needs/{need}/candidates/{person}/direct",
    ],
)  # fmt: skip
def test_every_page_of_a_what_if_says_so_and_none_of_a_round(
    app: TalentpoolFlask, coordinator: Browser, database: Database, page: str
) -> None:
    base = make_round(coordinator, app)
    tried = _try(coordinator, base, half_days="2", travel="-30", pay="0")
    run_here(database, base)
    run_here(database, tried)
    with database.reading() as session:
        pair = session.get_one(Round, tried).pairs[0]
        ids = {"need": pair.need_id, "person": pair.candidate_id}
    shown = coordinator.get("/rounds/" + page.format(tried=tried, **ids)).text
    assert "これは試算です" in shown
    assert "1か月に引き受ける半日コマ：+2コマ" in shown
    assert "-30分" in shown
    assert "半日あたりの報酬：" not in shown
    plain = coordinator.get("/rounds/" + page.format(tried=base, **ids))
    assert plain.status_code == 200
    assert "これは試算です" not in plain.text


def test_a_comparison_says_what_differs_and_compares_sums_only_of_one_scale(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    base = make_round(coordinator, app)
    more = _try(coordinator, base, half_days="2", pay="1500")
    same = _try(coordinator, base)
    other = _try(coordinator, base, half_days="2", pay="1500", fill_premium="1")
    again = _try(coordinator, more)
    for ident in (base, more, same, other, again):
        run_here(database, ident)

    def compare(first: int, second: int) -> str:
        return coordinator.get(f"/rounds/{second}/compare?with={first}").text

    shown = compare(base, more)
    assert "第1回は試算です" not in shown
    assert "第2回は試算です" in shown
    terms = shown.split("試算の条件の違い")[-1].split("</table>")[0]
    assert [text in terms for text in ("+2コマ", "+1,500円", "分<")] == [True, True, False]
    assert _compares_sums(shown) is False
    assert _compares_sums(compare(base, same)) is True
    assert "試算の条件の違い" not in compare(base, same)
    assert _compares_sums(compare(more, again)) is True
    assert "試算の条件の違い" not in compare(more, other)
    assert _compares_sums(compare(more, other)) is False


def _compares_sums(page: str) -> bool:
    assert ("合計点は比べられません" in page) == ('<th scope="row">合計点</th>' not in page)
    return "合計点は比べられません" not in page
