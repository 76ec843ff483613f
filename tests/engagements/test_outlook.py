"""Ninety days before the end both sides are asked what comes next; each answers for itself, the officers note it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.dates import JST, local_date, month_number
from talentpool.db import Database, Session
from talentpool.engagements import outlook
from talentpool.engagements.models import Engagement, Outcome
from talentpool.engagements.outlook import Answer, EngagementOutlook, Side
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role
from talentpool.states import EngagementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser
from tests.web.test_versions import version_on

DAY = timedelta(days=1)
LAST = date(2027, 9, 30)  # of make.FIRST … make.LAST: April to September 2027
ASKED = datetime(2027, 7, 2, 9, 0, tzinfo=JST)


@pytest.fixture
def work(session: Session) -> Engagement:
    made = make.make_engagement(session)
    assert made.last_day == LAST
    session.execute(sa.delete(MailOrder))
    return made


def person_of(work: Engagement) -> Actor:
    return Actor(work.candidate.user_id, Role.CANDIDATE, make.HYOGO)


def officer(session: Session, role: Role, **more: str) -> Actor:
    return make.make_user(session, role, **more).actor


def test_each_side_is_asked_once_ninety_days_before(session: Session, work: Engagement) -> None:
    towns = [make.make_user(session, Role.MUNICIPALITY).id for _ in range(2)]
    make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    session.execute(sa.delete(MailOrder))
    asked = []
    for number in range(200):
        now = datetime(2027, 4, 1, 9, 0, tzinfo=JST) + number * DAY
        asked += [(local_date(now), found.side) for found in outlook.remind(session, now)]
        session.flush()
    assert asked == [(local_date(ASKED), Side.PERSON), (local_date(ASKED), Side.TOWN)]
    orders = session.scalars(sa.select(MailOrder)).all()
    assert sorted(row.recipient_id for row in orders) == sorted([work.candidate.user_id, *towns])
    assert {row.link for row in orders} == {f"/engagements/{work.id}/outlook"}


@pytest.mark.parametrize(
    ("first", "last", "since"),
    [
        ((2027, 4), date(2027, 9, 30), date(2027, 7, 2)),
        ((2027, 4), date(2027, 5, 29), None),  # 59 days
        ((2027, 4), date(2027, 5, 30), date(2027, 4, 30)),  # 60 days: the second half
        ((2026, 4), date(2028, 3, 31), date(2028, 1, 1)),
    ],
)
def test_from_when_an_answer_is_asked(
    work: Engagement, first: tuple[int, int], last: date, since: date | None
) -> None:
    work.first_month, work.last_day = month_number(*first), last
    assert outlook.asked_from(work) == since


def test_the_question_stops(session: Session, work: Engagement) -> None:
    """Answered, an end decided, ended: nobody is asked. Another last day: asked anew."""
    make.make_user(session, Role.MUNICIPALITY)
    assert len(outlook.list_due(session, ASKED)) == 2
    outlook.give_outlook(session, work, Answer.END, actor=person_of(work), now=ASKED)
    assert [found.side for found in outlook.list_due(session, ASKED)] == [Side.TOWN]
    outlook.remind(session, ASKED)
    work.last_day = LAST + 31 * DAY
    session.flush()
    assert len(outlook.list_due(session, ASKED + 31 * DAY)) == 2
    work.end_decided_at, work.end_reason = ASKED, "health"
    session.flush()
    assert outlook.list_due(session, ASKED + 31 * DAY) == []
    work.end_decided_at = work.end_reason = None
    work.state, work.outcome, work.ended_at = EngagementState.ENDED, Outcome.COMPLETED, ASKED
    session.flush()
    assert outlook.list_due(session, ASKED + 31 * DAY) == []


def test_a_changed_answer_is_new_again_for_the_officer(session: Session, work: Engagement) -> None:
    coordinator = officer(session, Role.COORDINATOR)
    outlook.give_outlook(session, work, Answer.UNDECIDED, actor=person_of(work), now=ASKED)
    assert [row.answer for row, _ in outlook.list_unseen(session, coordinator)] == [
        Answer.UNDECIDED
    ]
    outlook.note_seen(session, work, actor=coordinator, now=ASKED + DAY)
    assert outlook.list_unseen(session, coordinator) == []
    with pytest.raises(Conflict):
        outlook.note_seen(session, work, actor=coordinator, now=ASKED + DAY)
    outlook.give_outlook(
        session, work, Answer.EXTEND, "もう半年", actor=person_of(work), now=ASKED + 2 * DAY
    )
    ((row, engagement),) = outlook.list_unseen(session, coordinator)
    assert (row.answer, row.comment, engagement.id) == (Answer.EXTEND, "もう半年", work.id)
    assert session.scalar(sa.select(sa.func.count()).select_from(EngagementOutlook)) == 1


def test_neither_side_reads_the_other(session: Session, work: Engagement) -> None:
    town = officer(session, Role.MUNICIPALITY)
    outlook.give_outlook(session, work, Answer.END, "秘密一", actor=person_of(work), now=ASKED)
    outlook.give_outlook(session, work, Answer.EXTEND, "秘密二", actor=town, now=ASKED)

    def read(actor: Actor) -> set[str]:
        return {row.comment for row in outlook.list_answers(session, work, actor)}

    assert read(person_of(work)) == {"秘密一"}
    assert read(town) == {"秘密二"}
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        assert read(officer(session, role)) == {"秘密一", "秘密二"}
    foreign = officer(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    assert read(foreign) == read(officer(session, Role.ADMIN)) == set()
    assert read(officer(session, Role.MUNICIPALITY, municipality_code=make.SAYO)) == set()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN])
def test_staff_do_not_answer(session: Session, work: Engagement, role: Role) -> None:
    with pytest.raises(Forbidden):
        outlook.give_outlook(session, work, Answer.END, actor=officer(session, role), now=ASKED)


def test_too_early_too_late_too_long_and_by_strangers(session: Session, work: Engagement) -> None:
    own = person_of(work)
    for now in (ASKED - DAY, datetime(2027, 10, 1, 9, 0, tzinfo=JST)):
        with pytest.raises(Conflict):
            outlook.give_outlook(session, work, Answer.END, actor=own, now=now)
    with pytest.raises(Refused) as refused:
        outlook.give_outlook(session, work, Answer.END, "字" * 1001, actor=own, now=ASKED)
    assert set(refused.value.fields) == {"comment"}
    for stranger in (
        person_of(make.make_engagement(session)),
        officer(session, Role.MUNICIPALITY, municipality_code=make.SAYO),
    ):
        with pytest.raises(Forbidden):
            outlook.give_outlook(session, work, Answer.END, actor=stranger, now=ASKED)


def test_the_pages_from_the_question_to_the_officer(
    app: TalentpoolFlask, at: list[datetime]
) -> None:
    with app.database.writing() as session:
        work = make.make_engagement(session)
        person = session.get_one(User, work.candidate.user_id)
        coordinator = make.make_user(session, Role.COORDINATOR)
        ident = work.id
    at[0] = ASKED
    own, staff = Browser(app), Browser(app)
    own.enter(person)
    staff.enter(coordinator)
    page, path = f"/engagements/{ident}", f"/engagements/{ident}/outlook"
    assert path in own.get(page).text
    assert path not in staff.get(page).text
    version = version_on(own, path)
    refused = own.post(path, version=version, comment="半年だけ")
    assert refused.status_code == 422
    assert "半年だけ" in refused.text
    assert own.post(path, version=version, answer="extend", comment="半年").status_code == 302
    stale = own.post(path, version=version, answer="end", comment="やめる")
    assert stale.status_code == 409
    assert "やめる" in stale.text
    assert "活動の今後への新しい返事" in staff.get("/home").text
    assert page in staff.get("/engagements/outlooks").text
    assert "半年" in staff.get(page).text
    assert staff.get(f"{path}/seen").status_code == 405
    assert staff.post(f"{path}/seen").status_code == 302
    assert page not in staff.get("/engagements/outlooks").text
    assert own.post(f"{path}/seen").status_code == 403
    with app.database.reading() as session:
        events = session.execute(
            sa.select(AuditEvent.action, AuditEvent.detail)
            .where(AuditEvent.action.like("engagement.outlook%"))
            .order_by(AuditEvent.seq)
        ).all()
    assert events == [
        ("engagement.outlook", {"side": "person", "answer": "extend"}),
        ("engagement.outlook_seen", {}),
    ]


def test_the_comment_is_not_readable_in_the_database(database: Database) -> None:
    with database.writing() as session:
        work = make.make_engagement(session)
        outlook.give_outlook(
            session, work, Answer.TALK, "だれにも言わない", actor=person_of(work), now=ASKED
        )
    with database.reading() as session:
        stored = session.execute(sa.text("SELECT comment FROM engagement_outlook")).scalar_one()
    assert "だれにも言わない".encode() not in bytes(stored)
