"""How far each seat of a need is, on its page: for the town without a name, for staff with a way to try a change."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from talentpool import clock, matching as m
from talentpool.db import Database, Session
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.progress import Stage, list_seats
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import create_round
from talentpool.rounds.running import run_here
from talentpool.states import NeedState, PlacementState, RoundState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in

PS = PlacementState


@pytest.mark.parametrize(
    ("state", "done", "current"),
    [
        (PS.SUGGESTED, 1, None),
        (PS.PROPOSED, 1, None),
        (PS.OFFERED, 2, Stage.ACCEPTED),
        (PS.INTRODUCED, 3, Stage.AGREED),
        (PS.AGREED, 4, Stage.CONFIRMED),
        (PS.CONFIRMED, 5, None),
        (PS.DECLINED_BY_CANDIDATE, 1, None),
    ],
)
def test_a_seat_is_as_far_as_who_holds_it(
    session: Session, state: PlacementState, done: int, current: Stage | None
) -> None:
    need = make.make_need(session, seats=2)
    make.make_placement(session, need, make.make_candidate(session), state=state, seat=1)
    first, second = list_seats(session, need)
    assert [stage for stage, _ in first.done] == list(Stage)[:done]
    assert first.current is current
    assert first.is_free == (done == 1)
    assert len(first.done) + (first.current is not None) + len(first.open_stages) == len(Stage)
    assert (second.is_free, second.number) == (True, 2)


@pytest.mark.parametrize("state", [NeedState.DRAFT, NeedState.SUBMITTED])
def test_a_need_that_is_not_open_yet_has_no_seats(session: Session, state: NeedState) -> None:
    assert list_seats(session, make.make_need(session, state=state)) == []


def test_a_town_reads_the_progress_and_no_name(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        need = make.make_need(session, municipality_code=make.SAYO)
        person = make.make_candidate(session)
        make.make_placement(session, need, person, state=PS.OFFERED, seat=1)
    page = (
        signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO).get(f"/needs/{need.id}").text
    )
    assert "本人の返事を待っています" in page
    assert "返事の期限" in page
    assert person.name not in page
    assert person.code not in page


def _adopted(database: Database, needs: Sequence[Need]) -> None:
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        made = create_round(
            session, prefecture_code=make.HYOGO, title="春の回", need_ids=[need.id for need in needs],
            policy=m.Policy(), time_limit=20, actor=officer.actor, now=clock.now(),
        )  # fmt: skip
        ident = made.id
    run_here(database, ident)
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        round_.state, round_.adopted_at = RoundState.ADOPTED, clock.now()


@pytest.mark.parametrize("kind", ["town", "person"])
def test_the_round_that_left_a_seat_empty_says_what_would_fill_it(
    app: TalentpoolFlask, kind: str
) -> None:
    with app.database.writing() as session:
        need = make.make_need(session, municipality_code=make.SAYO, half_days=4)
        person = make.make_candidate(session, half_days=3 if kind == "town" else 8)
        if kind == "person":
            other = make.make_need(session, half_days=1, municipality_code=make.ASAGO)
            make.make_placement(session, other, person, state=PS.CONFIRMED)
            person.most_at_once = 1
    _adopted(app.database, [need])
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    staff = signed_in(app, Role.COORDINATOR)
    told, known = (browser.get(f"/needs/{need.id}").text for browser in (town, staff))
    for page in (told, known):
        assert "第1回のマッチングでは、1枠が埋まりませんでした。" in page
    change = "1か月の半日コマを一つ減らす" if kind == "town" else "同時に引き受ける活動を一つ増やす"
    assert change in known
    assert f"/rounds/1/needs/{need.id}/change" in known
    of_round = told.partition("1枠が埋まりませんでした。")[2].partition("</section>")[0]
    assert (change in of_round) == (kind == "town")
    assert "/change" not in told


def test_a_closed_need_has_no_free_seats(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        need = make.make_need(session, seats=2, state=NeedState.CLOSED)
    assert (
        "空き"
        not in signed_in(app, Role.COORDINATOR).get(f"/needs/{need.id}").text.partition("<main")[2]
    )
