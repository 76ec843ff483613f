"""The catalogue of programmes, and towns that are referred to them, to the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool.audit import AuditEvent, seal
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.listing import Asked
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role, visible
from talentpool.programmes import referring, service
from talentpool.programmes.content import ProgrammeContent
from talentpool.programmes.models import Outcome, Programme, Referral
from talentpool.programmes.referring import Course, Standing, refer_to_programme
from talentpool.programmes.shipped import shipped_programmes
from talentpool.programmes.soundness import violations
from talentpool.programmes.sourced import Origin, Validity
from talentpool.reference.service import load_catalogue
from tests import factories as make
from tests.programmes.made import IN_JANUARY, make_programme, make_referral

TODAY = date(2026, 12, 1)  # of make.NOW
DAY = timedelta(days=1)


def coordinator(session: Session) -> Actor:
    return make.make_user(session, Role.COORDINATOR).actor


def save(session: Session, row: Programme | None, actor: Actor, **content: object) -> Programme:
    before = service.content_of(row) if row else ProgrammeContent("制度")
    now = make.NOW if row is None else make.NOW + DAY
    return service.save_programme(
        session, row, replace(before, **content),  # type: ignore[arg-type]
        catalogue=load_catalogue(session), actor=actor, now=now,
    )  # fmt: skip


def test_the_shipped_programmes_say_no_more_than_what_was_read(session: Session) -> None:
    officer = coordinator(session)
    assert service.take_shipped(session, actor=officer, now=make.NOW) == len(shipped_programmes())
    rows = {row.key: row for row in session.scalars(visible(officer, Programme))}
    assert all(row.is_to_check(TODAY) and row.source for row in rows.values())
    old, new = rows["digital_base"], rows["community_package"]
    assert (old.validity(TODAY), new.validity(TODAY)) == (Validity.ENDED, Validity.VALID)
    assert old.successor is new
    assert (rows["adviser"].report_days, rows["assist_plan"].gives) == (7, "")
    assert "現地3日まで、またはオンライン10時間まで" in rows["adviser"].limits
    save(session, new, officer, name="改めた名前")
    session.delete(rows["accelerator"])
    session.flush()
    assert service.take_shipped(session, actor=officer, now=make.NOW) == 1
    assert session.get_one(Programme, new.id).name == "改めた名前"
    with pytest.raises(Conflict, match="すべて一覧にあります"):
        service.take_shipped(session, actor=officer, now=make.NOW)
    found = service.list_programmes(
        session, officer, Asked(values={"validity": "ended"}), today=TODAY
    )
    assert [row.key for row in found.page(1).rows] == ["digital_base"]
    with pytest.raises(Forbidden):
        town = make.make_user(session, Role.MUNICIPALITY).actor
        service.take_shipped(session, actor=town, now=make.NOW)
    assert list(violations(session)) == []


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("name", {"name": ""}),
        ("report_days", {"report_days": 0}),
        ("deadlines", {"deadlines": (*IN_JANUARY, *IN_JANUARY)}),
        ("valid_to", {"origin": Origin(valid_from=TODAY, valid_to=TODAY - DAY)}),
        ("checked_on", {"origin": Origin("要綱", checked_on=TODAY + DAY)}),
        ("source", {"origin": Origin(checked_on=TODAY)}),
        ("address", {"origin": Origin(address="javascript:alert(1)")}),
        ("themes", {"origin": Origin(themes=("moon",))}),
        ("successor", {"successor": 10**9}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, field: str, content: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refused:
        save(session, None, coordinator(session), **content)
    assert list(refused.value.fields) == [field]


def test_a_changed_entry_is_recorded_and_no_successor_leads_back(session: Session) -> None:
    officer = coordinator(session)
    first = save(session, None, officer, deadlines=IN_JANUARY)
    second = save(session, None, officer, successor=first.id)
    version = first.version
    assert save(session, first, officer, deadlines=IN_JANUARY).version == version
    later = ((date(2027, 1, 29), "第1次 延長"), (date(2027, 2, 26), "第2次"))
    assert save(session, first, officer, deadlines=later).version > version
    assert [row.what for row in first.deadlines] == ["第1次 延長", "第2次"]
    assert first.next_deadline(date(2027, 1, 30)) is first.deadlines[1]
    for wrong in (second.id, first.id):
        with pytest.raises(Refused, match="後継"):
            save(session, first, officer, successor=wrong)
    seal(session)
    query = sa.select(AuditEvent.action).where(AuditEvent.object_type == "programme")
    assert session.scalars(query).all() == ["programme.save"] * 3
    first.successor_id = second.id
    session.flush()
    assert len(list(violations(session))) == 2


def test_a_referral_goes_to_its_end(session: Session) -> None:
    clerk = make.make_user(session, Role.MUNICIPALITY)
    referral = make_referral(session, deadlines=IN_JANUARY)
    assert referral.apply_by == date(2027, 1, 29)
    told = sa.select(MailOrder.recipient_id).where(MailOrder.template == "referral.make")
    assert session.scalars(told).all() == [clerk.id]
    course = Course(TODAY, Outcome.ACCEPTED, TODAY + 5 * DAY)
    days = (
        (Course(), TODAY, Standing.WAITING),
        (Course(), date(2027, 1, 30), Standing.LATE),
        (Course(TODAY), TODAY, Standing.APPLIED),
        (Course(TODAY, Outcome.NOT_ACCEPTED), TODAY, Standing.CLOSED),
        (Course(None, Outcome.NOT_APPLIED), TODAY, Standing.CLOSED),
        (Course(TODAY, Outcome.ACCEPTED), TODAY, Standing.ACCEPTED),
        (course, TODAY, Standing.REPORT),
        (replace(course, reported_on=TODAY + 9 * DAY, note="計画ができた。"), TODAY, Standing.CLOSED),
    )  # fmt: skip
    for number, (known, today, standing) in enumerate(days):
        referring.record_course(
            session, referral, known, actor=clerk.actor, now=make.NOW + 20 * DAY
        )
        assert referring.standing_of(referral, today) is standing, number
        assert session.scalar(sa.select(referring.standing_on(today))) == standing, number
    assert referral.report_due == TODAY + 12 * DAY
    record = sa.select(sa.func.count()).where(MailOrder.template == "referral.record")
    assert session.scalar(record) == len(days) - 2  # one coordinator; two change nothing
    referral.programme.report_days = None
    session.flush()
    assert session.scalar(sa.select(referring.standing_on(TODAY))) == Standing.CLOSED
    assert list(violations(session)) == []


@pytest.mark.parametrize(
    ("field", "course"),
    [
        ("applied_on", Course(TODAY + DAY)),
        ("applied_on", Course(outcome=Outcome.ACCEPTED)),
        ("outcome", Course(TODAY, Outcome.NOT_APPLIED)),
        ("done_on", Course(TODAY, None, TODAY)),
        ("done_on", Course(TODAY, Outcome.ACCEPTED, TODAY - DAY)),
        ("reported_on", Course(TODAY, Outcome.ACCEPTED, None, TODAY)),
        ("reported_on", Course(TODAY - DAY, Outcome.ACCEPTED, TODAY, TODAY - DAY)),
        ("note", Course(note="あ" * 2001)),
    ],
)
def test_a_course_that_cannot_be_is_refused(session: Session, field: str, course: Course) -> None:
    referral, clerk = make_referral(session), make.make_user(session, Role.MUNICIPALITY)
    with pytest.raises(Refused) as refused:
        referring.record_course(session, referral, course, actor=clerk.actor, now=make.NOW)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ({"deadlines": ((TODAY - DAY, ""),)}, "締切（2026年11月30日"),
        ({"origin": Origin(valid_to=TODAY - DAY)}, "終わりました。後継の「あとの制度」"),
        ({"origin": Origin(valid_from=TODAY + DAY)}, "始まります"),
    ],
)
def test_nobody_is_referred_to_what_cannot_be_applied_for(
    session: Session, content: dict[str, Any], rule: str
) -> None:
    after = make_programme(session, name="あとの制度")
    programme = make_programme(session, successor=after.id, **content)
    with pytest.raises(Refused, match=rule) as refused:
        refer_to_programme(
            session, programme, make.HIMEJI, actor=coordinator(session), now=make.NOW
        )
    assert "programme" in refused.value.fields


def test_a_town_is_referred_once_by_an_officer_of_its_prefecture(session: Session) -> None:
    referral, officer = make_referral(session), coordinator(session)
    programme, sayo = referral.programme, make.make_need(session, municipality_code=make.SAYO)
    refer = referring.refer_to_programme
    with pytest.raises(Conflict, match="もうこの制度"):
        refer(session, programme, make.HIMEJI, actor=officer, now=make.NOW)
    with pytest.raises(Refused, match="市町を一覧から"):
        refer(session, programme, "271403", actor=officer, now=make.NOW)
    with pytest.raises(Refused, match="選んだ市町のものではありません"):
        refer(session, programme, make.ASAGO, need=sayo, actor=officer, now=make.NOW)
    other = refer(session, programme, make.SAYO, need=sayo, actor=officer, now=make.NOW)
    assert [row.id for row in referring.list_of(session, officer, sayo)] == [other.id]
    clerk = make.make_user(session, Role.MUNICIPALITY).actor
    with pytest.raises(Forbidden):
        refer(session, programme, make.ASAGO, actor=clerk, now=make.NOW)
    assert session.scalars(visible(clerk, Referral)).all() == [referral]
    assert referring.list_of(session, clerk, programme) == [referral]
    with pytest.raises(Forbidden):
        referring.record_course(session, other, Course(TODAY), actor=clerk, now=make.NOW)


@pytest.mark.parametrize(
    "change",
    [
        "outcome = 'accepted'", "done_on = '2026-12-01'", "reported_on = '2026-12-01'",
        "municipality_code = '271403'", "outcome = 'maybe'",
    ],
)  # fmt: skip
def test_the_database_refuses_what_cannot_be(database: Database, change: str) -> None:
    with database.writing() as session:
        make_referral(session)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(sa.text(f"UPDATE referral SET {change}"))
