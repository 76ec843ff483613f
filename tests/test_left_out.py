"""A machine without a browser is told so; found out with a search path that leads nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .left_out import BROWSER, POSTGRESQL, sentence

ROOT = Path(__file__).resolve().parents[1]


def _collect(*paths: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "tests", "-n0", "-q", "--collect-only", *paths],
        cwd=ROOT, env={**kept, "PATH": "/nowhere", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_tests_in_a_browser_are_taken_out_and_named_at_the_end() -> None:
    told = _collect("tests/journeys", "tests/test_geo.py")
    assert told.returncode == 0, told.stdout
    assert "tests/test_geo.py" in told.stdout
    assert "tests/journeys" not in told.stdout
    last = told.stdout.splitlines()[-1]
    assert last.startswith("\033[1mLeft out: the tests in a browser")
    assert "apt-get install -y chromium" in last


def test_leaving_something_out_is_a_failure_where_everything_must_run() -> None:
    assert _collect("tests/test_geo.py", CI="true").returncode == 1


def test_one_command_installs_everything_that_is_missing() -> None:
    assert sentence([BROWSER, POSTGRESQL]).endswith("apt-get install -y chromium postgresql")
