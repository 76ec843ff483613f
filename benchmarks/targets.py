"""What the engine is meant to reach, each a line with what was measured; a loss is printed like a win."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .explaining import AGAIN, ANSWER, HIGHS, PIN, PINNED, REGRETS, ROW, SCRATCH, WHOLE
from .peers import OURS
from .running import Alone, Case, Comparison, Result
from .scoring import BUILD, LOOP, PRODUCT, SCORE, title


@dataclass
class Measured:
    results: dict[Case, Result] = field(default_factory=dict)
    alone: dict[tuple[str, Case], Alone] = field(default_factory=dict)
    comparisons: dict[str, Comparison] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    text: str
    is_met: bool


@dataclass(frozen=True)
class Target:
    what: str
    goal: str
    figure: Callable[[Measured], Figure | None]  # None: not measured


def ratio(measured: Measured, case: Case, peer: str) -> tuple[float, bool] | None:
    """The peer's median over ours, and whether the peer was stopped: then it is more than that.

    Some stop late; a stopped peer counts with no more than its limit.
    """
    result = measured.results.get(case)
    if result is None or peer not in result.timings:
        return None
    theirs = result.timings[peer]
    seconds = theirs.median if theirs.is_proved else min(theirs.median, result.limit)
    return seconds / result.timings[OURS.name].median, not theirs.is_proved


def faster(factor: float, peer: str, *cases: Case) -> Target:
    def figure(measured: Measured) -> Figure | None:
        found = [r for case in cases if (r := ratio(measured, case, peer))]
        if len(found) < len(cases) or not _all_proved(measured, cases):
            return None if len(found) < len(cases) else Figure("no proof in time", is_met=False)
        texts = [f"{'> ' if is_stopped else ''}{times:.3g} ×" for times, is_stopped in found]
        return Figure(", ".join(texts), min(times for times, _ in found) >= factor)

    seeds = f", each of {len(cases)} seeds" if len(cases) > 1 else ""
    return Target(f"{cases[0].title}{seeds}, against {peer}", f"≥ {factor:g} ×", figure)


def _all_proved(measured: Measured, cases: Iterable[Case]) -> bool:
    return all(measured.results[case].timings[OURS.name].is_proved for case in cases)


def within(
    case: Case, seconds: float, megabytes: int, gap_per_cent: float = 0.0, what: str = "plan"
) -> Target:
    def figure(measured: Measured) -> Figure | None:
        run = measured.alone.get((what, case))
        if run is None:
            return None
        gap = "" if what == "fit" else f", {run.proof}"
        is_met = run.seconds <= seconds and run.megabytes <= megabytes
        return Figure(
            f"{run.seconds:.3g} s, {run.megabytes:,} MB{gap}",
            is_met and (run.is_proved or run.gap_per_cent <= gap_per_cent),
        )

    proof = "" if what == "fit" else f", gap ≤ {gap_per_cent} %" if gap_per_cent else ", proved"
    name = f"{case.size}, rules and fit" if what == "fit" else case.title
    return Target(f"{name}, alone", f"≤ {seconds:g} s, ≤ {megabytes:,} MB{proof}", figure)


def compared(factor: float, where: str, mine: str, other: str) -> Target:
    """Our run takes at most 1/factor of the other."""

    def figure(measured: Measured) -> Figure | None:
        comparison = measured.comparisons.get(where)
        if comparison is None or other not in comparison.timings:
            return None
        times = comparison.timings[other].median / comparison.timings[mine].median
        note = "" if comparison.is_right else f"; but {comparison.note}"
        return Figure(f"{times:.3g} ×{note}", times >= factor and comparison.is_right)

    return Target(f"{where}: {mine}, against {other}", f"≥ {factor:g} ×", figure)


def at_most(seconds: float, where: str, mine: str) -> Target:
    def figure(measured: Measured) -> Figure | None:
        comparison = measured.comparisons.get(where)
        if comparison is None:
            return None
        median = comparison.timings[mine].median
        return Figure(f"{median:.3g} s", median <= seconds)

    return Target(f"{where}: {mine}", f"≤ {seconds:g} s", figure)


SEEDS = range(5)
MILP, FLOW, ASSIGNMENT = "scipy.milp", "OR-tools min-cost flow", "scipy linear_sum_assignment"
CAPACITY = (
    ("A", MILP, 1.0),
    ("C", MILP, 90.0),
    ("S", MILP, 3.0),
    ("T", MILP, 1.5),
    ("B", "OR-tools CP-SAT", 12.0),
    ("B", "CBC by PuLP", 25.0),
)

TARGETS = (
    compared(1, title("C"), SCORE, PRODUCT),
    compared(300, title("B"), SCORE, LOOP),
    within(Case("D"), seconds=15, megabytes=1_500, what="fit"),
    faster(40, ASSIGNMENT, Case("C", is_unit=True)),
    faster(25, FLOW, Case("C", is_unit=True)),
    faster(3, ASSIGNMENT, Case("B", is_unit=True)),
    faster(6, FLOW, Case("B", is_unit=True)),
    faster(1 / 1.3, "scipy LAPJVsp", Case("S", is_unit=True)),
    faster(1 / 1.3, "scipy LAPJVsp", Case("T", is_unit=True)),
    faster(8, MILP, *(Case("B", seed=seed) for seed in SEEDS)),
    *(faster(factor, peer, Case(size)) for size, peer, factor in CAPACITY),
    faster(4, MILP, *(Case("B", 12, seed=seed) for seed in SEEDS)),
    *(faster(factor / 2, peer, Case(size, 12)) for size, peer, factor in CAPACITY),
    compared(500, REGRETS.format("C"), ROW, AGAIN),
    compared(2, PIN.format("B"), PINNED, SCRATCH),
    compared(10, PIN.format("B"), PINNED, HIGHS),
    within(Case("C", 12), seconds=3, megabytes=2_000),
    at_most(0.5, WHOLE, ANSWER),
    within(Case("D"), seconds=120, megabytes=2_000, gap_per_cent=0.005),
    within(Case("D", 12), seconds=240, megabytes=2_000, gap_per_cent=0.01),
)
BEYOND = (
    compared(1, title("C"), BUILD, PRODUCT),
    faster(1, FLOW, Case("S", is_unit=True)),
    faster(1, FLOW, Case("T", is_unit=True)),
    within(Case("D"), seconds=120, megabytes=2_000),
)
