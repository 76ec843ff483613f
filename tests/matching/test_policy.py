"""A policy is refused in words that name the key, and comes back from its document as it was."""

from __future__ import annotations

from typing import Any

import pytest

from talentpool import matching as m

DEFAULT = {
    "weights": {
        "skills": 3500, "practice": 1500, "role": 800, "capacity": 800, "travel": 1000, "pay": 600,
        "wish": 800, "preference": 500, "record": 500,
    },
    "fill_premium": 20_000, "priority_bonus": 2_000, "size_class_premium": [0, 0, 0],
    "carry_over": {}, "load_penalty": 2, "load_cap": 100, "in_force_bonus": 500,
    "lottery_seed": 0, "half_life": 5, "order": "premium", "fairness_floor": 0,
}  # fmt: skip
OTHER = {
    "weights": {**dict.fromkeys(m.PARTS, 0), "skills": 9999, "record": 1},
    "fill_premium": 1, "priority_bonus": 2, "size_class_premium": [3, 4, 5],
    "carry_over": {"t": 6}, "load_penalty": 7, "load_cap": 8, "in_force_bonus": 9,
    "lottery_seed": 10, "half_life": 11, "order": "stages", "fairness_floor": 12,
}  # fmt: skip
TEN_MILLION = "must be an integer from 0 to 10000000"
PARTS = "skills, practice, role, capacity, travel, pay, wish, preference, record"

REFUSED: list[tuple[Any, str]] = [
    ([], "a policy must be an object"),
    ({"b": 1, "a": 2}, "unknown key: a, b"),
    ({"weights": []}, "weights: must be an object"),
    ({"carry_over": []}, "carry_over: must be an object"),
    ({"size_class_premium": 5}, "size_class_premium: must be a list"),
    (
        {"size_class_premium": [1, 2]},
        "size_class_premium: must have three entries, for small, middle and large towns",
    ),
    ({"size_class_premium": [0, 0, -1]}, f"size_class_premium.2: {TEN_MILLION}"),
    ({"weights": {"skills": 10_000}}, f"weights: must be given for {PARTS}"),
    ({"weights": dict.fromkeys(m.PARTS, 1)}, "weights: must add up to 10000"),
    (
        {"weights": {**dict.fromkeys(m.PARTS, 0), "skills": 10_001, "pay": -1}},
        "weights.skills: must be an integer from 0 to 10000",
    ),
    (
        {"weights": {**dict.fromkeys(m.PARTS, 0), "skills": -1, "pay": 10_001}},
        "weights.skills: must be an integer from 0 to 10000",
    ),
    ({"carry_over": {"t": 10_000_001}}, f"carry_over.t: {TEN_MILLION}"),
    ({"fill_premium": 10_000_001}, f"fill_premium: {TEN_MILLION}"),
    ({"fill_premium": 1.5}, f"fill_premium: {TEN_MILLION}"),
    ({"fill_premium": True}, f"fill_premium: {TEN_MILLION}"),
    ({"priority_bonus": -1}, f"priority_bonus: {TEN_MILLION}"),
    ({"load_penalty": -1}, f"load_penalty: {TEN_MILLION}"),
    ({"load_cap": 10_000_001}, f"load_cap: {TEN_MILLION}"),
    ({"in_force_bonus": "5"}, f"in_force_bonus: {TEN_MILLION}"),
    ({"lottery_seed": 2**63}, f"lottery_seed: must be an integer from 0 to {2**63 - 1}"),
    ({"lottery_seed": -1}, f"lottery_seed: must be an integer from 0 to {2**63 - 1}"),
    ({"half_life": 0}, "half_life: must be an integer from 1 to 100"),
    ({"half_life": 101}, "half_life: must be an integer from 1 to 100"),
    ({"fairness_floor": 101}, "fairness_floor: must be an integer from 0 to 100"),
    ({"fairness_floor": -1}, "fairness_floor: must be an integer from 0 to 100"),
    ({"order": "lottery"}, "order: must be one of premium, stages"),
    ({"order": []}, "order: must be one of premium, stages"),
    ({"order": ["premium"]}, "order: must be one of premium, stages"),
    ({"weights": None}, "weights: must be an object"),
    ({"carry_over": None}, "carry_over: must be an object"),
    ({"size_class_premium": None}, "size_class_premium: must be a list"),
    ({"carry_over": {1: 1, "a": 2}}, "carry_over.1: the municipality must be a string"),
]


@pytest.mark.parametrize(("document", "sentence"), REFUSED, ids=str)
def test_a_policy_is_refused_in_words(document: Any, sentence: str) -> None:
    with pytest.raises(m.InvalidPolicy) as refusal:
        m.Policy.from_dict(document)
    assert str(refusal.value) == sentence
    if isinstance(document, dict) and set(document) <= set(DEFAULT):
        with pytest.raises(m.InvalidPolicy) as refusal:
            m.Policy(**document)
        assert str(refusal.value) == sentence


@pytest.mark.parametrize("document", [DEFAULT, OTHER])
def test_every_key_of_a_policy_is_written_and_read(document: dict[str, Any]) -> None:
    policy = m.Policy.from_dict(document)
    assert policy.to_dict() == document
    assert m.Policy.from_dict(policy.to_dict()) == policy


def test_what_a_document_leaves_out_keeps_its_default() -> None:
    assert m.Policy.from_dict({}) == m.Policy()
    assert m.Policy().to_dict() == DEFAULT
    assert m.Policy.from_dict({"half_life": 9}).to_dict() == {**DEFAULT, "half_life": 9}


@pytest.mark.parametrize(
    "outermost",
    [
        {"fill_premium": 10_000_000, "load_penalty": 0, "lottery_seed": 2**63 - 1},
        {"half_life": 100, "fairness_floor": 100, "size_class_premium": (0, 10_000_000, 0)},
        {"half_life": 1, "fairness_floor": 0, "carry_over": {"t": 10_000_000, "u": 0}},
        {"weights": {**dict.fromkeys(m.PARTS, 0), "pay": 10_000}},
    ],
)
def test_the_outermost_policies_are_taken(outermost: dict[str, Any]) -> None:
    taken = m.Policy.from_dict(outermost)
    assert {name: getattr(taken, name) for name in outermost} == outermost
