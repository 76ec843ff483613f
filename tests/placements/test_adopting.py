"""From a real round to suggestions and papers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from talentpool import matching as m
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements import service
from talentpool.placements.adopting import OtherAdoption, adopt_round, foresee
from talentpool.placements.deciding import Decision, Objection, decide_papers
from talentpool.placements.drafting import propose_placements, suggest_alternate
from talentpool.placements.models import Placement
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import create_round
from talentpool.rounds.running import run_here
from talentpool.rounds.validity import list_obstacles
from talentpool.states import MembershipState, NeedState, PlacementState, RoundState

from .. import factories as make
from .cast import Cast, assert_sound, ledger_of, states

PS = PlacementState


def decide(cast: Cast, rows: Sequence[Placement]) -> Decision:
    """Approve the papers on which these people are, in their order."""
    papers = {row.paper_id: row.paper for row in rows if row.paper}
    return decide_papers(cast.session, list(papers.values()), {}, actor=cast.approver, now=make.NOW)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _solved(database: Database, cast: Cast, needs: list[Need]) -> Round:
    session = cast.session
    made = create_round(
        session, prefecture_code=make.HYOGO, title="第1回", need_ids=[need.id for need in needs],
        policy=m.Policy(), time_limit=20, actor=cast.coordinator, now=make.NOW,
    )  # fmt: skip
    session.commit()
    assert run_here(database, made.id) is RoundState.OPTIMAL
    session.expire_all()
    return session.get_one(Round, made.id)


def _pool(session: Session, people: int, needs: int) -> tuple[list[Candidate], list[Need]]:
    return [make.make_candidate(session) for _ in range(people)], [
        make.make_need(session) for _ in range(needs)
    ]


def test_adopting_a_round_suggests_every_pair_of_its_plan(
    cast: Cast, session: Session, database: Database
) -> None:
    _, needs = _pool(session, 3, 2)
    round_ = _solved(database, cast, needs)
    made = adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    assert round_.state is RoundState.ADOPTED
    assert {(row.need_id, row.candidate_id, row.state) for row in made} == {
        (pair.need_id, pair.candidate_id, PS.SUGGESTED) for pair in round_.pairs
    }
    assert len(made) == 2
    assert_sound(session)


def test_a_round_is_adopted_once_and_only_with_unchanged_inputs(
    cast: Cast, session: Session, database: Database
) -> None:
    people, needs = _pool(session, 2, 1)
    round_ = _solved(database, cast, needs)
    with pytest.raises(Forbidden):
        adopt_round(session, round_, actor=cast.approver, now=make.NOW)
    people[0].skills[0].level = 4
    session.flush()
    with pytest.raises(Conflict, match="変わりました"):
        adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    people[0].skills[0].level = 3
    session.flush()
    adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(Conflict, match="採用済み"):
        adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)


def test_a_newer_plan_takes_the_place_of_suggestions_that_nobody_drafted(
    cast: Cast, session: Session, database: Database
) -> None:
    people, needs = _pool(session, 1, 2)
    stale = make.make_placement(session, needs[0], make.make_candidate(session, half_days=1))
    drafted = cast.suggested(needs[1], people[0])
    drafted.drafted_by, drafted.drafted_at = cast.coordinator.user_id, make.NOW
    round_ = _solved(database, cast, needs)
    adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    assert (stale.state, stale.end_reason) == (PS.SUPERSEDED, "new_round")
    assert drafted.state is PS.SUGGESTED
    assert_sound(session)


def test_an_alternate_comes_from_the_ranking_of_the_round(
    cast: Cast, session: Session, database: Database
) -> None:
    _, needs = _pool(session, 3, 1)
    round_ = _solved(database, cast, needs)
    (first,) = adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    offered = service.list_alternates(session, needs[0])
    assert len(offered) == 2
    assert first.candidate not in [row.candidate for row in offered]
    alternate = suggest_alternate(
        session, round_, needs[0], offered[0].candidate, actor=cast.coordinator, now=make.NOW
    )
    assert (alternate.rank, alternate.fit) == (first.rank + 1, offered[0].fit)
    with pytest.raises(Conflict, match="すでに進んで"):
        suggest_alternate(
            session, round_, needs[0], offered[0].candidate, actor=cast.coordinator, now=make.NOW
        )
    stranger = make.make_candidate(session)
    with pytest.raises(NotFound):
        suggest_alternate(session, round_, needs[0], stranger, actor=cast.coordinator, now=make.NOW)
    assert service.list_alternates(session, needs[0]) == offered[1:]
    assert_sound(session)


def test_who_has_declined_is_not_offered_as_an_alternate_again(
    cast: Cast, session: Session, database: Database
) -> None:
    _, needs = _pool(session, 2, 1)
    round_ = _solved(database, cast, needs)
    (first,) = adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    cast.walk(first, "propose", "approve")
    cast.step(first, "decline", reason="schedule")
    assert first.candidate not in [
        row.candidate for row in service.list_alternates(session, needs[0])
    ]
    with pytest.raises(Conflict, match="辞退"):
        suggest_alternate(
            session, round_, needs[0], first.candidate, actor=cast.coordinator, now=make.NOW
        )


def test_a_whole_run_is_approved_but_for_its_exceptions(cast: Cast, session: Session) -> None:
    rows = [cast.step(cast.suggested(), "propose") for _ in range(3)]
    papers = [row.paper for row in rows if row.paper]
    objections = {papers[1].id: Objection("terms", "条件を確かめてください。")}
    decision = decide_papers(
        session, papers, objections, actor=cast.approver, now=make.NOW, comment="了承"
    )
    assert states(rows) == [PS.OFFERED, PS.SUGGESTED, PS.OFFERED]
    assert (len(decision.approved), len(decision.returned), decision.left) == (2, 1, {})
    assert_sound(session)


def test_a_paper_passes_whole_or_is_left_as_it_was(cast: Cast, session: Session) -> None:
    """The second paper's alternate no longer fits, so its first choice is not approved either."""
    good = cast.proposed_list(make.make_need(session), 2)
    bad = cast.proposed_list(make.make_need(session), 2)
    bad[1].candidate.forms.clear()
    session.flush()
    decision = decide(cast, [*good, *bad])
    assert states(good) == [PS.OFFERED, PS.APPROVED]
    assert states(bad) == [PS.PROPOSED, PS.PROPOSED]
    assert list(decision.left) == [bad[0].paper_id]
    assert "任用形態" in decision.left[bad[0].paper_id]
    assert_sound(session)


def test_a_run_that_asks_too_much_of_one_person_leaves_the_paper_for_which_nothing_is_left(
    cast: Cast, session: Session
) -> None:
    person = make.make_candidate(session, half_days=8)
    rows = [
        cast.step(cast.suggested(make.make_need(session, half_days=6), person), "propose")
        for _ in range(2)
    ]
    decision = decide(cast, rows)
    assert states(rows) == [PS.OFFERED, PS.PROPOSED]
    assert list(decision.left) == [rows[1].paper_id]
    assert ledger_of(session, person) == {(6, 0)}
    assert_sound(session)


def test_the_papers_of_two_seats_pass_each_for_itself(cast: Cast, session: Session) -> None:
    need = make.make_need(session, seats=2, half_days=8)
    first, second = cast.proposed_list(need, 2)
    other = cast.step(
        cast.suggested(make.make_need(session, half_days=8), second.candidate), "propose"
    )
    decision = decide(cast, [other, first, second])
    assert list(decision.left) == [second.paper_id]
    assert states([other, first, second]) == [PS.OFFERED, PS.OFFERED, PS.PROPOSED]
    assert_sound(session)


def test_own_papers_are_left_in_a_run(cast: Cast, session: Session) -> None:
    own, others = (cast.step(cast.suggested(), "propose") for _ in range(2))
    own.drafted_by = cast.approver.user_id
    session.flush()
    decision = decide(cast, [own, others])
    assert states([own, others]) == [PS.PROPOSED, PS.OFFERED]
    assert list(decision.left) == [own.paper_id]


def test_a_coordinator_of_another_prefecture_cannot_adopt(
    cast: Cast, session: Session, database: Database
) -> None:
    _, needs = _pool(session, 1, 1)
    round_ = _solved(database, cast, needs)
    stranger = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    with pytest.raises(Forbidden):
        adopt_round(session, round_, actor=stranger, now=make.NOW)


def test_nobody_is_added_to_a_closed_need_or_after_leaving(cast: Cast, session: Session) -> None:
    need, person = make.make_need(session), make.make_candidate(session)
    gone = make.make_candidate(session, state=MembershipState.LEFT)
    held = make.make_need(session, state=NeedState.ON_HOLD)
    round_ = make.make_round_with_plan(
        session, [(need, person), (need, gone), (held, person)], state=RoundState.ADOPTED
    )
    for wanted, who in ((need, gone), (held, person)):
        with pytest.raises(Conflict):
            suggest_alternate(session, round_, wanted, who, actor=cast.coordinator, now=make.NOW)
    assert suggest_alternate(session, round_, need, person, actor=cast.coordinator, now=make.NOW)


@pytest.mark.parametrize("state", [RoundState.OPTIMAL, RoundState.EXPLORED, RoundState.DISCARDED])
def test_nobody_is_added_from_a_round_that_is_not_adopted(
    cast: Cast, session: Session, state: RoundState
) -> None:
    need, person = make.make_need(session), make.make_candidate(session)
    round_ = make.make_round_with_plan(session, [(need, person)], state=state)
    assert service.list_alternates(session, need) == []
    with pytest.raises(Conflict, match="採用していない"):
        suggest_alternate(session, round_, need, person, actor=cast.coordinator, now=make.NOW)
    assert service.list_of_need(session, cast.coordinator, need) == []
    adopted = make.make_round_with_plan(session, [(need, person)], state=RoundState.ADOPTED)
    assert suggest_alternate(session, adopted, need, person, actor=cast.coordinator, now=make.NOW)
    assert_sound(session)


def test_papers_of_two_needs_are_not_drafted_as_one(cast: Cast, session: Session) -> None:
    one, other = cast.suggested(), cast.suggested()
    with pytest.raises(NotFound):
        propose_placements(session, one.need, [one, other], actor=cast.coordinator, now=make.NOW)


def test_the_paper_names_the_round_and_the_others_on_the_list(
    cast: Cast, session: Session, database: Database
) -> None:
    _, needs = _pool(session, 2, 1)
    round_ = _solved(database, cast, needs)
    (first,) = adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
    (other,) = service.list_alternates(session, needs[0])
    second = suggest_alternate(
        session, round_, needs[0], other.candidate, actor=cast.coordinator, now=make.NOW
    )
    propose_placements(session, needs[0], [first, second], actor=cast.coordinator, now=make.NOW)
    cast.walk_all([first, second], "approve")
    cast.walk(first, "accept", "welcome", "confirm")
    paper = first.paper
    assert paper is not None
    assert paper.content is not None
    told = paper.content["round"]
    assert (told["id"], told["number"], told["input_hash"]) == (round_.id, 1, round_.input_hash)
    assert (told["objective"], told["bound"]) == (round_.objective, round_.bound)
    people = paper.content["people"]
    assert [row["placement"] for row in people] == [first.id, second.id]
    assert {row["ranking"]["place"] for row in people} == {1, 2}
    assert {row["ranking"]["of"] for row in people} == {2}


def test_what_adopting_will_do_is_what_it_does(
    cast: Cast, session: Session, database: Database
) -> None:
    people, needs = _pool(session, 3, 3)
    going_on = make.make_placement(session, needs[0], people[0])
    stale = make.make_placement(session, needs[1], make.make_candidate(session, half_days=1))
    round_ = _solved(database, cast, needs)
    foreseen = foresee(session, round_)
    planned = {(pair.need_id, pair.candidate_id) for pair in round_.pairs}
    is_planned = (going_on.need_id, going_on.candidate_id) in planned
    assert foreseen.skipped == [going_on] * is_planned
    assert stale in foreseen.ended
    assert len(foreseen.made) + len(foreseen.skipped) == len(planned)
    made = adopt_round(
        session, round_, actor=cast.coordinator, now=make.NOW, shown=foreseen.shown()
    )
    assert [(row.need_id, row.candidate_id) for row in made] == [
        (pair.need_id, pair.candidate_id) for pair in foreseen.made
    ]
    assert {row.state for row in foreseen.ended} == {PS.SUPERSEDED}
    assert {row.state for row in foreseen.skipped} <= {PS.SUGGESTED}
    assert_sound(session)


def test_what_was_not_shown_is_not_done(cast: Cast, session: Session, database: Database) -> None:
    _, needs = _pool(session, 3, 2)
    round_ = _solved(database, cast, needs)
    shown = foresee(session, round_).shown()
    pair = round_.pairs[0]
    make.make_placement(
        session, session.get_one(Need, pair.need_id), session.get_one(Candidate, pair.candidate_id)
    )
    with pytest.raises(OtherAdoption) as refused:
        adopt_round(session, round_, actor=cast.coordinator, now=make.NOW, shown=shown)
    assert len(refused.value.now.skipped) == 1
    assert round_.state is RoundState.OPTIMAL
    assert len(session.scalars(sa.select(Placement)).all()) == 1


def test_a_plan_whose_needs_are_gone_says_which(
    cast: Cast, session: Session, database: Database
) -> None:
    people, needs = _pool(session, 3, 3)
    round_ = _solved(database, cast, needs)
    assert list_obstacles(session, round_) == []
    needs[0].state = NeedState.ON_HOLD
    needs[1].seats = 2
    people[0].skills[0].level = 4
    stranger = make.make_candidate(session)
    session.flush()
    found = "".join(list_obstacles(session, round_))
    assert f"募集{needs[0].code}は「保留」になりました" in found
    assert f"募集{needs[1].code}の空き枠が1から2に" in found
    assert f"{people[0].code}の登録内容か稼働台帳" in found
    assert f"{stranger.code}が、対象の登録者に加わりました" in found
    with pytest.raises(Conflict, match="保留"):
        adopt_round(session, round_, actor=cast.coordinator, now=make.NOW)
