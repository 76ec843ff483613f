"""A seat of a joint need counts for each of its towns by its share, and all of them together for the one seat."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings, strategies as st

from talentpool.needs.joint.shares import Part
from talentpool.rounds import spread

TOWNS = ("285013", "282014", "281000")
SEATS = st.lists(
    st.tuples(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any), st.booleans()),
    min_size=1, max_size=5,
)  # fmt: skip


@given(SEATS)
@settings(max_examples=40)
def test_shares_of_towns_add_up_to_the_seats(seats: list[tuple[list[int], bool]]) -> None:
    rows: list[Any] = [
        SimpleNamespace(need=SimpleNamespace(id=n, municipality_code=TOWNS[0]), pair=filled or None)
        for n, (_, filled) in enumerate(seats)
    ]
    joint = {
        n: [Part(town, share) for town, share in zip(TOWNS, shares, strict=True) if share]
        for n, (shares, _) in enumerate(seats)
        if n % 3  # the others are of one town
    }
    found = {share.code: share for share in spread.by_town(rows, joint)}
    assert sum(share.whole_seats for share in found.values()) == len(seats)
    assert sum(share.whole_filled for share in found.values()) == sum(filled for _, filled in seats)
    for place, town in enumerate(TOWNS):
        want = filled_want = Fraction(0)
        for n, (shares, filled) in enumerate(seats):
            part = Fraction(shares[place], sum(shares)) if n % 3 else Fraction(place == 0)
            want, filled_want = want + part, filled_want + part * filled
        if want:
            assert (found[town].whole_seats, found[town].whole_filled) == (want, filled_want)
            assert (found[town].percent == 100) == (want == filled_want)
        else:
            assert town not in found
    (size,) = spread.by_size(rows, joint, lambda _town: 1)
    assert size.seats == len(seats)
