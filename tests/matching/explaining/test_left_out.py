"""Who is left out, as bits: reads like the dict of rules, and comes back from its texts as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from talentpool import matching as m
from talentpool.matching.explaining.excluded import CODES, LeftOut, left_out

from ..people import make_market

IDS = st.one_of(
    st.integers(0, 999_999).map(lambda number: f"C-{number:06d}"),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4),
)


def test_it_says_what_excluded_says() -> None:
    people, needs = make_market(3, 30, 12)
    said = {
        need: {person: list(map(str, rules)) for person, rules in out.items()}
        for need, out in m.excluded(people, needs).items()  # type: ignore[union-attr]
    }
    found = left_out(people, needs)
    assert {need: one.plain() for need, one in found.items()} == said
    for need, one in found.items():
        assert dict(one) == said[need]
        assert len(one) == len(said[need])
        rules = [rule for of in said[need].values() for rule in of]
        assert one.counts() == {rule: rules.count(rule) for rule in CODES if rule in rules}
        assert {person.id: one.get(person.id) for person in people} == {
            person.id: said[need].get(person.id) for person in people
        }
        assert one.get("nobody") is None
    assert m.document(people, needs)["excluded"] == said


@given(st.lists(IDS, unique=True, max_size=40), st.integers(0, 2**32 - 1))
def test_it_comes_back_from_its_texts(ids: list[str], seed: int) -> None:
    people = sorted(ids)
    bits = np.random.default_rng(seed).integers(0, 1 << len(CODES), len(people)).astype(np.uint16)
    one = LeftOut(people, bits)
    again = LeftOut.unpacked(one.packed())
    assert again == one
    assert again.plain() == one.plain()


def test_rules_keep_their_names_when_the_list_of_rules_changes() -> None:
    one = LeftOut(["a", "b"], np.array([0, 3], np.uint16))
    stored = one.packed() | {"codes": ["gone", "pay"]}
    assert LeftOut.unpacked(stored).plain() == {"b": ["gone", "pay"]}


def test_five_thousand_people_in_a_row_take_a_few_hundred_bytes() -> None:
    people = [f"C-{number:06d}" for number in range(5_000)]
    assert len(LeftOut(people, np.zeros(5_000, np.uint16)).packed()["people"]) < 1_000
