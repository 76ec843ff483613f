"""What-if: nothing different changes nothing, more shuts nobody out, less never falls below nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m

from ..pools import pools

Pool = tuple[list[m.Candidate], list[m.Need], m.Policy]


def _terms(least: int) -> st.SearchStrategy[m.WhatIf]:
    return st.builds(
        m.WhatIf,
        half_days=st.integers(max(least, -40), 40),
        travel=st.integers(max(least, -600), 600),
        pay=st.integers(max(least, -1_000_000), 1_000_000),
    )


def _within(value: int, most: int) -> int:
    return sorted((0, value, most))[1]


def _feasible(people: list[m.Candidate], needs: list[m.Need]) -> set[tuple[str, str]]:
    problem = m.build(people, needs, has_others=True)
    return {
        (problem.need_ids[j], problem.candidate_ids[i])
        for j, i in zip(problem.row.tolist(), problem.candidate.tolist(), strict=True)
    }


@given(pools())
def test_nothing_different_changes_nothing(pool: Pool) -> None:
    people, needs, _policy = pool
    assert m.WhatIf().applied(people, needs) == (people, needs)


@given(pools(), _terms(0))
def test_more_of_anything_shuts_nobody_out(pool: Pool, what_if: m.WhatIf) -> None:
    """But for more pay, which may be more than somebody wants to earn in a year."""
    people, needs, _policy = pool
    if what_if.pay:
        people = [replace(person, income_left=None) for person in people]
    assert _feasible(people, needs) <= _feasible(*what_if.applied(people, needs))


@given(pools(), _terms(-1_000_000))
def test_every_record_differs_by_the_terms_and_by_nothing_else(
    pool: Pool, what_if: m.WhatIf
) -> None:
    people, needs, _policy = pool
    others, wanted = what_if.applied(people, needs)
    for one, other in zip(needs, wanted, strict=True):
        monthly = None if what_if.pay else one.month_pay
        assert other == replace(one, pay=_within(one.pay + what_if.pay, 10**9), month_pay=monthly)
    for before, after in zip(people, others, strict=True):
        limit = before.travel_limit
        expected = None if limit is None else _within(limit + what_if.travel, 30_000)
        assert after.travel_limit == expected
        assert after.availability.keys() == before.availability.keys()
        for at, month in before.availability.items():
            free = _within(month.half_days + what_if.half_days, 62)
            assert after.availability[at] == replace(month, half_days=free)
        assert replace(
            after, travel_limit=limit, availability=before.availability
        ) == before  # fmt: skip


def test_what_a_person_declared_is_shown_with_the_difference() -> None:
    month = m.Month(3, 31, frozenset({"online"}), capacity=8)
    person = m.Candidate("C", "official", {24_000: month}, forms=())
    (other,), _needs = m.WhatIf(half_days=-5).applied([person], [])
    assert other.availability == {24_000: replace(month, half_days=0, capacity=3)}


@given(_terms(-1_000_000))
def test_what_is_written_is_read_again(what_if: m.WhatIf) -> None:
    assert m.WhatIf.from_dict(what_if.to_dict()) == what_if
    assert set(what_if.to_dict()) == set(m.TERMS)


@pytest.mark.parametrize("term", list(m.TERMS))
@pytest.mark.parametrize("way", [-1, 1])
def test_the_outermost_difference_is_taken_and_one_more_refused(term: str, way: int) -> None:
    most = m.TERMS[term].most
    assert getattr(m.WhatIf(**{term: way * most}), term) == way * most
    with pytest.raises(
        m.InvalidWhatIf, match=f"^{term}: must be an integer from -{most} to {most}$"
    ):
        m.WhatIf(**{term: way * (most + 1)})


@pytest.mark.parametrize("value", [1.0, "1", None, True])
def test_only_whole_numbers_are_differences(value: object) -> None:
    with pytest.raises(m.InvalidWhatIf, match=r"^travel: "):
        m.WhatIf(travel=value)  # type: ignore[arg-type]


def test_an_unknown_term_is_refused_by_name() -> None:
    with pytest.raises(m.InvalidWhatIf, match=r"^unknown key: age, sex$"):
        m.WhatIf.from_dict({"sex": 1, "age": 2, "pay": 3})
