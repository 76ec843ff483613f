"""`python -m benchmarks [--smoke] [--sizes A,B] [--out docs/benchmarks.md] [--json]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TextIO

from .explaining import measure_pin, measure_regrets, measure_whole
from .instances import SIZES
from .report import as_json, machine, markdown
from .running import Case, Comparison, Patience, measure, run_alone
from .scoring import measure_scoring
from .targets import MILP, SEEDS, Measured

FULL = Patience(rounds=5, seconds=60, limit=300)
SMOKE = Patience(rounds=1, seconds=1, limit=2)


def main(arguments: list[str] | None = None) -> None:
    asked = _read(arguments)
    patience = SMOKE if asked.smoke else replace(FULL, limit=asked.limit)
    sizes = "AB" if asked.smoke else asked.sizes
    described = machine()
    paper = _own_paper()
    measured = Measured()
    for case in _cases(sizes):
        _say(case.title)
        result = measure(case, patience)
        measured.results[case] = result
    if "B" in sizes and not asked.smoke:
        _measure_seeds(measured, replace(patience, rounds=3, seconds=30))
    _compare(measured, sizes, patience)
    for what, case in _alone(sizes):
        _say(f"{case.title}, {what}, alone")
        measured.alone[what, case] = run_alone(case, patience.limit, what)
    command = " ".join(["python -m benchmarks", *(arguments or sys.argv[1:])])
    text = markdown(measured, described, command, patience)
    if asked.json:
        text = json.dumps(as_json(measured, described, command), ensure_ascii=False, indent=1)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    else:
        paper.write(text)
    paper.close()


def _cases(sizes: str) -> list[Case]:
    together = [size for size in sizes if size != "D"]  # nobody else does D
    return [
        *(Case(size, months) for size in together for months in (1, 12)),
        *(Case(size, is_unit=True) for size in together),
    ]


def _alone(sizes: str) -> list[tuple[str, Case]]:
    plans = [("plan", Case(size, months)) for size in sizes for months in (1, 12)]
    return [*plans, *(("fit", Case(size)) for size in sizes if size in "BCD")]


def _compare(measured: Measured, sizes: str, patience: Patience) -> None:
    made: list[Callable[[], Comparison]] = []
    loops = "A" if patience == SMOKE else "AB"  # a nation's loop would take ten minutes
    made += [
        partial(measure_scoring, size, patience, has_loop=size in loops)
        for size in sizes
        if size in "ABC"
    ]
    made += [partial(measure_regrets, size, patience) for size in sizes if size in "BC"]
    made += [partial(measure_pin, size, patience) for size in sizes if size == "B"]
    made += [partial(measure_whole, patience) for size in sizes if size == "A"]
    for measured_now in made:
        comparison = measured_now()
        _say(comparison.title)
        measured.comparisons[comparison.title] = comparison


def _measure_seeds(measured: Measured, patience: Patience) -> None:
    for months in (1, 12):
        for seed in SEEDS[1:]:
            case = Case("B", months, seed=seed)
            _say(case.title)
            peers = [peer for peer in case.peers() if peer.name == MILP]
            measured.results[case] = measure(case, patience, peers)


def _read(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="A and B, once, in less than a minute")
    parser.add_argument(
        "--sizes", type=_sizes, default="ABCDST", help="of A,B,C,D,S,T; all if left out"
    )
    parser.add_argument("--limit", type=float, default=FULL.limit, help="seconds a run may take")
    parser.add_argument("--out", type=Path, help="a file; otherwise it is printed")
    parser.add_argument("--json", action="store_true", help="the same figures as JSON")
    return parser.parse_args(arguments)


def _sizes(text: str) -> str:
    sizes = text.replace(",", "")
    if not sizes or set(sizes) - set(SIZES):
        raise argparse.ArgumentTypeError(f"{text!r} is not made of {','.join(SIZES)}")
    return sizes


def _own_paper() -> TextIO:
    """Standard output for the table alone: solvers greet there, whatever they are told."""
    paper = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return paper


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
