"""Everything the site says stands in English too, in one place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from docs import catalogue
from talentpool.web.languages import COUNTED

JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
NAMES = re.compile(r"%\((\w+)\)[sd]|(%%)|(%)")
LIMITS = [
    "longest",
    "longest_months",
    "most",
    "most_half_days",
    "most_minutes",
    "most_rows",
    "shortest",
    "least",
]  # never 1
MARKED = {"_", "gettext", "lazy_gettext", "say"}
FILES_ONLY = {
    "exchange",
    "matching",
    "demo",
    "sheet.py",
    "statement_printing.py",
}  # sheets in Japanese; both languages in one table; data; the paper stays Japanese
PACKAGE = catalogue.ROOT / "talentpool"
SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py") if not FILES_ONLY & set(path.relative_to(PACKAGE).parts)
)


def test_the_catalogue_holds_what_is_said_and_nothing_else() -> None:
    updated = catalogue.updated()
    assert [message.id for message in catalogue.lacking(updated)] == []
    assert catalogue.TEXT.read_bytes() == catalogue.text_of(updated), "python -m docs.catalogue"


def test_english_is_english_and_has_the_same_places_for_values() -> None:
    for message in catalogue.stored():
        if message.id:
            assert not message.fuzzy, message.id
            assert not JAPANESE.search(message.string), message.string
            given = set(NAMES.findall(message.id))
            asked = set(NAMES.findall(message.string))
            named_months = {("name", "", "")} if ("month", "", "") in given else set()
            twelve_hours = {("twelve", "", "")} if ("time", "", "") in given else set()
            assert asked <= given | named_months | twelve_hours, message.id


def test_english_counts_in_ones_and_in_many() -> None:
    english = [message.string for message in catalogue.stored() if message.id]
    words = [found for text in english for found in COUNTED.findall(text)]
    nouns = {many for _name, _one, many in words if " " not in many}
    assert {"places", "points", "people", "half-days"} <= nouns
    bare = re.compile(rf"%\((?!(?:{'|'.join(LIMITS)})\))\w+\)s (?:{'|'.join(nouns)})\b")
    assert [text for text in english if bare.search(COUNTED.sub("", text))] == []
    for message in catalogue.stored():
        for name, one, many in COUNTED.findall(message.string):
            assert f"%({name})s" in message.id, message.id
            assert one != many, message.id


def test_a_word_that_counts_is_given_its_count() -> None:
    """Where a sentence is marked; only `strong` puts its values in later."""
    counting = {message.id for message in catalogue.stored() if COUNTED.search(message.string)}
    without = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        later = {id(part) for call in calls if _name(call.func) == "strong" for part in call.args}
        without += [
            f"{path.name}:{call.lineno}" for call in calls
            if _name(call.func) in MARKED and not call.keywords and id(call) not in later
            and call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value in counting
        ]  # fmt: skip
    assert without == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_sentence_is_bare(path: Path) -> None:
    assert list(_bare_sentences(ast.parse(path.read_text(encoding="utf-8")))) == []


def _bare_sentences(tree: ast.AST) -> Iterator[str]:
    """Texts in Japanese with a full stop that are neither marked, nor beside their English, nor documentation."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if (isinstance(node, ast.Call) and _name(node.func) in MARKED) or (
            isinstance(node, ast.Tuple | ast.Call) and _is_pair(_texts_in(node))
        ):
            passed |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and id(node) not in passed
        text = str(node.value) if is_text else ""
        if JAPANESE.search(text) and "。" in text:
            yield f"{node.lineno}: {text}"


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _texts_in(node: ast.Tuple | ast.Call) -> list[str]:
    parts = node.elts if isinstance(node, ast.Tuple) else node.args
    return [ast.unparse(part) for part in parts if isinstance(part, ast.Constant | ast.JoinedStr)]


def _is_pair(texts: list[str]) -> bool:
    """A sentence with its English right behind it."""
    return any(
        JAPANESE.search(one) and not JAPANESE.search(two) and " " in two
        for one, two in pairwise(texts)
    )
