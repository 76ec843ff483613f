"""One matching round from files alone: no database, the same plan as a stored round of the same inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import matching as m
from ..errors import Refused
from ..pool.policy import first_policy, fitted
from ..pool.translate import translate
from ..reference import shipped
from ..reference.catalogue import Catalogue
from .directions import Known, read_directions
from .entries import codes_of, read_entries
from .layout import CANDIDATES, NEEDS
from .people import better_minutes, read_profiles
from .reading import read_file
from .requests import lottery_seed_of, read_requests
from .sameness import check_distinct
from .tables import refuse


@dataclass(frozen=True, slots=True)
class Matched:
    document: dict[str, Any]  # of the engine, see m.document
    titles: dict[str, str]  # need → title


def match_files(
    candidates: Path,
    needs: Path,
    *,
    policy: Path | None = None,
    encoding: str | None = None,
    is_stable: bool = False,
    distinct: Sequence[tuple[str, str]] = (),
) -> Matched:
    """Read both files, solve and explain. Raises BadFile, Refused."""
    catalogue = Catalogue.shipped()
    people = read_entries(CANDIDATES, read_file(candidates, encoding, CANDIDATES), catalogue)
    refuse(list(check_distinct(people, distinct)))
    wanted = read_entries(NEEDS, read_file(needs, encoding, NEEDS), catalogue)
    in_rounds = [entry for entry in people if entry.values.get("is_in_rounds", True)]
    profiles, requests = read_profiles(in_rounds, catalogue), read_requests(wanted)
    seed = lottery_seed_of(wanted)
    minutes = better_minutes(people)
    if minutes:
        catalogue = Catalogue(
            shipped.prefectures(), shipped.municipalities(), shipped.terms(), better_minutes=minutes
        )
    try:
        known = Known.of(codes_of(wanted), codes_of(people), catalogue)
        has_ratings = any(profile.rating_count for profile in profiles)
        seeded = {} if seed is None else {"lottery_seed": seed}
        first = first_policy(has_ratings=has_ratings, **seeded)
        rules = read_directions(policy, known, first.to_dict())
        everybody, asked = translate(profiles, requests, catalogue)
        weighed, pool = fitted(rules.policy, everybody)
        document = m.document(
            pool, asked, weighed,
            pins=rules.pins, forbids=rules.forbids, is_stable=is_stable, has_others=True,
        )  # fmt: skip
    except m.MatchingError as error:
        raise Refused(str(error)) from error
    return Matched(document, {request.code: request.title for request in requests})


def summary_line(document: Mapping[str, Any]) -> str:
    figures = document["baselines"]["plan"]
    return (
        f"{document['status']}: {figures['filled']} seats filled, value {document['value']} bp, "
        f"bound {document['bound']} bp, proof {document['proof']}"
    )
