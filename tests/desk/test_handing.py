"""Everything that an officer sees to goes to others in one step (引継ぎ)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.models import Candidate, Membership
from talentpool.db import Database, Session
from talentpool.desk.handing import Handing, Holding, hand_over, list_givers, list_holdings
from talentpool.desk.models import OF, Duty
from talentpool.desk.service import Plan, set_duty
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.engagements.month_additions import MonthAddition
from talentpool.engagements.plan_changes import PlanChange
from talentpool.errors import Conflict, Forbidden, LostRace, Refused
from talentpool.needs.models import Need
from talentpool.notes.models import Note, NoteKind
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.reviews.models import Review
from talentpool.states import NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

from .test_duties import make_things, officer

WORK = {Engagement, WorkLog, Review, PlanChange, MonthAddition}

APRIL = date(2027, 4, 1)
NOTE = "電話は夕方がよい。4月3日に一度かける。"


def give_everything(session: Session, user: User) -> dict[Any, Any]:
    things = make_things(session)
    for thing in things.values():
        set_duty(session, thing, Plan(user.id), actor=user.actor, now=make.NOW)
    return things


def coordinators(session: Session, n: int = 3) -> list[User]:
    return [make.make_user(session, Role.COORDINATOR) for _ in range(n)]


def holdings_of(session: Session, user: User, actor: User | None = None) -> list[Holding]:
    return list_holdings(session, (actor or user).actor, user.id, APRIL)


def test_everything_goes_in_one_event_and_the_notes_stay_with_the_things(session: Session) -> None:
    giver, one, other = coordinators(session)
    things = give_everything(session, giver)
    found = holdings_of(session, giver)
    assert len(found) == len(things)
    handings = [
        Handing(holding, other.id if isinstance(holding.thing, Need) else one.id, NOTE)
        for holding in found
    ]
    hand_over(session, giver, handings, actor=giver.actor, now=make.NOW)
    seal(session)
    assert holdings_of(session, giver) == []
    assert [holding.thing for holding in holdings_of(session, other)] == [things[Need]]
    assert len(holdings_of(session, one)) == len(things) - 1
    notes = session.scalars(sa.select(Note)).all()
    assert {note.kind for note in notes} == {NoteKind.HANDOVER}
    assert {note.text for note in notes} == {NOTE}
    about = {(note.candidate_id, note.need_id, note.placement_id) for note in notes}
    assert about == {  # not of the round
        (things[Membership].candidate_id, None, None),
        (None, things[Need].id, None),
        (None, None, things[Placement].id),
    }
    query = sa.select(AuditEvent).where(AuditEvent.action.in_(("duty.hand_over", "note.write")))
    (event,) = session.scalars(query).all()
    assert (event.object_type, event.object_id) == ("user_account", str(giver.id))
    assert event.detail["rows"] == len(things)
    assert event.detail["given"][str(other.id)] == [f"need/{things[Need].id}"]
    assert len(event.detail["given"][str(one.id)]) == len(things) - 1


def test_what_crosses_the_day_comes_first_and_what_is_over_stays_away(session: Session) -> None:
    (giver,) = coordinators(session, 1)
    early, late, undated, closed = (
        make.make_need(session, state=state)
        for state in (NeedState.OPEN, NeedState.OPEN, NeedState.OPEN, NeedState.CLOSED)
    )
    days = ((early, APRIL - timedelta(days=1)), (late, APRIL), (undated, None), (closed, APRIL))
    for need, day in days:
        set_duty(session, need, Plan(giver.id, day), actor=giver.actor, now=make.NOW)
    ended = make.make_placement(
        session, early, make.make_candidate(session), state=PlacementState.WITHDRAWN
    )
    set_duty(session, ended, Plan(giver.id), actor=giver.actor, now=make.NOW)
    found = holdings_of(session, giver)
    assert [holding.thing for holding in found] == [late, early, undated]
    assert [holding.crosses(APRIL) for holding in found] == [True, False, False]


def test_the_people_of_one_paper_go_together(session: Session) -> None:
    giver, one, _ = coordinators(session)
    need = make.make_need(session)
    rows = [
        make.make_placement(
            session, need, make.make_candidate(session), state=PlacementState.PROPOSED
        )
        for _ in range(2)
    ]
    rows[1].paper_id, rows[1].rank = rows[0].paper_id, 2
    set_duty(session, rows[0], Plan(giver.id), actor=giver.actor, now=make.NOW)
    (holding,) = holdings_of(session, giver)
    hand_over(session, giver, [Handing(holding, one.id)], actor=giver.actor, now=make.NOW)
    assert set(session.scalars(sa.select(Duty.owner_id))) == {one.id}


def test_nothing_is_handed_over_where_one_thing_cannot_be(session: Session) -> None:
    giver, one, _ = coordinators(session)
    give_everything(session, giver)
    approver = make.make_user(session, Role.APPROVER)
    stranger = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    found = holdings_of(session, giver)
    for to in (giver.id, approver.id, stranger.id):
        with pytest.raises(Refused), session.begin_nested():
            handings = [Handing(found[0], one.id), Handing(found[1], to)]
            hand_over(session, giver, handings, actor=giver.actor, now=make.NOW)
        session.expire_all()
        assert len(holdings_of(session, giver)) == len(found)
    with pytest.raises(Conflict):
        hand_over(session, giver, [], actor=giver.actor, now=make.NOW)
    with pytest.raises(LostRace):
        hand_over(session, one, [Handing(found[0], giver.id)], actor=one.actor, now=make.NOW)


def test_only_coordinators_hand_over(session: Session) -> None:
    giver, one, _ = coordinators(session)
    give_everything(session, giver)
    handings = [Handing(holding, one.id) for holding in holdings_of(session, giver)]
    for role in (Role.APPROVER, Role.AUDITOR, Role.ADMIN, Role.MUNICIPALITY):
        user = make.make_user(session, role)
        with pytest.raises(Forbidden):
            hand_over(session, giver, handings, actor=user.actor, now=make.NOW)
        with pytest.raises(Forbidden):
            holdings_of(session, giver, user)
    stranger = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    assert holdings_of(session, giver, stranger) == []
    assert list_givers(session, stranger.actor) == []


# --- The page


@pytest.fixture
def cast(app: TalentpoolFlask) -> tuple[Browser, User, Browser, User]:
    """An officer with one thing of each kind, and a colleague."""
    (first, giver), (second, other) = officer(app, "大江 純"), officer(app, "西村 葵")
    with app.database.writing() as session:
        give_everything(session, session.get_one(User, giver.id))
    return first, giver, second, other


def versions(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(version_\d+)" value="(\d+)"', page))


def note_fields(page: str) -> list[str]:
    return re.findall(r'name="(note_\d+)"', page)


def test_an_officer_hands_everything_over_on_one_page(
    app: TalentpoolFlask, cast: tuple[Browser, User, Browser, User]
) -> None:
    browser, _giver, second, other = cast
    assert 'href="/handover"' in browser.get("/home").text
    page = browser.get("/handover").text
    assert "大江 純の担当を引き継ぐ" in page
    assert len(versions(page)) == len(OF)
    notes = note_fields(page)
    assert len(notes) == 3  # a round takes none
    answer = browser.post("/handover", to=other.id, **versions(page), **{notes[0]: NOTE})
    assert (answer.status_code, answer.location) == (302, "/home")
    assert "引き継ぐものはありません。" in browser.get("/handover").text
    assert second.get("/home?whose=mine").text.count("西村 葵</a>") == len(OF)
    told = signed_in(app, Role.AUDITOR).get("/audit?action=duty.hand_over").text
    assert re.search("西村 葵：[^<]*登録", told)
    assert NOTE not in told
    with app.database.reading() as session:
        assert session.scalars(sa.select(Note)).one().text == NOTE
        assert set(session.scalars(sa.select(Duty.owner_id))) == {other.id}


def test_a_colleague_takes_over_from_who_is_away(
    app: TalentpoolFlask, cast: tuple[Browser, User, Browser, User]
) -> None:
    _first, giver, second, other = cast
    with app.database.writing() as session:
        session.get_one(User, giver.id).disabled_at = make.NOW
    path = f"/handover?from={giver.id}"
    page = second.get(path).text
    assert "大江 純の担当を引き継ぐ" in page
    assert second.post(path, to=other.id, **versions(page)).status_code == 302
    with app.database.reading() as session:
        assert set(session.scalars(sa.select(Duty.owner_id))) == {other.id}


def test_a_refused_hand_over_keeps_what_was_typed(
    app: TalentpoolFlask, cast: tuple[Browser, User, Browser, User]
) -> None:
    browser, giver, _second, other = cast
    page = browser.get("/handover").text
    note = note_fields(page)[1]
    to = note.replace("note_", "to_")
    answer = browser.post("/handover", **versions(page), **{note: NOTE, to: other.id})
    assert answer.status_code == 422
    assert "引き継ぐ相手を選んでください。" in answer.text
    assert f'value="{NOTE}"' in answer.text
    assert re.search(rf'name="{to}">.*?selected value="{other.id}"', answer.text, re.DOTALL)
    with app.database.reading() as session:
        assert set(session.scalars(sa.select(Duty.owner_id))) == {giver.id}
        assert session.scalars(sa.select(Note)).all() == []


def test_each_thing_can_go_to_somebody_else(
    app: TalentpoolFlask, cast: tuple[Browser, User, Browser, User]
) -> None:
    browser, _giver, _second, other = cast
    _, third = officer(app, "山根 智")
    page = browser.get("/handover").text
    duties = [name.removeprefix("version_") for name in versions(page)]
    single = {f"to_{ident}": third.id for ident in duties[1:]} | {f"to_{duties[0]}": other.id}
    assert browser.post("/handover", **versions(page), **single).status_code == 302
    with app.database.reading() as session:
        owners = list(session.scalars(sa.select(Duty.owner_id)))
    assert sorted(owners) == sorted([other.id, *[third.id] * (len(OF) - 1)])


def test_the_second_of_two_officers_loses_nothing(
    app: TalentpoolFlask, database: Database, cast: tuple[Browser, User, Browser, User]
) -> None:
    """A thing was taken over while somebody wrote about it."""
    browser, giver, second, other = cast
    page = browser.get("/handover").text
    with database.reading() as session:
        duty = session.scalars(sa.select(Duty).where(Duty.need_id.is_not(None))).one()
    taken = second.post(f"/needs/{duty.need_id}/duty", owner=other.id, version=duty.version)
    assert taken.status_code == 302
    typed = {name: f"{NOTE}{name}" for name in note_fields(page)}
    late = browser.post("/handover", to=other.id, **versions(page), **typed)
    assert late.status_code == 409
    assert "ほかの人が先に変更した" in late.text
    assert all(text in late.text for text in typed.values())
    with database.reading() as session:
        owned = sa.select(sa.func.count()).where(Duty.owner_id == giver.id)
        assert session.scalar(owned) == len(OF) - 1
        assert session.scalars(sa.select(Note)).all() == []
    kept = {name: text for name, text in typed.items() if name != f"note_{duty.id}"}
    again = browser.post("/handover", to=other.id, **versions(late.text), **kept)
    assert again.status_code == 302


def test_no_name_of_a_person_stands_there(app: TalentpoolFlask, database: Database) -> None:
    browser, me = officer(app, "大江 純")
    with database.writing() as session:
        things = give_everything(session, session.get_one(User, me.id))
        names = list(session.scalars(sa.select(Candidate.family_name)))
        assert len(things) == len(OF)
    page = browser.get("/handover").text
    assert [name for name in names if name in page] == []


def test_a_part_is_handed_over_alone_and_the_rest_stays(app: TalentpoolFlask) -> None:
    (browser, me), (_, other) = officer(app, "山根 智"), officer(app, "大江 純")
    with app.database.writing() as session:
        things = give_everything(session, session.get_one(User, me.id))
        kinds = {kind for kind in things if kind in WORK}
    page = browser.get("/handover")
    chips = dict(
        re.findall(r'href="/handover\?only=(\w+)&amp;from=\d+"[^>]*>[^<]*<[^>]*>(\d+)<', page.text)
    )
    assert chips["work"] == str(len(kinds))
    assert sum(int(n) for part, n in chips.items() if part != "crossing") == len(things)
    part = browser.get("/handover?only=work").text
    sent = dict(re.findall(r'name="(version_\d+)" value="(\d+)"', part))
    assert len(sent) == len(kinds)
    assert browser.post("/handover?only=work", **sent, to=str(other.id)).status_code == 302
    with app.database.reading() as session:
        held = {type(one.thing) for one in holdings_of(session, session.get_one(User, other.id))}
        kept = {type(one.thing) for one in holdings_of(session, session.get_one(User, me.id))}
    assert (held, kept) == (kinds, set(things) - kinds)
    assert browser.get("/handover?only=%00").text.count('name="version_') == len(kept)
