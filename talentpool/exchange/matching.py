"""One matching round from files alone: no database, the same plan as a stored round of the same inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import matching as m
from ..errors import BadFile, Refused
from ..pool.records import Request
from ..pool.translate import translate
from ..reference.catalogue import Catalogue
from .entries import read_entries
from .layout import CANDIDATES, NEEDS
from .people import read_profiles
from .reading import read_file
from .requests import read_requests
from .writing import Table, write_whole, write_workbook


def match_files(
    candidates: Path,
    needs: Path,
    *,
    policy: Path | None = None,
    encoding: str | None = None,
    is_stable: bool = False,
) -> tuple[dict[str, Any], list[Request]]:
    """The engine's document for two files, and the requests for their titles. Raises BadFile, Refused."""
    catalogue = Catalogue.shipped()
    people = read_entries(CANDIDATES, read_file(candidates, encoding), catalogue)
    wanted = read_entries(NEEDS, read_file(needs, encoding), catalogue)
    profiles, requests = read_profiles(people), read_requests(wanted)
    persons, posts = translate(profiles, requests, catalogue)
    try:
        rules = m.Policy.from_dict(_read_policy(policy)) if policy else m.Policy()
        document = m.document(persons, posts, rules, is_stable=is_stable)
    except m.MatchingError as error:
        raise Refused(str(error)) from error
    return document, requests


def _read_policy(path: Path) -> dict[str, Any]:
    try:
        policy = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadFile(f"方針のファイルを読めません：{path.name}") from error
    if not isinstance(policy, dict):
        raise BadFile("方針のファイルはJSONのオブジェクトで書いてください。")
    return policy


def write_plan(
    path: Path, document: Mapping[str, Any], requests: Sequence[Request], *, as_json: bool
) -> None:
    if as_json or path.suffix.lower() == ".json":
        write_whole(path, (m.to_json(document) + "\n").encode())
    else:
        write_workbook(path, plan_tables(document, requests))


def plan_tables(document: Mapping[str, Any], requests: Sequence[Request]) -> list[Table]:
    """Plan, rankings, excluded people, empty seats and baselines as sheets."""
    titles = {request.code: request.title for request in requests}
    parts = [label for label, _ in m.PARTS.values()]
    plan = [
        [
            pair["need"],
            titles[pair["need"]],
            str(pair["seat"]),
            pair["candidate"],
            m.points(pair["fit"]),
            *(m.points(pair["parts"][part]) for part in m.PARTS),
        ]
        for pair in document["placements"]
    ]
    ranking = [
        [
            need,
            titles[need],
            str(row["rank"]),
            row["candidate"],
            m.points(row["fit"]),
            "割当" if row["placed"] else "",
            m.points(row["regret"]),
            m.reason_text(row["reason"], titles),
        ]
        for need, rows in document["rankings"].items()
        for row in rows
    ]
    excluded = [
        [need, titles[need], person, "、".join(m.rule_text(rule) for rule in rules)]
        for need, people in document["excluded"].items()
        for person, rules in people.items()
    ]
    empty = [
        [
            entry["need"],
            titles[entry["need"]],
            str(entry["seats"]),
            m.change_text(entry["change"]) if entry["change"] else "",
            entry["change"]["candidate"] if entry["change"] else "",
        ]
        for entry in document["empty_seats"]
    ]
    names = {"plan": "この割当案"} | {name: label for name, (label, _) in m.BASELINES.items()}
    compared = [
        [
            names[name],
            str(row["filled"]),
            str(row["half_days"]),
            "" if row["mean_fit"] is None else m.points(row["mean_fit"]),
        ]
        for name, row in document["baselines"].items()
    ]
    return [
        ("割当案", ["募集", "募集の名前", "枠", "登録者", "適合度", *parts], plan),
        ("順位", ["募集", "募集の名前", "順位", "登録者", "適合度", "割当", "固定の代償", "理由"], ranking),
        ("対象外", ["募集", "募集の名前", "登録者", "満たさない条件"], excluded),
        ("空き枠", ["募集", "募集の名前", "空き", "最小の変更", "対象の登録者"], empty),
        ("比較", ["決め方", "埋まった枠", "半日コマの合計", "平均適合度"], compared),
    ]  # fmt: skip


def summary_line(document: Mapping[str, Any]) -> str:
    figures = document["baselines"]["plan"]
    return (
        f"{document['status']}: {figures['filled']} seats filled, value {document['value']} bp, "
        f"bound {document['bound']} bp, proof {document['proof']}"
    )
