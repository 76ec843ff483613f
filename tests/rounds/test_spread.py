"""A seat of a joint need counts for each of its towns by its share, and all of them together for the one seat."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
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


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_the_curve_of_lorenz_bends_below_the_line_by_half_the_coefficient(
    towns: list[tuple[int, int]],
) -> None:
    shares = [
        spread.Share(str(n), Fraction(min(filled, seats)), Fraction(seats))
        for n, (seats, filled) in enumerate(towns)
    ]
    curve = spread.lorenz(shares)
    if curve is None:
        assert not any(share.filled for share in shares)
        return
    assert curve.points[0] == (0, 0) and curve.points[-1] == (1, 1)
    slopes = [(y - low) / (x - left) for (left, low), (x, y) in pairwise(curve.points)]
    assert slopes == sorted(slopes)
    area = sum((x - left) * (y + low) / 2 for (left, low), (x, y) in pairwise(curve.points))
    assert curve.gini == 2 * (Fraction(1, 2) - area)
    assert (curve.gini == 0) == (
        len({share.whole_filled / share.whole_seats for share in shares}) == 1
    )
    assert curve.gini < 1 and curve.of_half() <= Fraction(1, 2)


def test_one_town_of_two_that_gets_everything() -> None:
    curve = spread.lorenz(
        [spread.Share("a", Fraction(2), Fraction(2)), spread.Share("b", Fraction(0), Fraction(2))]
    )
    assert curve is not None
    assert (curve.gini, curve.of_half()) == (Fraction(1, 2), 0)
