"""The first policy weighs what the pool feeds to the engine, and nothing else."""

from __future__ import annotations

from talentpool import matching as m
from talentpool.db import Session
from talentpool.pool.assemble import assemble
from talentpool.pool.policy import first_policy
from talentpool.reference.service import load_catalogue
from talentpool.rounds.forms import RoundForm
from tests.factories import HYOGO, make_candidate, make_need


def test_what_nothing_feeds_has_no_weight(session: Session) -> None:
    make_candidate(session, skills={"bpr": 3})
    need = make_need(session, musts={"bpr": 2})
    people = assemble(session, HYOGO, [need.id], load_catalogue(session)).candidates
    policy = first_policy()
    assert any(person.rating_count for person in people) == bool(policy.weights["record"])
    assert any(person.in_force for person in people) == bool(policy.in_force_bonus)
    assert not policy.carry_over
    assert sum(policy.weights.values()) == sum(m.Policy().weights.values())
    assert all(policy.weights[part] for part in m.PARTS if part != "record")


def test_a_new_round_and_a_match_begin_with_it() -> None:
    fields = RoundForm.defaults()
    assert {part: fields[f"weight_{part}"] for part in m.PARTS} == dict(first_policy().weights)
    assert fields["in_force_bonus"] == 0
    assert first_policy(lottery_seed=7).lottery_seed == 7
