"""Who scores whom, what stays hidden until all have submitted, and what the chair says."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st
from sqlalchemy import exc

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent, seal
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.needs.models import Need
from talentpool.panels.models import Advice, Panel, PanelConsensus, PanelMember, PanelSheet
from talentpool.panels.service import (
    LONGEST,
    OUTCOME,
    SPREAD,
    Result,
    Scores,
    criteria_of,
    get_placement,
    list_results,
    open_panel,
    replace_member,
    say_consensus,
    submit_sheet,
)
from talentpool.panels.soundness import violations
from talentpool.permissions import Actor, Role, get_visible
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from tests import factories as make
from tests.panels.made import make_panel

NOW = make.NOW


def introduced(session: Session) -> Placement:
    need = make.make_need(session, musts={"bpr": 2, "bridging": 1})
    return make.make_placement(
        session, need, make.make_candidate(session), state=PlacementState.INTRODUCED
    )


@pytest.fixture
def placement(session: Session) -> Placement:
    return introduced(session)


@pytest.fixture
def panel(session: Session, placement: Placement) -> Panel:
    return make_panel(session, placement, officers=3)


def officers(session: Session, panel: Panel) -> list[Actor]:
    users = [session.get_one(User, row.user_id) for row in panel.members]
    users.sort(key=lambda user: user.id != panel.chair_id)  # the chair first
    return [user.actor for user in users]


def score(
    session: Session, panel: Panel, placement: Placement, actor: Actor, points: int, **more: str
) -> PanelSheet:
    return submit_sheet(
        session, panel, placement, points=dict.fromkeys(panel.criteria, points), abstains=False,
        remark=more.get("remark", ""), actor=actor, now=NOW,
    )  # fmt: skip


def result(session: Session, panel: Panel, actor: Actor) -> Result:
    (one,) = list_results(session, panel, actor)
    return one


def test_criteria_come_from_the_need(session: Session, placement: Placement) -> None:
    need = session.get_one(Need, placement.need_id)
    assert criteria_of(need) == ["bpr", "bridging", OUTCOME]
    assert criteria_of(make.make_need(session, musts={})) == [OUTCOME]


def test_a_town_opens_one_panel_of_two_officers_or_more(
    session: Session, placement: Placement
) -> None:
    need = session.get_one(Need, placement.need_id)
    first, second = (make.make_user(session, Role.MUNICIPALITY) for _ in range(2))
    foreign = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    for members, chair, field in (
        ([first.id], first.id, "members"),
        ([first.id, foreign.id], first.id, "members"),
        ([first.id, second.id], None, "chair"),
        ([first.id, second.id], foreign.id, "chair"),
    ):
        with pytest.raises(Refused) as refused:
            open_panel(session, need, members=members, chair=chair, actor=first.actor, now=NOW)
        assert set(refused.value.fields) == {field}
    both = {first.id, second.id}
    for actor in (foreign.actor, make.make_user(session, Role.COORDINATOR).actor):
        with pytest.raises(Forbidden):
            open_panel(session, need, members=both, chair=first.id, actor=actor, now=NOW)
    made = open_panel(session, need, members=both, chair=second.id, actor=first.actor, now=NOW)
    assert made.criteria == ["bpr", "bridging", OUTCOME]
    with pytest.raises(Conflict):
        open_panel(session, need, members=both, chair=second.id, actor=first.actor, now=NOW)
    assert list(violations(session)) == []


def test_without_anybody_introduced_there_is_no_panel(session: Session) -> None:
    need = make.make_need(session)
    users = [make.make_user(session, Role.MUNICIPALITY) for _ in range(2)]
    with pytest.raises(Conflict):
        open_panel(
            session, need, members=[user.id for user in users], chair=users[0].id,
            actor=users[0].actor, now=NOW,
        )  # fmt: skip


def test_a_member_is_replaced_and_what_was_sent_stays(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair, second, third = officers(session, panel)
    score(session, panel, placement, chair, 5)
    score(session, panel, placement, second, 3)
    coming = make.make_user(session, Role.MUNICIPALITY)
    foreign = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)

    def replace(leaving: Actor, user: User, actor: Actor = chair) -> None:
        replace_member(
            session, panel, leaving=leaving.user_id, coming=user.id, actor=actor, now=NOW
        )

    for actor in (second, foreign.actor, make.make_user(session, Role.COORDINATOR).actor):
        with pytest.raises(Forbidden):
            replace(third, coming, actor)
    for leaving, user, field in (
        (third, foreign, "coming"), (third, session.get_one(User, second.user_id), "coming"),
        (foreign.actor, coming, "leaving"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            replace(leaving, user)
        assert list(refused.value.fields) == [field]
    replace(third, coming)
    with pytest.raises(Forbidden):
        score(session, panel, placement, third, 1)
    assert not result(session, panel, chair).is_complete
    score(session, panel, placement, coming.actor, 4)
    assert [sorted(one.points) for one in result(session, panel, chair).scores] == [[3, 4, 5]] * 3
    say_consensus(session, panel, placement, advice=Advice.TAKE, text="よい", actor=chair, now=NOW)
    last = make.make_user(session, Role.MUNICIPALITY)
    session.get_one(User, chair.user_id).disabled_at = NOW  # anybody of the town, then
    session.flush()
    replace_member(
        session, panel, leaving=chair.user_id, coming=last.id, actor=second,
        now=NOW + timedelta(days=1),
    )  # fmt: skip
    assert panel.chair_id == last.id
    assert result(session, panel, second).is_complete  # as it was concluded
    assert list(violations(session)) == []


def test_who_was_replaced_meanwhile_neither_scores_nor_concludes(
    session: Session, panel: Panel, placement: Placement
) -> None:
    """As another request has done it, behind what this one has read."""
    chair, second, third = officers(session, panel)
    gone = sa.update(PanelMember).where(PanelMember.user_id == third.user_id).values(left_at=NOW)
    session.execute(gone.execution_options(synchronize_session=False))
    with pytest.raises(Forbidden):
        score(session, panel, placement, third, 1)
    for actor in (chair, second):
        score(session, panel, placement, actor, 4)
    new = sa.update(Panel).values(chair_id=second.user_id)
    session.execute(new.execution_options(synchronize_session=False))
    with pytest.raises(Forbidden):
        say_consensus(
            session, panel, placement, advice=Advice.TAKE, text="よい", actor=chair, now=NOW
        )


def test_who_comes_after_the_answer_is_waited_for_by_nobody(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair, second, third = officers(session, panel)
    for actor in (chair, second, third):
        score(session, panel, placement, actor, 4)
    late = make.make_user(session, Role.MUNICIPALITY)
    replace_member(
        session, panel, leaving=third.user_id, coming=late.id, actor=chair, now=NOW
    )  # fmt: skip
    seen = result(session, panel, chair)
    assert (len(seen.submitted), len(seen.asked), seen.is_complete) == (2, 3, False)
    placement.state, placement.end_reason = PlacementState.DECLINED_BY_TOWN, "other"
    placement.ended_at = NOW
    session.flush()
    seen = result(session, panel, chair)
    assert (len(seen.submitted), len(seen.asked), len(seen.sheets)) == (2, 2, 3)
    say_consensus(session, panel, placement, advice=Advice.NOT, text="見送る", actor=chair, now=NOW)
    assert list(violations(session)) == []


def test_points_stay_hidden_until_the_last_has_submitted(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair, second, third = officers(session, panel)
    score(session, panel, placement, chair, 5)
    score(session, panel, placement, second, 2)
    for actor in (chair, second, third):
        seen = result(session, panel, actor)
        assert (seen.is_complete, seen.sheets, seen.scores) == (False, [], [])
        assert len(seen.submitted) == 2
    assert result(session, panel, third).own is None
    with pytest.raises(Conflict):
        say_consensus(
            session, panel, placement, advice=Advice.TAKE, text="よい", actor=chair, now=NOW
        )
    score(session, panel, placement, third, 4)
    seen = result(session, panel, third)
    assert seen.is_complete
    assert [sorted(one.points) for one in seen.scores] == [[2, 4, 5]] * 3
    assert all(one.is_wide for one in seen.scores)
    assert list(violations(session)) == []


def test_who_has_a_conflict_abstains_with_a_reason_and_counts_as_submitted(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair, second, third = officers(session, panel)

    def abstain(remark: str) -> PanelSheet:
        return submit_sheet(
            session, panel, placement, points={}, abstains=True, remark=remark, actor=second,
            now=NOW,
        )  # fmt: skip

    with pytest.raises(Refused) as refused:
        abstain(" ")
    assert set(refused.value.fields) == {"remark"}
    abstain("前の職場の上司だった。")
    score(session, panel, placement, chair, 4)
    score(session, panel, placement, third, 4)
    seen = result(session, panel, chair)
    assert seen.is_complete
    assert [list(one.points) for one in seen.scores] == [[4, 4]] * 3
    assert not any(one.is_wide for one in seen.scores)


def test_nobody_scores_twice_without_points_or_from_outside(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair = officers(session, panel)[0]
    for points in (0, 6):
        with pytest.raises(Refused) as refused:
            score(session, panel, placement, chair, points)
        assert set(refused.value.fields) == set(panel.criteria)
    with pytest.raises(Refused):
        score(session, panel, placement, chair, 3, remark="あ" * (LONGEST + 1))
    colleague = make.make_user(session, Role.MUNICIPALITY).actor
    with pytest.raises(Forbidden):
        score(session, panel, placement, colleague, 3)
    score(session, panel, placement, chair, 3)
    with pytest.raises(Conflict):
        score(session, panel, placement, chair, 4)


def test_an_answered_introduction_is_not_scored_any_more(session: Session) -> None:
    need = make.make_need(session)
    row = make.make_placement(
        session, need, make.make_candidate(session), state=PlacementState.AGREED
    )
    panel = make_panel(session, row)
    with pytest.raises(Conflict):
        score(session, panel, row, officers(session, panel)[0], 3)
    other = introduced(session)
    with pytest.raises(NotFound):
        get_placement(session, panel, other.id)


def test_a_name_is_hidden_again_once_the_introduction_is_over(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair = officers(session, panel)[0]
    assert result(session, panel, chair).name == placement.candidate.name
    placement.state, placement.end_reason = PlacementState.DECLINED_BY_TOWN, "other"
    placement.ended_at = NOW
    session.flush()
    seen = result(session, panel, chair)
    assert (seen.is_named, seen.name) == (False, placement.candidate.code)
    with pytest.raises(NotFound):
        get_placement(session, panel, placement.id)


def test_only_the_chair_concludes_and_only_once(
    session: Session, panel: Panel, placement: Placement
) -> None:
    chair, second, third = officers(session, panel)
    for actor in (chair, second, third):
        score(session, panel, placement, actor, 4)
    about = {"advice": Advice.TAKE, "text": "全員が高く評価した。", "now": NOW}
    with pytest.raises(Forbidden):
        say_consensus(session, panel, placement, actor=second, **about)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        say_consensus(session, panel, placement, advice=Advice.TAKE, text=" ", actor=chair, now=NOW)
    say_consensus(session, panel, placement, actor=chair, **about)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        say_consensus(session, panel, placement, actor=chair, **about)  # type: ignore[arg-type]
    assert placement.state is PlacementState.INTRODUCED  # no answer to the introduction
    seal(session)
    query = sa.select(AuditEvent.action).where(AuditEvent.object_type == "panel")
    actions = list(session.scalars(query.order_by(AuditEvent.seq)))
    assert actions == ["panel.score"] * 3 + ["panel.consensus"]


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.COORDINATOR, Role.APPROVER, Role.ADMIN])
def test_nobody_but_the_town_and_auditors_sees_it(
    session: Session, panel: Panel, placement: Placement, role: Role
) -> None:
    own = session.get_one(User, placement.candidate.user_id)
    user = own if role is Role.CANDIDATE else make.make_user(session, role)
    foreign = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    for actor in (user.actor, foreign.actor):
        with pytest.raises(NotFound):
            get_visible(session, actor, Panel, panel.id)
        with pytest.raises(Forbidden):
            list_results(session, panel, actor)


def test_remarks_are_not_readable_in_the_file(
    session: Session, panel: Panel, placement: Placement
) -> None:
    actors = officers(session, panel)
    for actor in actors:
        score(session, panel, placement, actor, 4, remark="説明が分かりやすい")
    say_consensus(
        session, panel, placement, advice=Advice.OPEN, text="面談で決める", actor=actors[0], now=NOW
    )
    for remark in session.execute(sa.text("SELECT remark FROM panel_sheet")).scalars():
        assert "説明".encode() not in bytes(remark)
    text = session.execute(sa.text("SELECT text FROM panel_consensus")).scalar_one()
    assert "面談".encode() not in bytes(text)


@given(st.lists(st.integers(1, 5), max_size=9))
def test_a_spread_is_flagged_from_two_points_on(points: list[int]) -> None:
    scores = Scores("bpr", points)
    apart = max(points, default=0) - min(points, default=0)
    assert scores.is_wide == (bool(points) and apart >= SPREAD)
    assert (scores.mean is None) == (not points)
    if scores.mean is not None:
        assert min(points) <= scores.mean <= max(points)


def test_the_database_refuses_an_abstention_with_points(database: Database) -> None:
    with database.writing() as session:
        row = introduced(session)
        panel = make_panel(session, row)
        score(session, panel, row, officers(session, panel)[0], 3)
    with pytest.raises(exc.IntegrityError), database.writing() as session:
        session.execute(sa.update(PanelSheet).values(abstains=True))


def test_check_finds_a_consensus_before_all_have_submitted(
    session: Session, panel: Panel, placement: Placement
) -> None:
    score(session, panel, placement, officers(session, panel)[0], 3)
    session.add(
        PanelConsensus(
            panel_id=panel.id,
            placement_id=placement.id,
            advice=Advice.NOT,
            text="早い",
            said_at=NOW,
        )
    )
    session.flush()
    assert [line for line in violations(session) if "before all have submitted" in line]
