"""`python3 -m talentpool test`: the whole suite, on everything the machine has, and what it has not."""

from __future__ import annotations

import os
import sys

import pytest

from . import servers

BOLD, PLAIN = "\033[1m", "\033[0m"


def main(arguments: list[str]) -> int:
    missing = {}
    if servers.find_browser() is None:
        missing["browser"] = ("the tests in a browser", "chromium")
    if servers.find_postgresql() is None:
        missing["postgresql"] = ("the tests on PostgreSQL", "postgresql")
    chosen = ["-m", " and ".join(f"not {mark}" for mark in missing)] if missing else []
    spread = [] if any(a.startswith("-n") for a in arguments) else ["-n", "2"]
    code = int(pytest.main([*spread, *chosen, *arguments]))
    if not missing:
        return code
    names = " and ".join(name for name, _ in missing.values())
    packages = " ".join(package for _, package in missing.values())
    print(f"{BOLD}Left out: {names}. To run them: apt-get install -y {packages}{PLAIN}")
    return code or (1 if os.environ.get("CI") == "true" else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
