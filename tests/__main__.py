"""`python3 -m talentpool test`: the whole suite, on everything the machine has, and what it has not."""

from __future__ import annotations

import os
import sys

import pytest

from . import left_out

BOLD, PLAIN = "\033[1m", "\033[0m"


def main(arguments: list[str]) -> int:
    spread = [] if any(a.startswith(("-n", "--pdb")) for a in arguments) else ["-n", "2"]
    code = int(pytest.main([*spread, *arguments]))
    needs = left_out.missing()
    if not needs:
        return code
    print(f"{BOLD}{left_out.sentence(needs)}{PLAIN}")
    return code or (1 if os.environ.get("CI") == "true" else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
