"""`python -m benchmarks.alone '["C", 12, false, 0, 60]'`: draw, solve, print figures and peak memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from time import perf_counter

from talentpool import matching as m

from .running import Case


def main(order: str) -> None:
    size, months, is_unit, seed, limit = json.loads(order)
    began = perf_counter()
    problem = Case(size, months, is_unit, seed).problem()
    drawn = perf_counter()
    plan = m.solve(problem, time_limit=limit)
    figures = {
        "pairs": len(problem.candidate),
        "drawn": drawn - began,
        "seconds": perf_counter() - drawn,
        "value": plan.value,
        "bound": plan.bound,
        "is_proved": plan.status in {"optimal", "nothing"},
        "megabytes": peak_megabytes(),
    }
    print(json.dumps(figures))


def peak_megabytes() -> int:
    """Linux counts the parent's peak into ru_maxrss of a child; VmHWM is this program's own."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1])
