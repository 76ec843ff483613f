"""Sentences that can be said in both languages of the site. Only the web knows which one a reader wants.

English stands in `translations/`, under the Japanese that it translates. Tables of names (states, roles, the engine's
reasons) carry both languages side by side, as the reference data does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

LANGUAGES = MappingProxyType({"ja": "日本語", "en": "English"})  # code → its name in itself
USUAL = "ja"  # where in doubt
COMMA, OR = "、", "か"  # between names of a list
Words = tuple[str, str]  # the same in Japanese and in English


def in_language(words: Words, locale: object) -> str:
    return words[1] if str(locale).startswith("en") else words[0]


class Said(str):
    """Text in Japanese that knows what it was made of, so that the web can say it in another language."""

    __slots__ = ("pattern", "values")
    pattern: str  # with %(name)s for each of the values
    values: dict[str, Any]


def say(pattern: str, **values: Any) -> str:
    """`pattern` with its values, as text in Japanese: say("%(town)sの募集", town="豊岡市")."""
    said = Said(pattern % values if values else pattern)
    said.pattern, said.values = pattern, values
    return said


def listed(texts: Iterable[str], between: str = COMMA) -> str:
    """`texts` one after the other, each of them still to be said in any language."""
    items = list(texts)
    said = Said(between.join(items))
    said.pattern, said.values = between, {"items": items}
    return said


def sentences(texts: Iterable[str]) -> str:
    """`texts` behind each other, with a blank between them where the language has one."""
    return listed(texts, between="")


def named(words: Words) -> str:
    """A name out of a table, inside a sentence."""
    said = Said(words[0])
    said.pattern, said.values = words[0], {"words": words}
    return said


_STORED = '{"said":'  # begins what `to_text` writes of a Said


def to_text(text: str) -> str:
    """One text that `from_text` makes the same of, in any language; other text as it is."""
    return json.dumps(_parts(text), ensure_ascii=False) if isinstance(text, Said) else text


def from_text(text: str) -> str:
    return _whole(json.loads(text)) if text.startswith(_STORED) else text


def _parts(value: Any) -> Any:
    if isinstance(value, Said):
        return {"said": value.pattern, "values": _parts(value.values)}
    if isinstance(value, dict):
        return {name: _parts(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_parts(inner) for inner in value]
    return value


def _whole(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    pattern, values = value["said"], value["values"]
    if "words" in values:
        return named(tuple(values["words"]))
    if "items" in values:
        return listed(map(_whole, values["items"]), between=pattern)
    return say(pattern, **{name: _whole(inner) for name, inner in values.items()})
