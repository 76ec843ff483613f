"""Who could do what, how well, and who should do it so that the whole is served best; with proof and reasons.

A library of its own. It needs only numpy and scipy, and imports scipy only when something is solved.

>>> from talentpool import matching as m
>>> from talentpool.matching.example import NEEDS, PEOPLE
>>> problem = m.build(PEOPLE, NEEDS)
>>> plan = m.solve(problem)
>>> [(problem.need_ids[j], problem.candidate_ids[i]) for j, i in plan.pairs]
[('migration', 'chiba'), ('tender', 'aoki')]
>>> [row.rank for row in m.ranking(problem, plan, need=1)]
[1, 2]
"""

from .deciding import Decided, decide, decided_of
from .document import document, explained, plan_document
from .errors import (
    InfeasiblePins,
    InvalidPolicy,
    InvalidProblem,
    InvalidWhatIf,
    MatchingError,
    MissingInput,
)
from .explaining.baselines import BASELINES, COMPARED, baselines, blocking_pairs
from .explaining.changes import CHANGES, OF_PERSON, apply_change
from .explaining.empty_seats import EmptySeats, empty_seats
from .explaining.excluded import excluded, excluded_from
from .explaining.marginal import Gain, gain, like, with_people
from .explaining.moves import Answer, Chain, Move, difference, why_not
from .explaining.ranking import RankedPair, ranking
from .explaining.regrets import Loss, Regrets
from .explaining.released import Release, released
from .explaining.sentences import change_text, points, reason_text, rule_text
from .explaining.shortage import ANYWHERE, Kind, Shortage, kinds, newcomer, shortages
from .explaining.told import PARTS_TOLD
from .explaining.waived import WAIVERS, waived
from .explaining.what_if import TERMS, WhatIf
from .inputs import Inputs, input_document, input_hash, inputs_of, to_json
from .plan import Plan, PlanStatus, filled_share
from .policy import ORDERS, PARTS, Policy
from .problem import QUICK, Problem
from .records import Candidate, Month, Need, SkillClaim, SkillRequirement, month_number, month_text
from .scoring.build import build
from .scoring.rules import RULES, Rule
from .solving.aims import solve_for
from .solving.floor import solve_with_floor
from .solving.premiums import Aimed, with_premium
from .solving.solve import solve
from .solving.stages import solve_in_stages
from .stored import plan_of, problem_of
from .verify import BrokenPlan, verify

__all__ = [
    "ANYWHERE",
    "BASELINES",
    "CHANGES",
    "COMPARED",
    "OF_PERSON",
    "ORDERS",
    "PARTS",
    "PARTS_TOLD",
    "QUICK",
    "RULES",
    "TERMS",
    "WAIVERS",
    "Aimed",
    "Answer",
    "BrokenPlan",
    "Candidate",
    "Chain",
    "Decided",
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
    "PlanStatus",
    "Policy",
    "Problem",
    "RankedPair",
    "Regrets",
    "Release",
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
    "decide",
    "decided_of",
    "difference",
    "document",
    "empty_seats",
    "excluded",
    "excluded_from",
    "explained",
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
    "plan_document",
    "plan_of",
    "points",
    "problem_of",
    "ranking",
    "reason_text",
    "released",
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
