"""The long set of the engine: `python -m tests.matching.long_set`, some ten minutes; prints what it saw.

On the middle market over twelve months: pins whose stated loss is what solving from nothing gives, and what the
ranking says of them, forbids from the last prices and from nothing, chains of moves that are carried out; on the
same market one to one: pins whose loss the ranking states to the last; on small markets of records: empty seats
that the smallest change fills.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.instances import make
from talentpool import matching as m

from .people import make_market

PINS, FORBIDS, CHAINS, SEATS, SINGLE_PINS = 300, 300, 200, 200, 300


def main() -> int:
    problem, plan = _solved(make("B", months=12))
    single, assigned = _solved(make("B", unit=True))
    checks = {
        f"{PINS} pins: the loss is that of solving from nothing, and at least the ranking's": _pins(
            problem, plan
        ),
        f"{SINGLE_PINS} pins one to one: the ranking's loss is that of solving from nothing": (
            _single_pins(single, assigned)
        ),
        f"{FORBIDS} forbids: from the last prices as from nothing": _forbids(problem, plan),
        f"{CHAINS} chains: carried out, they cost what they say": _chains(problem, plan),
        f"{SEATS} empty seats: the smallest change fills them": _seats(),
    }
    failed = 0
    for name, verdicts in checks.items():
        wrong = sum(not verdict for verdict in verdicts)
        failed += wrong
        print(f"{name}: {wrong} wrong", flush=True)
    return 1 if failed else 0


def _solved(problem: m.Problem) -> tuple[m.Problem, m.Plan]:
    plan = m.solve(problem)
    m.verify(problem, plan)
    return problem, plan


def _drawn(problem: m.Problem, plan: m.Plan, count: int, seed: int) -> Iterator[tuple[int, int]]:
    """Pairs outside the plan that can be pinned."""
    r = np.random.default_rng(seed)
    placed = set(problem.edges(plan.pairs).tolist())
    found = 0
    for edge in r.permutation(len(problem.candidate)).tolist():
        if edge in placed or found == count:
            continue
        pair = int(problem.row[edge]), int(problem.candidate[edge])
        try:
            m.solve(problem, pins=[pair], time_limit=0.0)
        except m.InfeasiblePins:
            continue
        found += 1
        yield pair


def _pins(problem: m.Problem, plan: m.Plan) -> Iterator[bool]:
    regrets = m.Regrets(problem, plan)
    for need, candidate in _drawn(problem, plan, PINS, 1):
        answer = m.why_not(problem, plan, need, candidate)
        row = _line(problem, plan, (need, candidate), regrets)
        loss = plan.value - m.solve(problem, pins=[(need, candidate)]).value
        is_stated = answer.is_exact and answer.loss == loss
        yield is_stated and (row.regret == loss if row.is_exact else row.regret <= loss)


def _single_pins(problem: m.Problem, plan: m.Plan) -> Iterator[bool]:
    regrets = m.Regrets(problem, plan)
    for need, candidate in _drawn(problem, plan, SINGLE_PINS, 4):
        row = _line(problem, plan, (need, candidate), regrets)
        loss = plan.value - m.solve(problem, pins=[(need, candidate)]).value
        yield row.is_exact and row.regret == loss


def _line(
    problem: m.Problem, plan: m.Plan, pair: tuple[int, int], regrets: m.Regrets
) -> m.RankedPair:
    """What the ranking of the need says of the candidate."""
    need, candidate = pair
    rows = m.ranking(problem, plan, need, regrets=regrets)
    return next(row for row in rows if row.candidate == candidate)


def _forbids(problem: m.Problem, plan: m.Plan) -> Iterator[bool]:
    chosen = np.random.default_rng(2).permutation(len(plan.pairs))[:FORBIDS]
    for need, candidate in plan.pairs[chosen].tolist():
        cold = m.solve(problem, forbids=[(need, candidate)])
        warm = m.solve(problem, forbids=[(need, candidate)], start=plan)
        m.verify(problem, warm, forbids=[(need, candidate)])
        same = warm.pairs.tolist() == cold.pairs.tolist()
        yield same and warm.value <= plan.value and [need, candidate] not in warm.pairs.tolist()


def _chains(problem: m.Problem, plan: m.Plan) -> Iterator[bool]:
    for need, candidate in _drawn(problem, plan, CHAINS, 3):
        answer = m.why_not(problem, plan, need, candidate)
        pairs = answer.chain.carried_out(plan.pairs)
        value = int(problem.value[problem.edges(pairs)].sum())
        moved = m.Plan(
            pairs=np.array(pairs, np.int64), value=value, bound=value, status="feasible",
            need_price=np.zeros(problem.m), candidate_price=np.zeros(problem.n),
        )  # fmt: skip
        m.verify(problem, moved)
        yield (need, candidate) in pairs and plan.value - value == answer.loss


def _seats() -> Iterator[bool]:
    """The best plan after the change fills a seat more of that very need, and of all."""
    found = 0
    for seed in range(10_000):
        people, needs = make_market(seed, 25, 20)
        answer = m.document(people, needs)
        placed = [placement["need"] for placement in answer["placements"]]
        for entry in answer["empty_seats"]:
            if entry["change"] is None:
                continue
            need = next(n for n in needs if n.id == entry["need"])
            changed, altered = m.apply_change(entry["change"], people, need)
            again = m.build(changed, [altered if n.id == need.id else n for n in needs])
            plan = m.solve(again)
            filled = int((plan.pairs[:, 0] == again.need_ids.index(need.id)).sum())
            yield filled > placed.count(need.id) and len(plan.pairs) > len(placed)
            found += 1
            if found == SEATS:
                return


if __name__ == "__main__":
    sys.exit(main())
