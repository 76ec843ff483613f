"""The first policy weighs what the pool feeds to the engine, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from talentpool import matching as m
from talentpool.accounts.models import User
from talentpool.db import Session
from talentpool.permissions import Role
from talentpool.pool.assemble import Assembled, assemble
from talentpool.pool.policy import first_policy, fitted
from talentpool.pool.standing import has_ratings
from talentpool.reference.service import load_catalogue
from talentpool.reviews.answering import (
    Answers,
    close_pair,
    contest_review,
    decide_contest,
    give_review,
)
from talentpool.reviews.models import Kind, Review, ReviewSide
from talentpool.rounds.forms import RoundForm
from tests.factories import HYOGO, NOW, OSAKA, make_candidate, make_need, make_user
from tests.reviews.made import make_reviews


def rated(session: Session, overall: int, kind: Kind = Kind.END) -> dict[ReviewSide, Review]:
    """Shown to both; the person said nothing."""
    rows = make_reviews(session, kind)
    town = rows[ReviewSide.TOWN]
    officer = make_user(session, Role.MUNICIPALITY, municipality_code=town.municipality_code)
    said = Answers(overall, overall, overall, overall if kind is Kind.END else None)
    give_review(session, town, said, actor=officer.actor, now=NOW)
    return rows


def assembled(session: Session) -> Assembled:
    need = make_need(session, musts={"bpr": 2})
    return assemble(session, HYOGO, [need.id], load_catalogue(session))


@pytest.mark.parametrize("is_rated", [False, True])
def test_what_nothing_feeds_has_no_weight(session: Session, is_rated: bool) -> None:
    make_candidate(session, skills={"bpr": 3})
    if is_rated:
        close_pair(session, list(rated(session, 4).values()), now=NOW)
    people = assembled(session).candidates
    policy = first_policy(has_ratings=has_ratings(session, HYOGO))
    assert any(person.rating_count for person in people) == bool(policy.weights["record"])
    assert any(person.in_force for person in people) == bool(policy.in_force_bonus)
    assert not policy.carry_over
    assert sum(policy.weights.values()) == sum(m.Policy().weights.values())
    assert all(policy.weights[part] for part in m.PARTS if part != "record")


def test_only_what_the_person_has_read_and_is_not_contested_counts(session: Session) -> None:
    rows = rated(session, 2)
    person, town = rows[ReviewSide.PERSON], rows[ReviewSide.TOWN]
    own = session.get_one(User, town.candidate.user_id).actor
    officer = make_user(session, Role.COORDINATOR).actor

    def counted() -> bool:
        session.flush()
        return has_ratings(session, HYOGO)

    assert not counted()  # the person has not answered, and cannot read it
    close_pair(session, [person, town], now=NOW)
    assert counted()
    assert not has_ratings(session, OSAKA)
    contest_review(session, town, comment="違う", actor=own, now=NOW)
    assert not counted()
    decide_contest(session, town, upheld=False, reason="agrees", actor=officer, now=NOW)
    assert counted()


def test_what_is_upheld_as_wrong_never_counts(session: Session) -> None:
    rows = rated(session, 1)
    town = rows[ReviewSide.TOWN]
    close_pair(session, list(rows.values()), now=NOW)
    own = session.get_one(User, town.candidate.user_id).actor
    officer = make_user(session, Role.COORDINATOR).actor
    contest_review(session, town, comment="違う", actor=own, now=NOW)
    decide_contest(session, town, upheld=True, reason="disagrees", actor=officer, now=NOW)
    session.flush()
    assert not has_ratings(session, HYOGO)


def test_a_pulse_and_what_the_person_says_never_count(session: Session) -> None:
    close_pair(session, list(rated(session, 1, Kind.PULSE_30).values()), now=NOW)
    rows = make_reviews(session, Kind.END)
    person = rows[ReviewSide.PERSON]
    own = session.get_one(User, person.candidate.user_id).actor
    give_review(session, person, Answers(1, 1, 1, 1), actor=own, now=NOW)
    close_pair(session, list(rows.values()), now=NOW)
    session.flush()
    assert not has_ratings(session, HYOGO)


def test_the_engine_gets_the_ratings_and_the_mean_of_the_pool(session: Session) -> None:
    make_candidate(session, skills={"bpr": 3})
    for overall in (5, 4, 2):
        close_pair(session, list(rated(session, overall).values()), now=NOW)
    people = assembled(session).candidates
    found = sorted((one.rating_sum, one.rating_count) for one in people if one.rating_count)
    assert found == [(2, 1), (4, 1), (5, 1)]
    policy = first_policy(has_ratings=True)
    assert fitted(policy, people) == (replace(policy, record_mean=3_666), people)
    unrated = [one for one in people if not one.rating_count]
    assert len(unrated) == 1
    assert fitted(policy, unrated) == (policy, unrated)


def test_a_review_is_no_news_for_a_round_without_weight_for_it(session: Session) -> None:
    """A plan that was solved before the first review counts can still be adopted after it."""
    rows = rated(session, 5)
    need = make_need(session, musts={"bpr": 2})

    def inputs(policy: m.Policy) -> str:
        session.flush()
        pool = assemble(session, HYOGO, [need.id], load_catalogue(session))
        weighed, people = fitted(policy, pool.candidates)
        return m.input_hash(people, pool.needs, weighed)

    policies = first_policy(), first_policy(has_ratings=True)
    before = [inputs(policy) for policy in policies]
    close_pair(session, list(rows.values()), now=NOW)
    after = [inputs(policy) for policy in policies]
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_new_round_and_a_match_begin_with_it() -> None:
    fields = RoundForm.defaults()
    assert {part: fields[f"weight_{part}"] for part in m.PARTS} == dict(first_policy().weights)
    assert fields["in_force_bonus"] == 0
    assert first_policy(lottery_seed=7).lottery_seed == 7
