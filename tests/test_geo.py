"""Distances, and the rule for travel minutes."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from talentpool.geo import Place, Travel, great_circle_km, travel_minutes

KOBE = Place(34.69, 135.19556)
HIMEJI = Place(34.81528, 134.68556)
TOYOOKA = Place(35.54444, 134.82, "north_coast")
KAMI = Place(35.63222, 134.62917, "north_coast")
SUMOTO = Place(34.3425, 134.89556, "awaji")
AWAJI = Place(34.44, 134.91472, "awaji")
SHINJUKU = Place(35.689521, 139.691704)
PLACES = st.builds(
    Place, st.floats(24, 46), st.floats(123, 146), st.sampled_from([None, "awaji", "north_coast"])
)


def test_a_degree_of_latitude_is_111_km() -> None:
    assert great_circle_km(Place(35, 135), Place(36, 135)) == pytest.approx(111.195, abs=0.001)


def test_known_distances_are_met() -> None:
    assert great_circle_km(KOBE, HIMEJI) == pytest.approx(48.6, abs=0.2)
    assert great_circle_km(KOBE, SHINJUKU) == pytest.approx(425, abs=3)


def test_a_few_metres_are_still_a_distance() -> None:
    assert great_circle_km(KOBE, Place(34.69001, 135.19556)) == pytest.approx(0.00111195, rel=1e-4)


def test_up_to_80_km_the_road_counts() -> None:
    assert travel_minutes(KOBE, HIMEJI) == Travel(95, is_estimate=False)
    assert travel_minutes(KOBE, KOBE) == Travel(0, is_estimate=False)


def test_awaji_and_the_north_coast_cost_half_an_hour_from_elsewhere_only() -> None:
    plain = Place(SUMOTO.latitude, SUMOTO.longitude)
    assert travel_minutes(KOBE, SUMOTO).minutes == travel_minutes(KOBE, plain).minutes + 30
    assert travel_minutes(SUMOTO, AWAJI) == travel_minutes(
        plain, Place(AWAJI.latitude, AWAJI.longitude)
    )
    assert travel_minutes(TOYOOKA, KAMI).minutes == 39


def test_beyond_80_km_the_railway_counts_and_it_is_an_estimate() -> None:
    assert travel_minutes(KOBE, TOYOOKA) == Travel(110, is_estimate=True)
    assert travel_minutes(SHINJUKU, KOBE).is_estimate


@given(PLACES, PLACES)
def test_the_way_there_is_as_long_as_the_way_back(home: Place, hall: Place) -> None:
    assert travel_minutes(home, hall) == travel_minutes(hall, home)
    assert travel_minutes(home, hall).minutes >= 0


@given(PLACES, PLACES, PLACES)
def test_no_detour_is_shorter_than_the_great_circle(a: Place, b: Place, c: Place) -> None:
    assert great_circle_km(a, c) <= great_circle_km(a, b) + great_circle_km(b, c) + 1e-6


def test_the_other_side_of_the_earth_is_no_error() -> None:
    assert great_circle_km(Place(0, 0), Place(0, 180)) == pytest.approx(20015, abs=1)
