"""The arrays give each pair the same parts, bit for bit, as plain Python does pair by pair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from talentpool import matching as m

from .people import make_market
from .reference import fit_parts


@pytest.mark.parametrize("seed", range(6))
def test_arrays_and_plain_python_give_the_same_parts(seed: int) -> None:
    people, needs = make_market(seed, 60, 25)
    people = [replace(p, rating_sum=4 * (i % 4), rating_count=i % 4) for i, p in enumerate(people)]
    plain = needs[0]
    needs[0] = replace(plain, skills=(), roles=frozenset(), preferred_kinds=frozenset())
    group = tuple(replace(s, must=True, group="g") for s in needs[1].skills)
    needs[1] = replace(needs[1], skills=group)
    policy = m.Policy(half_life=1 + seed)
    problem = m.build(people, needs, policy)
    assert problem.parts is not None
    by_need = {need.id: need for need in needs}
    by_person = {person.id: person for person in people}
    assert len(problem.candidate) > 50
    for edge, parts in enumerate(problem.parts.tolist()):
        need = by_need[problem.need_ids[problem.row[edge]]]
        person = by_person[problem.candidate_ids[problem.candidate[edge]]]
        expected = fit_parts(person, need, policy)
        assert dict(zip(problem.part_names, parts, strict=True)) == expected
        assert int(problem.fit[edge]) == sum(expected.values())
