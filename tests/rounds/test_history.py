"""What a round is told of the plan in force, of towns that were left out, and what its page says came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from talentpool import matching as m
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.needs.models import Need, Outcome
from talentpool.permissions import SYSTEM, Role
from talentpool.rounds import history, validity
from talentpool.rounds.models import Round, RoundInput
from talentpool.rounds.plan import Cast
from talentpool.rounds.preparing import create_round, prepare_rerun
from talentpool.rounds.running import run_here
from talentpool.rounds.stability import list_moves
from talentpool.states import NeedState, PlacementState, RoundState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.needs.joined import make_joint
from tests.rounds.filling import defaults_of

PS = PlacementState


def run(
    database: Database, session: Session, needs: Sequence[Need], *, carry: int = 0, **terms: Any
) -> Round:
    made = create_round(
        session, prefecture_code=make.HYOGO, title=f"回{next(make._numbers)}",
        need_ids=[need.id for need in needs], policy=m.Policy(load_penalty=0, **terms), time_limit=20,
        carry_over_bonus=carry, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip
    session.commit()
    assert run_here(database, made.id) is RoundState.OPTIMAL
    session.expire_all()
    return session.get_one(Round, made.id)


def adopted(
    session: Session, pairs: Sequence[tuple[Need, Candidate]], state: PS = PS.SUGGESTED
) -> Round:
    """A round whose plan became placements in `state`."""
    round_ = make.make_round_with_plan(session, pairs, state=RoundState.ADOPTED)
    for need, person in pairs:
        make.make_placement(session, need, person, state=state, round_id=round_.id)
    session.flush()
    return round_


def placed(round_: Round) -> set[tuple[int, int]]:
    return {(pair.need_id, pair.candidate_id) for pair in round_.pairs}


def test_what_is_in_force_stays_where_it_is_worth_as_much_and_where_the_bonus_pays_for_it(
    database: Database, session: Session
) -> None:
    need = make.make_need(session, musts={"bpr": 2})
    alike = [make.make_candidate(session, skills={"bpr": 2}) for _ in range(3)]
    better = make.make_candidate(session, skills={"bpr": 4})
    adopted(session, [(need, alike[2])])
    free = run(database, session, [need], in_force_bonus=0)
    assert placed(free) == {(need.id, better.id)}
    held = run(database, session, [need], in_force_bonus=5_000)
    assert placed(held) == {(need.id, alike[2].id)}
    assert held.summary is not None
    assert (held.summary["history"]["previous"], held.summary["history"]["kept"]) == (1, 1)
    better.windows.clear()
    tied = run(database, session, [need], in_force_bonus=0)
    assert placed(tied) == {(need.id, alike[2].id)}  # of equal ones, the one that changes nothing
    found = list_moves(session, free, Cast.of(session, free))
    assert found is not None
    moves = found[1]
    (row,) = moves.changed
    assert (moves.before, moves.kept) == (1, 0)
    assert [move.person.id for move in row.gone] == [alike[2].id]
    assert [move.person.id for move in row.came] == [better.id]
    assert row.gone[0].entry is not None
    assert row.gone[0].entry["reason"]["code"] == "outranked"
    again = list_moves(session, held, Cast.of(session, held))
    assert again is not None
    assert again[1].changed == []


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (PS.SUGGESTED, True),
        (PS.PROPOSED, True),
        (PS.APPROVED, True),
        (PS.OFFERED, False),
        (PS.REFUSED, False),
    ],
)
def test_in_force_is_what_a_plan_gave_and_nobody_is_asked_about_yet(
    session: Session, state: PS, counts: bool
) -> None:
    need, person = make.make_need(session, seats=2), make.make_candidate(session)
    adopted(session, [(need, person)], state)
    other = make.make_candidate(session)
    make.make_placement(session, need, other)  # suggested by hand: no plan gave it
    assert history.has_plan(session, make.HYOGO) == counts
    assert not history.has_plan(session, make.OSAKA)


def test_a_plan_stays_valid_whatever_is_suggested_after_it(
    database: Database, session: Session
) -> None:
    need, person = make.make_need(session), make.make_candidate(session)
    round_ = run(database, session, [need], carry=700)
    adopted(session, [(need, person)])
    assert validity.list_obstacles(session, round_) == []
    follower = prepare_rerun(session, round_, actor=SYSTEM, now=make.NOW)
    assert follower.carry_over_bonus == 700


def test_a_town_is_left_out_until_somebody_is_on_the_way_to_it(session: Session) -> None:
    joint = make_joint(session, state=NeedState.OPEN).need
    needs = [
        make.make_need(session, municipality_code=town) for town in ("282103", "282090", "282057")
    ]
    person = make.make_candidate(session)
    make.make_round_with_plan(session, [(needs[0], person)], state=RoundState.ADOPTED)
    round_ = make.make_round_with_plan(
        session, [(need, person) for need in (*needs, joint)], state=RoundState.ADOPTED,
        now=make.NOW.replace(year=2027),
    )  # fmt: skip
    assert history.find_last(session, make.HYOGO) is round_
    towns = {need.municipality_code for need in needs} | {make.HIMEJI, make.ASAGO, make.SAYO}
    assert history.find_unserved(session, make.HYOGO) == towns
    make.make_placement(session, needs[0], person, state=PS.FINISHED)
    make.make_placement(session, needs[1], person, state=PS.DECLINED_BY_TOWN)
    needs[2].state, needs[2].outcome = NeedState.CLOSED, Outcome.WITHDRAWN
    make.make_placement(session, joint, person)  # serves all three
    session.flush()
    assert history.find_unserved(session, make.HYOGO) == {"282090"}
    assert history.find_unserved(session, make.OSAKA) == set()


def test_a_town_that_was_left_out_is_served_before_another(
    app: TalentpoolFlask, database: Database, session: Session
) -> None:
    out, other = make.make_need(session, municipality_code=make.SAYO), make.make_need(session)
    person = make.make_candidate(session, half_days=4, regions=())
    make.make_round_with_plan(session, [(out, person)], state=RoundState.ADOPTED)
    make.make_candidate(session, half_days=1)  # never asked, and with too little time
    other.kinds = []
    without = run(database, session, [out, other], priority_bonus=100)
    round_ = run(database, session, [out, other], carry=9_000)
    assert placed(round_) == {(out.id, person.id)}
    stored = session.get_one(RoundInput, round_.id).document
    assert stored["policy"]["carry_over"] == {make.SAYO: 9_000}
    told = (round_.summary or {})["history"]
    assert (told["carry_over"], told["served"]) == ({make.SAYO: 9_000}, [make.SAYO])
    assert told["unasked"] == {"people": 2, "placed": 1}
    assert (without.summary or {})["history"]["carry_over"] == {}
    session.commit()
    coordinator = signed_in(app, Role.COORDINATOR)
    page = coordinator.get(f"/rounds/{round_.id}").text
    assert "1市町に加点し、1市町に届きます" in page
    assert "2名。そのうち1名をこの案が割り当てます" in page
    assert coordinator.get(f"/rounds/{round_.id}/moves").status_code == 404  # nothing was in force
    fields = defaults_of(coordinator.get("/rounds/new").text)
    assert fields["carry_over_bonus"] == str(history.CARRY_OVER_BONUS)
    assert fields["in_force_bonus"] == "0"
