"""The figures as Markdown: what ran, on what, how long, and which targets are met."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .peers import PEERS
from .running import Alone, Comparison, Patience, Result, Timing
from .targets import BEYOND, TARGETS, Measured, Target

HEAD = ["solver", "median ms", "least ms", "runs", "× ours", "value"]


def machine() -> dict[str, str]:
    """Neither names nor places: only what a figure depends on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    versions = {peer.package: peer.version or "not installed" for peer in PEERS}
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": str(os.cpu_count()),
        "load at the start": f"{os.getloadavg()[0]:.2f}",
        "system": platform.system(),
        "Python": platform.python_version(),
        "numpy": version("numpy"),
        **versions,
    }


def markdown(
    measured: Measured, described: dict[str, str], command: str, patience: Patience
) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"Made by `{command}`. Everybody solves the same problem in turns, on one thread. The median counts,",
        f"of at most {patience.rounds} rounds after a warm-up; nobody begins another round after",
        f"{patience.seconds:g} s in all. A run may take {patience.limit:g} s; who was stopped there is said",
        "to be. The input a solver likes best is built before its time begins. All proved values are equal,",
        "or there would be no table. `benchmarks/instances.py` says what the sizes are.",
        "",
        *table(["machine", ""], [[name, text] for name, text in described.items()]),
        "",
        "## Targets",
        "",
        *targets(measured, TARGETS),
        "",
        "Beyond them:",
        "",
        *targets(measured, BEYOND),
        "",
        "## Times",
        "",
    ]
    for result in measured.results.values():
        lines += [*times(result), ""]
    for comparison in measured.comparisons.values():
        lines += [*compared(comparison), ""]
    lines += ["## Alone in memory", "", *memory(measured.alone.values())]
    return "\n".join(lines) + "\n"


def targets(measured: Measured, wanted: Sequence[Target]) -> list[str]:
    rows = []
    for target in wanted:
        figure = target.figure(measured)
        verdict = "not measured" if figure is None else "met" if figure.is_met else "not met"
        rows.append([target.what, target.goal, figure.text if figure else "", verdict])
    return table(["what", "target", "measured", ""], rows)


def times(result: Result) -> list[str]:
    rows = [*timed(result.timings), *([name, "", "", "", "", "missing"] for name in result.missing)]
    title = f"{result.case.title}: {result.people:,} people, {result.needs:,} needs"
    return [f"### {title}, {result.pairs:,} pairs", "", *table(HEAD, rows)]


def compared(comparison: Comparison) -> list[str]:
    rows = [row[:-1] for row in timed(comparison.timings)]
    return [f"### {comparison.title} ({comparison.note})", "", *table(HEAD[:-1], rows)]


def timed(timings: Mapping[str, Timing]) -> list[list[str]]:
    """The first is ours."""
    mine = next(iter(timings.values())).median
    return [
        [
            name,
            f"{1e3 * timing.median:,.2f}",
            f"{1e3 * timing.least:,.2f}",
            str(timing.count),
            f"{timing.median / mine:.3g}",
            f"{timing.value:,}" + ("" if timing.is_proved else " (stopped at the limit, no proof)"),
        ]
        for name, timing in timings.items()
    ]


def memory(runs: Iterable[Alone]) -> list[str]:
    rows = [
        [
            run.case.title if run.what == "plan" else f"{run.case.size}, rules and fit",
            f"{run.pairs:,}",
            f"{run.drawn:.2f}",
            f"{run.seconds:.3f}",
            run.proof if run.what == "plan" else "",
            f"{run.given:,}",
            f"{run.megabytes:,}",
        ]
        for run in runs
    ]
    return table(["", "pairs", "drawn s", "took s", "proof", "MB before", "peak MB"], rows)


def table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]


def as_json(measured: Measured, described: dict[str, str], command: str) -> dict[str, Any]:
    return {
        "command": command,
        "machine": described,
        "targets": [
            {
                "what": target.what,
                "target": target.goal,
                "measured": figure.text if figure else None,
                "met": figure.is_met if figure else None,
            }
            for target in (*TARGETS, *BEYOND)
            for figure in [target.figure(measured)]
        ],
        "results": [asdict(result) for result in measured.results.values()],
        "comparisons": [asdict(one) for one in measured.comparisons.values()],
        "alone": [asdict(run) for run in measured.alone.values()],
    }
