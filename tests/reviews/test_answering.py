"""Who says what when, who reads it, and what becomes of a contest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role, get_visible
from talentpool.reviews.answering import (
    Answers,
    contest_review,
    decide_contest,
    give_review,
    reply_to_review,
)
from talentpool.reviews.models import LONGEST, Kind, Review, ReviewSide
from talentpool.reviews.soundness import violations
from talentpool.states import ReviewState
from tests import factories as make
from tests.reviews.made import make_reviews

SAID = Answers(4, 3, 5, 4, "手順がまとまった。")
NOW = make.NOW + timedelta(days=200)


@pytest.fixture
def pair(session: Session) -> dict[ReviewSide, Review]:
    return make_reviews(session, Kind.END, now=NOW)


def actors(session: Session, pair: dict[ReviewSide, Review]) -> dict[ReviewSide, Actor]:
    review = pair[ReviewSide.TOWN]
    person = session.get_one(User, review.candidate.user_id)
    town = make.make_user(session, Role.MUNICIPALITY, municipality_code=review.municipality_code)
    return {ReviewSide.PERSON: person.actor, ReviewSide.TOWN: town.actor}


def show(session: Session, pair: dict[ReviewSide, Review]) -> dict[ReviewSide, Actor]:
    who = actors(session, pair)
    for side, review in pair.items():
        give_review(session, review, SAID, actor=who[side], now=NOW)
    return who


def sees(session: Session, actor: Actor, review: Review) -> bool:
    try:
        return get_visible(session, actor, Review, review.id) is review
    except NotFound:
        return False


def test_each_side_reads_the_other_once_both_have_answered(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    who = actors(session, pair)
    person, town = pair[ReviewSide.PERSON], pair[ReviewSide.TOWN]
    give_review(session, town, SAID, actor=who[ReviewSide.TOWN], now=NOW)
    assert not sees(session, who[ReviewSide.PERSON], town)
    assert sees(session, who[ReviewSide.TOWN], town)
    assert not sees(session, who[ReviewSide.TOWN], person)
    give_review(session, person, SAID, actor=who[ReviewSide.PERSON], now=NOW)
    assert {row.state for row in pair.values()} == {ReviewState.SHOWN}
    assert all(sees(session, actor, row) for actor in who.values() for row in pair.values())
    orders = session.scalars(sa.select(MailOrder).where(MailOrder.template == "review.show")).all()
    assert sorted(order.recipient_id for order in orders) == sorted(
        actor.user_id or 0 for actor in who.values()
    )
    assert list(violations(session)) == []


def test_nobody_answers_twice_or_for_the_other_side(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    who = actors(session, pair)
    town = pair[ReviewSide.TOWN]
    with pytest.raises(Forbidden):  # the person does not even see it
        give_review(session, town, SAID, actor=who[ReviewSide.PERSON], now=NOW)
    officer = make.make_user(session, Role.COORDINATOR)
    with pytest.raises(Forbidden):
        give_review(session, town, SAID, actor=officer.actor, now=NOW)
    foreign = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    with pytest.raises(Forbidden):
        give_review(session, town, SAID, actor=foreign.actor, now=NOW)
    give_review(session, town, SAID, actor=who[ReviewSide.TOWN], now=NOW)
    with pytest.raises(Conflict):
        give_review(session, town, SAID, actor=who[ReviewSide.TOWN], now=NOW)


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        (Answers(), {"first", "second", "third", "overall"}),
        (replace(SAID, first=0), {"first"}),
        (replace(SAID, second=6), {"second"}),
        (replace(SAID, overall=None), {"overall"}),
        (replace(SAID, comment="あ" * (LONGEST + 1)), {"comment"}),
    ],
)
def test_what_is_missing_or_out_of_range_is_refused_at_its_field(
    session: Session, pair: dict[ReviewSide, Review], answers: Answers, fields: set[str]
) -> None:
    who, town = actors(session, pair), pair[ReviewSide.TOWN]
    with pytest.raises(Refused) as refused:
        give_review(session, town, answers, actor=who[ReviewSide.TOWN], now=NOW)
    assert set(refused.value.fields) == fields
    assert town.state is ReviewState.ASKED


def test_a_pulse_asks_for_no_overall_answer(session: Session) -> None:
    pair = make_reviews(session, Kind.PULSE_30, now=NOW)
    who, town = actors(session, pair), pair[ReviewSide.TOWN]
    with pytest.raises(Refused):
        give_review(session, town, SAID, actor=who[ReviewSide.TOWN], now=NOW)
    give_review(session, town, replace(SAID, overall=None), actor=who[ReviewSide.TOWN], now=NOW)
    assert town.overall is None


def test_the_person_replies_once_to_what_the_town_said(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    who = actors(session, pair)
    person, town = pair[ReviewSide.PERSON], pair[ReviewSide.TOWN]
    own = who[ReviewSide.PERSON]
    show(session, pair)
    with pytest.raises(Conflict):
        reply_to_review(session, person, "自分に", actor=own, now=NOW)
    with pytest.raises(Refused):
        reply_to_review(session, town, "  ", actor=own, now=NOW)
    with pytest.raises(Forbidden):
        reply_to_review(session, town, "市町から", actor=who[ReviewSide.TOWN], now=NOW)
    reply_to_review(session, town, "経緯は記録のとおりです。", actor=own, now=NOW)
    with pytest.raises(Conflict):
        reply_to_review(session, town, "もう一度", actor=own, now=NOW)
    assert town.reply == "経緯は記録のとおりです。"


@pytest.mark.parametrize("upheld", [True, False])
def test_a_contest_is_decided_with_a_reason_and_only_once(
    session: Session, pair: dict[ReviewSide, Review], upheld: bool
) -> None:
    who, town = show(session, pair), pair[ReviewSide.TOWN]
    own, officer = who[ReviewSide.PERSON], make.make_user(session, Role.COORDINATOR).actor
    with pytest.raises(Refused):
        contest_review(session, town, comment=" ", actor=own, now=NOW)
    contest_review(session, town, comment="締切は双方で延ばした。", actor=own, now=NOW)
    assert town.state is ReviewState.CONTESTED
    with pytest.raises(Refused):
        decide_contest(session, town, upheld=upheld, reason=None, actor=officer, now=NOW)
    with pytest.raises(Refused):  # "other" wants a comment
        decide_contest(session, town, upheld=upheld, reason="other", actor=officer, now=NOW)
    for actor in who.values():
        with pytest.raises(Forbidden):
            decide_contest(session, town, upheld=upheld, reason="agrees", actor=actor, now=NOW)
    decide_contest(session, town, upheld=upheld, reason="disagrees", actor=officer, now=NOW)
    assert town.state is (ReviewState.VOID if upheld else ReviewState.KEPT)
    for again in (
        lambda: contest_review(session, town, comment="また", actor=own, now=NOW),
        lambda: decide_contest(session, town, upheld=True, reason="agrees", actor=officer, now=NOW),
    ):
        with pytest.raises(Conflict):
            again()
    templates = {order.template for order in session.scalars(sa.select(MailOrder))}
    assert {"review.contest", "review.void" if upheld else "review.keep"} <= templates
    assert list(violations(session)) == []


def test_an_officer_replies_and_contests_for_somebody_without_an_account(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    show(session, pair)
    town, officer = pair[ReviewSide.TOWN], make.make_user(session, Role.COORDINATOR).actor
    for act in (
        lambda: reply_to_review(session, town, "電話で聞いた返信", actor=officer, now=NOW),
        lambda: contest_review(session, town, comment="電話で聞いた", actor=officer, now=NOW),
    ):
        with pytest.raises(Conflict, match="アカウント"):
            act()
        account, town.candidate.user_id = town.candidate.user_id, None
        session.flush()
        act()
        town.candidate.user_id = account
        session.flush()
    assert (town.reply, town.contest) == ("電話で聞いた返信", "電話で聞いた")
    assert list(violations(session)) == []


def test_a_person_contests_only_what_the_town_said_and_has_been_shown(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    who, person, town = actors(session, pair), pair[ReviewSide.PERSON], pair[ReviewSide.TOWN]
    give_review(session, town, SAID, actor=who[ReviewSide.TOWN], now=NOW)
    with pytest.raises(Forbidden):
        contest_review(session, town, comment="違う", actor=who[ReviewSide.PERSON], now=NOW)
    give_review(session, person, SAID, actor=who[ReviewSide.PERSON], now=NOW)
    with pytest.raises(Conflict):
        contest_review(session, person, comment="違う", actor=who[ReviewSide.PERSON], now=NOW)


def test_what_was_written_is_not_readable_in_the_file(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    who, town = show(session, pair), pair[ReviewSide.TOWN]
    own, officer = who[ReviewSide.PERSON], make.make_user(session, Role.COORDINATOR).actor
    reply_to_review(session, town, "返信の文", actor=own, now=NOW)
    contest_review(session, town, comment="異議の文", actor=own, now=NOW)
    decide_contest(
        session, town, upheld=True, reason="other", comment="判断の文", actor=officer, now=NOW
    )
    session.flush()
    columns = "comment, reply, contest, decision_comment"
    row = session.execute(sa.text(f"SELECT {columns} FROM review WHERE side = 'town'")).one()
    for value, text in zip(row, ("手順", "返信", "異議", "判断"), strict=True):
        assert text.encode() not in bytes(value)


@pytest.mark.parametrize(
    "change",
    [
        {"first": 0}, {"overall": None}, {"given_at": None}, {"state": "asked"},
        {"reply": "x"}, {"state": "contested"}, {"state": "void"}, {"decision_reason": "agrees"},
        {"kind": "pulse_30"},
    ],
)  # fmt: skip
def test_the_database_refuses_what_no_review_can_be(
    database: Database, change: dict[str, object]
) -> None:
    with database.writing() as session:
        pair = make_reviews(session, Kind.END, now=NOW)
        show(session, pair)
        ident = pair[ReviewSide.PERSON].id
    with pytest.raises(exc.IntegrityError), database.writing() as session:
        session.execute(sa.update(Review).where(Review.id == ident).values(change))


def test_check_finds_a_side_without_the_other(
    session: Session, pair: dict[ReviewSide, Review]
) -> None:
    show(session, pair)
    values = {"state": "asked", "given_at": None, "first": None, "second": None, "third": None}
    session.execute(
        sa.update(Review)
        .where(Review.side == "town")
        .values(**values, overall=None)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    assert [line for line in violations(session) if "is shown and the other is not" in line]
    session.delete(pair[ReviewSide.TOWN])
    session.flush()
    assert [line for line in violations(session) if "asked of one side" in line]
