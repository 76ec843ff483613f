"""Aims beyond the sum: strict stages (fill first, then fit) and a floor for the worst-served size class.

Both are reached with premiums, found by solving again. What they cost shows beside the plan without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..policy import Policy
from ..problem import Problem, check_size_class
from .floor import with_floor
from .limited import Limited
from .premiums import Aimed, without_aims
from .stages import in_stages


def solve_for(
    policy: Policy, problem: Problem, size_class: NDArray[np.integer[Any]], **options: Any
) -> Aimed:
    """Find the plan that a policy aims at: its order first, then its floor.

    Parameters
    ----------
    policy : Policy
        Only `order` and `fairness_floor` are read.
    problem : Problem
    size_class : (m,) integers
        0, 1 or 2 for the town of each need.
    **options
        Those of `solve`. All solves together share `time_limit`. If it cuts them short, or `progress` cancels, the
        plan is not proved.

    Returns
    -------
    Aimed

    Raises
    ------
    InfeasiblePins, InvalidProblem

    Examples
    --------
    >>> import numpy as np
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> policy = m.Policy(fairness_floor=50)
    >>> aimed = m.solve_for(policy, m.build(PEOPLE, NEEDS, policy), np.array([0, 1]))
    >>> aimed.is_reached, aimed.plan.value
    (True, 55024)
    """
    check_size_class(problem, size_class)
    limited = Limited(options)
    if policy.order == "stages":
        aimed = in_stages(problem, limited)
    else:
        aimed = without_aims(problem, limited.first(problem))
    if policy.fairness_floor:
        fair = with_floor(aimed.problem, aimed.plan, size_class, policy.fairness_floor, limited)
        aimed = replace(
            fair,
            plain=aimed.plain,
            is_reached=fair.is_reached and aimed.is_reached,
            premium=fair.premium + aimed.premium,
        )
    return replace(aimed, plan=limited.as_far(aimed.plan))
