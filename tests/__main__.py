"""`python3 -m talentpool test`: the whole suite, on everything the machine has, and what it has not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from . import left_out

BOLD, PLAIN = "\033[1m", "\033[0m"
# Each worker takes some 400 MB, and in tests of races 20 connections to PostgreSQL.
SPREAD = ["-n", "logical", "--maxprocesses", "8", "--dist", "worksteal"]
MEMORY = Path("/dev/shm")
ROOM = 2 << 30  # bytes


def main(arguments: list[str]) -> int:
    spread = [] if any(a.startswith(("-n", "--pdb")) for a in arguments) else SPREAD
    if "TMPDIR" not in os.environ and _is_roomy(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)  # where a commit need not wait for a disk
    names_tests = any(Path(argument.partition("::")[0]).exists() for argument in arguments)
    databases = [] if names_tests else ["--databases=drawn"]  # given again, the last one counts
    code = int(pytest.main([*spread, *databases, *arguments]))
    needs = left_out.missing()
    if not needs:
        return code
    print(f"{BOLD}{left_out.sentence(needs)}{PLAIN}")
    return code or (1 if os.environ.get("CI") == "true" else 0)


def _is_roomy(folder: Path) -> bool:
    """What the tests write fits in, and what they install there can be run."""
    if not os.access(folder, os.W_OK):
        return False
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize >= ROOM and not facts.f_flag & os.ST_NOEXEC


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
