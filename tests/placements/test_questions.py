"""Questions about a need: who may ask until when, who reads what, and that nobody else is asked meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.accounts.postal import PostalTask, enclosed
from talentpool.audit import AuditEvent
from talentpool.dates import add_business_days, end_of_day, local_date
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.closing import close_need
from talentpool.placements.lapsing import fill_seats
from talentpool.placements.models import Placement
from talentpool.placements.questions import answering, asking, finding, timing
from talentpool.placements.questions.models import Question
from talentpool.states import PlacementState as States, QuestionState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from .cast import DAY, Cast, assert_sound, states

NOW = make.NOW


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def ask(cast: Cast, row: Placement, text: str = "曜日は選べますか。", **more: object) -> Question:
    given = {"actor": more.get("actor") or cast.person(row), "now": more.get("now", NOW)}
    return asking.ask_question(cast.session, row, text, **given)  # type: ignore[arg-type]


def offered(session: Session, need: object = None, **more: object) -> Placement:
    person = make.make_candidate(session, **more)  # type: ignore[arg-type]
    return make.make_placement(
        session,
        need or make.make_need(session),
        person,
        state=States.OFFERED,  # type: ignore[arg-type]
    )


def told(session: Session, kind: str) -> list[int]:
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == kind)
    return sorted(session.scalars(query))


def test_an_open_question_stops_offers_until_it_is_answered(cast: Cast, session: Session) -> None:
    need = make.make_need(session, seats=2)
    rows = cast.walk_all([cast.suggested(need) for _ in range(4)], "propose")
    cast.walk_all(rows, "approve")
    asked = [row for row in rows if row.state is States.OFFERED]
    assert len(asked) == 2
    question = ask(cast, asked[0])
    assert cast.town.user_id in told(session, "question.ask")
    assert cast.coordinator.user_id in told(session, "question.ask")
    cast.step(asked[1], "decline", reason="schedule")
    assert fill_seats(session, NOW) == []
    assert [row.state for row in rows].count(States.OFFERED) == 1
    answering.answer_question(session, question, " はい。\n", actor=cast.town, now=NOW + DAY)
    assert (question.answer, question.state) == ("はい。", QuestionState.ANSWERED)
    assert [row.state for row in rows].count(States.OFFERED) == 2
    assert told(session, "question.answer") == [asked[0].candidate.user_id]
    answering.answer_question(session, question, "いいえ。", actor=cast.town, now=NOW + DAY)
    assert question.answer == "いいえ。"
    assert len(told(session, "question.answer")) == 3  # the next one has been asked meanwhile
    assert_sound(session)


def test_a_question_comes_in_time_for_its_answer(cast: Cast, session: Session) -> None:
    row = offered(session)
    assert row.offer_until is not None
    closing = end_of_day(add_business_days(local_date(row.offer_until), -asking.ANSWER_DAYS))
    assert asking.closes_at(row) == closing
    late = closing + timedelta(seconds=1)
    assert asking.may_ask(row, closing)
    assert not asking.may_ask(row, late)
    last = ask(cast, row, now=closing)
    assert last.until <= end_of_day(local_date(row.offer_until))
    with pytest.raises(Conflict, match="まだ回答のない質問"):
        ask(cast, row, now=closing)
    with pytest.raises(Conflict, match="質問の締切"):
        ask(cast, row, now=late)
    for text in ("", " \n", "字" * 1001):
        with pytest.raises(Refused):
            ask(cast, row, text)
    cast.step(row, "accept")
    with pytest.raises(Conflict, match="返事を待っているあいだ"):
        ask(cast, row)


def test_who_asks_answers_and_reads(cast: Cast, session: Session) -> None:
    need = make.make_need(session, seats=3)
    row, other = offered(session, need), offered(session, need)
    stranger = offered(session)
    question = ask(cast, row)
    for actor in (cast.town, cast.approver, cast.person(other)):
        with pytest.raises(Forbidden):
            ask(cast, row, actor=actor)
    with pytest.raises(Forbidden, match="本人"):
        ask(cast, row, actor=cast.coordinator)
    unheard = offered(session, need, has_account=False)
    noted = ask(cast, unheard, actor=cast.coordinator)
    colleague = make.make_user(session, Role.COORDINATOR).actor
    assert finding.may_withdraw(noted, colleague)
    unheard.candidate.user_id = make.make_user(session, Role.CANDIDATE).id  # has an account by now
    assert not finding.may_withdraw(noted, cast.coordinator)
    assert finding.may_withdraw(noted, cast.person(unheard))
    unheard.candidate.user_id = None
    for actor in (cast.coordinator, cast.approver, cast.person(row)):
        with pytest.raises(Forbidden):
            answering.answer_question(session, question, "はい", actor=actor, now=NOW)
    seen = {
        name: {found.id for found in finding.list_of_need(session, actor, need.id)}
        for name, actor in {
            "own": cast.person(row), "other": cast.person(other), "town": cast.town,
            "stranger": cast.person(stranger),
        }.items()
    }  # fmt: skip
    both = {question.id, noted.id}
    assert seen == {"own": both, "other": both, "town": both, "stranger": set()}
    with pytest.raises(NotFound):
        finding.get_question(session, cast.person(stranger), question.id)
    with pytest.raises(Forbidden):
        answering.withdraw_question(session, question, actor=cast.person(other), now=NOW)
    answering.withdraw_question(session, question, actor=cast.person(row), now=NOW)
    with pytest.raises(Refused):
        answering.dismiss_question(session, noted, reason="", actor=cast.coordinator, now=NOW)
    answering.dismiss_question(
        session, noted, reason="not_about_it", actor=cast.coordinator, now=NOW
    )
    assert finding.list_of_need(session, cast.person(other), need.id) == []
    for ended in (question, noted):
        with pytest.raises(NotFound):
            finding.get_question(session, cast.person(other), ended.id)
    assert finding.get_question(session, cast.person(row), question.id) is question
    again = ask(cast, row)
    answering.answer_question(session, again, "はい", actor=cast.town, now=NOW)
    session.flush()
    letters = sa.select(PostalTask).where(
        PostalTask.candidate_id == unheard.candidate_id, PostalTask.template.like("question.%")
    )
    said = {task.template: dict(enclosed(session, task)) for task in session.scalars(letters)}
    about = {"募集": need.title, "質問": noted.text}
    assert said == {
        "question.dismiss": about,
        "question.answer": about | {"質問": again.text, "回答": "はい"},
    }
    assert [found.id for found in finding.list_of_need(session, cast.person(row), need.id)] == [
        again.id, question.id,
    ]  # fmt: skip
    with pytest.raises(Conflict):
        answering.answer_question(session, question, "はい", actor=cast.town, now=NOW)
    assert_sound(session)


def test_a_town_is_reminded_and_a_closed_need_answers_nobody(cast: Cast, session: Session) -> None:
    row = offered(session)
    question = ask(cast, row)
    assert timing.list_due(session, NOW) == []
    near = question.until - timedelta(hours=5)
    assert [one.question for one in timing.remind(session, near)] == [question]
    assert cast.town.user_id in told(session, "question.remind")
    assert timing.remind(session, near) == []
    close_need(session, row.need, reason="policy", actor=cast.coordinator, now=NOW + DAY)
    assert (question.state, question.end_reason) == (QuestionState.DISMISSED, "need_closed")
    assert states([row]) == [States.REVOKED]
    assert_sound(session)


def test_what_was_asked_is_not_readable_in_the_database(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        question = ask(cast, offered(session), "内緒の質問")
        answering.answer_question(session, question, "内緒の回答", actor=cast.town, now=NOW)
    with database.reading() as session:
        kept = session.execute(sa.text("SELECT text, answer FROM question")).one()
        assert all("内緒".encode() not in bytes(value) for value in kept)
        assert "内緒" not in str(session.scalars(sa.select(AuditEvent.detail)).all())


def test_from_the_question_to_the_text_of_the_need(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        row = offered(session, make.make_need(session, outcome_wanted="短くする。"))
        placement_id, need_id = row.id, row.need_id
        user = session.get_one(User, row.candidate.user_id)
        name = row.candidate.name
    person, town, staff = (
        Browser(app),
        signed_in(app, Role.MUNICIPALITY),
        signed_in(app, Role.COORDINATOR),
    )
    person.enter(user)
    assert f"/offers/{placement_id}/ask" in person.get(f"/offers/{placement_id}").text
    assert person.post(f"/offers/{placement_id}/ask", text=" ").status_code == 422
    assert person.post(f"/offers/{placement_id}/ask", text="車で行けますか。").status_code == 302
    page = town.get(f"/needs/{need_id}").text
    assert "車で行けますか。" in page
    assert "回答していない質問が1件あります" in page
    assert name not in page
    assert "回答していない質問" in town.get("/home").text
    with database.reading() as session:
        question = session.scalars(sa.select(Question)).one()
    path = f"/questions/{question.id}"
    assert path in town.get("/questions").text
    assert name not in staff.get(path).text
    assert town.post(f"{path}/answer", version=question.version, answer=" ").status_code == 422
    done = town.post(f"{path}/answer", version=question.version, answer="駐車場があります。")
    assert done.status_code == 302
    late = staff.post(f"{path}/dismiss", version=question.version, reason="other", comment="遅い")
    assert late.status_code == 409
    assert "駐車場があります。" in person.get(f"/offers/{placement_id}").text
    taken = town.get(
        town.get(path).text.partition('href="/needs/')[2]
        and f"/needs/{need_id}/revise?question={question.id}"
    )
    assert "駐車場があります。" in taken.text
    assert staff.get(f"/placements/{placement_id}/ask").status_code == 404  # asks in person
    assert person.post(f"/offers/{placement_id}/ask", text="雪の日は。").status_code == 302
    pages = [f"/offers/{placement_id}", f"/offers/{placement_id}/ask"]
    assert all("締切までに回答が届けば" in person.get(path).text for path in pages)
    with database.writing() as session:  # the deadline of questions is over
        session.execute(sa.update(Question).values(asked_by=None))
        session.get_one(Placement, placement_id).offer_until = clock.now() + timedelta(hours=1)
    for path in pages:
        assert "を過ぎました" in (shown := person.get(path).text)
        assert "届けば" not in shown
    assert "あなたの質問" in person.get(pages[0]).text
    with database.writing() as session:
        unheard = offered(session, session.get_one(Need, need_id), has_account=False).id
    assert staff.get(f"/placements/{unheard}/ask").status_code == 200
