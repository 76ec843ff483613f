"""What is asked and answered reaches people without an account by letter, and an officer notes their answer."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.accounts.postal import PostalTask, enclosed
from talentpool.complaints import service
from talentpool.complaints.models import Channel
from talentpool.complaints.service import Caller
from talentpool.db import Session
from talentpool.engagements import outlook
from talentpool.errors import Forbidden
from talentpool.permissions import SYSTEM, Role
from talentpool.reviews import asking
from talentpool.reviews.answering import Answers, give_review
from talentpool.reviews.models import Kind, ReviewSide
from talentpool.states import ReviewState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.engagements.test_outlook import ASKED, DAY

from .test_complaints import NOW


def letters(session: Session, template: str) -> list[PostalTask]:
    session.flush()
    query = sa.select(PostalTask).where(PostalTask.template == template)
    return list(session.scalars(query.order_by(PostalTask.id)))


def test_what_comes_next_is_asked_once_by_letter_and_noted(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    work = make.make_engagement(session, candidate=make.make_candidate(session, has_account=False))
    other = make.make_engagement(session)
    for days in range(3):
        outlook.remind(session, ASKED + days * DAY)
    (letter,) = letters(session, outlook.TEMPLATE)
    assert letter.candidate_id == work.candidate_id
    assert (work.code in dict(enclosed(session, letter)).values()) is True
    row = outlook.give_outlook(session, work, outlook.Answer.EXTEND, actor=officer, now=ASKED)
    assert (row.side, row.answered_by) == (outlook.Side.PERSON, officer.user_id)
    with pytest.raises(Forbidden):
        outlook.give_outlook(session, other, outlook.Answer.END, actor=officer, now=ASKED)


def test_a_review_is_asked_by_letter_and_noted_for_the_person_alone(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    work = make.make_engagement(session, candidate=make.make_candidate(session, has_account=False))
    person, town = asking.ask(session, asking.Question(work, Kind.END), actor=SYSTEM, now=NOW)
    assert person.side is ReviewSide.PERSON
    (letter,) = letters(session, asking.ASK)
    asked = enclosed(session, letter)
    assert len([text for _, text in asked if text == "5・4・3・2・1"]) == 4
    asking.work(session, NOW + asking.HALF)
    asking.work(session, NOW + asking.HALF + DAY)
    assert len(letters(session, asking.REMIND)) == 1
    said = Answers(5, 4, 5, 4)
    with pytest.raises(Forbidden):
        give_review(session, town, said, actor=officer, now=NOW)
    give_review(session, person, said, actor=officer, now=NOW)
    assert (person.state, person.given_by) == (ReviewState.GIVEN, officer.user_id)
    make_town = make.make_user(session, Role.MUNICIPALITY).actor
    give_review(session, town, said, actor=make_town, now=NOW)
    assert len(letters(session, "review.show")) == 1


def test_the_answer_to_a_complaint_is_the_letter(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR).actor
        person = make.make_candidate(session, has_account=False)
        caller = Caller(Channel.TELEPHONE, person=person.code)
        complaint = service.file_complaint(
            session, "連絡が来ない", None, caller=caller, actor=officer, now=NOW
        )
        service.answer_complaint(session, complaint, "手順を改めます", actor=officer, now=NOW)
        (letter,) = letters(session, "complaint.answer")
        ident = letter.id
    page = signed_in(app, Role.COORDINATOR).get(f"/letters/{ident}").text
    assert "連絡が来ない" in page
    assert "手順を改めます" in page
