"""The files in `data/`, read into catalogue records."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from .entries import (
    MunicipalityEntry,
    PrefectureEntry,
    TermEntry,
    Vocabulary,
    freeze,
    thaw,
)

# The day on which an item of these files that differs from an older release becomes valid.
EDITION = date(2026, 11, 1)
_DATA = files(__package__) / "data"


@dataclass(frozen=True, slots=True)
class VocabularyTitle:
    ja: str
    en: str
    standard: str
    source: str
    provenance: str
    note: str


@cache
def prefectures() -> tuple[PrefectureEntry, ...]:
    return tuple(
        PrefectureEntry(
            row["code"],
            row["name_ja"],
            row["name_kana"],
            row["name_en"],
            row["capital"],
            float(row["latitude"]),
            float(row["longitude"]),
        )
        for row in _rows("prefectures.csv")
    )


@cache
def tiles() -> Mapping[str, tuple[float, float]]:
    """Municipality → (column from the west, row from the north) of its square on the map of its prefecture."""
    return {row["code"]: (float(row["column"]), float(row["row"])) for row in _rows("tiles.csv")}


@cache
def municipalities() -> tuple[MunicipalityEntry, ...]:
    return tuple(
        MunicipalityEntry(
            code=row["code"],
            prefecture_code=row["prefecture_code"],
            ja=row["name_ja"],
            kana=row["name_kana"],
            en=row["name_en"] or None,
            kind=row["kind"],
            region=row["region"] or None,
            population=int(row["population"]) if row["population"] else None,
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            travel_zone=row["travel_zone"] or None,
            mail_domain=row["mail_domain"] or None,
        )
        for row in _rows("municipalities.csv")
    )


@cache
def titles() -> dict[str, VocabularyTitle]:
    """What each vocabulary is called, and where it comes from."""
    return {
        vocabulary.value: VocabularyTitle(
            head["ja"],
            head["en"],
            f"{head['standard']} {head['version']}",
            head["source"],
            head["provenance"],
            head.get("note", ""),
        )
        for vocabulary in Vocabulary
        for head in (_document(vocabulary),)
    }


@cache
def terms() -> tuple[TermEntry, ...]:
    return tuple(term for vocabulary in Vocabulary for term in _terms(vocabulary))


@cache
def digest() -> str:
    """A fingerprint of all shipped records."""
    text = repr((EDITION, prefectures(), municipalities(), [_plain(term) for term in terms()]))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(term: TermEntry) -> tuple[Any, ...]:
    attributes = json.dumps(thaw(term.attributes), sort_keys=True, ensure_ascii=False)
    return (term.vocabulary, term.code, term.ja, term.en, term.position, term.valid_from, term.valid_to,
            attributes, term.standard, term.source, term.provenance)  # fmt: skip


def _terms(vocabulary: Vocabulary) -> Iterator[TermEntry]:
    head = _document(vocabulary)
    for number, item in enumerate(head["items"], start=1):
        attributes = dict(item.get("attributes", {}))
        if "aliases" in item:
            attributes["aliases"] = item["aliases"]
        until = item.get("valid_to")
        yield TermEntry(
            vocabulary=vocabulary.value,
            code=item["code"],
            ja=item["ja"],
            en=item["en"],
            position=number * 10,
            valid_from=date.fromisoformat(item.get("valid_from", head["valid_from"])),
            valid_to=date.fromisoformat(until) if until else None,
            attributes=freeze(attributes),
            standard=f"{head['standard']} {head['version']}",
            source=item.get("source", head["source"]),
            provenance=item.get("provenance", head["provenance"]),
        )


@cache
def _document(vocabulary: Vocabulary) -> dict[str, Any]:
    text = (_DATA / "terms" / f"{vocabulary.value}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _rows(name: str) -> list[dict[str, str]]:
    text = (_DATA / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
