"""Every public name says what it takes and gives, and its examples are true."""

from __future__ import annotations

import doctest
import inspect
import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import walk_packages

import pytest

from talentpool import matching as m

MODULES = [m, *(import_module(found.name) for found in walk_packages(m.__path__, f"{m.__name__}."))]
PUBLIC = [name for name in m.__all__ if callable(getattr(m, name))]
FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(m, name))]
RECORDS = [name for name in PUBLIC if is_dataclass(getattr(m, name))]
SECTION = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)


def _sections(name: str) -> dict[str, str]:
    """Title → text of a docstring in NumPy's style; the summary has no title."""
    own = inspect.cleandoc(getattr(m, name).__doc__ or "")  # not that of a base class
    parts = SECTION.split(own)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def _named(section: str) -> list[str]:
    """The names that a section explains: what stands in front of the lines that are indented."""
    lines = [line for line in section.splitlines() if line and not line.startswith(" ")]
    return [name for line in lines for name in line.partition(" : ")[0].split(", ")]


def _parameters(name: str) -> list[str]:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    found = inspect.signature(getattr(m, name)).parameters.values()
    return [stars.get(one.kind, "") + one.name for one in found]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_are_true(module: object) -> None:
    assert doctest.testmod(module, raise_on_error=False).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_begins_with_one_sentence(name: str) -> None:
    summary = _sections(name)[""].partition("\n")[0]
    assert summary.endswith(".")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_explains_its_parameters_and_shows_an_example(name: str) -> None:
    sections = _sections(name)
    assert _named(sections["Parameters"]) == _parameters(name)
    assert ("Returns" in sections) == (
        inspect.signature(getattr(m, name)).return_annotation != "None"
    )
    assert f"m.{name}(" in sections["Examples"]


@pytest.mark.parametrize("name", RECORDS)
def test_every_public_record_explains_its_fields_and_where_it_comes_from(name: str) -> None:
    sections, record = _sections(name), getattr(m, name)
    explained = _named(sections.get("Parameters", "")) + _named(sections.get("Attributes", ""))
    kept = {entry.name for entry in fields(record)}
    assert kept <= set(explained) <= kept | set(dir(record))
    assert {"Examples", "See Also"} & set(sections)
