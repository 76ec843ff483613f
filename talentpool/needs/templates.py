"""Templates of needs (ひな形): texts, role, skills and form that towns begin with, in `data/templates.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..language import Words

_FILE = files(__package__) / "data" / "templates.json"
_TOLD = frozenset({"code", "ja", "en", "about_ja", "about_en"})


@dataclass(frozen=True, slots=True)
class NeedTemplate:
    code: str
    ja: str
    en: str
    about: Words
    answers: Mapping[str, Any]  # by the name of the field; codes of the vocabularies


@cache
def templates() -> Mapping[str, NeedTemplate]:
    """By code, in the order in which they are offered."""
    return {item["code"]: _template(item) for item in json.loads(_FILE.read_text("utf-8"))}


def _template(item: Mapping[str, Any]) -> NeedTemplate:
    answers = {name: value for name, value in item.items() if name not in _TOLD}
    about = (item["about_ja"], item["about_en"])
    return NeedTemplate(item["code"], item["ja"], item["en"], about, answers)
