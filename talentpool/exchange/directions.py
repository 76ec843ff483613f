"""A policy file: the keys of a Policy, and pins and forbids as pairs of codes of the sheets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import matching as m
from ..errors import BadCell, BadFile, UnknownCode
from ..reference.catalogue import Catalogue
from ..typed import quoted
from .kinds import fold_code

MOST_POLICY = 1024 * 1024  # bytes
FAULTY = "方針のファイルに誤りがあります。"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Directions:
    policy: m.Policy
    pins: Pairs  # (need, candidate)
    forbids: Pairs


@dataclass(frozen=True, slots=True)
class Known:
    """What the codes of a policy may name: folded code → code, and towns."""

    needs: Mapping[str, str]
    candidates: Mapping[str, str]
    catalogue: Catalogue

    @classmethod
    def of(cls, needs: Sequence[str], candidates: Sequence[str], catalogue: Catalogue) -> Known:
        return cls(_folded(needs), _folded(candidates), catalogue)


def _folded(codes: Sequence[str]) -> dict[str, str]:
    return {fold_code(code): code for code in codes}


def read_directions(path: Path | None, known: Known, defaults: Mapping[str, Any]) -> Directions:
    """Raises BadFile with every code that names nothing; keys left out keep their defaults."""
    given = {} if path is None else _read_object(path)
    faults: list[str] = []
    pins, forbids = (
        list(_pairs(name, given.pop(name, []), known, faults)) for name in ("pins", "forbids")
    )
    if isinstance(given.get("carry_over"), dict):
        given["carry_over"] = dict(_towns(given["carry_over"], known.catalogue, faults))
    if faults:
        raise BadFile(FAULTY, [BadCell("", None, None, fault) for fault in faults])
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


def _pairs(name: str, given: Any, known: Known, faults: list[str]) -> Iterator[tuple[str, str]]:
    is_list = isinstance(given, list)
    if not is_list or not all(isinstance(pair, list) and len(pair) == 2 for pair in given):
        raise BadFile(f"方針のファイルの {name} は [募集, 登録者] の組の一覧で書いてください。")
    for pair in given:
        need, candidate = (fold_code(str(code)) for code in pair)
        if need in known.needs and candidate in known.candidates:
            yield known.needs[need], known.candidates[candidate]
        elif need in known.candidates and candidate in known.needs:
            faults.append(
                f"{name} の {_shown(pair)} は順が逆です。[募集, 登録者] の順に書いてください。"
            )
        else:
            sheet, code = ("登録者", pair[1]) if need in known.needs else ("募集", pair[0])
            faults.append(
                f"{name} の {_shown(pair)}：{quoted(str(code))}は{sheet}のシートにありません。"
            )


def _shown(pair: Sequence[Any]) -> str:
    return f"[{', '.join(quoted(str(code)) for code in pair)}]"


def _towns(
    given: Mapping[str, Any], catalogue: Catalogue, faults: list[str]
) -> Iterator[tuple[str, Any]]:
    """Towns by code or name."""
    seen = set()
    for typed, bonus in given.items():
        try:
            code = catalogue.find_municipality(typed).code
        except UnknownCode as error:
            faults.append(f"carry_over：{error.message}")
            continue
        if code in seen:
            faults.append(f"carry_over：{quoted(typed)}は二度書かれています。")
        seen.add(code)
        yield code, bonus
