"""How many changed copies of the engine the tests notice: `python -m tests.matching.mutants --each 40 --seed 1`.

mutmut changes one operator, number, text or argument of the engine at a time and runs the tests that come by it;
a change that no test notices has survived. Of every file `--each` changes are drawn by lot, 0 takes them all; the last line
weighs each file by how many changes there are. The survivors are `mutmut results`, `mutmut show NAME` prints one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from random import Random

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code

ENGINE = Path("talentpool/matching")
UNNOTICED = {
    "survived",
    "no tests",
    "skipped",
    "not checked",
}  # a copy that crashes or never ends is noticed


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=40, help="changes a file; 0 takes all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=90.0, help="percent to be noticed")
    parser.add_argument("--workers", default="1")
    parser.add_argument("files", nargs="*", help="names without .py; all when none is given")
    asked = parser.parse_args()
    paths = sorted(p for p in ENGINE.rglob("*.py") if not asked.files or p.stem in asked.files)
    drawn = {path: _draw(path, asked.each, asked.seed) for path in paths}
    names = [name for part, _all in drawn.values() for name in part]
    mutmut = [Path(sys.executable).with_name("mutmut"), "run", "--max-children", asked.workers]
    subprocess.run([*mutmut, *names], check=True)
    print("| file | changes | drawn | noticed | percent |\n|---|---:|---:|---:|---:|")
    seen = {path: _noticed(path, part) for path, (part, _count) in drawn.items()}
    shares = {}
    for path, (part, count) in drawn.items():
        if part:
            shares[path] = 100 * seen[path] / len(part)
            print(f"| {path.stem} | {count} | {len(part)} | {seen[path]} | {shares[path]:.0f} |")
    total = sum(count for _part, count in drawn.values())
    percent = sum(share * drawn[path][1] for path, share in shares.items()) / total
    print(
        f"| all, by their changes | {total} | {len(names)} | {sum(seen.values())} | {percent:.1f} |"
    )
    return 0 if percent >= asked.least else 1


def _draw(path: Path, each: int, seed: int) -> tuple[list[str], int]:
    """Names of the changes drawn from one file, and how many there are."""
    module = ".".join(path.with_suffix("").parts)
    found = mutate_file_contents(str(path), path.read_text("utf-8")).mutant_names
    names = [f"{module}.{name}" for name in found]
    if not each or len(names) <= each:
        return names, len(names)
    return sorted(Random(f"{seed} {module}").sample(names, each)), len(names)


def _noticed(path: Path, names: list[str]) -> int:
    codes = json.loads(Path(f"mutants/{path}.meta").read_text("utf-8"))["exit_code_by_key"]
    return sum(status_by_exit_code[codes[name]] not in UNNOTICED for name in names)


if __name__ == "__main__":
    sys.exit(main())
