"""Empty seats: the change that is named fills the seat, and none that is cheaper would beside the same plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from talentpool import matching as m

from ..people import START, make_market

DECEMBER = m.month_number(2027, 12)


def solved(
    people: list[m.Candidate], needs: list[m.Need]
) -> tuple[m.Problem, m.Plan, list[m.EmptySeats]]:
    problem = m.build(people, needs)
    plan = m.solve(problem)
    return problem, plan, m.empty_seats(problem, plan, people, needs)


def beside(
    people: list[m.Candidate], needs: list[m.Need], problem: m.Problem, plan: m.Plan
) -> list[m.Candidate]:
    """What the plan leaves of everybody, reckoned month by month."""
    wanted = {need.id: need for need in needs}
    left = {person.id: person for person in people}
    for j, i in plan.pairs:
        need, name = wanted[problem.need_ids[j]], problem.candidate_ids[i]
        person = left[name]
        availability = dict(person.availability)
        for month in need.months:
            had = availability[month]
            availability[month] = replace(
                had, half_days=had.half_days - need.half_days, engagements=had.engagements + 1
            )
        left[name] = replace(
            person, availability=availability, forbidden=person.forbidden | {need.id}
        )
    return list(left.values())


def plan_of(problem: m.Problem, plan: m.Plan, without: set[str]) -> m.Plan:
    """The same plan but for the seats of some needs."""
    kept = [problem.need_ids[j] not in without for j in plan.pairs[:, 0]]
    return replace(plan, pairs=plan.pairs[kept])


def every_change(
    need: m.Need, people: list[m.Candidate]
) -> Iterator[tuple[int, list[m.Candidate], m.Need]]:
    """(cost, people, need) of each published change, written out anew."""
    cost = {kind: text[0] for kind, text in m.CHANGES.items()}
    musts = [skill for skill in need.skills if skill.must]
    for must in musts:
        lower = replace(must, level=must.level - 1) if must.level > 1 else None
        skills = [lower if skill is must else skill for skill in need.skills]
        if lower is None:
            skills = [
                s for s in need.skills if not s.must or (s.group or s) != (must.group or must)
            ]
        yield cost["level"], people, replace(need, skills=tuple(s for s in skills if s))
        if must.since is not None:
            any_year = (replace(s, since=None) if s is must else s for s in need.skills)
            yield cost["recency"], people, replace(need, skills=tuple(any_year))
    yield cost["travel"], [
        p if p.travel_limit is None else replace(p, travel_limit=p.travel_limit + 30)
        for p in people
    ], need  # fmt: skip
    yield cost["engagements"], [
        replace(p, most_at_once=p.most_at_once + 1) for p in people
    ], need  # fmt: skip
    if need.half_days > 1:
        yield cost["half_days"], people, replace(need, half_days=need.half_days - 1)
    yield cost["later"], people, replace(need, months=tuple(t + 1 for t in need.months))
    if need.mode != "online":
        yield cost["mode"], people, replace(need, mode="online", on_site_share=0)
    for form in {form for p in people for form in p.forms}:
        yield cost["form"], people, replace(need, forms=need.forms | {form})


def _brought(people: list[m.Candidate], need: m.Need) -> list[str]:
    """Who can serve the need."""
    problem = m.build(people, [need], has_others=True)
    return [problem.candidate_ids[i] for i in problem.candidate]


def really_fills(
    people: list[m.Candidate],
    needs: list[m.Need],
    changed: list[m.Candidate],
    altered: m.Need,
    name: str,
) -> bool:
    """Whether the best plan fills a seat more of the need if it and the person of that name change, nobody else."""
    only = [new if new.id == name else old for old, new in zip(people, changed, strict=True)]
    before = m.build(people, needs)
    after = m.build(only, [altered if n.id == altered.id else n for n in needs])
    row = after.need_ids.index(altered.id)
    filled = [int((m.solve(p).pairs[:, 0] == row).sum()) for p in (before, after)]
    return filled[1] > filled[0]


@pytest.mark.parametrize("seed", range(40))
def test_applying_the_smallest_change_fills_the_seat(seed: int) -> None:
    people, needs = make_market(seed, 12, 9)
    _problem, plan, empties = solved(people, needs)
    for entry in empties:
        need = next(n for n in needs if n.id == entry.need)
        if entry.change is None:
            continue
        changed, altered = m.apply_change(entry.change, people, need)
        others = [altered if n.id == need.id else n for n in needs]
        again, better, _ = solved(changed, others)
        m.verify(again, better)
        assert len(better.pairs) > len(plan.pairs)
        assert better.value > plan.value
        assert really_fills(people, needs, changed, altered, entry.change["candidate"])


@pytest.mark.parametrize("seed", range(40))
def test_no_cheaper_change_brings_anybody_the_plan_leaves_free_to_fill_it(seed: int) -> None:
    people, needs = make_market(seed, 12, 9)
    problem, plan, empties = solved(people, needs)
    left = beside(people, needs, problem, plan)
    for entry in empties:
        need = next(n for n in needs if n.id == entry.need)
        others = [n for n in needs if n.id != need.id]
        placed = {problem.candidate_ids[i] for j, i in plan.pairs if needs[j].id == need.id}
        kept = plan_of(problem, plan, {need.id})
        working = [
            cost
            for (cost, free, altered), (_, changed, _) in zip(
                every_change(need, left), every_change(need, people), strict=True
            )
            if all(
                m.excluded(beside(people, others, problem, kept), altered).get(name) is None
                for name in placed
            )
            and any(
                really_fills(people, needs, changed, altered, name)
                for name in _brought(free, altered)
            )
        ]
        assert (entry.change or {}).get("cost") == min(working, default=None)


def test_every_person_the_rules_remove_is_counted() -> None:
    people, needs = make_market(3, 12, 9)
    _problem, _plan, empties = solved(people, needs)
    assert empties
    for entry in empties:
        need = next(n for n in needs if n.id == entry.need)
        broken = m.excluded(people, need)
        counts = {
            rule: sum(rule in rules for rules in broken.values())
            for rule in {rule for rules in broken.values() for rule in rules}
        }
        assert entry.rules == counts
        for person, rule in entry.near:
            assert broken[person] == [rule]


def lone_need(**changes: object) -> m.Need:
    need = m.Need(
        id="N", municipality="t0", region="x", size_class=0, place="p", theme="a", seats=1,
        half_days=2, months=(START,), mode="online", forms=frozenset({"f"}),
    )  # fmt: skip
    return replace(need, **changes)  # type: ignore[arg-type]


def lone_person(**changes: object) -> m.Candidate:
    free = m.Month(2, 31, frozenset({"online"}))
    person = m.Candidate(
        id="C", kind="official", availability={START: free, START + 1: free}, forms=frozenset({"f"}),
        member_from=0, member_until=START + 12,
    )  # fmt: skip
    return replace(person, **changes)  # type: ignore[arg-type]


def test_without_anybody_no_change_helps() -> None:
    _problem, _plan, (entry,) = solved([], [lone_need(seats=2)])
    assert (entry.seats, entry.rules, entry.near, entry.busy) == (2, {}, (), 0)
    assert entry.change is None


def test_a_person_whom_the_plan_uses_elsewhere_is_busy_and_may_begin_later() -> None:
    needs = [lone_need(), lone_need(id="M", priority=3)]
    _problem, plan, (entry,) = solved([lone_person()], needs)
    assert plan.pairs.tolist() == [[0, 0]]
    assert entry.need == "N"
    assert entry.busy == 1
    assert entry.change is not None
    assert (entry.change["kind"], entry.change["candidate"]) == ("later", "C")


def test_one_more_engagement_is_the_change_where_only_that_is_short() -> None:
    free = m.Month(4, 31, frozenset({"online"}))
    person = lone_person(availability={START: free}, member_until=START)
    needs = [lone_need(half_days=1), lone_need(id="M", half_days=1, priority=3)]
    _problem, _plan, (entry,) = solved([person], needs)
    assert entry.change is not None
    assert entry.change["kind"] == "engagements"
    changed, same = m.apply_change(entry.change, [person], needs[0])
    assert same == needs[0]
    assert len(m.solve(m.build(changed, needs)).pairs) == 2


def test_nobody_is_offered_whose_load_takes_more_than_the_seat_brings() -> None:
    """C fits and is free, but served so much that the plan is better without; B lacks one level."""
    must = m.SkillRequirement("s", 2, must=True)
    need, policy = lone_need(skills=(must,)), m.Policy(load_penalty=400, load_cap=100)
    dear = lone_person(load=100, skills={"s": m.SkillClaim(2, 2027, "confirmed")})
    lacks = lone_person(id="B", skills={"s": m.SkillClaim(1, 2027, "confirmed")})
    for people, expected in (([dear], None), ([dear, lacks], "B")):
        problem = m.build(people, [need], policy)
        plan = m.solve(problem)
        (entry,) = m.empty_seats(problem, plan, people, [need], policy)
        assert not len(plan.pairs)
        assert entry.busy == 0
        assert (entry.change or {}).get("candidate") == expected
    assert entry.change is not None
    people, altered = m.apply_change(entry.change, people, need)
    assert len(m.solve(m.build(people, [altered], policy)).pairs) == 1


def test_a_second_seat_is_not_offered_to_the_person_on_the_first() -> None:
    _problem, plan, (entry,) = solved([lone_person(most_at_once=3)], [lone_need(seats=2)])
    assert len(plan.pairs) == 1
    assert (entry.seats, entry.busy, entry.change) == (1, 0, None)


def test_a_need_in_the_last_month_of_the_year_may_begin_in_january() -> None:
    january = DECEMBER + 1
    person = lone_person(
        availability={january: m.Month(2, 31, frozenset({"online"}))}, member_until=january
    )
    need = lone_need(months=(DECEMBER,))
    _problem, _plan, (entry,) = solved([person], [need])
    assert entry.change is not None
    assert entry.change["kind"] == "later"
    _people, altered = m.apply_change(entry.change, [person], need)
    assert [m.month_text(t) for t in altered.months] == ["2028-01"]


def test_needs_that_share_one_person_are_each_explained_beside_the_plan() -> None:
    """Two needs, one of two months: whoever serves the longer has nothing left for the other."""
    needs = [
        lone_need(months=(START, START + 1), priority=3),
        lone_need(id="M", months=(START + 1,)),
    ]
    person = lone_person(most_at_once=2)
    problem, plan, (entry,) = solved([person], needs)
    assert [problem.need_ids[j] for j in plan.pairs[:, 0]] == ["N"]
    assert entry.need == "M"
    assert entry.busy == 1
    assert entry.change is None
    assert np.array_equal(problem.months, [[False, True], [True, True]])


def test_a_change_that_would_cost_the_seat_that_is_filled_is_no_help() -> None:
    """Only now or only a month later: beginning later would bring one and lose the other."""
    free = m.Month(2, 31, frozenset({"online"}))
    now = lone_person(availability={START: free})
    later = lone_person(id="D", availability={START + 1: free})
    _problem, plan, (entry,) = solved([now, later], [lone_need(seats=2)])
    assert len(plan.pairs) == 1
    assert entry.change is None
