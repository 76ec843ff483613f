"""`python -m benchmarks.hard [--limit 60] [--shapes months] [--seeds 0,1] [--out docs/benchmarks-shapes.md]`.

The rule: on every shape a plan at least as good as that of scipy.milp, in the greater of one second and 1.2 times its
time, and proved where it proves. A loss is printed like a win. Seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from talentpool import matching as m

from .peers import PEERS, Answer, Run, cp_sat, scipy_milp
from .report import machine, table
from .shapes import SHAPES, Drawn, draw

LEAST, LONGER = (
    1.0,
    1.2,
)  # seconds that nobody is asked to beat; the part of the other's time that ours may take
HEAD = ["shape", "pairs", "talentpool", "with the lottery", "scipy.milp", "OR-tools CP-SAT", ""]


@dataclass(frozen=True)
class Took:
    """seconds: of the processor; clock: on the wall."""

    answer: Answer
    seconds: float
    clock: float

    @property
    def text(self) -> str:
        proof = "" if self.answer.is_proved else ", no proof"
        return f"{self.seconds:.2f} s{proof}: {self.answer.value:,}"


def main(arguments: list[str] | None = None) -> None:
    asked = _read(arguments)
    rows = []
    for name, shape in SHAPES.items():
        if asked.shapes in name:
            for seed in asked.seeds:
                rows.append(_row(f"{name}, seed {seed}", draw(shape, seed), asked.limit))
                print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    command = " ".join(["python -m benchmarks.hard", *(arguments or sys.argv[1:])])
    text = _page(rows, command, asked.limit)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    else:
        print(text)


def _row(title: str, drawn: Drawn, limit: float) -> list[str]:
    problem, pins = drawn.problem, drawn.pins
    theirs = _timed(scipy_milp(problem, limit, pins))
    longer = LONGER if theirs.answer.is_proved else 1.0
    ours = _timed(_solve(drawn, max(LEAST, longer * theirs.clock), breaks_ties=False))
    with_lots = _timed(_solve(drawn, limit, breaks_ties=True))
    other = _timed(cp_sat(problem, limit, pins)).text if _has_cp_sat() else "missing"
    for took in (ours, with_lots):
        if took.answer.plan:
            m.verify(problem, took.answer.plan, pins=pins)
    pairs = f"{len(problem.candidate):,}"
    verdict = _verdict(ours, theirs)
    return [title, pairs, ours.text, f"{with_lots.seconds:.2f} s", theirs.text, other, verdict]


def _solve(drawn: Drawn, limit: float, *, breaks_ties: bool) -> Run:
    def run() -> Answer:
        plan = m.solve(drawn.problem, pins=drawn.pins, time_limit=limit, breaks_ties=breaks_ties)
        return Answer(plan.value, plan.is_proved, plan)

    return run


def _has_cp_sat() -> bool:
    return any(peer.name == "OR-tools CP-SAT" and peer.version for peer in PEERS)


def _timed(run: Run) -> Took:
    gc.collect()
    began, clock = process_time(), perf_counter()
    answer = run()
    return Took(answer, process_time() - began, perf_counter() - clock)


def _verdict(ours: Took, theirs: Took) -> str:
    if (
        theirs.answer.is_proved
        and ours.answer.is_proved
        and ours.answer.value != theirs.answer.value
    ):
        raise AssertionError(f"proved values differ: {ours}, {theirs}")
    if ours.answer.value < theirs.answer.value:
        return "lost: a worse plan"
    if theirs.answer.is_proved and not ours.answer.is_proved:
        return "lost: no proof"
    if ours.seconds > max(LEAST, LONGER * theirs.seconds):
        return "lost: too long"
    is_ahead = ours.answer.value > theirs.answer.value or ours.seconds < theirs.seconds / LONGER
    return "won" if is_ahead else "tied"


def _page(rows: Sequence[list[str]], command: str, limit: float) -> str:
    lines = [
        "# Hard shapes",
        "",
        f"Made by `{command}`. scipy.milp and CP-SAT may take {limit:g} s; talentpool gets the greater of 1 s and 1.2 times",
        "what scipy.milp took, on one thread. Seconds are those of the processor, until the plan is proved; the column of the",
        "lottery says how long the whole takes that a round asks for. Lost means a worse plan, no proof where scipy.milp has",
        "one, or more than that time. `benchmarks/shapes.py` says what the shapes are.",
        "",
        *table(["machine", ""], [[name, text] for name, text in machine().items()]),
        "",
        *table(HEAD, rows),
    ]
    return "\n".join(lines) + "\n"


def _read(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hard", description=__doc__)
    parser.add_argument("--limit", type=float, default=60, help="seconds that the others may take")
    parser.add_argument("--shapes", default="", help="only those whose name has this in it")
    parser.add_argument(
        "--seeds", type=_seeds, default=[0], help="0 if left out, or for example 0,1"
    )
    parser.add_argument("--out", type=Path, help="a file; otherwise it is printed")
    return parser.parse_args(arguments)


def _seeds(text: str) -> list[int]:
    return [int(seed) for seed in text.split(",")]


if __name__ == "__main__":
    main()
