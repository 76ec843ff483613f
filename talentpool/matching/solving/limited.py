"""Several solves that share one time limit, and end together when somebody cancels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..plan import Plan, PlanStatus
from ..problem import Problem
from .clock import Clock, Stop
from .solve import solve


class Limited:
    """`solve` with the same options, within what is left of their `time_limit`. is_cut: whether it was too short."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = dict(options)
        self._clock = Clock(self._options.pop("time_limit", None))
        self.is_cut = False

    def first(self, problem: Problem) -> Plan:
        """Solve, however little time there is. The further solves report this plan as it stays beside theirs."""
        plan = self._solved(problem, self._options)
        progress = self._options.get("progress")
        if progress is not None:
            said = {"stage": "aims", "value": plan.value, "bound": plan.bound}
            self._options["progress"] = lambda _said: progress(said)
        return plan

    def again(self, problem: Problem, start: Plan | None = None) -> Plan:
        """Solve after another solve. Raises Stop if time is up or somebody has cancelled."""
        if self._clock.is_over:
            self.is_cut = True
            raise Stop
        options = self._options if start is None else {**self._options, "start": start}
        return self._solved(problem, options)

    def as_far(self, plan: Plan) -> Plan:
        """Claim no proof for the plan if time was too short: with more of it, there might be another plan."""
        if not self.is_cut:
            return plan
        is_cancelled = self._clock.is_cancelled
        status = PlanStatus.CANCELLED if is_cancelled else PlanStatus.FEASIBLE
        return replace(plan, status=status, proof="none")

    def _solved(self, problem: Problem, options: dict[str, Any]) -> Plan:
        plan = solve(problem, **options, time_limit=self._clock.limit)
        if plan.status == PlanStatus.CANCELLED:
            self._clock.is_cancelled = True
        self.is_cut = self.is_cut or (self._clock.is_over and not plan.is_proved)
        return plan
