"""Strict stages: fill as many seats as can be filled at all, and only then look at fit.

If a plan x is best with some premium per seat and fills as many seats as any plan can, then every plan y that fills as
many has the same sum of premiums, hence no better rest: x is the strict optimum. So premiums are doubled until the plan
fills that many, and never does one huge number hide the fit from the solver.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..policy import GREATEST
from ..problem import DEFAULT_PREMIUM, Problem
from .clock import Stop
from .limited import Limited
from .premiums import Aimed, counting, with_premium


def solve_in_stages(problem: Problem, **options: Any) -> Aimed:
    """Fill as many seats as can be filled at all; of such plans, find the best.

    Parameters
    ----------
    problem : Problem
    **options
        Those of `solve`. All solves together share `time_limit`.

    Returns
    -------
    Aimed

    Raises
    ------
    InfeasiblePins, InvalidProblem

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS, m.Policy(fill_premium=0))
    >>> m.solve_in_stages(problem).is_reached
    True
    """
    limited = Limited(options)
    aimed = in_stages(problem, limited)
    return replace(aimed, plan=limited.as_far(aimed.plan))


def in_stages(problem: Problem, limited: Limited) -> Aimed:
    """Double the premiums until the plan fills as many seats as any plan can."""
    plan = plain = limited.first(problem)
    added, raised, is_reached = 0, problem, False
    try:
        filled = limited.again(counting(problem))
        most = len(filled.pairs)
        while len(plan.pairs) < most and 2 * (added + DEFAULT_PREMIUM) <= GREATEST:
            more = 2 * added + DEFAULT_PREMIUM
            higher = with_premium(problem, np.full(problem.m, more))
            answer = limited.again(higher, plan)
            if limited.is_cut and len(answer.pairs) <= len(plan.pairs):
                break
            added, raised, plan = more, higher, answer
        is_reached = len(plan.pairs) == most and plan.is_proved and filled.is_proved
    except Stop:
        pass
    return Aimed(raised, plan, plain, is_reached, np.full(problem.m, added))
