"""What comes with the software, in `data/`: only what was read somewhere, everything else empty and to be checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from .content import ProgrammeContent
from .sourced import Origin

_DAYS, _CODES = ("valid_from", "valid_to"), ("themes", "sizes", "forms")


@cache
def read_entries(name: str) -> Mapping[str, Mapping[str, Any]]:
    """The entries of a file in `data/`, by key; days are days, codes are tuples."""
    text = files(__package__).joinpath("data", f"{name}.json").read_text("utf-8")
    return {key: _read(entry) for key, entry in json.loads(text).items()}


def _read(entry: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(entry[name]) for name in _DAYS if name in entry}
    return entry | days | {name: tuple(entry[name]) for name in _CODES if name in entry}


def split_origin(entry: Mapping[str, Any]) -> tuple[Origin, dict[str, Any]]:
    """Where an entry comes from, and what else it says."""
    own = {name: value for name, value in entry.items() if name in Origin.__slots__}
    rest = {name: value for name, value in entry.items() if name not in own and name != "successor"}
    return Origin(**own), rest


def shipped_programmes() -> dict[str, ProgrammeContent]:
    """By key, each without its successor."""
    parts = {key: split_origin(entry) for key, entry in read_entries("programmes").items()}
    return {key: ProgrammeContent(**rest, origin=origin) for key, (origin, rest) in parts.items()}


def shipped_successors(name: str) -> dict[str, str]:
    """Key of an entry → key of the one that follows it."""
    entries = read_entries(name).items()
    return {key: entry["successor"] for key, entry in entries if "successor" in entry}
