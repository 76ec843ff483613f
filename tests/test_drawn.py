"""A whole run asks most tests of one database and those about a database of both."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from . import drawn

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("tests/ledger", "tests/notes", "tests/needs/test_races.py")


def _collect(*options: str) -> dict[str, Counter[str]]:
    """How many runs each test of `PLACES` has, by its name without the database."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", *options, *PLACES],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Counter[str]] = {}
    for line in told.stdout.splitlines():
        kind = next((kind for kind in ("sqlite", "postgresql") if kind in line), None)
        if kind is not None:
            found.setdefault(line.replace(kind, "*"), Counter())[kind] += 1
    return found


def test_every_place_that_needs_both_is_there() -> None:
    assert [place for place in drawn.BOTH if not (drawn.HERE / place).exists()] == []


@pytest.mark.postgresql  # without it nothing is drawn
def test_a_test_is_left_on_one_database_unless_it_is_about_the_database() -> None:
    whole, drawn = _collect(), _collect("--databases=drawn")
    assert drawn.keys() == whole.keys()  # none is lost
    runs = {name: sum(kinds.values()) for name, kinds in drawn.items()}
    assert {runs[name] for name in runs if "tests/notes" not in name} == {2}
    assert {runs[name] for name in runs if "tests/notes" in name} == {1}
    kinds = Counter(kind for name in drawn if "tests/notes" in name for kind in drawn[name])
    assert min(kinds["sqlite"], kinds["postgresql"]) > 0
