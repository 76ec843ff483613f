"""A document that was stored, read back as the problem and the plan that it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .inputs import Inputs
from .pairs import pairs_of
from .plan import Plan, PlanStatus
from .problem import Problem
from .scoring.build import build
from .solving.premiums import with_premium


def plan_of(problem: Problem, answer: Mapping[str, Any]) -> Plan:
    """Read back the plan of a document.

    Parameters
    ----------
    problem : Problem
        The problem the document was made of, see `problem_of`.
    answer : mapping
        A document of `document`.

    Returns
    -------
    Plan
        With prices in whole bp, as documents keep them.

    Raises
    ------
    InvalidProblem
        If the document names people or needs that are not in the problem.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> answer = m.document(PEOPLE, NEEDS)
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.plan_of(problem, answer)
    >>> m.verify(problem, plan)
    >>> plan.value
    55024
    """
    placed = [(pair["need"], pair["candidate"]) for pair in answer["placements"]]
    pairs = sorted(pairs_of(problem, "placements", placed))
    prices = answer["prices"]
    return Plan(
        pairs=np.array(pairs, np.int64).reshape(-1, 2),
        value=answer["value"],
        bound=answer["bound"],
        status=PlanStatus(answer["status"]),
        need_price=np.array([prices["seats"].get(name, 0) for name in problem.need_ids], float),
        candidate_price=np.array(
            [prices["people"].get(name, 0) for name in problem.candidate_ids], float
        ),
        proof=answer["proof"],
        is_decided=answer["is_decided"],
    )


def problem_of(inputs: Inputs, answer: Mapping[str, Any]) -> Problem:
    """Rebuild the problem that a document solved, with the premiums that its aims needed.

    Parameters
    ----------
    inputs : Inputs
        What the document was made from.
    answer : mapping
        A document of `document`.

    Returns
    -------
    Problem

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> policy = m.Policy(order="stages")
    >>> inputs = m.inputs_of(m.input_document(PEOPLE, NEEDS, policy))
    >>> problem = m.problem_of(inputs, m.document(PEOPLE, NEEDS, policy))
    >>> problem.premium
    array([20000, 20000], dtype=int32)
    """
    problem = build(inputs.candidates, inputs.needs, inputs.policy, has_others=True)
    premium = answer["aims"]["premium"]
    return with_premium(problem, np.array([premium.get(name, 0) for name in problem.need_ids], int))
