"""Credentials: said, checked, refused, asked of an office, expired; and what follows for rounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.accounts.postal import PostalTask
from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, CandidateExam, CandidateSkill
from talentpool.credentials import lapsing, reminding, service
from talentpool.credentials.content import Content
from talentpool.credentials.models import Credential, Kind, Verifier
from talentpool.credentials.soundness import violations
from talentpool.credentials.standing import find_training
from talentpool.dates import JST, local_date, month_number
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role, visible
from talentpool.pool.reading import read_profiles
from talentpool.reference.service import load_catalogue
from talentpool.states import CredentialState, MembershipState
from tests import factories as make

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=JST)
TODAY = date(2026, 12, 1)
COURSES = ("privacy", "security", "local_government")


def person_of(candidate: Candidate) -> Actor:
    return Actor(candidate.user_id, Role.CANDIDATE, make.HYOGO)


@pytest.fixture
def officer(session: Session) -> Actor:
    return make.make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def person(session: Session) -> Candidate:
    candidate = make.make_candidate(session, skills={"bpr": 3}, training_until=None)
    candidate.exams = [CandidateExam(name_then="ITパスポート", year=2020)]
    session.flush()
    return candidate


def training(code: str, done: date = TODAY, **more: object) -> Content:
    return Content(Kind.TRAINING, code, title="県の研修", done_on=done, **more)  # type: ignore[arg-type]


def skill(**more: object) -> Content:
    said = {
        "title": "報告書", "verifier_kind": Verifier.EMPLOYER, "verifier": "姫路市人事課", "contact": "079",
    }  # fmt: skip
    return Content(Kind.SKILL, "bpr", **(said | more))  # type: ignore[arg-type]


def say(session: Session, person: Candidate, content: Content) -> Credential:
    return service.say_credential(session, person, content, actor=person_of(person), now=NOW)


def claim(session: Session, person: Candidate) -> CandidateSkill:
    return session.get_one(CandidateSkill, (person.id, "bpr"), populate_existing=True)


def test_the_training_counts_once_every_course_is_checked(
    session: Session, person: Candidate, officer: Actor
) -> None:
    for code in COURSES:
        row = say(session, person, training(code))
        assert (row.state, person.training_until) == (CredentialState.SAID, None)
        found = find_training(session, person, load_catalogue(session), TODAY)
        assert found.is_to_do is (code != COURSES[-1])
        service.check_credential(session, row, until=None, actor=officer, now=NOW)
    assert person.training_until == date(2027, 12, 1)  # twelve months, the shortest
    assert list(violations(session)) == []
    later = say(session, person, training("privacy", done=TODAY - timedelta(days=1)))
    service.check_credential(session, later, until=date(2029, 1, 1), actor=officer, now=NOW)
    assert person.training_until == date(2027, 12, 1)  # the security training ends first
    again = say(session, person, training("security", valid_until=date(2028, 6, 30)))
    service.check_credential(session, again, until=None, actor=officer, now=NOW)
    assert person.training_until == date(2028, 6, 30)
    service.refuse_credential(
        session, again, reason="other", comment="別人の修了証", actor=officer, now=NOW
    )
    assert person.training_until == date(2027, 12, 1)
    told = session.scalars(
        sa.select(MailOrder.template).where(MailOrder.recipient_id == person.user_id)
    )
    assert {"credential.check", "credential.refuse"} <= set(told)


def test_a_day_from_a_file_stays_until_a_credential_says_more(
    session: Session, person: Candidate, officer: Actor
) -> None:
    person.training_until = date(2028, 3, 31)
    rows = [say(session, person, training(code)) for code in COURSES]
    for row in rows:
        service.check_credential(session, row, until=None, actor=officer, now=NOW)
    assert person.training_until == date(2028, 3, 31)
    service.withdraw_credential(session, rows[0], actor=person_of(person), now=NOW)
    assert person.training_until == date(2028, 3, 31)
    assert not find_training(session, person, load_catalogue(session), TODAY).is_to_do


def test_an_office_confirms_a_skill_once_and_it_expires(
    session: Session, person: Candidate, officer: Actor
) -> None:
    row = say(session, person, skill())
    assert (row.level, row.valid_until) == (3, date(2030, 3, 31))
    first = service.issue_link(session, row, actor=officer, now=NOW)
    secret = service.issue_link(session, row, actor=officer, now=NOW)
    assert secret not in {row.token_hash, first}
    with pytest.raises(NotFound):
        service.get_asked(session, first, now=NOW)
    with pytest.raises(NotFound):
        service.get_asked(session, secret, now=NOW + service.LIFETIME)
    with pytest.raises(Refused):
        service.answer_link(session, secret, is_right=False, who="課長", comment=" ", now=NOW)
    service.answer_link(session, secret, is_right=True, who="人事課長 山田", now=NOW)
    assert (row.state, claim(session, person).evidence) == (CredentialState.CONFIRMED, "confirmed")
    with pytest.raises(NotFound):
        service.answer_link(session, secret, is_right=False, who="課長", comment="違う", now=NOW)
    with pytest.raises(Conflict):
        service.issue_link(session, row, actor=officer, now=NOW)
    assert list(violations(session)) == []
    over = datetime(2030, 4, 1, 9, 0, tzinfo=JST)
    assert lapsing.lapse(session, over - timedelta(days=1)) == 0
    assert lapsing.lapse(session, over) == 1
    assert (row.state, claim(session, person).evidence) == (CredentialState.EXPIRED, "self")


def test_the_better_of_two_counts_and_the_other_follows(
    session: Session, person: Candidate, officer: Actor
) -> None:
    paper, told = say(session, person, skill()), say(session, person, skill(title="感謝状"))
    service.check_credential(session, paper, until=None, actor=officer, now=NOW)
    assert claim(session, person).evidence == "documented"
    secret = service.issue_link(session, told, actor=officer, now=NOW)
    service.answer_link(session, secret, is_right=True, who="課長", now=NOW)
    assert claim(session, person).evidence == "confirmed"
    service.withdraw_credential(session, told, actor=person_of(person), now=NOW)
    assert claim(session, person).evidence == "documented"
    row = claim(session, person)
    row.level, row.evidence = 4, "self"  # as the step of skills leaves it
    again = say(session, person, skill(title="四級の資料"))
    assert again.level == 4
    service.refuse_credential(session, paper, reason="old", comment="", actor=officer, now=NOW)
    service.check_credential(session, paper, until=None, actor=officer, now=NOW)
    assert claim(session, person).evidence == "self"  # of level 3
    service.check_credential(session, again, until=None, actor=officer, now=NOW)
    assert claim(session, person).evidence == "documented"


def test_a_dispute_is_read_by_the_person_and_counts_nothing(
    session: Session, person: Candidate, officer: Actor
) -> None:
    row = say(session, person, skill())
    service.check_credential(session, row, until=None, actor=officer, now=NOW)
    secret = service.issue_link(session, row, actor=officer, now=NOW)
    service.answer_link(session, secret, is_right=False, who="課長", comment="在籍なし", now=NOW)
    assert (row.state, row.answer) == (CredentialState.REFUSED, "在籍なし")
    assert claim(session, person).evidence == "self"
    session.commit()
    deeds = session.scalars(
        sa.select(AuditEvent.action)
        .where(AuditEvent.object_type == "credential")
        .order_by(AuditEvent.seq)
    )
    assert list(deeds) == [f"credential.{verb}" for verb in ("say", "check", "ask", "dispute")]
    events = session.scalars(sa.select(AuditEvent).where(AuditEvent.object_type == "credential"))
    assert all("在籍" not in str(event.detail) for event in events)
    service.check_credential(session, row, until=None, actor=officer, now=NOW)
    assert (row.state, row.answer) == (CredentialState.DOCUMENTED, "在籍なし")  # it stays


def test_what_lapsed_unchecked_never_counts(
    session: Session, person: Candidate, officer: Actor
) -> None:
    for code in COURSES:
        row = say(session, person, training(code))
        if code != "privacy":
            service.check_credential(session, row, until=None, actor=officer, now=NOW)
    assert lapsing.lapse(session, datetime(2030, 1, 1, 9, 0, tzinfo=JST)) == len(COURSES)
    assert person.training_until is None  # privacy was said, and nobody looked at it


@pytest.mark.parametrize("end", ["leave", "consent"])
def test_an_office_is_shown_nobody_who_has_left(
    session: Session, person: Candidate, officer: Actor, end: str
) -> None:
    row = say(session, person, skill())
    secret = service.issue_link(session, row, actor=officer, now=NOW)
    assert service.get_asked(session, secret, now=NOW) is row
    if end == "leave":
        person.memberships[0].state = MembershipState.LEFT
    else:
        person.consents[0].withdrawn_at = NOW
    session.flush()
    with pytest.raises(NotFound):
        service.get_asked(session, secret, now=NOW)
    with pytest.raises(Conflict):
        service.issue_link(session, row, actor=officer, now=NOW)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(Kind.SKILL, "cloud", title="x"), "about"),
        (Content(Kind.TRAINING, "nothing", title="x"), "about"),
        (Content(Kind.EXAM, "別の試験", title="x"), "about"),
        (Content(Kind.TRAINING, "privacy", title="x"), "done_on"),
        (training("privacy", done=TODAY + timedelta(days=1)), "done_on"),
        (training("privacy", done=date(2025, 11, 30)), "valid_until"),  # over
        (training("privacy", valid_until=date(2026, 11, 30)), "valid_until"),
        (training("privacy", valid_until=date(2047, 1, 1)), "valid_until"),
        (training("privacy", link="javascript:alert(1)"), "link"),
        (training("privacy", link="https://x y.jp"), "link"),
        (Content(Kind.EXAM, "ITパスポート"), "title"),
        (skill(verifier_kind=None), "verifier_kind"),
        (skill(verifier=""), "verifier"),
        (skill(contact=""), "contact"),
    ],
)
def test_what_cannot_be_is_asked_back_at_its_field(
    session: Session, person: Candidate, content: Content, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        say(session, person, content)
    assert field in refused.value.fields


def test_an_exam_is_for_ever_and_the_same_waits_once(session: Session, person: Candidate) -> None:
    content = Content(Kind.EXAM, "ITパスポート", title="合格証書", done_on=date(2020, 5, 1))
    assert say(session, person, content).valid_until is None
    with pytest.raises(Refused):
        say(session, person, content)
    assert len(session.scalars(sa.select(Credential)).all()) == 1


def test_who_may_do_what(session: Session, person: Candidate, officer: Actor) -> None:
    row = say(session, person, skill())
    stranger = person_of(make.make_candidate(session))
    far = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    town, approver = (
        make.make_user(session, role).actor for role in (Role.MUNICIPALITY, Role.APPROVER)
    )
    for actor in (stranger, far, town, approver, person_of(person)):
        with pytest.raises(Forbidden):
            service.check_credential(session, row, until=None, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            service.issue_link(session, row, actor=actor, now=NOW)
    for actor in (stranger, far, town):
        assert session.scalars(visible(actor, Credential)).all() == []
        with pytest.raises(Forbidden):
            service.withdraw_credential(session, row, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.say_credential(session, person, skill(title="別"), actor=stranger, now=NOW)
    on_paper = service.say_credential(session, person, training("privacy"), actor=officer, now=NOW)
    assert on_paper.said_by == officer.user_id
    with pytest.raises(Conflict):
        service.issue_link(session, on_paper, actor=officer, now=NOW)  # nobody was named


def test_reminders_go_out_once_and_who_has_no_account_gets_a_letter(
    session: Session, person: Candidate, officer: Actor
) -> None:
    person.training_until = local_date(make.NOW) + timedelta(days=61)
    session.flush()
    day = timedelta(days=1)
    morning = make.NOW.astimezone(JST).replace(hour=9, minute=0)
    sent = [len(reminding.remind(session, morning + n * day)) for n in range(80)]
    assert [n for n, some in enumerate(sent) if some] == [1, 31, 54, 62]
    quiet = make.make_candidate(session, has_account=False, training_until=None)
    row = service.say_credential(session, quiet, training("privacy"), actor=officer, now=NOW)
    service.check_credential(session, row, until=None, actor=officer, now=NOW)
    (letter,) = session.scalars(sa.select(PostalTask).where(PostalTask.candidate_id == quiet.id))
    assert letter.template == "credential.check"


def test_the_engine_reads_the_state_and_the_day(
    session: Session, person: Candidate, officer: Actor
) -> None:
    for code in COURSES:
        row = say(session, person, training(code))
        service.check_credential(session, row, until=None, actor=officer, now=NOW)
    row = say(session, person, skill())
    service.check_credential(session, row, until=None, actor=officer, now=NOW)
    session.flush()
    profile = read_profiles(session, make.HYOGO)[person.id]
    assert [claim.evidence for claim in profile.skills] == ["documented"]
    assert profile.training_until == month_number(2027, 11)  # the last whole month
