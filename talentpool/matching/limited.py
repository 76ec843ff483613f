"""Several solves that share one time, and end together when somebody cancels."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from .plan import Plan
from .problem import Problem
from .search import Stop
from .solve import solve

PROVED = frozenset({"optimal", "nothing"})


class Limited:
    """`solve` with the same options, for as long as is left of their `time_limit`. is_cut: there was not enough."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = dict(options)
        limit = self._options.pop("time_limit", None)
        self._deadline = None if limit is None else time.monotonic() + limit
        self._is_cancelled = False
        self.is_cut = False

    def first(self, problem: Problem) -> Plan:
        """A plan, however little time there is."""
        options = {**self._options, "time_limit": self._remaining()}
        return self._noted(solve(problem, **options))

    def again(self, problem: Problem, start: Plan | None = None) -> Plan:
        """The same after another solve. Raises Stop where time is up or somebody has cancelled."""
        if self._is_over():
            self.is_cut = True
            raise Stop
        options = {**self._options, "time_limit": self._remaining()}
        if start is not None:
            options["start"] = start
        return self._noted(solve(problem, **options))

    def as_far(self, plan: Plan) -> Plan:
        """The plan as what was come to: with more time it might be another, so no proof is claimed where it was cut."""
        if not self.is_cut:
            return plan
        return replace(plan, status="cancelled" if self._is_cancelled else "feasible", proof="none")

    def _noted(self, plan: Plan) -> Plan:
        self._is_cancelled = self._is_cancelled or plan.status == "cancelled"
        self.is_cut = self.is_cut or (self._is_over() and plan.status not in PROVED)
        return plan

    def _remaining(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def _is_over(self) -> bool:
        return self._is_cancelled or self._remaining() == 0.0
