"""Distances on the sphere, and travel minutes between a home municipality and a town hall."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_KM = 6371.0088  # mean radius, IUGG 1980
ROAD_LIMIT_KM = 80.0
DETOUR = 1.3
ROAD_KM_PER_HOUR = 40.0
ZONE_MINUTES = 30.0
RAIL_START_MINUTES = 60.0
RAIL_KM_PER_HOUR = 120.0
MOST_MINUTES = 24 * 60  # one way


@dataclass(frozen=True, slots=True)
class Place:
    """A position in degrees, and the zone behind a bridge or a mountain pass ("awaji", "north_coast") if any."""

    latitude: float
    longitude: float
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """Minutes one way; `is_estimate` for the rail rule beyond 80 km."""

    minutes: int
    is_estimate: bool


def great_circle_km(a: Place, b: Place) -> float:
    """Great-circle distance in km by the haversine formula, in float64 (float32 fails below 10 km)."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.longitude - a.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def travel_minutes(home: Place, hall: Place) -> Travel:
    """Minutes from home to hall, the same in both directions, rounded half up.

    Up to 80 km: distance x 1.3 at 40 km/h, plus 30 minutes when one of the two lies in a zone and the other
    does not lie in the same. Beyond: 60 minutes plus the distance at 120 km/h, an estimate.
    """
    km = great_circle_km(home, hall)
    if km > ROAD_LIMIT_KM:
        return Travel(_whole(RAIL_START_MINUTES + km / RAIL_KM_PER_HOUR * 60), is_estimate=True)
    crossing = ZONE_MINUTES if home.zone != hall.zone else 0.0
    return Travel(_whole(km * DETOUR / ROAD_KM_PER_HOUR * 60 + crossing), is_estimate=False)


def _whole(minutes: float) -> int:
    # Rounded to a millionth first, so that the last bit of a platform's sin() cannot move a half minute.
    return math.floor(round(minutes, 6) + 0.5)
