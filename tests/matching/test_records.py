"""Records keep what they are given: any iterable where a set or a list is meant, frozen at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from talentpool import matching as m

from .people import BOTH, make_market

WAYS: dict[str, Callable[[Any], Iterable[Any]]] = {
    "a list": list,
    "a set": set,
    "a tuple": tuple,
    "keys": lambda values: dict.fromkeys(values).keys(),
    "a generator": iter,
    "an array": lambda values: np.array(list(values)),
}
SETS = ("roles", "forms", "themes", "regions", "forbidden", "in_force")


@pytest.mark.parametrize("give", WAYS.values(), ids=WAYS)
def test_any_iterable_stands_for_a_set(give: Callable[[Any], Iterable[Any]]) -> None:
    people, needs = make_market(3, 12, 9)
    people = [replace(p, forbidden={needs[0].id}, in_force={needs[1].id}) for p in people]
    again = [
        replace(
            person,
            availability={
                t: replace(month, modes=give(month.modes))
                for t, month in person.availability.items()
            },
            **{name: give(getattr(person, name)) for name in SETS},
        )
        for person in people
    ]
    wanted = [
        replace(
            need,
            skills=iter(need.skills),
            **{
                name: give(getattr(need, name))
                for name in ("roles", "forms", "preferred_kinds", "months")
            },
        )
        for need in needs
    ]
    assert (again, wanted) == (people, needs)
    assert {type(value) for need in wanted for value in (need.months, need.skills)} == {tuple}
    assert all(type(getattr(p, name)) is frozenset for p in again for name in SETS)
    told = [
        m.to_json(m.document(*both, is_stable=True)) for both in ((people, needs), (again, wanted))
    ]
    assert told[0] == told[1]


def test_what_was_given_may_change_without_the_record() -> None:
    roles = {"pm"}
    person = replace(make_market(1, 1, 1)[0][0], roles=roles)
    roles.add("sd")
    assert person.roles == {"pm"}


def test_a_membership_that_names_no_end_has_none() -> None:
    people, needs = make_market(2, 20, 9)
    far = [replace(need, months=(12 * 9_999,)) for need in needs]
    person = replace(
        people[0], member_until=None, availability={12 * 9_999: m.Month(62, 127, BOTH)}
    )
    assert m.Candidate("C", "official", {}, forms=()).member_until is None
    assert not [rules for rules in m.excluded_from(person, far).values() if "membership" in rules]
    ended = replace(person, member_until=12 * 9_999 - 1)
    assert all("membership" in rules for rules in m.excluded_from(ended, far).values())
    stored = m.input_document([person], far, m.Policy())
    assert m.inputs_of(stored).candidates == (person,)


def test_forms_that_would_shut_everybody_out_are_no_default() -> None:
    people, needs = make_market(1, 1, 1)
    for record in (people[0], needs[0]):
        given = {field.name: getattr(record, field.name) for field in fields(record)}
        del given["forms"]
        with pytest.raises(TypeError, match="forms"):
            type(record)(**given)


@pytest.mark.parametrize(
    ("name", "given"),
    [("forbidden", ["N000", "N9"]), ("in_force", {"N9"}), ("conflicts", {"N9": "block"})],
)
def test_needs_that_are_not_given_may_be_named_where_there_are_others(
    name: str, given: Any
) -> None:
    people, needs = make_market(2, 20, 9)
    people[7] = replace(people[7], **{name: given})
    for ask in (m.build, m.document):
        with pytest.raises(m.InvalidProblem) as refusal:
            ask(people, needs)
        assert str(refusal.value) == f"candidates[C007]: {name}: 'N9' is not among the needs"
    known = type(given)(need for need in given if need != "N9") if name != "conflicts" else {}
    without = replace(people[7], **{name: known})
    expected = m.build([*people[:7], without, *people[8:]], needs)
    found = m.build(people, needs, has_others=True)
    assert np.array_equal(found.candidate, expected.candidate)
    assert np.array_equal(found.value, expected.value)
    answer = m.document(people, needs, has_others=True)
    stored = m.inputs_of(m.input_document(people, needs, m.Policy()))
    problem = m.problem_of(stored, answer)
    m.verify(problem, m.plan_of(problem, answer))
