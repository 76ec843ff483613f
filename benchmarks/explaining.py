"""Regrets, a plan after a pin, and the whole answer of a prefecture, against solving again."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from talentpool import matching as m

from .instances import SIZES, make
from .peers import Answer, Run, dense
from .records import draw_records
from .running import Comparison, Patience, compare
from .textbook import textbook

REGRETS = "{}, one to one, regrets of one need"
PIN = "{}, 1 month, after a pin"
WHOLE = "A, the whole answer"
ROW, AGAIN = "talentpool, all candidates", "scipy linear_sum_assignment, one candidate"
PINNED, SCRATCH, HIGHS = "talentpool, pinned", "talentpool, from scratch", "scipy.milp, pinned"
ANSWER = "talentpool.matching.document"
CHECKED = 10  # regrets compared with a plan in which the pair is pinned


def measure_regrets(size: str, patience: Patience) -> Comparison:
    """All candidates of the need with the most, against one of them pinned and solved again.

    What every row of a plan shares, the graph of its moves, is made once and not timed. The runs have no common
    value; the note says how many regrets equal the loss of solving again.
    """
    problem = make(size, unit=True)
    plan = m.solve(problem)
    need = int(np.diff(problem.ptr).argmax())
    regrets = m.Regrets(problem, plan)
    row = m.ranking(problem, plan, need, regrets=regrets)
    some = row[:: max(1, len(row) // CHECKED)][:CHECKED]
    losses = [plan.value - m.solve(problem, pins=[(need, pair.candidate)]).value for pair in some]
    equal = sum(pair.regret == loss for pair, loss in zip(some, losses, strict=True))
    left = np.delete(np.delete(dense(problem), need, 0), row[-1].candidate, 1)

    def ranked() -> Answer:
        return Answer(len(regrets.of(need).bp), is_proved=False)

    def again() -> Answer:
        return Answer(
            round(left[linear_sum_assignment(left, maximize=True)].sum()), is_proved=False
        )

    note = f"{len(row):,} candidates; {equal} of {len(some)} regrets equal solving again"
    runs: dict[str, Run] = {ROW: ranked, AGAIN: again}
    return compare(REGRETS.format(size), runs, patience, note, is_right=equal == len(some))


def measure_pin(size: str, patience: Patience) -> Comparison:
    """The best candidate, of the need with the most, whom the plan places elsewhere or nowhere is pinned."""
    problem = make(size)
    plan = m.solve(problem)
    need = int(np.diff(problem.ptr).argmax())
    pin = next((need, pair.candidate) for pair in m.ranking(problem, plan, need) if not pair.placed)
    edge = problem.edge(*pin)
    model = textbook(problem)
    least = np.zeros(len(model.value))
    least[edge] = 1

    def pinned() -> Answer:
        previous = plan.pairs.tolist()
        return _plan(m.solve(problem, pins=[pin], previous=previous, start=plan))

    def scratch() -> Answer:
        m.solve(problem)
        return Answer(0, is_proved=False)

    def highs() -> Answer:
        answer = milp(
            -model.value.astype(float),
            constraints=LinearConstraint(model.matrix, -np.inf, model.right.astype(float)),
            integrality=np.ones(len(model.value), np.int64),
            bounds=Bounds(least, 1),
            options={"mip_rel_gap": 0.0, "time_limit": patience.limit},
        )
        if answer.x is None:
            return Answer(0, is_proved=False)
        return Answer(int(model.value @ np.rint(answer.x).astype(np.int64)), answer.status == 0)

    runs: dict[str, Run] = {PINNED: pinned, SCRATCH: scratch, HIGHS: highs}
    return compare(PIN.format(size), runs, patience, "the run from scratch has no pin")


def measure_whole(patience: Patience) -> Comparison:
    """Scores, plan, rankings with regrets, reasons for everybody left out, empty seats and baselines."""
    candidates, needs = draw_records(SIZES["A"])

    def answer() -> Answer:
        return Answer(int(m.document(candidates, needs)["value"]), is_proved=True)

    return compare(WHOLE, {ANSWER: answer}, patience, "from records to the JSON document")


def _plan(plan: m.Plan) -> Answer:
    return Answer(plan.value, plan.is_proved)
