"""The track record: shrunk towards the mean of the pool, held near it, and the same for whoever has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.scoring.encode import encode, numbering_of
from talentpool.matching.scoring.fit import RECORD_REACH, fit_parts

from .. import reference
from ..people import make_market
from ..pools import candidates, needs, policies

means = st.integers(1_000, 5_000)


def _record(person: m.Candidate, need: m.Need, policy: m.Policy) -> int:
    numbering = numbering_of([need])
    row = next(fit_parts(encode([person], numbering), [need], numbering, policy))[0]
    return int(row[list(m.PARTS).index("record")])


def _only_record(mean: int) -> m.Policy:
    return m.Policy(weights=dict.fromkeys(m.PARTS, 0) | {"record": 10_000}, record_mean=mean)


@given(candidates(), needs(), means, st.integers(0, 60), st.data())
def test_it_is_what_the_plain_version_says(
    person: m.Candidate, need: m.Need, mean: int, count: int, data: st.DataObject
) -> None:
    rated = replace(person, rating_count=count, rating_sum=data.draw(st.integers(0, 5 * count)))
    policy = _only_record(mean)
    assert _record(rated, need, policy) == reference.fit_parts(rated, need, policy)["record"]


@given(candidates(), needs(), means, st.integers(0, 60), st.data())
def test_a_better_rating_never_lowers_it_and_a_worse_one_never_raises_it(
    person: m.Candidate, need: m.Need, mean: int, count: int, data: st.DataObject
) -> None:
    total = data.draw(st.integers(count, 5 * count))
    before = replace(person, rating_count=count, rating_sum=total)
    policy = _only_record(mean)
    best = replace(person, rating_count=count + 1, rating_sum=total + 5)
    worst = replace(person, rating_count=count + 1, rating_sum=total + 1)
    now = _record(before, need, policy)
    assert _record(best, need, policy) >= now >= _record(worst, need, policy)
    if total < 5 * count:
        raised = replace(before, rating_sum=total + 1)
        assert _record(raised, need, policy) >= now


@given(candidates(), needs(), means, st.integers(1, 10**5), st.integers(1, 5))
def test_nobody_is_further_from_the_mean_than_the_cap(
    person: m.Candidate, need: m.Need, mean: int, count: int, rating: int
) -> None:
    policy = _only_record(mean)
    without = _record(replace(person, rating_count=0, rating_sum=0), need, policy)
    rated = _record(replace(person, rating_count=count, rating_sum=count * rating), need, policy)
    assert abs(rated - without) <= 10 * RECORD_REACH
    if rating * 1000 == mean:
        assert rated == without


@given(candidates(), needs(), means)
def test_one_rating_moves_less_than_many_of_the_same(
    person: m.Candidate, need: m.Need, mean: int
) -> None:
    def with_best(count: int) -> int:
        return _record(
            replace(person, rating_count=count, rating_sum=5 * count), need, _only_record(mean)
        )

    assert with_best(0) <= with_best(1) <= with_best(2) <= with_best(50)


@given(candidates(), needs(), policies())
def test_without_ratings_the_usual_mean_gives_what_it_always_gave(
    person: m.Candidate, need: m.Need, policy: m.Policy
) -> None:
    """Old rounds, whose inputs say nothing of a mean, stay what they were: 600 of 1000 for everybody."""
    bare = replace(person, rating_count=0, rating_sum=0)
    assert _record(bare, need, policy) == policy.weights["record"] * 600 // 1000
    assert "record_mean" not in policy.to_dict()


@pytest.mark.parametrize("mean", [999, 5_001, 3.5, True, None])
def test_a_mean_that_no_rating_can_have_is_refused(mean: object) -> None:
    with pytest.raises(m.InvalidPolicy, match="record_mean"):
        m.Policy(record_mean=mean)  # type: ignore[arg-type]


def test_a_policy_with_a_mean_is_written_and_read_back() -> None:
    policy = m.Policy(record_mean=4_125)
    assert m.Policy.from_dict(policy.to_dict()) == policy
    assert policy.to_dict()["record_mean"] == 4_125


def test_the_mean_is_part_of_the_inputs_and_the_same_inputs_give_the_same_bytes() -> None:
    people, wanted = make_market(3, 30, 10)
    people = [replace(p, rating_sum=4 * (i % 3), rating_count=i % 3) for i, p in enumerate(people)]
    policy = m.Policy(record_mean=4_000)
    again = m.document(people[::-1], wanted[::-1], policy, is_stable=True)
    assert m.to_json(m.document(people, wanted, policy, is_stable=True)) == m.to_json(again)
    other = m.Policy(record_mean=3_999)
    assert m.input_hash(people, wanted, policy) != m.input_hash(people, wanted, other)
    moved = m.build(people, wanted, m.Policy(record_mean=2_000))
    assert (moved.fit != m.build(people, wanted, policy).fit).any()


def test_it_holds_for_the_greatest_numbers() -> None:
    people, wanted = make_market(3, 3, 1)
    people = [
        replace(p, rating_count=10**6, rating_sum=5 * 10**6 * (i > 0)) for i, p in enumerate(people)
    ]
    numbering = numbering_of(wanted)
    rows = next(fit_parts(encode(people, numbering), wanted, numbering, _only_record(3_000)))
    assert np.array_equal(rows[:, -1], [3_500, 8_500, 8_500])
