"""The page for outsiders runs as it stands and names everything public."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from talentpool import matching as m

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "matching.md"
RUN = """
import doctest, sys
from importlib.metadata import packages_distributions
before = set(sys.modules)
failed, tried = doctest.testfile(sys.argv[1], module_relative=False)
packages = packages_distributions()
loaded = {name for module in set(sys.modules) - before for name in packages.get(module, ())}
print(failed, tried > 0, *sorted(loaded - {"talentpool"}))
"""


def test_the_page_runs_with_numpy_and_scipy_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(PAGE)], env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0 True numpy scipy", done.stdout


def test_the_page_names_everything_public_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    spans = re.findall(r"`([^`\n]+)`", text)
    named = {word for span in spans for word in re.findall(r"\w+", span)}
    assert set(m.__all__) - named == set()
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    called = {name for cell in rows for name in re.findall(r"`(\w+)\(", cell)}
    assert len(called) > 20
    assert called - set(m.__all__) == set()


def test_the_page_explains_every_key_of_a_document() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("| key | what it holds |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    keys = {key for cell in rows for key in re.findall(r"`(\w+)`", cell)}
    assert keys == set(m.document([], []))
