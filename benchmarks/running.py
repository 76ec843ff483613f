"""Rounds in which everybody takes a turn, so that a busy machine is busy for all; equal values or no figures."""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from talentpool import matching as m

from .instances import make
from .peers import OURS, PEERS, Answer, Peer, Run


@dataclass(frozen=True)
class Case:
    size: str
    months: int = 1
    is_unit: bool = False
    seed: int = 0

    @property
    def title(self) -> str:
        kind = "one to one" if self.is_unit else "1 month" if self.months == 1 else "12 months"
        return f"{self.size}, {kind}" + (f", seed {self.seed}" if self.seed else "")

    def problem(self) -> m.Problem:
        return make(self.size, months=self.months, unit=self.is_unit, seed=self.seed)

    def peers(self) -> list[Peer]:
        return [p for p in PEERS if p.is_unit == self.is_unit and self.size in p.sizes]


@dataclass(frozen=True)
class Patience:
    """rounds: at most so many a solver; seconds: none begins another round after so many in all;
    limit: seconds each run may take, told to every solver that can be told."""

    rounds: int
    seconds: float
    limit: float


@dataclass(frozen=True)
class Timing:
    """Seconds. A solver that ran once has no warm-up; otherwise the first round is left out."""

    median: float
    least: float
    count: int
    value: int
    is_proved: bool


@dataclass(frozen=True)
class Comparison:
    """Runs that answer one question; the first is ours. is_right: what the note says is as it should be."""

    title: str
    timings: dict[str, Timing]
    note: str
    is_right: bool = True


def compare(
    title: str, runs: dict[str, Run], patience: Patience, note: str, *, is_right: bool = True
) -> Comparison:
    seconds, answers = take_turns(runs, patience)
    proved = {answer.value for answer in answers.values() if answer.is_proved}
    if len(proved) > 1:
        raise AssertionError(f"{title}: the values differ: {answers}")
    timings = {name: _timing(taken, answers[name]) for name, taken in seconds.items()}
    return Comparison(title, timings, note, is_right)


@dataclass(frozen=True)
class Result:
    case: Case
    people: int
    needs: int
    pairs: int
    bound: int
    limit: float
    timings: dict[str, Timing]
    missing: tuple[str, ...]


def measure(case: Case, patience: Patience, peers: Sequence[Peer] | None = None) -> Result:
    problem = case.problem()
    asked = case.peers() if peers is None else list(peers)
    present = [OURS, *(peer for peer in asked if peer.version is not None)]
    runs = {peer.name: peer.prepare(problem, patience.limit) for peer in present}
    seconds, answers = take_turns(runs, patience)
    plan = answers[OURS.name].plan
    if plan is None:
        raise AssertionError("the engine gives a plan")
    m.verify(problem, plan)
    agree({name: (a.value, a.is_proved) for name, a in answers.items()}, plan.bound)
    return Result(
        case=case,
        people=problem.n,
        needs=problem.m,
        pairs=len(problem.candidate),
        bound=plan.bound,
        limit=patience.limit,
        timings={name: _timing(taken, answers[name]) for name, taken in seconds.items()},
        missing=tuple(peer.name for peer in asked if peer.version is None),
    )


def take_turns(
    runs: dict[str, Run], patience: Patience
) -> tuple[dict[str, list[float]], dict[str, Answer]]:
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    answers: dict[str, Answer] = {}
    for _ in range(patience.rounds + 1):  # the first warms up
        for name, run in runs.items():
            if sum(seconds[name]) > patience.seconds:
                continue
            gc.collect()
            began = perf_counter()
            answers[name] = run()
            seconds[name].append(perf_counter() - began)
    return seconds, answers


def _timing(seconds: list[float], answer: Answer) -> Timing:
    warm = seconds[1:] or seconds
    return Timing(
        statistics.median(warm), min(warm), len(warm), answer.value, is_proved=answer.is_proved
    )


def agree(answers: dict[str, tuple[int, bool]], bound: int) -> None:
    """Every proved value is the same, and nobody found more than it or than our bound."""
    proved = {value for value, is_proved in answers.values() if is_proved}
    most = min([*proved, bound])
    if len(proved) > 1 or any(value > most for value, _ in answers.values()):
        raise AssertionError(f"the values differ: {answers}, bound {bound}")


@dataclass(frozen=True)
class Alone:
    """One run in a process of its own, with nothing else in memory."""

    case: Case
    pairs: int
    drawn: float  # seconds to draw the market
    seconds: float
    value: int
    bound: int
    is_proved: bool
    given: int  # MB in use before it began: the program and its input
    megabytes: int  # peak, the drawing included
    what: str = "plan"

    @property
    def gap_per_cent(self) -> float:
        return 100 * (self.bound - self.value) / max(self.bound, 1)

    @property
    def proof(self) -> str:
        return "proved" if self.is_proved else f"gap {self.gap_per_cent:.4f} %"


def run_alone(case: Case, limit: float, what: str = "plan") -> Alone:
    """what: "plan", or "fit" for rules and fit from records to a problem."""
    order = json.dumps([what, case.size, case.months, case.is_unit, case.seed, limit])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.alone", order],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    return Alone(case=case, what=what, **json.loads(done.stdout))
