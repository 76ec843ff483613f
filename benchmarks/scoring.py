"""Rules and fit of a whole pool, against one matrix product of its shape and against a loop over pairs."""

from __future__ import annotations

import numpy as np

from talentpool import matching as m
from talentpool.matching.scoring.encode import encode, numbering_of
from talentpool.matching.scoring.score import score

from .instances import SIZES
from .peers import Answer, Run
from .records import draw_records
from .running import Comparison, Patience, compare

SCORE, BUILD, PRODUCT, LOOP = "talentpool, columns", "talentpool, records", "sgemm", "loop"
INNER = 96  # 24 skills at 4 levels: the product that skills alone would take


def title(size: str) -> str:
    return f"{size}, rules and fit"


def measure_scoring(size: str, patience: Patience, *, has_loop: bool) -> Comparison:
    """Values are the sum of all fits; the product has none. The loop asks every rule of every pair."""
    candidates, needs = draw_records(SIZES[size])
    policy, numbering = m.Policy(), numbering_of(needs)
    people = encode(candidates, numbering)
    r = np.random.default_rng(0)
    left = r.random((len(needs), INNER), np.float32)
    right = r.random((INNER, len(candidates)), np.float32)
    # written to once before: the product pays for arithmetic, not for fresh memory
    outcome = np.ones((len(needs), len(candidates)), np.float32)

    def columns_only() -> Answer:
        return _answer(score(people, needs, numbering, policy).fit)

    def whole() -> Answer:
        return _answer(m.build(candidates, needs, policy).fit)

    def product() -> Answer:
        np.matmul(left, right, out=outcome)
        return Answer(0, is_proved=False)

    runs: dict[str, Run] = {SCORE: columns_only, BUILD: whole, PRODUCT: product}
    if has_loop:
        runs[LOOP] = lambda: _loop(candidates, needs, policy)
    pairs = len(candidates) * len(needs)
    return compare(title(size), runs, patience, f"{pairs:,} pairs; every rule of each")


def _answer(fit: np.ndarray) -> Answer:
    return Answer(int(fit.sum(dtype=np.int64)), is_proved=True)


def _loop(candidates: list[m.Candidate], needs: list[m.Need], policy: m.Policy) -> Answer:
    from tests.matching.reference import broken_rules, fit_parts

    total = 0
    for need in needs:
        for person in candidates:
            if not broken_rules(person, need):
                total += sum(fit_parts(person, need, policy).values())
    return Answer(total, is_proved=True)
