"""The squares of the tile maps."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from docs import tiles as layout
from talentpool.reference import shipped


def test_every_municipality_has_a_square_of_its_own() -> None:
    places = shipped.tiles()
    assert set(places) == {town.code for town in shipped.municipalities()}
    taken = Counter((code[:2], *place) for code, place in places.items())
    assert max(taken.values()) == 1


def test_the_shipped_layout_is_what_the_positions_give() -> None:
    places = shipped.tiles()
    towns = sorted(shipped.municipalities(), key=lambda town: town.prefecture_code)
    for code, group in groupby(towns, key=lambda town: town.prefecture_code):
        if code not in layout.BY_HAND:
            for town, column, row in layout.lay_out(list(group)):
                assert places[town] == (float(column), float(row))
