"""The self-check of a DX推進リーダー: evidence that the person gives, changes and dates; never a number."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.permissions import Actor, Role
from talentpool.pool.reading import read_profiles
from talentpool.selfchecks.models import SelfAnswer
from talentpool.selfchecks.questions import ANSWERS, GROUPS, QUESTIONS, Answer, following
from talentpool.selfchecks.service import Said, get_group, read_check, save_group, year_before
from talentpool.selfchecks.soundness import violations
from talentpool.states import MembershipState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.pages import version_in

PRACTICE = GROUPS[0]
FIRST, SECOND, THIRD = PRACTICE.questions
LINE = "転入の手順を図にした"
SAID = {
    FIRST: Said(Answer.YES, LINE), SECOND: Said(Answer.PARTLY, "係の中で"), THIRD: Said(Answer.NO),
}  # fmt: skip


def person_of(session: Session) -> tuple[Candidate, Actor]:
    person = make.make_candidate(session)
    return person, Actor(person.user_id, Role.CANDIDATE, make.HYOGO)


def said_of(session: Session, person: Candidate, actor: Actor) -> dict[str, Said]:
    return read_check(session, person, actor=actor, today=make.NOW.date()).of(PRACTICE)


def save(
    session: Session, said: dict[str, Said], *, now: datetime = make.NOW
) -> tuple[Candidate, Actor]:
    person, actor = person_of(session)
    save_group(session, person, PRACTICE, said, actor=actor, now=now)
    return person, actor


def test_there_are_twelve_questions_in_groups_that_fit_a_screen() -> None:
    assert len(QUESTIONS) == 12
    assert [len(group.questions) for group in GROUPS] == [3] * 4
    assert [following(group) for group in GROUPS] == [*GROUPS[1:], None]
    with pytest.raises(NotFound):
        get_group("score")


def test_answers_are_saved_changed_and_taken_back_in_one_event_each(session: Session) -> None:
    person, actor = save(session, SAID)
    assert said_of(session, person, actor) == SAID
    assert list(violations(session)) == []
    later = make.NOW + timedelta(days=3)
    again = SAID | {SECOND: Said(), THIRD: Said(Answer.YES, "  期限を決めた ")}
    for changed in ([SECOND, THIRD], []):  # the second time nothing is different
        assert save_group(session, person, PRACTICE, again, actor=actor, now=later) == changed
    check = read_check(session, person, actor=actor, today=later.date())
    assert [line.at for line in check.lines[:3]] == [make.NOW, None, later]
    assert check.lines[2].said.line == "期限を決めた"
    seal(session)
    query = sa.select(AuditEvent).where(AuditEvent.action == "self_check.save")
    events = session.scalars(query.order_by(AuditEvent.seq)).all()
    assert [event.detail for event in events] == [
        {"questions": [FIRST, SECOND, THIRD]}, {"questions": [SECOND, THIRD]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said(Answer.YES), f"line_{FIRST}"), (Said(Answer.YES, "　 "), f"line_{FIRST}"),
        (Said(Answer.NO, LINE), f"line_{FIRST}"), (Said(None, LINE), FIRST),
        (Said(Answer.PARTLY, "長" * 201), f"line_{FIRST}"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_asked_back_at_its_field(
    session: Session, said: Said, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(session, {FIRST: said})
    assert list(refused.value.fields) == [field]
    assert session.scalars(sa.select(SelfAnswer)).all() == []


def test_an_answer_is_old_after_a_year_until_it_is_saved_again(session: Session) -> None:
    assert [year_before(day) for day in (date(2028, 2, 29), date(2027, 12, 1))] == [
        date(2027, 2, 28), date(2026, 12, 1),
    ]  # fmt: skip
    person, actor = save(session, SAID)
    for days, is_old in ((364, False), (365, True)):
        day = make.NOW + timedelta(days=days)
        check = read_check(session, person, actor=actor, today=day.date())
        assert [line.is_old for line in check.lines] == [is_old] * 3 + [False] * 9
        assert check.is_old == is_old
    changed = save_group(session, person, PRACTICE, SAID, actor=actor, now=day)
    assert changed == [FIRST, SECOND, THIRD]
    assert not read_check(session, person, actor=actor, today=day.date()).is_old


def test_only_the_person_answers_and_only_staff_of_the_prefecture_read(session: Session) -> None:
    person, actor = save(session, SAID)
    stranger = person_of(session)[1]
    town = make.make_user(session, Role.MUNICIPALITY).actor
    readers = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    for role in readers:
        reader = make.make_user(session, role).actor
        assert said_of(session, person, reader) == SAID
        with pytest.raises(Forbidden):
            save_group(session, person, PRACTICE, {}, actor=reader, now=make.NOW)
        elsewhere = make.make_user(session, role, prefecture_code=make.OSAKA).actor
        assert said_of(session, person, elsewhere) == dict.fromkeys(SAID, Said())
    assert said_of(session, person, stranger) == dict.fromkeys(SAID, Said())
    administrator = make.make_user(session, Role.ADMIN).actor
    for other in (town, administrator):
        with pytest.raises(Forbidden):
            said_of(session, person, other)
    for other in (stranger, town, administrator):
        with pytest.raises((Forbidden, NotFound)):
            save_group(session, person, PRACTICE, {}, actor=other, now=make.NOW)
    person.memberships[0].state = MembershipState.LEFT
    with pytest.raises(Conflict):
        save_group(session, person, PRACTICE, {}, actor=actor, now=make.NOW)


def test_officers_write_down_what_somebody_without_an_account_says(session: Session) -> None:
    person = make.make_candidate(session, has_account=False)
    officer = make.make_user(session, Role.COORDINATOR).actor
    save_group(session, person, PRACTICE, SAID, actor=officer, now=make.NOW)
    assert said_of(session, person, officer) == SAID
    for role in (Role.APPROVER, Role.AUDITOR):
        with pytest.raises(Forbidden):
            reader = make.make_user(session, role).actor
            save_group(session, person, PRACTICE, {}, actor=reader, now=make.NOW)


def test_the_engine_hears_nothing_of_it(session: Session) -> None:
    person, actor = person_of(session)
    before = read_profiles(session, make.HYOGO, {person.id})
    save_group(session, person, PRACTICE, SAID, actor=actor, now=make.NOW)
    assert read_profiles(session, make.HYOGO, {person.id}) == before


def test_what_cannot_be_is_heard_and_the_words_are_encrypted(session: Session) -> None:
    person, _actor = save(session, SAID)
    raw = session.scalar(sa.text("SELECT line FROM self_answer WHERE answer = 'yes'"))
    assert raw is not None and LINE.encode() not in bytes(raw)
    for question, answer, line in (("score", "partly", ""), (THIRD, "no", "x")):
        row = session.get(SelfAnswer, (person.id, question))
        row = row or SelfAnswer(candidate_id=person.id, question=question)
        row.answer, row.line, row.answered_at = Answer(answer), line, make.NOW
        session.add(row)
    session.flush()
    assert len(list(violations(session))) == 2
    session.execute(sa.delete(SelfAnswer))
    assert list(violations(session)) == []


def test_the_pages_lead_through_the_questions_and_officers_read_the_answers(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
        ident, user = person.id, session.get_one(User, person.user_id)
        told = make.make_candidate(session, has_account=False).id
    browser = Browser(app)
    browser.enter(user)
    assert 'href="/profile/self_check"' in browser.get("/profile").text
    assert 'href="/profile/self_check"' in browser.get("/profile/skills").text
    path = f"/profile/self_check/{PRACTICE.code}"
    assert f'href="{path}"' in browser.get("/profile/self_check").text
    version = version_in(browser.get(path).text, path)
    typed = {FIRST: "yes", f"line_{FIRST}": "", SECOND: "partly", THIRD: "", "version": version}
    refused = browser.post(path, **typed)
    assert refused.status_code == 422
    assert "何をしたかを1行で書いてください" in refused.text
    answer = browser.post(path, **typed | {f"line_{FIRST}": LINE})
    assert (answer.status_code, answer.location) == (302, f"/profile/self_check/{GROUPS[1].code}")
    late = browser.post(path, **typed | {f"line_{FIRST}": "ほかの窓"})
    assert late.status_code == 409
    assert "ほかの窓" in late.text and LINE in late.text
    assert LINE in browser.get("/profile/self_check").text
    assert browser.get("/profile/self_check/score").status_code == 404
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        page = signed_in(app, role).get(f"/candidates/{ident}").text
        section = page.split('id="self-check"')[1].split('id="proposals"')[0]
        assert LINE in section and "自己申告" in section
        assert ANSWERS[Answer.PARTLY][0] in section
    officer = signed_in(app, Role.COORDINATOR)
    assert officer.get(f"/candidates/{ident}/self_check").status_code == 404  # the person's own
    page = f"/candidates/{told}/self_check"
    assert f'href="{page}"' in officer.get(f"/candidates/{told}").text
    last = f"{page}/{GROUPS[3].code}"
    assert f'href="{last}"' in officer.get(page).text
    answer = officer.post(last, version=version_in(officer.get(last).text, last))
    assert (answer.status_code, answer.location) == (302, page)
    with database.reading() as session:
        assert session.scalars(sa.select(SelfAnswer.question)).all() == [FIRST, SECOND]
