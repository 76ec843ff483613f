"""A town ranks whom it was introduced to; the next round takes it as the town's preference, and nobody else reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool import matching as m
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.needs.models import Outcome
from talentpool.permissions import Role
from talentpool.placements.lapsing import lapse_overdue
from talentpool.pool.assemble import assemble
from talentpool.pool.policy import first_policy
from talentpool.pool.reading import read_profiles
from talentpool.preferences.models import TownRank
from talentpool.preferences.ranking import list_ranked, rank_people
from talentpool.preferences.soundness import violations
from talentpool.reference.service import load_catalogue
from talentpool.states import NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.pages import version_in

PS = PlacementState


def preference(session: Session, code: str) -> dict[str, int]:
    """Person → what the next round gives for the town's preference."""
    found = assemble(session, make.HYOGO, None, load_catalogue(session))
    problem = m.build(found.candidates, found.needs, first_policy(), has_others=True)
    place, need = list(m.PARTS).index("preference"), list(problem.need_ids).index(code)
    assert problem.parts is not None
    return {
        problem.candidate_ids[problem.candidate[at]]: int(problem.parts[at, place])
        for at in range(problem.ptr[need], problem.ptr[need + 1])
    }


def test_ranks_are_the_preference_of_the_next_round_and_ties_are_ties(session: Session) -> None:
    people = [make.make_candidate(session) for _ in range(4)]
    need = make.make_need(session, seats=5)
    rows = [
        make.make_placement(session, need, person, state=PS.INTRODUCED, seat=seat)
        for seat, person in enumerate(people[:3], 1)
    ]
    town = make.make_user(session, Role.MUNICIPALITY).actor

    def shares() -> list[int | None]:
        found = read_profiles(session, make.HYOGO)
        return [dict(found[person.id].preferred).get(need.code) for person in people]

    chosen = {rows[0].id: 2, rows[1].id: 1, rows[2].id: 2}
    rank_people(session, need, chosen, actor=town, now=make.NOW)
    assert next(one.placement.id for one in list_ranked(session, need, town)) == rows[1].id
    assert shares() == [500, 1000, 500, None]
    rank_people(session, need, {**chosen, rows[2].id: 3}, actor=town, now=make.NOW)
    assert shares() == [666, 1000, 333, None]
    # who holds a place is not matched with the need again: ranks count once it came to nothing
    assert len(lapse_overdue(session, make.NOW + timedelta(days=60))) == len(rows)
    full = first_policy().weights["preference"]
    found = preference(session, need.code)
    given = [666 * full // 1000, full, 333 * full // 1000, full]
    assert [found[person.code] for person in people] == given
    assert list_ranked(session, need, town) == []  # no name is shown any more
    session.commit()
    query = sa.select(sa.func.count()).where(AuditEvent.action == "town_rank.give")
    assert session.scalar(query) == 3 + 1  # only what changes is written
    assert list(violations(session)) == []


def test_only_the_town_ranks_and_only_whom_it_was_introduced_to(session: Session) -> None:
    need, other = make.make_need(session, seats=3), make.make_need(session)
    shown = make.make_placement(session, need, make.make_candidate(session), state=PS.INTRODUCED)
    asked = make.make_placement(
        session, need, make.make_candidate(session), state=PS.OFFERED, seat=2
    )
    over = make.make_placement(
        session, need, make.make_candidate(session), state=PS.DECLINED_BY_TOWN, seat=3
    )
    foreign = make.make_placement(session, other, make.make_candidate(session), state=PS.INTRODUCED)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    for row in (asked, over, foreign):
        with pytest.raises(NotFound):
            rank_people(session, need, {row.id: 1}, actor=town, now=make.NOW)
    with pytest.raises(Refused) as refused:
        rank_people(session, need, {shown.id: 0}, actor=town, now=make.NOW)
    assert set(refused.value.fields) == {f"rank_{shown.id}"}
    for actor in (
        make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor,
        make.make_user(session, Role.COORDINATOR).actor,
    ):
        with pytest.raises(Forbidden):
            rank_people(session, need, {shown.id: 1}, actor=actor, now=make.NOW)
    need.state, need.outcome, need.closed_at = NeedState.CLOSED, Outcome.UNFILLED, make.NOW
    with pytest.raises(Conflict):
        rank_people(session, need, {shown.id: 1}, actor=town, now=make.NOW)
    assert session.scalars(sa.select(TownRank)).all() == []


def test_a_rank_out_of_reach_and_a_strange_row_are_found(session: Session) -> None:
    need, other = make.make_need(session), make.make_need(session)
    placement = make.make_placement(session, need, make.make_candidate(session), state=PS.OFFERED)
    row = TownRank(
        need_id=other.id, placement_id=placement.id, candidate_id=placement.candidate_id, rank=1,
        prefecture_code=make.HYOGO, municipality_code=need.municipality_code, ranked_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    assert list(violations(session)) == [
        f"town_rank {row.id}: of another need than its placement",
        f"town_rank {row.id}: of somebody who was not introduced",
    ]
    with pytest.raises(IntegrityError):
        session.execute(sa.text("UPDATE town_rank SET rank = 21"))


def test_a_town_ranks_on_its_page_and_reads_it_beside_the_answers(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make.make_need(session, seats=2)
        rows = [
            make.make_placement(
                session, need, make.make_candidate(session), state=PS.INTRODUCED, seat=seat
            )
            for seat in (1, 2)
        ]
        here, first, second = need.id, *(row.id for row in rows)
        empty = make.make_need(session).id
        code = rows[0].candidate.code
    town, staff = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.COORDINATOR)
    path = f"/needs/{here}/ranks"
    version = version_in(town.get(path).text, path)
    assert town.post(path, version=version, **{f"rank_{first}": "9"}).status_code == 422
    chosen = {f"rank_{first}": "2", f"rank_{second}": "1"}
    assert town.post(path, version=version, **chosen).status_code == 302
    assert town.post(path, version=version, **chosen).status_code == 409
    assert "2位" in town.get(f"/introductions/{first}").text
    assert "1位" in town.get(f"/introductions/needs/{here}").text
    page = staff.get(f"/needs/{here}/ranks").text
    assert code in page
    assert "1位" in page
    assert staff.post(f"/needs/{here}/ranks").status_code == 403
    assert "紹介されている人はいません。" in town.get(f"/needs/{empty}/ranks").text
