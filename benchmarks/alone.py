"""`python -m benchmarks.alone '["plan", "C", 12, false, 0, 60]'`: one thing alone, its figures as JSON."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from time import perf_counter

from talentpool import matching as m

from .instances import SIZES
from .records import draw_records
from .running import Case


def main(order: str) -> None:
    what, size, months, is_unit, seed, limit = json.loads(order)
    figures = fit(size, seed) if what == "fit" else plan(Case(size, months, is_unit, seed), limit)
    print(json.dumps({**figures, "megabytes": megabytes("VmHWM")}))


def plan(case: Case, limit: float) -> dict[str, float]:
    began = perf_counter()
    problem = case.problem()
    drawn = perf_counter()
    given = megabytes("VmRSS")
    found = m.solve(problem, time_limit=limit)
    return {
        "pairs": len(problem.candidate),
        "drawn": drawn - began,
        "given": given,
        "seconds": perf_counter() - drawn,
        "value": found.value,
        "bound": found.bound,
        "is_proved": found.is_proved,
    }


def fit(size: str, seed: int) -> dict[str, float]:
    """Without the parts, which a nation would not keep in memory."""
    began = perf_counter()
    candidates, needs = draw_records(SIZES[size], seed)
    drawn = perf_counter()
    given = megabytes("VmRSS")
    problem = m.build(candidates, needs, has_parts=False)
    seconds = perf_counter() - drawn
    total = int(problem.fit.sum(dtype="int64"))
    return {
        "pairs": len(problem.candidate),
        "drawn": drawn - began,
        "given": given,
        "seconds": seconds,
        "value": total,
        "bound": total,
        "is_proved": True,
    }


def megabytes(line: str) -> int:
    """VmRSS is what is used now, VmHWM the peak: Linux counts the parent's peak into ru_maxrss of a child.
    Elsewhere ru_maxrss stands for both."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(row.split(":", 1) for row in status.read_text().splitlines())
        return int(lines[line].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1])
