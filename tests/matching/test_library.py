"""The engine can be lifted out of this repository: what it imports, and when."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from talentpool import matching as m

ENGINE = Path(m.__file__).parent
ALLOWED = sys.stdlib_module_names | {"numpy", "scipy"}


def _imported(path: Path) -> Iterator[str]:
    """The first name of everything that a file imports by an absolute name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_is_imported_but_numpy_scipy_and_the_standard_library(path: Path) -> None:
    assert set(_imported(path)) <= ALLOWED


def test_importing_the_engine_does_not_import_scipy() -> None:
    code = "import sys, talentpool.matching; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
