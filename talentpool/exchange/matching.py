"""One matching round from files alone: no database, the same plan as a stored round of the same inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import matching as m
from ..errors import BadFile, Refused
from ..pool.translate import translate
from ..reference import shipped
from ..reference.catalogue import Catalogue
from .entries import read_entries
from .layout import CANDIDATES, NEEDS
from .people import better_minutes, read_profiles
from .reading import read_file
from .requests import lottery_seed_of, read_requests

MOST_POLICY = 1024 * 1024  # bytes
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Matched:
    document: dict[str, Any]  # of the engine, see m.document
    titles: dict[str, str]  # need → title


@dataclass(frozen=True, slots=True)
class Directions:
    policy: m.Policy
    pins: Pairs  # (need, candidate)
    forbids: Pairs


def match_files(
    candidates: Path,
    needs: Path,
    *,
    policy: Path | None = None,
    encoding: str | None = None,
    is_stable: bool = False,
) -> Matched:
    """Read both files, solve and explain. Raises BadFile, Refused."""
    catalogue = Catalogue.shipped()
    people = read_entries(CANDIDATES, read_file(candidates, encoding), catalogue)
    wanted = read_entries(NEEDS, read_file(needs, encoding), catalogue)
    profiles, requests = read_profiles(people, catalogue), read_requests(wanted)
    seed = lottery_seed_of(wanted)
    minutes = better_minutes(people)
    if minutes:
        catalogue = Catalogue(
            shipped.prefectures(), shipped.municipalities(), shipped.terms(), better_minutes=minutes
        )
    try:
        rules = _read_directions(policy, {} if seed is None else {"lottery_seed": seed})
        document = m.document(
            *translate(profiles, requests, catalogue), rules.policy,
            pins=rules.pins, forbids=rules.forbids, is_stable=is_stable,
        )  # fmt: skip
    except m.MatchingError as error:
        raise Refused(str(error)) from error
    return Matched(document, {request.code: request.title for request in requests})


def _read_directions(path: Path | None, defaults: Mapping[str, Any]) -> Directions:
    """A policy file: the keys of a Policy, and pins and forbids as pairs [need, candidate]."""
    given = {} if path is None else _read_object(path)
    pins, forbids = (_pairs(name, given.pop(name, [])) for name in ("pins", "forbids"))
    return Directions(m.Policy.from_dict({**defaults, **given}), pins, forbids)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_POLICY + 1)
        if len(content) > MOST_POLICY:
            raise BadFile("方針のファイルは1MBまでです。")
        policy = json.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadFile(f"方針のファイルをJSONとして読めません：{path.name}") from error
    if not isinstance(policy, dict):
        raise BadFile("方針のファイルはJSONのオブジェクトで書いてください。")
    return policy


def _pairs(name: str, given: Any) -> Pairs:
    is_list = isinstance(given, list)
    if not is_list or not all(isinstance(pair, list) and len(pair) == 2 for pair in given):
        raise BadFile(f"方針のファイルの {name} は [募集, 登録者] の組の一覧で書いてください。")
    return [(str(need), str(candidate)) for need, candidate in given]


def summary_line(document: Mapping[str, Any]) -> str:
    figures = document["baselines"]["plan"]
    return (
        f"{document['status']}: {figures['filled']} seats filled, value {document['value']} bp, "
        f"bound {document['bound']} bp, proof {document['proof']}"
    )
