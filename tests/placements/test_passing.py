"""An alternate who cannot be asked is passed over with the reason shown; an empty list says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, CandidateCompany, CandidatePost, Mode
from talentpool.db import Database, Session
from talentpool.ledger import service as ledger
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.ending import end_by_hand
from talentpool.placements.lapsing import fill_seats, lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.seats import list_stuck, look_at_seats
from talentpool.states import PlacementState
from talentpool.text import search_key
from talentpool.web.languages import in_readers_language
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..databases import insist
from .cast import Cast, assert_sound, states
from .test_races import at_once

PS = PlacementState
TODAY = make.NOW.date()
NOBODY = "枠に生きた候補がいません"


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _paper(cast: Cast, count: int) -> list[Placement]:
    """One person is asked for the only seat; the others are approved and wait."""
    rows = cast.proposed_list(make.make_need(cast.session), count)
    return cast.walk_all(rows, "approve")


def _use_up(person: Candidate) -> None:
    session = sa.orm.object_session(person)
    assert isinstance(session, Session)
    for window in person.windows:
        window.half_days = 1
    ledger.set_capacity(session, person.id, dict.fromkeys(range(make.FIRST, make.LAST + 1), 1))


def _give_back(person: Candidate) -> None:
    session = sa.orm.object_session(person)
    assert isinstance(session, Session)
    for window in person.windows:
        window.half_days = 8
    ledger.set_capacity(session, person.id, dict.fromkeys(range(make.FIRST, make.LAST + 1), 8))


def _pause(person: Candidate) -> None:
    for window in person.windows:
        window.is_available, window.half_days, window.mode = False, 0, Mode.BOTH


def _expire(person: Candidate) -> None:
    person.memberships[0].active_until = date(2026, 11, 30)


def _withdraw_consent(person: Candidate) -> None:
    person.consents[0].withdrawn_at = make.NOW


CAUSES: dict[str, tuple[Callable[[Candidate], None], str]] = {
    "no half-days": (_use_up, "稼働"),
    "paused": (_pause, "稼働"),
    "expired": (_expire, "登録"),
    "consent withdrawn": (_withdraw_consent, "同意"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_at_a_decline_the_next_who_can_be_asked_is_asked(
    cast: Cast, session: Session, cause: str
) -> None:
    act, word = CAUSES[cause]
    asked, unable, able = _paper(cast, 3)
    act(unable.candidate)
    session.flush()
    cast.step(asked, "decline", reason="schedule")
    assert states([asked, unable, able]) == [PS.DECLINED_BY_CANDIDATE, PS.APPROVED, PS.OFFERED]
    assert unable.passed_at == make.NOW
    assert word in (unable.passed_why or "")
    assert able.passed_at is None
    assert list_stuck(session, cast.coordinator, TODAY) == []


def test_why_somebody_was_passed_over_is_said_in_both_languages(
    cast: Cast, session: Session, app: TalentpoolFlask
) -> None:
    asked, unable = _paper(cast, 2)
    _expire(unable.candidate)
    session.flush()
    cast.step(asked, "decline", reason="schedule")
    session.commit()
    session.refresh(unable)
    assert unable.passed_why is not None
    with app.test_request_context("/"):
        assert in_readers_language(unable.passed_why) == unable.passed_why
    with app.test_request_context("/?lang=en"):
        assert re.search("[ぁ-んァ-ヶ一-龥]", in_readers_language(unable.passed_why)) is None


def test_at_a_lapse_likewise_and_the_trail_says_it_once(cast: Cast, session: Session) -> None:
    asked, unable, able = _paper(cast, 3)
    _use_up(unable.candidate)
    later = make.NOW + timedelta(days=30)
    lapse_overdue(session, later)
    assert states([asked, unable, able]) == [PS.LAPSED, PS.APPROVED, PS.OFFERED]
    lapse_overdue(session, later + timedelta(days=30))
    fill_seats(session, later + timedelta(days=31))
    session.commit()
    told = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "placement.pass")).all()
    assert [(event.object_id, event.at) for event in told] == [(str(unable.id), later)]
    assert told[0].detail["why"] == unable.passed_why
    assert_sound(session)


def test_who_was_passed_over_is_asked_once_the_half_days_are_back(
    cast: Cast, session: Session
) -> None:
    asked, unable = _paper(cast, 2)
    other = cast.suggested(candidate=unable.candidate)
    for window in unable.candidate.windows:
        window.half_days = 4
    ledger.set_capacity(
        session, unable.candidate_id, dict.fromkeys(range(make.FIRST, make.LAST + 1), 4)
    )
    cast.walk(other, "propose", "approve")
    cast.step(asked, "decline", reason="schedule")
    assert unable.passed_why
    assert list_stuck(session, cast.coordinator, TODAY) == [unable.need]
    cast.step(other, "decline", reason="schedule")
    fill_seats(session, make.NOW)
    assert states([unable]) == [PS.OFFERED]
    assert (unable.passed_at, unable.passed_why) == (None, None)
    assert list_stuck(session, cast.coordinator, TODAY) == [other.need]
    assert_sound(session)


def test_an_end_forgets_why_somebody_was_passed_over(cast: Cast, session: Session) -> None:
    asked, unable = _paper(cast, 2)
    _use_up(unable.candidate)
    cast.step(asked, "decline", reason="schedule")
    cast.step(unable, "withdraw", reason="mistake")
    assert unable.passed_why is None
    assert list_stuck(session, cast.coordinator, TODAY) == [unable.need]
    assert_sound(session)


@pytest.mark.parametrize("count", [0, 1])
def test_two_lists_say_the_same_of_a_need(cast: Cast, session: Session, count: int) -> None:
    """`look_at_seats` and `list_stuck` are two readings of one rule."""
    need = make.make_need(session)
    assert look_at_seats(session, need, TODAY) is None  # nobody was ever approved
    (asked, *rest) = cast.walk_all(cast.proposed_list(need, count + 1), "approve")
    assert look_at_seats(session, need, TODAY) is None  # no seat is free
    for row in rest:
        _use_up(row.candidate)
    cast.step(asked, "decline", reason="schedule")
    seats = look_at_seats(session, need, TODAY)
    assert seats is not None
    assert seats.is_stuck
    assert list_stuck(session, cast.coordinator, TODAY) == [need]
    foreign = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    assert list_stuck(session, foreign, TODAY) == []


def test_a_seat_with_nobody_left_is_named_though_another_seat_has_somebody(
    cast: Cast, session: Session
) -> None:
    """Each seat has a list of its own."""
    need = make.make_need(session, seats=2)
    rows = cast.walk_all(cast.proposed_list(need, 3), "approve")
    of_seat = {seat: [row for row in rows if row.seat == seat] for seat in (1, 2)}
    (alone,) = min(of_seat.values(), key=len)
    first, second = max(of_seat.values(), key=len)
    assert look_at_seats(session, need, TODAY) is None
    _use_up(second.candidate)
    cast.step(first, "decline", reason="schedule")
    cast.step(alone, "decline", reason="schedule")
    assert second.passed_why
    _give_back(second.candidate)
    assert _read(cast, need) == (2, 2)
    suggestion = cast.suggested(need)
    assert _read(cast, need) == (2, 1)  # one suggestion, two seats
    suggestion.state, suggestion.end_reason = PS.NOT_ADVANCED, "other"
    session.flush()
    fill_seats(session, make.NOW)
    assert second.state is PS.OFFERED
    assert _read(cast, need) == (1, 1)


def _read(cast: Cast, need: Need) -> tuple[int, int]:
    """(free seats, seats to which nobody is on the way), the same by both readings."""
    seats = look_at_seats(cast.session, need, TODAY)
    assert seats is not None
    assert list_stuck(cast.session, cast.coordinator, TODAY) == ([need] if seats.is_stuck else [])
    return seats.free, seats.stuck


def _stuck(app: TalentpoolFlask) -> tuple[int, int, int, str]:
    with app.database.writing() as session:
        cast = Cast.of(session)
        asked, unable = _paper(cast, 2)
        _use_up(unable.candidate)
        cast.step(asked, "decline", reason="schedule")
        return unable.need_id, unable.id, asked.id, unable.candidate.code


def test_the_pages_of_need_placement_and_draft_say_that_nobody_is_left(
    app: TalentpoolFlask,
) -> None:
    need, unable, asked, code = _stuck(app)
    coordinator = signed_in(app, Role.COORDINATOR)
    for path in (f"/needs/{need}", f"/placements/{asked}", f"/placements/needs/{need}/draft"):
        page = coordinator.get(path).text
        assert NOBODY in page, path
        assert code in page, path
        assert "に打診しようとしましたが、できませんでした：" in page, path
    page = coordinator.get(f"/placements/{unable}").text
    assert "打診できませんでした" in page
    assert "打診できず" in page.split("経過")[-1]
    assert "打診できず</span>" in coordinator.get("/placements").text
    town = signed_in(app, Role.MUNICIPALITY)
    assert NOBODY not in town.get(f"/needs/{need}").text


def _declining(database: Database, ident: int) -> Callable[[], None]:
    def unit(session: Session) -> None:
        row = session.get_one(Placement, ident)
        person = Cast(session, *[None] * 3).person(row)  # type: ignore[arg-type]
        end_by_hand(session, row, "decline", reason="schedule", actor=person, now=make.NOW)

    return lambda: insist(database, unit)


def test_two_who_decline_at_once_leave_their_seats_to_those_who_can(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        rows = cast.proposed_list(make.make_need(session, seats=2), 5)
        cast.walk_all(rows, "approve")
        _use_up(rows[2].candidate)
        ids = [row.id for row in rows]
    at_once([_declining(database, ident) for ident in ids[:2]])
    with database.writing() as session:
        rows = [session.get_one(Placement, ident) for ident in ids]
        assert states(rows) == [
            PS.DECLINED_BY_CANDIDATE, PS.DECLINED_BY_CANDIDATE, PS.APPROVED, PS.OFFERED, PS.OFFERED,
        ]  # fmt: skip
        assert {row.seat for row in rows[3:]} == {1, 2}
        assert rows[2].passed_why
        told = sa.select(sa.func.count()).where(AuditEvent.action == "placement.pass")
        assert session.scalar(told) == 1
        assert_sound(session)


def test_a_conflict_that_came_later_passes_somebody_over(cast: Cast, session: Session) -> None:
    asked, unable = _paper(cast, 2)
    person = unable.candidate
    person.posts.append(
        CandidatePost(
            body="姫路市", municipality_code=make.HIMEJI, first_month=make.FIRST - 300, last_month=make.FIRST - 12,
        )
    )  # fmt: skip
    person.companies.append(CandidateCompany(name="播磨情報", name_key=search_key("播磨情報")))
    session.flush()
    cast.step(asked, "decline", reason="schedule")
    assert unable.state is PS.APPROVED
    assert unable.passed_why


def test_the_empty_list_stands_on_the_home_of_coordinators(app: TalentpoolFlask) -> None:
    need, *_ = _stuck(app)
    page = signed_in(app, Role.COORDINATOR).get("/home").text
    assert NOBODY in page
    assert f'href="/needs/{need}"' in page
    others: list[Browser] = [
        signed_in(app, Role.MUNICIPALITY),
        signed_in(app, Role.COORDINATOR, prefecture_code=make.OSAKA),
    ]
    assert all(NOBODY not in browser.get("/home").text for browser in others)
