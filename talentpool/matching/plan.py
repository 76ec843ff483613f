"""A plan: who does what, what it is worth, and how that is proved."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Plan:
    """pairs (K, 2) int64: rows of (need, candidate), sorted. value, bound, gap_bp in bp.

    status: "optimal" (no better plan exists), "feasible" (stopped early; at most gap_bp better),
    "nothing" (no pair is feasible), "cancelled". need_price (m,) and candidate_price (n,) in bp: what one
    more seat or one more such person would be worth at the margin. proof: "bound" (the bound is less than
    1 bp above the value), "enumeration" (every pattern that could be part of a better plan was tried),
    "trivial", or "none". is_decided: the tie rule chose among the plans of equal value; where time was too
    short for it, another run may give another of them. seconds: wall time.
    """

    pairs: NDArray[np.int64]
    value: int
    bound: int
    status: str
    need_price: NDArray[np.float64]
    candidate_price: NDArray[np.float64]
    proof: str = "none"
    is_decided: bool = True
    seconds: float = field(default=0.0, compare=False)

    @property
    def gap_bp(self) -> int:
        return self.bound - self.value
