"""Complaints: filed by either side or by telephone, answered in time, closed, and never shown to whom they are about."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.complaints import register, service
from talentpool.complaints.models import Channel, Complaint, Side
from talentpool.complaints.register import Standing
from talentpool.complaints.service import Caller
from talentpool.dates import JST
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.listing import Asked
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role, visible
from talentpool.states import NeedState
from tests import factories as make

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=JST)  # a Tuesday; ten business days later: 15 December
DUE = date(2026, 12, 15)
DAY = timedelta(days=1)


@pytest.fixture
def work(session: Session) -> Engagement:
    return make.make_engagement(session)


def person_of(work: Engagement) -> Actor:
    return Actor(work.candidate.user_id, Role.CANDIDATE, make.HYOGO)


def officer(session: Session, role: Role = Role.COORDINATOR, **more: str) -> Actor:
    return make.make_user(session, role, **more).actor


def codes(session: Session, actor: Actor) -> set[int]:
    return set(session.scalars(visible(actor, Complaint).with_only_columns(Complaint.id)))


def told(session: Session) -> set[tuple[int, str]]:
    session.flush()
    query = sa.select(MailOrder).where(MailOrder.template.like("complaint.%"))
    return {(row.recipient_id, row.template) for row in session.scalars(query)}


def test_it_is_never_shown_to_the_side_it_is_about(session: Session, work: Engagement) -> None:
    person, town = person_of(work), officer(session, Role.MUNICIPALITY)
    by_person = service.file_complaint(session, "町の態度", work, actor=person, now=NOW)
    by_town = service.file_complaint(session, "本人の態度", work, actor=town, now=NOW)
    assert codes(session, person) == {by_person.id}
    assert codes(session, town) == {by_town.id}
    both = {by_person.id, by_town.id}
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        assert codes(session, officer(session, role)) == both
    assert codes(session, officer(session, Role.ADMIN)) == set()
    assert codes(session, officer(session, prefecture_code=make.OSAKA)) == set()
    neighbour = officer(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    assert codes(session, neighbour) == set()
    assert codes(session, person_of(make.make_engagement(session))) == set()


def test_the_officers_are_told_and_then_whoever_complained(
    session: Session, work: Engagement
) -> None:
    first = officer(session)
    officer(session, Role.MUNICIPALITY)
    officer(session, prefecture_code=make.OSAKA)
    here = (User.role == Role.COORDINATOR) & (User.prefecture_code == make.HYOGO)
    everybody = session.scalars(sa.select(User.id).where(here)).all()
    assert len(everybody) > 1
    complaint = service.file_complaint(session, "遅い", work, actor=person_of(work), now=NOW)
    assert told(session) == {(ident, "complaint.file") for ident in everybody}
    session.execute(sa.delete(MailOrder))
    service.answer_complaint(session, complaint, "急がせます。", actor=first, now=NOW + DAY)
    assert told(session) == {(work.candidate.user_id, "complaint.answer")}
    assert complaint.owner_id == first.user_id


def test_from_the_filing_to_the_end(session: Session, work: Engagement) -> None:
    actor = officer(session)
    complaint = service.file_complaint(session, "  遅い\n", actor=person_of(work), now=NOW)
    assert (complaint.answer_due, complaint.text, complaint.subject) == (DUE, "遅い", None)
    for day, expected in ((DUE, Standing.WAITING), (DUE + DAY, Standing.OVERDUE)):
        assert register.standing_of(complaint, day) is expected
    with pytest.raises(Conflict):
        service.close_complaint(session, complaint, actor=actor, now=NOW)
    service.answer_complaint(session, complaint, "一度目", actor=actor, now=NOW + DAY)
    service.answer_complaint(session, complaint, "二度目", actor=actor, now=NOW + 2 * DAY)
    assert (complaint.answer, complaint.answered_at) == ("二度目", NOW + DAY)
    service.close_complaint(session, complaint, actor=actor, now=NOW + 3 * DAY)
    for again in (
        lambda: service.close_complaint(session, complaint, actor=actor, now=NOW),
        lambda: service.answer_complaint(session, complaint, "三度目", actor=actor, now=NOW),
        lambda: service.plan_answer(session, complaint, owner=None, due=DUE, actor=actor, now=NOW),
    ):
        with pytest.raises(Conflict):
            again()
    session.commit()
    deeds = session.scalars(
        sa.select(AuditEvent.action)
        .where(AuditEvent.object_type == "complaint")
        .order_by(AuditEvent.seq)
    ).all()
    assert deeds == [
        "complaint.file", "complaint.answer", "complaint.answer", "complaint.close",
    ]  # fmt: skip


@pytest.mark.parametrize("channel", [Channel.TELEPHONE, Channel.LETTER, Channel.VISIT])
def test_an_officer_files_for_somebody_who_calls(
    session: Session, work: Engagement, channel: Channel
) -> None:
    actor = officer(session)
    caller = Caller(channel, person=work.candidate.code)
    by_person = service.file_complaint(session, "電話で", work, caller=caller, actor=actor, now=NOW)
    assert (by_person.side, by_person.candidate_id) == (Side.PERSON, work.candidate_id)
    assert codes(session, person_of(work)) == {by_person.id}
    by_town = service.file_complaint(
        session, "町から", caller=Caller(channel, town=make.HIMEJI), actor=actor, now=NOW
    )
    assert (by_town.side, by_town.municipality_code) == (Side.TOWN, make.HIMEJI)


@pytest.mark.parametrize(
    ("caller", "field"),
    [
        (Caller(Channel.TELEPHONE), "person"),
        (Caller(Channel.TELEPHONE, person="C-999999"), "person"),
        (Caller(Channel.TELEPHONE, person="C-000001", town=make.HIMEJI), "person"),
        (Caller(Channel.LETTER, town="271403"), "town"),
        (Caller(Channel.LETTER, town="x"), "town"),
    ],
)
def test_a_caller_who_is_not_known_is_refused_at_the_field(
    session: Session, caller: Caller, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        service.file_complaint(session, "内容", caller=caller, actor=officer(session), now=NOW)
    assert set(refused.value.fields) == {field}
    assert session.scalars(sa.select(Complaint)).all() == []


def test_what_one_does_not_see_cannot_be_complained_about(
    session: Session, work: Engagement
) -> None:
    stranger = person_of(make.make_engagement(session))
    with pytest.raises(Refused) as refused:
        service.file_complaint(session, "内容", work, actor=stranger, now=NOW)
    assert set(refused.value.fields) == {"about"}
    for key in (
        f"engagement-{work.id}", "engagement-x", "user_account-1", "need-²", "need-" + "9" * 5000, "x",
    ):  # fmt: skip
        with pytest.raises(Refused):
            service.find_subject(session, stranger, key)
    assert service.find_subject(session, person_of(work), f"engagement-{work.id}") is work
    assert service.find_subject(session, stranger, "") is None


def test_an_officer_names_things_by_their_numbers(session: Session, work: Engagement) -> None:
    actor = officer(session)
    assert service.find_by_code(session, actor, f" {work.code.lower()} ") is work
    assert service.find_by_code(session, actor, work.need.code) is work.need
    assert service.find_by_code(session, actor, " ") is None
    for code in ("E-", "E-x", "E-999999", "N-x", "9", "E-" + "9" * 40, "E-１"):
        with pytest.raises(Refused):
            service.find_by_code(session, actor, code)


def test_each_side_is_offered_what_it_sees(session: Session, work: Engagement) -> None:
    draft = make.make_need(session, state=NeedState.DRAFT)
    assert service.list_subjects(session, person_of(work)) == [work]
    found = service.list_subjects(session, officer(session, Role.MUNICIPALITY))
    assert found == [work, draft, work.need]


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ADMIN])
def test_who_only_reads_files_and_answers_nothing(
    session: Session, work: Engagement, role: Role
) -> None:
    complaint = service.file_complaint(session, "内容", actor=person_of(work), now=NOW)
    actor = officer(session, role)
    with pytest.raises(Forbidden):
        service.file_complaint(session, "内容", actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.answer_complaint(session, complaint, "返事", actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.close_complaint(session, complaint, actor=actor, now=NOW)


@pytest.mark.parametrize("who", [Role.CANDIDATE, Role.MUNICIPALITY])
def test_whoever_complains_does_not_answer(session: Session, work: Engagement, who: Role) -> None:
    actor = person_of(work) if who is Role.CANDIDATE else officer(session, who)
    complaint = service.file_complaint(session, "内容", actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.answer_complaint(session, complaint, "返事", actor=actor, now=NOW)


@pytest.mark.parametrize("text", ["", " \n", "字" * 4001])
def test_empty_and_endless_words_are_refused(session: Session, work: Engagement, text: str) -> None:
    with pytest.raises(Refused):
        service.file_complaint(session, text, actor=person_of(work), now=NOW)
    complaint = service.file_complaint(session, "内容", actor=person_of(work), now=NOW)
    with pytest.raises(Refused):
        service.answer_complaint(session, complaint, text, actor=officer(session), now=NOW)
    assert complaint.answered_at is None


def test_owner_and_deadline(session: Session, work: Engagement) -> None:
    actor, colleague = officer(session), officer(session)
    complaint = service.file_complaint(session, "内容", actor=person_of(work), now=NOW)

    def plan(owner: int | None, due: date) -> None:
        service.plan_answer(session, complaint, owner=owner, due=due, actor=actor, now=NOW)

    plan(colleague.user_id, DUE + DAY)
    assert (complaint.owner_id, complaint.answer_due) == (colleague.user_id, DUE + DAY)
    for owner, due, field in (
        (officer(session, Role.AUDITOR).user_id, DUE, "owner"),
        (officer(session, prefecture_code=make.OSAKA).user_id, DUE, "owner"),
        (None, date(2026, 11, 30), "due"),
    ):
        with pytest.raises(Refused) as refused:
            plan(owner, due)
        assert set(refused.value.fields) == {field}
    service.answer_complaint(session, complaint, "返事", actor=actor, now=NOW)
    with pytest.raises(Refused):
        plan(None, DUE + 9 * DAY)


def test_the_register_counts_and_filters(session: Session, work: Engagement) -> None:
    actor, person = officer(session, Role.AUDITOR), person_of(work)
    staff = officer(session)
    waiting, late, soon = (
        service.file_complaint(session, "内容", actor=person, now=NOW) for _ in range(3)
    )
    service.answer_complaint(session, soon, "返事", actor=staff, now=NOW + 2 * DAY)
    service.answer_complaint(session, late, "返事", actor=staff, now=NOW + 20 * DAY)
    service.close_complaint(session, late, actor=staff, now=NOW + 20 * DAY)
    assert register.count_complaints(session, actor) == register.Counts(3, 2, 1, 11.0)
    assert register.count_complaints(
        session, officer(session, Role.AUDITOR, prefecture_code=make.OSAKA)
    ) == register.Counts(0, 0, 0, None)
    for state, expected in (
        (Standing.OVERDUE, [waiting]),
        (Standing.WAITING, []),
        (Standing.ANSWERED, [soon]),
        (Standing.CLOSED, [late]),
    ):
        found = register.list_complaints(
            session, actor, Asked({"state": str(state)}), today=DUE + DAY
        )
        assert found.page(1).rows == expected, state
        for row in expected:
            assert register.standing_of(row, DUE + DAY) is state


def test_what_was_said_is_not_readable_in_the_database(database: Database) -> None:
    with database.writing() as session:
        work = make.make_engagement(session)
        complaint = service.file_complaint(session, "内緒の話", actor=person_of(work), now=NOW)
        service.answer_complaint(session, complaint, "内緒の返事", actor=officer(session), now=NOW)
    with database.reading() as session:
        rows = session.execute(sa.text("SELECT text, answer FROM complaint")).one()
        assert all("内緒".encode() not in bytes(value) for value in rows)
        details = session.scalars(sa.select(AuditEvent.detail)).all()
    assert "内緒" not in str(details)
