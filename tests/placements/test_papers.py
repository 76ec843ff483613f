"""One paper a seat: numbered by the draft, frozen by the decision, the outcome appended under the same number."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from talentpool import schema
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session, canonical_json
from talentpool.errors import Conflict, Forbidden
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.placements.deciding import refuse_paper, return_paper
from talentpool.placements.drafting import draft_paper, propose_placements
from talentpool.placements.models import DecisionPaper, Placement, Verdict
from talentpool.placements.papers import digest, list_rows
from talentpool.states import PlacementState

from .. import factories as make
from .cast import DAY, Cast, assert_sound, states

PS = PlacementState


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _papers(session: Session) -> list[DecisionPaper]:
    return list(session.scalars(sa.select(DecisionPaper).order_by(DecisionPaper.id)))


def _paper(placement: Placement) -> DecisionPaper:
    assert placement.paper is not None
    return placement.paper


def _outcomes(paper: DecisionPaper) -> list[str]:
    return [entry["what"] for entry in paper.outcomes]


def _draft(cast: Cast, need: Need, count: int, now: datetime = make.NOW) -> list[Placement]:
    rows = [cast.suggested(need) for _ in range(count)]
    propose_placements(cast.session, need, rows, actor=cast.coordinator, now=now)
    return rows


def test_a_paper_is_numbered_when_it_is_drafted_within_the_fiscal_year_in_japan(
    cast: Cast, session: Session
) -> None:
    now = datetime(2027, 3, 31, 14, 59, tzinfo=UTC)  # 23:59 on 31 March
    for moment in (now, now, now + DAY):
        cast.step(cast.suggested(), "propose", now=moment)
    assert [(paper.fiscal_year, paper.number) for paper in _papers(session)] == [
        (2026, 1),
        (2026, 2),
        (2027, 1),
    ]
    assert_sound(session)


def test_each_prefecture_counts_its_own_papers(cast: Cast, session: Session) -> None:
    cast.step(cast.suggested(), "propose")
    osaka = make.make_need(session, prefecture_code=make.OSAKA)
    make.make_placement(session, osaka, make.make_candidate(session), state=PS.PROPOSED)
    assert [(row.prefecture_code, row.number) for row in _papers(session)] == [
        (make.HYOGO, 1),
        (make.OSAKA, 1),
    ]


def test_a_list_is_dealt_over_the_seats_and_each_gets_a_paper_with_alternates(
    cast: Cast, session: Session
) -> None:
    rows = _draft(cast, make.make_need(session, seats=2), 5)
    one, other = _papers(session)
    assert list_rows(session, one) == [rows[0], rows[2], rows[4]]
    assert list_rows(session, other) == [rows[1], rows[3]]
    assert [(row.seat, row.rank) for row in rows] == [(1, 1), (2, 1), (1, 2), (2, 2), (1, 3)]
    assert (one.seat, other.seat) == (1, 2)
    assert_sound(session)


def test_more_people_extend_the_paper_that_waits(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    first = _draft(cast, need, 1)
    later = _draft(cast, need, 2, make.NOW + DAY)
    (paper,) = _papers(session)
    assert list_rows(session, paper) == [*first, *later]
    assert (paper.numbered_at, paper.drafted_at) == (make.NOW, make.NOW + DAY)
    assert_sound(session)


def test_who_is_drafted_after_the_decision_comes_on_a_paper_behind(
    cast: Cast, session: Session
) -> None:
    need = make.make_need(session)
    first, second = cast.walk_all(_draft(cast, need, 2), "approve")
    (third,) = cast.walk_all(_draft(cast, need, 1), "approve")
    assert [paper.number for paper in _papers(session)] == [1, 2]
    assert states([first, second, third]) == [PS.OFFERED, PS.APPROVED, PS.APPROVED]
    cast.step(first, "decline", reason="schedule")
    assert states([second, third]) == [PS.OFFERED, PS.APPROVED]
    cast.step(second, "decline", reason="schedule")
    assert third.state is PS.OFFERED
    assert _outcomes(_papers(session)[0]) == ["ended"]
    assert_sound(session)


def test_alternates_are_for_the_seat_of_their_paper(cast: Cast, session: Session) -> None:
    rows = cast.walk_all(_draft(cast, make.make_need(session, seats=2), 4), "approve")
    cast.step(rows[0], "decline", reason="schedule")
    cast.step(rows[2], "decline", reason="schedule")
    assert states(rows[1:2] + rows[3:]) == [PS.OFFERED, PS.APPROVED]
    assert_sound(session)


def test_the_decision_freezes_the_content_and_the_trail_keeps_its_digest(
    cast: Cast, session: Session
) -> None:
    first, second = _draft(cast, make.make_need(session), 2)
    paper = _paper(first)
    assert (paper.content, paper.frozen_at) == (None, None)
    cast.step(first, "approve", now=make.NOW + DAY, comment="了承")
    assert states([first, second]) == [PS.OFFERED, PS.APPROVED]
    assert (paper.decision, paper.decided_by) == (Verdict.APPROVED, cast.approver.user_id)
    assert paper.frozen_at == make.NOW + DAY
    before = canonical_json(paper.content)
    session.commit()
    first.need.title, first.candidate.family_name = "別の募集", "別の名"
    session.flush()
    assert canonical_json(paper.content) == before
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "paper.freeze")).one()
    assert paper.content is not None
    assert event.detail["content"] == digest(paper.content)
    assert_sound(session)


def test_the_content_holds_codes_and_no_name(cast: Cast, session: Session) -> None:
    rows = cast.walk_all(_draft(cast, make.make_need(session), 2), "approve")
    paper = _paper(rows[0])
    text = canonical_json(paper.content)
    for row in rows:
        assert row.candidate.code in text
        assert row.candidate.family_name not in text
    content = json.loads(text)
    assert content["decided_by"] == cast.approver.user_id
    assert [row["snapshot"] for row in content["people"]] == [row.snapshot_id for row in rows]


def test_a_confirmation_is_appended_and_so_is_its_undoing(cast: Cast, session: Session) -> None:
    first, second = cast.walk_all(_draft(cast, make.make_need(session), 2), "approve")
    paper = _paper(first)
    content = canonical_json(paper.content)
    cast.walk(first, "accept", "welcome", "confirm")
    (entry,) = paper.outcomes
    assert (entry["what"], entry["placement"]) == ("confirmed", first.id)
    assert entry["half_days"] == dict.fromkeys(
        ["2027-04", "2027-05", "2027-06", "2027-07", "2027-08", "2027-09"], 4
    )
    assert paper.ended_at is None
    assert_sound(session)
    cast.step(first, "undo", reason="mistake", now=make.NOW + DAY)
    assert second.state is PS.OFFERED
    cast.walk(second, "accept", "welcome", "confirm")
    assert _outcomes(paper) == ["confirmed", "undone", "confirmed"]
    assert canonical_json(paper.content) == content
    assert (paper.fiscal_year, paper.number) == (2026, 1)
    assert_sound(session)


def test_a_returned_paper_is_drafted_again_under_its_number(cast: Cast, session: Session) -> None:
    first, second = _draft(cast, make.make_need(session), 2)
    paper = _paper(first)
    return_paper(session, paper, reason="terms", actor=cast.approver, now=make.NOW)
    assert states([first, second]) == [PS.SUGGESTED, PS.SUGGESTED]
    assert first.is_returned
    propose_placements(
        session, first.need, [second, first], actor=cast.coordinator, now=make.NOW + DAY
    )
    assert _papers(session) == [paper]
    assert list_rows(session, paper) == [second, first]
    assert (paper.number, paper.drafted_at) == (1, make.NOW + DAY)
    assert_sound(session)


def test_who_is_left_out_when_it_is_drafted_again_is_off_the_paper(
    cast: Cast, session: Session
) -> None:
    first, second = _draft(cast, make.make_need(session), 2)
    paper = _paper(first)
    return_paper(session, paper, reason="terms", actor=cast.approver, now=make.NOW)
    cast.walk(first, "propose", "approve")
    assert list_rows(session, paper) == [first]
    assert (second.state, second.paper, second.seat) == (PS.SUGGESTED, None, None)
    cast.step(second, "propose")
    assert _paper(second).number == 2
    assert_sound(session)


def test_a_withdrawn_paper_keeps_its_number_for_itself(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    first, second = _draft(cast, need, 2)
    paper = _paper(first)
    cast.step(first, "withdraw", reason="mistake")
    assert paper.ended_at is None
    cast.step(second, "withdraw", reason="mistake")
    assert (paper.ended_at, paper.frozen_at) == (make.NOW, None)
    assert _outcomes(paper) == ["ended"]
    (later,) = _draft(cast, need, 1)
    assert _paper(later).number == 2
    assert_sound(session)


def test_a_refused_paper_ends_whole_and_is_frozen_as_it_was_refused(
    cast: Cast, session: Session
) -> None:
    rows = _draft(cast, make.make_need(session), 2)
    paper = _paper(rows[0])
    refuse_paper(
        session, paper, reason="alternatives", actor=cast.approver, now=make.NOW, comment="別案で"
    )
    assert states(rows) == [PS.REFUSED, PS.REFUSED]
    assert paper.decision is Verdict.REFUSED
    assert paper.content is not None
    assert paper.content["decision_comment"] == "別案で"
    assert _outcomes(paper) == ["ended"]
    with pytest.raises(Conflict, match="却下"):
        cast.step(rows[0], "approve")
    assert_sound(session)


def test_the_drafter_decides_nothing_about_the_paper(cast: Cast, session: Session) -> None:
    (row,) = _draft(cast, make.make_need(session), 1)
    row.drafted_by = cast.approver.user_id
    for verb in ("approve", "refuse"):
        with pytest.raises(Forbidden, match="起案した本人"):
            cast.step(row, verb, reason="alternatives" if verb == "refuse" else None)


def test_the_database_refuses_a_second_waiting_paper_of_a_seat(
    cast: Cast, session: Session
) -> None:
    (row,) = _draft(cast, make.make_need(session), 1)
    paper = _paper(row)
    twin = {
        column.name: getattr(paper, column.name) for column in DecisionPaper.__table__.columns
    } | {"id": 99, "number": 99}
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.insert(DecisionPaper), [twin])


def test_one_seat_can_be_drafted_by_its_number(cast: Cast, session: Session) -> None:
    need = make.make_need(session, seats=3)
    rows = [cast.suggested(need) for _ in range(2)]
    paper = draft_paper(session, need, 2, rows, actor=cast.coordinator, now=make.NOW)
    assert (paper.seat, list_rows(session, paper)) == (2, rows)
    cast.step(rows[0], "approve")
    assert (rows[0].state, rows[0].seat) == (PS.OFFERED, 2)
    assert_sound(session)


BELOW = "0012"  # the revision before the papers of seats


def test_papers_of_before_keep_their_numbers(database: Database) -> None:
    """Confirmed, undone and confirmed again, waiting, refused: up, down and up again."""
    with database.writing() as session:
        cast = Cast.of(session)
        need = make.make_need(session, seats=2)
        first, second, third, fourth = cast.walk_all(_draft(cast, need, 4), "approve")
        cast.walk(first, "accept", "welcome", "confirm")
        cast.walk(second, "accept", "welcome", "confirm")
        cast.step(first, "undo", reason="mistake", now=make.NOW + DAY)
        _draft(cast, make.make_need(session), 2)
        (refused,) = _draft(cast, make.make_need(session), 1)
        cast.step(refused, "refuse", reason="alternatives")
        ids = [row.id for row in (first, second, third, fourth)]
    schema.downgrade(database, BELOW)
    old = _dump(database, "SELECT * FROM decision_paper ORDER BY id")
    assert [row["placement_id"] for row in old] == [ids[0], ids[1]]
    numbers = [row["number"] for row in old]
    schema.upgrade(database)
    with database.reading() as session:
        assert list(check.violations(session)) == []
        kept = [session.get_one(Placement, ident).paper for ident in ids[:2]]
        assert [paper and paper.number for paper in kept] == numbers
        assert kept[0] is not None
        assert _outcomes(kept[0]) == ["confirmed", "undone"]
        assert {paper.number for paper in _papers(session)} == {1, 2, 3, 4}
    schema.downgrade(database, BELOW)
    assert _dump(database, "SELECT * FROM decision_paper ORDER BY id") == old
    schema.upgrade(database)


def _dump(database: Database, query: str) -> list[dict[str, object]]:
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(query)).mappings()]
