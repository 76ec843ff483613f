"""Both sides answer in the same moment: neither must find the other one missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.permissions import Actor, Role
from talentpool.reviews.answering import Answers, give_review, lock
from talentpool.reviews.models import Kind, Review, ReviewSide
from talentpool.reviews.soundness import violations
from talentpool.states import ReviewState
from tests import factories as make
from tests.reviews.made import make_reviews

PAIRS, PATIENCE = 8, 60  # seconds


def _give(session: Session, ident: int, actor: Actor) -> None:
    review = session.get_one(Review, ident)
    lock(session, review)
    give_review(session, review, Answers(4, 4, 4, 4), actor=actor, now=make.NOW)


def _answer(database: Database, start: Barrier, ident: int, actor: Actor) -> None:
    start.wait(PATIENCE)
    database.repeat(partial(_give, ident=ident, actor=actor))


def _ask(database: Database) -> list[tuple[int, Actor]]:
    """Both sides' reviews with who answers them."""
    with database.writing() as session:
        rows = make_reviews(session, Kind.END)
        town = rows[ReviewSide.TOWN]
        code = town.municipality_code
        officer = make.make_user(session, Role.MUNICIPALITY, municipality_code=code)
        own = session.get_one(User, town.candidate.user_id)
        return [(rows[ReviewSide.PERSON].id, own.actor), (town.id, officer.actor)]


def test_two_answers_at_once_show_both(database: Database) -> None:
    for _ in range(PAIRS):
        sides, start = _ask(database), Barrier(2)
        with ThreadPoolExecutor(2) as threads:
            given = [threads.submit(_answer, database, start, *side) for side in sides]
            assert [one.result(PATIENCE) for one in given] == [None, None]
    with database.reading() as session:
        states = session.scalars(sa.select(Review.state)).all()
        assert len(states) == 2 * PAIRS
        assert set(states) == {ReviewState.SHOWN}
        assert list(violations(session)) == []
