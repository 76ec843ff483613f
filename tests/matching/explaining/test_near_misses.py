"""Who is nearest to an empty seat, who is busy and whom the smallest change brings: by plain rules and fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from talentpool import matching as m

from .. import reference
from ..people import BOTH, START, make_market
from .test_empty_seats import (
    beside,
    every_change,
    lone_need,
    lone_person,
    plan_of,
    really_fills,
    solved,
)


def _fit(person: m.Candidate, need: m.Need) -> int:
    return sum(reference.fit_parts(person, need, m.Policy()).values())


@pytest.mark.parametrize("seed", range(12))
def test_the_change_brings_the_fittest_of_those_the_cheapest_changes_bring(seed: int) -> None:
    people, needs = make_market(seed, 12, 9)
    problem, plan, empties = solved(people, needs)
    left = beside(people, needs, problem, plan)
    for entry in empties:
        need = next(n for n in needs if n.id == entry.need)
        others = [n for n in needs if n.id != need.id]
        placed = {problem.candidate_ids[i] for j, i in plan.pairs if needs[j].id == need.id}
        staying = [
            p
            for p in beside(people, others, problem, plan_of(problem, plan, {need.id}))
            if p.id in placed
        ]
        found = [
            (cost, -_fit(person, altered), person.id)
            for (cost, free, altered), (_, changed, _) in zip(
                every_change(need, left), every_change(need, people), strict=True
            )
            if not any(reference.broken_rules(person, altered) for person in staying)
            for person in free
            if not reference.broken_rules(person, altered)
            and really_fills(people, needs, changed, altered, person.id)
        ]
        told = entry.change and (
            entry.change["cost"], -entry.change["fit"], entry.change["candidate"]
        )  # fmt: skip
        assert told == min(found, default=None)


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_break_one_rule_and_stand_in_the_order_of_their_fit(seed: int) -> None:
    people, needs = make_market(seed, 40, 9)
    problem, plan, empties = solved(people, needs)
    filled = dict.fromkeys(problem.need_ids, 0)
    for j in plan.pairs[:, 0]:
        filled[problem.need_ids[j]] += 1
    assert {e.need: e.seats for e in empties} == {
        n.id: n.seats - filled[n.id] for n in needs if n.seats > filled[n.id]
    }
    for entry in empties:
        need = next(n for n in needs if n.id == entry.need)
        broken = {p.id: reference.broken_rules(p, need) for p in people}
        able = {p.id: p for p in people if len(broken[p.id]) == 1}
        order = sorted(able, key=lambda name: (-_fit(able[name], need), name))
        assert entry.near == tuple((name, broken[name][0]) for name in order[:5])
        assert entry.busy == sum(not rules for rules in broken.values()) - filled[need.id]


MONTH = m.Month(2, 31, BOTH)
ON_SITE = m.Month(2, 31, frozenset({"onsite"}))
SKILLED = {"s": m.SkillClaim(1, 2027)}
MUST = m.SkillRequirement("s", 2, must=True)
CASES: list[tuple[dict[str, object], dict[str, object], str, str | None]] = [
    ({"skills": SKILLED}, {"skills": (MUST,)}, "level", "s"),
    ({}, {"skills": (replace(MUST, level=1),)}, "level", "s"),
    ({"skills": {"s": m.SkillClaim(2, 2027)}}, {"skills": (replace(MUST, since=2028),)}, "recency", "s"),
    ({"travel": {"p": 90}, "travel_limit": 60}, {"mode": "onsite"}, "travel", None),
    ({}, {"half_days": 3}, "half_days", None),
    ({"availability": {START: m.Month(1, 31, BOTH)}}, {}, "half_days", None),
    ({"availability": {START + 1: MONTH}}, {}, "later", None),
    ({"availability": {START: m.Month(2, 31, frozenset({"online"}))}, "overnight": True},
     {"mode": "hybrid"}, "mode", "online"),
    ({"forms": frozenset({"g"})}, {}, "form", "g"),
    ({"most_at_once": 0}, {}, "engagements", None),
]  # fmt: skip


@pytest.mark.parametrize(("of_person", "of_need", "kind", "subject"), CASES)
def test_each_published_change_is_found_where_it_alone_helps(
    of_person: dict[str, object], of_need: dict[str, object], kind: str, subject: str | None
) -> None:
    usual = {"availability": {START: MONTH}}
    person, need = lone_person(**{**usual, **of_person}), lone_need(**of_need)
    _problem, _plan, (entry,) = solved([person], [need])
    assert entry.change is not None
    cost, _ja, _en = m.CHANGES[kind]
    assert entry.change == {
        "kind": kind, "cost": cost, "subject": subject, "candidate": "C",
        "fit": entry.change["fit"],
    }  # fmt: skip
    changed, altered = m.apply_change(entry.change, [person], need)
    assert not reference.broken_rules(changed[0], altered)
    assert entry.change["fit"] == _fit(changed[0], altered)
    other = replace(person, id="D")
    (_changed, untouched), _same = m.apply_change(entry.change, [person, other], need)
    assert untouched == other


@pytest.mark.parametrize(
    ("of_person", "of_need"),
    [
        (
            {"travel": {"p": 91}, "travel_limit": 60, "availability": {START: ON_SITE}},
            {"mode": "onsite"},
        ),
        ({}, {"half_days": 4}),
        ({"skills": SKILLED}, {"skills": (replace(MUST, level=3),)}),
        ({"availability": {START + 2: MONTH}}, {}),
        ({"pay_minimum": 1}, {}),
    ],
)
def test_what_lacks_more_than_one_step_is_offered_no_change(
    of_person: dict[str, object], of_need: dict[str, object]
) -> None:
    usual = {"availability": {START: MONTH}}
    person, need = lone_person(**{**usual, **of_person}), lone_need(**of_need)
    _problem, _plan, (entry,) = solved([person], [need])
    assert entry.change is None


def test_a_change_that_was_never_proposed_is_refused() -> None:
    with pytest.raises(m.InvalidProblem, match=r"^change: must be one that `empty_seats` proposed"):
        m.apply_change({"kind": "form", "subject": "z"}, [lone_person()], lone_need())


def test_the_weights_of_the_policy_tell_who_fits_best() -> None:
    """One is wished by the town, the other is skilled; each is a level short of the must."""
    need = lone_need(
        skills=(MUST, m.SkillRequirement("t", 1)), preferred_kinds=frozenset({"specialist"})
    )
    wished = lone_person(kind="specialist", skills=SKILLED)
    skilled = lone_person(id="B", skills={**SKILLED, "t": m.SkillClaim(1, 2027, "confirmed")})
    for part, first, second in (("preference", "C", "B"), ("skills", "B", "C")):
        policy = m.Policy(weights={name: 10_000 * (name == part) for name in m.PARTS})
        problem = m.build([wished, skilled], [need], policy)
        (entry,) = m.empty_seats(problem, m.solve(problem), [wished, skilled], [need], policy)
        assert [name for name, _rule in entry.near] == [first, second]
        assert entry.change is not None
        assert entry.change["candidate"] == first
