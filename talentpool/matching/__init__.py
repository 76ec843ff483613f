"""Who could do it, how well, and who should do what so that the whole is served best; with proof and reasons.

A library of its own: numpy and scipy only, and scipy only where something is solved.

    problem = build(candidates, needs, policy)
    plan = solve(problem)
    ranking(problem, plan, need=0)
"""

from .aims import Aimed, solve_for, solve_in_stages, solve_with_floor, with_premium
from .baselines import BASELINES, COMPARED, baselines, filled_share
from .blocking import blocking_pairs
from .building import build
from .changes import CHANGES, apply_change
from .document import document, plan_of, problem_of
from .empty_seats import EmptySeats, empty_seats
from .errors import (
    InfeasiblePins,
    InvalidPolicy,
    InvalidProblem,
    InvalidWhatIf,
    MatchingError,
    MissingInput,
)
from .inputs import Inputs, input_document, input_hash, inputs_of, to_json
from .marginal import Gain, gain, like, with_people
from .moves import Answer, Chain, Move, difference, why_not
from .plan import Plan
from .policy import ORDERS, PARTS, Policy
from .problem import QUICK, Problem
from .ranking import RankedPair, ranking
from .reasons import excluded, excluded_from
from .records import (
    Candidate,
    Month,
    Need,
    SkillClaim,
    SkillRequirement,
    month_number,
    month_text,
)
from .regrets import Loss, Regrets
from .rules import RULES, Rule
from .sentences import change_text, points, reason_text, rule_text
from .shortage import ANYWHERE, Kind, Shortage, kinds, newcomer, shortages
from .solve import solve
from .verify import BrokenPlan, verify
from .waived import WAIVERS, waived
from .what_if import TERMS, WhatIf

__all__ = [
    "ANYWHERE",
    "BASELINES",
    "CHANGES",
    "COMPARED",
    "ORDERS",
    "PARTS",
    "QUICK",
    "RULES",
    "TERMS",
    "WAIVERS",
    "Aimed",
    "Answer",
    "BrokenPlan",
    "Candidate",
    "Chain",
    "EmptySeats",
    "Gain",
    "InfeasiblePins",
    "Inputs",
    "InvalidPolicy",
    "InvalidProblem",
    "InvalidWhatIf",
    "Kind",
    "Loss",
    "MatchingError",
    "MissingInput",
    "Month",
    "Move",
    "Need",
    "Plan",
    "Policy",
    "Problem",
    "RankedPair",
    "Regrets",
    "Rule",
    "Shortage",
    "SkillClaim",
    "SkillRequirement",
    "WhatIf",
    "apply_change",
    "baselines",
    "blocking_pairs",
    "build",
    "change_text",
    "difference",
    "document",
    "empty_seats",
    "excluded",
    "excluded_from",
    "filled_share",
    "gain",
    "input_document",
    "input_hash",
    "inputs_of",
    "kinds",
    "like",
    "month_number",
    "month_text",
    "newcomer",
    "plan_of",
    "points",
    "problem_of",
    "ranking",
    "reason_text",
    "rule_text",
    "shortages",
    "solve",
    "solve_for",
    "solve_in_stages",
    "solve_with_floor",
    "to_json",
    "verify",
    "waived",
    "why_not",
    "with_people",
    "with_premium",
]
