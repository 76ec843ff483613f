"""The engine's document as sheets: plan, rankings, who is left out and why, empty seats, comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import matching as m
from ..errors import Refused, UnknownCode
from ..files.writing import Cell, Table, render
from ..reference.catalogue import Catalogue

Lines = Iterator[list[Cell]]
FIGURES = ("filled", "half_days", "mean_fit", "value", "worst_served", "blocking")


def render_answer(
    path: Path, document: Mapping[str, Any], titles: Mapping[str, str], *, is_json: bool
) -> bytes:
    """JSON where it is asked for or the name says so, else a workbook."""
    if is_json or path.suffix.lower() == ".json":
        return (m.to_json(document) + "\n").encode()
    if path.suffix.lower() != ".xlsx":
        raise Refused("結果のファイル名は .json か .xlsx で終わるようにしてください。")
    return render(path, _tables(document, titles))


def _tables(document: Mapping[str, Any], titles: Mapping[str, str]) -> list[Table]:
    parts = [f"{label}(1/100点)" for label, _ in m.PARTS.values()]
    fit = "適合度(1/100点)"
    need = ["募集", "募集の名前"]
    return [
        Table(
            "割当案", [*need, "枠", "登録者", fit, "半日コマ/月", "月", *parts],
            list(_plan(document, titles)),
        ),
        Table(
            "順位", [*need, "順位", "登録者", fit, "割当", "固定の代償(1/100点)", "代償の幅", "理由", *parts],
            list(_rankings(document, titles)),
        ),
        Table("対象外", [*need, "登録者", "満たさない条件"], list(_excluded(document, titles))),
        Table(
            "空き枠", [*need, "空き", "条件ごとの人数", "ほかの募集に就く人", "埋まる変更", "その登録者"],
            list(_empty(document, titles)),
        ),
        Table(
            "固定・除外", ["扱い", *need, "登録者", "増減した枠", "割当が変わった人"],
            list(_directed(document, titles)),
        ),
        Table(
            "比較", ["決め方", "埋まった枠", "半日コマの合計", "平均適合度(1/100点)", "合計点",
            "最も埋まらない規模の充足率(%)", "入れ替わりたい組"], list(_compared(document)),
        ),
    ]  # fmt: skip


def _plan(document: Mapping[str, Any], titles: Mapping[str, str]) -> Lines:
    for pair in document["placements"]:
        yield [
            pair["need"], titles[pair["need"]], pair["seat"], pair["candidate"], pair["fit"],
            pair["half_days"], f"{pair['months'][0]}..{pair['months'][-1]}", *_parts(pair),
        ]  # fmt: skip


def _rankings(document: Mapping[str, Any], titles: Mapping[str, str]) -> Lines:
    for need, rows in document["rankings"].items():
        for row in rows:
            yield [
                need, titles[need], row["rank"], row["candidate"], row["fit"],
                "割当" if row["placed"] else "", row["regret"], "ちょうど" if row["is_exact"] else "以上",
                m.reason_text(row["reason"], titles), *_parts(row),
            ]  # fmt: skip


def _parts(row: Mapping[str, Any]) -> list[Cell]:
    return [row["parts"].get(part, 0) for part in m.PARTS]


def _excluded(document: Mapping[str, Any], titles: Mapping[str, str]) -> Lines:
    for need, people in document["excluded"].items():
        for person, rules in people.items():
            yield [need, titles[need], person, "、".join(map(m.rule_text, rules))]


def _empty(document: Mapping[str, Any], titles: Mapping[str, str]) -> Lines:
    for entry in document["empty_seats"]:
        rules = sorted(entry["rules"].items(), key=lambda item: (-item[1], item[0]))
        change = entry["change"] or {}
        yield [
            entry["need"], titles[entry["need"]], entry["seats"],
            "、".join(f"{m.rule_text(rule)} {count}人" for rule, count in rules),
            entry["busy"],
            m.change_text(change, _subject(change)) if change else "",
            change.get("candidate", ""),
        ]  # fmt: skip


def _directed(document: Mapping[str, Any], titles: Mapping[str, str]) -> Lines:
    """What each pin and forbid changed against the best plan without it."""
    for label, key in (("固定", "pins"), ("除外", "forbids")):
        for row in document[key]:
            yield [
                label, row["need"], titles[row["need"]], row["candidate"],
                "、".join(f"{need} {more:+d}" for need, more in row["seats"].items()),
                "、".join(map(_move, row["moves"])),
            ]  # fmt: skip


def _move(move: Mapping[str, Any]) -> str:
    sides = ("・".join(move[side]) or "なし" for side in ("leaves", "enters"))
    return f"{move['candidate']} {' → '.join(sides)}"


def _subject(change: Mapping[str, Any]) -> str | None:
    for vocabulary in ("skill", "form", "mode"):
        try:
            return Catalogue.shipped().label(vocabulary, change.get("subject") or "")
        except UnknownCode:
            continue
    return None


def _compared(document: Mapping[str, Any]) -> Lines:
    others = {name: label for name, (label, _) in m.COMPARED.items()}
    without = {name: f"「{waiver.ja}」を外した案" for name, waiver in m.WAIVERS.items()}
    for labels, found in ((others, document["baselines"]), (without, document["waived"])):
        for name, label in labels.items():
            if name in found:
                figures = (found[name][key] for key in FIGURES)
                yield [label, *("" if figure is None else figure for figure in figures)]
