"""A coordinator gives more time for an answer: a later business day, a reason, and word to those who wait."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.dates import add_business_days, end_of_day, local_date
from talentpool.db import Database, Session
from talentpool.deadlines.service import read_terms
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.mail import MailOrder
from talentpool.permissions import Role
from talentpool.placements.deferring import extend_deadline, list_extensions
from talentpool.placements.lapsing import lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.reminding import remind
from talentpool.states import PlacementState
from talentpool.waits import Wait
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..pages import version_in
from .cast import DAY, Cast, assert_sound
from .test_races import at_once

PS = PlacementState
DUE, LATER = date(2026, 12, 8), date(2026, 12, 14)  # of an offer at make.NOW, and a Monday behind


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def offered(cast: Cast) -> Placement:
    return cast.walk(cast.suggested(), "propose", "approve")


def extend(
    cast: Cast,
    row: Placement,
    day: date = LATER,
    reason: str = "入院中のため",
    now: datetime = make.NOW,
) -> None:
    extend_deadline(cast.session, row, day, reason, actor=cast.coordinator, now=now)
    cast.session.flush()


def test_the_answer_is_due_at_the_end_of_the_later_day(cast: Cast, session: Session) -> None:
    row = offered(cast)
    assert row.offer_until == end_of_day(DUE)
    extend(cast, row)
    assert row.offer_until == row.answer_until == end_of_day(LATER)
    assert lapse_overdue(session, end_of_day(DUE) + DAY) == []
    cast.step(row, "accept", now=end_of_day(LATER))
    assert row.state is PS.INTRODUCED
    assert_sound(session)


def test_an_answer_that_is_late_by_the_new_day_lapses(cast: Cast, session: Session) -> None:
    row = offered(cast)
    extend(cast, row)
    assert lapse_overdue(session, end_of_day(LATER) + timedelta(seconds=2)) == [row]
    assert row.state is PS.LAPSED
    with pytest.raises(Conflict):
        extend(cast, row, LATER + 7 * DAY, now=end_of_day(LATER))
    assert_sound(session)


def test_each_extension_is_kept_with_its_reason_and_the_trail_has_no_words(
    cast: Cast, session: Session
) -> None:
    row = offered(cast)
    extend(cast, row)
    extend(cast, row, LATER + DAY, "電話で依頼があった")
    found = [(one.before, one.until, one.reason) for one in list_extensions(session, row)]
    assert found == [
        (end_of_day(DUE), end_of_day(LATER), "入院中のため"),
        (end_of_day(LATER), end_of_day(LATER + DAY), "電話で依頼があった"),
    ]
    session.commit()
    told = session.scalars(
        sa.select(AuditEvent.detail).where(AuditEvent.action == "placement.extend")
    )
    assert [detail.keys() for detail in told] == [{"until", "extension"}] * 2
    stored = session.execute(sa.text("SELECT reason FROM deadline_extension")).scalars().all()
    assert not [raw for raw in stored if "入院" in bytes(raw).decode("latin-1")]


@pytest.mark.parametrize(
    ("day", "reason", "fields"),
    [
        (DUE, "理由", {"until"}),
        (DUE - DAY, "理由", {"until"}),
        (date(2026, 12, 12), "理由", {"until"}),  # a Saturday
        (date(2027, 1, 1), "理由", {"until"}),
        (date(2027, 10, 1), "理由", {"until"}),  # the work is over by then
        (LATER, "  ", {"reason"}),
        (LATER, "長" * 501, {"reason"}),
        (DUE, "", {"until", "reason"}),
    ],
)
def test_a_bad_day_or_no_reason_is_refused_at_its_field(
    cast: Cast, session: Session, day: date, reason: str, fields: set[str]
) -> None:
    row = offered(cast)
    with pytest.raises(Refused) as refused:
        extend(cast, row, day, reason)
    assert refused.value.fields.keys() == fields
    assert row.offer_until == end_of_day(DUE)
    assert list_extensions(session, row) == []


def test_a_day_that_is_over_is_refused_also_behind_the_deadline(
    cast: Cast, session: Session
) -> None:
    row = offered(cast)
    with pytest.raises(Refused):
        extend(cast, row, LATER, now=end_of_day(LATER) + DAY)


@pytest.mark.parametrize("state", sorted(set(PS) - {PS.OFFERED, PS.INTRODUCED}))
def test_only_what_waits_for_an_answer_is_extended(session: Session, state: PS) -> None:
    cast = Cast.of(session)
    row = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=state
    )
    with pytest.raises(Conflict):
        extend(cast, row, LATER + 7 * DAY)


def test_only_a_coordinator_of_the_prefecture_extends(cast: Cast, session: Session) -> None:
    row = offered(cast)
    far = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for actor in (cast.person(row), cast.town, cast.approver, far):
        with pytest.raises(Forbidden):
            extend_deadline(session, row, LATER, "理由", actor=actor, now=make.NOW)


def test_those_who_wait_are_told_each_by_their_page(cast: Cast, session: Session) -> None:
    row = offered(cast)
    extend(cast, row)
    cast.step(row, "accept")
    extend(cast, row, date(2027, 1, 12))
    query = sa.select(MailOrder.recipient_id, MailOrder.template, MailOrder.link)
    told = session.execute(query.where(MailOrder.event.contains("/extend/"))).all()
    person, town = row.candidate.user_id, cast.town.user_id
    assert set(map(tuple, told)) == {
        (person, "placement.extend_offer", f"/offers/{row.id}"),
        (town, "placement.extend_introduction", f"/introductions/{row.id}"),
        (person, "placement.extend_waiting", f"/offers/{row.id}"),
    }


def test_a_later_deadline_is_reminded_of_anew(cast: Cast, session: Session) -> None:
    row = offered(cast)
    assert len(remind(session, end_of_day(DUE - DAY))) == 1
    extend(cast, row, LATER + 7 * DAY)
    assert len(remind(session, end_of_day(LATER))) == 1
    assert remind(session, end_of_day(LATER)) == []


def test_two_officers_at_once_leave_the_later_of_their_days(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        ident, actor = offered(cast).id, cast.coordinator

    def give(day: date) -> bool:
        try:
            with database.writing() as session:
                row = session.get_one(Placement, ident)
                extend_deadline(session, row, day, "理由", actor=actor, now=make.NOW)
        except Refused:  # the later day was first
            return False
        return True

    given = at_once([lambda: give(LATER), lambda: give(LATER + DAY)])
    with database.reading() as session:
        row = session.get_one(Placement, ident)
        assert row.offer_until == end_of_day(LATER + DAY)
        assert len(list_extensions(session, row)) == sum(given)


def test_the_page_extends_and_keeps_what_was_typed(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session)
        row = make.make_placement(
            session, make.make_need(session), person, state=PS.OFFERED, now=clock.now()
        )
        due = read_terms(session, make.HYOGO).due(Wait.OFFER, clock.now())
        row.offer_until = due
        ident, user = row.id, session.get_one(User, person.user_id)
    officer, path = signed_in(app, Role.COORDINATOR), f"/placements/{ident}/deadline"
    assert path in officer.get(f"/placements/{ident}").text
    version = version_in(officer.get(path).text, path)
    day = add_business_days(local_date(due), 3)
    refused = officer.post(path, version=version, until=day.isoformat(), reason="")
    assert refused.status_code == 422
    assert day.isoformat() in refused.text
    typed = {"until": day.isoformat(), "reason": "海外出張のため"}
    assert officer.post(path, version=version, **typed).status_code == 302
    assert "海外出張のため" in officer.get(f"/placements/{ident}").text
    lost = officer.post(path, version=version, **typed)
    assert lost.status_code == 409
    assert "海外出張のため" in lost.text
    own = Browser(app)
    own.enter(user)
    page = own.get(f"/offers/{ident}").text
    assert f"{day.month}月{day.day}日" in page
    assert "海外出張" not in page
    assert signed_in(app, Role.APPROVER).get(path).status_code == 403
