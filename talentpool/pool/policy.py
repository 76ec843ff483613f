"""The policy that rounds and matches begin with: no weight for what nothing in the pool feeds yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import matching as m

# Until a review of somebody's work counts, everybody would get the same points for the track record. As long as no plan is
# in force, no pair would get the bonus for it.
WITHOUT_RECORD: Mapping[str, int] = {
    "skills": 3800, "practice": 1700, "role": 800, "capacity": 800, "travel": 1000, "pay": 600,
    "wish": 800, "preference": 500, "record": 0,
}  # fmt: skip
WITH_RECORD: Mapping[str, int] = {**WITHOUT_RECORD, "skills": 3500, "practice": 1500, "record": 500}


def first_policy(*, has_ratings: bool = False, **changes: Any) -> m.Policy:
    """`has_ratings`: anybody in the pool has a review that counts."""
    weights = dict(WITH_RECORD if has_ratings else WITHOUT_RECORD)
    return m.Policy(**{"weights": weights, "in_force_bonus": 0, **changes})


def fitted(policy: m.Policy, people: Sequence[m.Candidate]) -> tuple[m.Policy, list[m.Candidate]]:
    """Both as the engine gets them: with the mean rating of these people, towards which track records are shrunk.

    Where track records have no weight, nothing is said of ratings: a review is then no news for the round.
    """
    if not policy.weights["record"]:
        return policy, [_without_ratings(one) if one.rating_count else one for one in people]
    count = sum(person.rating_count for person in people)
    if not count:
        return policy, list(people)
    mean = 1000 * sum(person.rating_sum for person in people) // count
    return replace(policy, record_mean=mean), list(people)


def _without_ratings(person: m.Candidate) -> m.Candidate:
    return replace(person, rating_sum=0, rating_count=0)
