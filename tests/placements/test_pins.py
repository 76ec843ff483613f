"""A fixed pair is called that from the plan to the paper: by whom, why, what it costs and whom it displaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from talentpool import clock, matching as m
from talentpool.candidates.models import Candidate
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.models import DecisionPaper, Placement
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.preparing import create_round, direct_pair
from talentpool.rounds.running import run_here
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser

REASON = "市長の強い望み"
OPTIMUM = "県全体で最もよい組合せの一つ"


@dataclass
class Hall:
    """One person who alone could serve Sayo is fixed to Himeji, where another would have gone."""

    app: TalentpoolFlask
    round_id: int
    wished: Need  # of Himeji
    lost: Need  # of Sayo
    strong: Candidate
    displaced: Candidate
    by: str
    coordinator: Browser
    approver: Browser

    @property
    def placement(self) -> Placement:
        with self.app.database.reading() as session:
            query = sa.select(Placement).where(
                Placement.need_id == self.wished.id, Placement.candidate_id == self.strong.id
            )
            return session.scalars(query).one()


def _run(app: TalentpoolFlask, hall_needs: Sequence[Need], kind: DirectiveKind | None,
         pair: tuple[Need, Candidate]) -> tuple[int, str, Browser]:  # fmt: skip
    now = clock.now()
    with app.database.writing() as session:
        user = make.make_user(session, Role.COORDINATOR)
        made = create_round(
            session, prefecture_code=make.HYOGO, title="春の回", need_ids=[n.id for n in hall_needs],
            policy=m.Policy(), time_limit=20, actor=user.actor, now=now,
        )  # fmt: skip
        if kind is not None:
            direct_pair(
                session, made, need_id=pair[0].id, candidate_id=pair[1].id, kind=kind,
                reason=REASON, actor=user.actor, now=now,
            )  # fmt: skip
        ident, name = made.id, user.display_name
    run_here(app.database, ident)
    browser = Browser(app)
    browser.enter(user)
    return ident, name, browser


def _hall(app: TalentpoolFlask, kind: DirectiveKind | None = DirectiveKind.PIN) -> Hall:
    now = clock.now()
    with app.database.writing() as session:
        wished = make.make_need(session, title="窓口改革", musts={"bpr": 2}, now=now)
        lost = make.make_need(
            session, title="基盤の見直し", musts={"bpr": 4}, municipality_code=make.SAYO, now=now
        )
        strong = make.make_candidate(session, half_days=4, skills={"bpr": 4}, now=now)
        displaced = make.make_candidate(session, half_days=4, skills={"bpr": 2}, now=now)
        approver = make.make_user(session, Role.APPROVER)
    pair = (wished if kind is not DirectiveKind.FORBID else lost, strong)
    ident, by, coordinator = _run(app, [wished, lost], kind, pair)
    deciding = Browser(app)
    deciding.enter(approver)
    return Hall(app, ident, wished, lost, strong, displaced, by, coordinator, deciding)


def _assert_told(hall: Hall, text: str) -> None:
    assert "固定" in text
    assert REASON in text
    assert hall.by in text
    assert "埋まる枠 -1枠" in text
    assert "佐用町：-1枠" in text
    assert f"{hall.displaced.code}</span>" in text
    assert "「姫路市 窓口改革」 から外れた" in text
    assert OPTIMUM not in text


def test_the_plan_the_pages_and_the_paper_read_the_same_figures(app: TalentpoolFlask) -> None:
    hall = _hall(app)
    pages = f"/rounds/{hall.round_id}"
    plan = hall.coordinator.get(pages).text
    _assert_told(hall, plan)
    assert "固定1件を前提に、県全体で最もよい割当案です" in plan
    assert "固定による割当です。条件を満たす2名のうち適合度1位。" in plan
    pair = f"{pages}/needs/{hall.wished.id}/candidates/{hall.strong.id}"
    _assert_told(hall, hall.coordinator.get(pair).text)
    ranking = hall.coordinator.get(f"{pages}/needs/{hall.wished.id}").text
    assert "枠のすべてに、ほかの人を固定したため。" in ranking
    assert hall.coordinator.post(f"{pages}/adopt").status_code == 302
    assert "固定</span>" in hall.coordinator.get("/placements").text
    ident = hall.placement.id
    draft = f"/placements/needs/{hall.wished.id}/draft"
    _assert_told(hall, hall.coordinator.get(draft).text)
    page = hall.coordinator.get(f"/placements/{ident}").text
    _assert_told(hall, page)
    assert "固定1件を前提に、県全体の割当案を計算しました。" in page
    assert "ほかの候補はいません" not in page
    assert "条件を満たす人は、この人のほかに1名いました" in page
    assert hall.coordinator.post(draft, **{f"order_{ident}": "1"}).status_code == 302
    assert "固定</span>" in hall.approver.get("/approvals").text
    _assert_told(hall, hall.approver.get(f"/approvals/{ident}").text)


def test_the_frozen_paper_holds_the_pin_its_reason_and_its_price(app: TalentpoolFlask) -> None:
    hall = _hall(app)
    hall.coordinator.post(f"/rounds/{hall.round_id}/adopt")
    placement = hall.placement
    with app.database.writing() as session:
        person = session.get_one(Candidate, hall.strong.id)
        need = session.get_one(Need, hall.wished.id)
        session.delete(session.get_one(Placement, placement.id))
        session.flush()
        agreed = make.make_placement(
            session, need, person, state=PlacementState.AGREED, round_id=hall.round_id
        )
        make.make_terms(session, agreed)
        ident, version = agreed.id, agreed.version
    assert hall.coordinator.post(f"/placements/{ident}/confirm", version=version).status_code == 302
    with app.database.reading() as session:
        (paper,) = session.scalars(sa.select(DecisionPaper)).all()
        assert paper.content is not None
        (told,) = paper.content["directives"]
        result = session.get_one(Round, hall.round_id).result
        assert result is not None
    assert (told["kind"], told["candidate"], told["reason"]) == ("pin", hall.strong.code, REASON)
    assert told["by"] is not None
    assert told["effect"] == result["pins"][0]
    assert told["effect"]["seats"] == {hall.lost.code: -1}
    sheet = hall.approver.get(f"/papers/{paper.id}").text
    assert f"固定：{REASON}。" in sheet
    assert "埋まる枠-1枠（佐用町「基盤の見直し」 -1枠）" in sheet
    assert f"{hall.displaced.code}（姫路市「窓口改革」から）" in sheet


def test_a_forbid_tells_what_it_changed_where_it_matters(app: TalentpoolFlask) -> None:
    hall = _hall(app, DirectiveKind.FORBID)
    plan = hall.coordinator.get(f"/rounds/{hall.round_id}").text
    assert "除外1件を前提に、県全体で最もよい割当案です" in plan
    assert "佐用町：-1枠" in plan
    ranking = hall.coordinator.get(f"/rounds/{hall.round_id}/needs/{hall.lost.id}").text
    assert "この組合せを除外したため。" in ranking
    assert hall.coordinator.post(f"/rounds/{hall.round_id}/adopt").status_code == 302
    draft = hall.coordinator.get(f"/placements/needs/{hall.lost.id}/draft").text
    assert REASON in draft
    assert "除外</span>" in draft.split("<h2>次点を加える</h2>")[1]


def test_a_round_from_before_says_nothing_of_what_it_did_not_reckon(app: TalentpoolFlask) -> None:
    hall = _hall(app)
    with app.database.writing() as session:
        round_ = session.get_one(Round, hall.round_id)
        round_.result = {
            k: v for k, v in (round_.result or {}).items() if k not in {"pins", "forbids"}
        }
        for pair in round_.pairs:
            pair.reason = {"code": "placed", "rank": 1, "of": 2}
    for path in ("", f"/needs/{hall.wished.id}/candidates/{hall.strong.id}"):
        text = hall.coordinator.get(f"/rounds/{hall.round_id}{path}").text
        assert REASON in text
        assert hall.by in text
        assert "この固定がない" not in text
        assert "外れた" not in text
        assert OPTIMUM not in text


def test_what_was_not_reckoned_in_time_is_called_that(app: TalentpoolFlask) -> None:
    hall = _hall(app)
    with app.database.writing() as session:
        round_ = session.get_one(Round, hall.round_id)
        round_.result = {**(round_.result or {}), "pins": []}
    text = hall.coordinator.get(f"/rounds/{hall.round_id}").text
    assert "割当案への影響は、計算していません。" in text


def test_a_plan_without_directions_rests_on_none(app: TalentpoolFlask) -> None:
    hall = _hall(app, None)
    plan = hall.coordinator.get(f"/rounds/{hall.round_id}").text
    assert "県全体で最もよい割当案です" in plan
    assert "を前提に" not in plan
    hall.coordinator.post(f"/rounds/{hall.round_id}/adopt")
    with app.database.reading() as session:
        rows = {row.need_id: row.id for row in session.scalars(sa.select(Placement))}
    alone = hall.coordinator.get(f"/placements/{rows[hall.lost.id]}").text
    assert "条件を満たすのはこの人だけです。" in alone
    assert "ほかの候補はいません" in alone
    other = hall.coordinator.get(f"/placements/{rows[hall.wished.id]}").text
    assert "ほかの候補はいません" not in other
    assert "上位の1名は、ほかの募集に割り当てています。" in other


@pytest.mark.parametrize("of_need", ["wished", "lost"])
def test_an_alternate_is_told_by_the_plan_that_left_it_out(
    app: TalentpoolFlask, of_need: str
) -> None:
    hall = _hall(app)
    hall.coordinator.post(f"/rounds/{hall.round_id}/adopt")
    need: Need = getattr(hall, of_need)
    chosen = f"round={hall.round_id}&candidate={hall.displaced.id}"
    answer = hall.coordinator.post(f"/placements/needs/{need.id}/alternates?{chosen}")
    assert answer.status_code == (303 if of_need == "wished" else 404)  # the other lacks the skill
    with app.database.reading() as session:
        query = sa.select(Placement.id).where(Placement.candidate_id == hall.displaced.id)
        ident = session.scalar(query)
    if ident is not None:
        page = hall.coordinator.get(f"/placements/{ident}").text
        assert "割当案の次点として加えた人です。割当案で割り当てなかった理由" in page
        assert "枠のすべてに、ほかの人を固定したため。" in page
