"""How well a feasible pair fits: nine whole parts in basis points that add up on the screen.

Each part is weight × quality // 1000 with a quality of 0..1000 that never falls when a person has more
skill, level, evidence, practice or nearness. Whole-number arithmetic only: the same bits everywhere.
Age, sex and disability are not inputs.
"""

from __future__ import annotations

import numpy as np

from .encode import BRIDGING, NEVER, Columns, Ints, People
from .policy import PARTS, Policy
from .records import Need, SkillRequirement
from .rules import must_groups, needs_presence

FULL = 1000  # quality
EVIDENCE_FACTOR = np.array([800, 900, 1000], np.int64)  # self-declared, documented, confirmed
REACHED, SURPLUS = (
    800,
    200,
)  # share of a skill's quality for the level asked, and for more than that
LONG_UNUSED = 30  # years assumed where the year of last use is not known
MOST_SERVICE = 20  # years of service that still add
FAR = 180  # minutes of travel from which nothing is left
PRIOR_MEAN, PRIOR_COUNT, BEST_RATING = 3, 3, 5  # track record shrunk to the mean by three ratings
HALF_ON_SITE = 50  # percent assumed for a hybrid need that names no share


def fit_parts(people: People, need: Need, columns: Columns, policy: Policy) -> Ints:
    """(n, 9) bp: the parts of every candidate's fit for this need, in the order of PARTS."""
    qualities = {
        "skills": _skills(people, need, columns, policy),
        "practice": _practice(people, need, columns, policy),
        "role": _role(people, need, columns),
        "capacity": _capacity(people, need, columns),
        "travel": _travel(people, need, columns),
        "pay": _pay(people, need),
        "wish": _wish(people, need, columns),
        "preference": _preference(people, need, columns),
        "record": _record(people),
    }
    weighted = [policy.weights[part] * qualities[part] // FULL for part in PARTS]
    return np.stack(weighted, axis=1)


def _skill(people: People, s: int, asked: int, year: int, half_life: int) -> Ints:
    """Quality of one skill: level against the one asked, recency, evidence."""
    level = people.level[:, s]
    reached = REACHED * np.minimum(level, asked) // asked
    surplus = SURPLUS * np.clip(level - asked, 0, 2) // 2
    unused = np.where(people.last_used[:, s] == NEVER, LONG_UNUSED, year - people.last_used[:, s])
    recency = FULL // 2 + FULL // 2 * half_life // (half_life + np.maximum(unused, 0))
    evidence = EVIDENCE_FACTOR[people.evidence[:, s]]
    return np.asarray((reached + surplus) * recency * evidence // FULL**2)


def _skills(people: People, need: Need, columns: Columns, policy: Policy) -> Ints:
    """Mean over what is asked, by weight; of an either/or group the best counts."""
    groups = must_groups(need) + [[r] for r in need.skills if not r.must]
    if not groups:
        return np.full(len(people.load), FULL, np.int64)
    year = min(need.months) // 12
    total = sum(max(r.weight for r in group) for group in groups)
    earned = np.zeros(len(people.load), np.int64)
    for group in groups:
        earned += max(r.weight for r in group) * _best_of(people, group, columns, year, policy)
    return earned // total


def _best_of(
    people: People, group: list[SkillRequirement], columns: Columns, year: int, policy: Policy
) -> Ints:
    qualities = [
        _skill(people, columns.skills[r.skill], r.level, year, policy.half_life) for r in group
    ]
    best: Ints = np.max(qualities, axis=0)
    return best


def _practice(people: People, need: Need, columns: Columns, policy: Policy) -> Ints:
    """Years in administration, and the skill of linking officials with specialists."""
    year = min(need.months) // 12
    bridging = _skill(people, columns.skills[BRIDGING], 4, year, policy.half_life)
    service = FULL * np.minimum(people.service_years, MOST_SERVICE) // MOST_SERVICE
    return (600 * service + 400 * bridging * 10 // 8) // FULL


def _role(people: People, need: Need, columns: Columns) -> Ints:
    if not need.roles:
        return np.full(len(people.load), FULL, np.int64)
    accepted = [columns.roles[role] for role in need.roles]
    return np.where(people.roles[:, accepted].any(axis=1), FULL, 0)


def _capacity(people: People, need: Need, columns: Columns) -> Ints:
    """Twice the half-days asked in the tightest month is as good as it gets."""
    months = [columns.months[month] for month in need.months]
    tightest = people.half_days[:, months].min(axis=1)
    return np.asarray(FULL * np.minimum(tightest, 2 * need.half_days) // (2 * need.half_days))


def _travel(people: People, need: Need, columns: Columns) -> Ints:
    if not needs_presence(need):
        return np.full(len(people.load), FULL, np.int64)
    share = need.on_site_share or (100 if need.mode == "onsite" else HALF_ON_SITE)
    minutes = people.minutes[:, columns.places[need.place]]
    minutes = np.where(minutes == NEVER, FAR, np.minimum(minutes, FAR))
    return FULL - share * 10 * minutes // FAR


def _pay(people: People, need: Need) -> Ints:
    """Between the least the person accepts (0) and the wish (1000)."""
    span = np.maximum(people.pay_wish - people.pay_minimum, 1)
    between = FULL * np.clip(need.pay - people.pay_minimum, 0, span) // span
    return np.where(need.pay >= people.pay_wish, FULL, between)


def _wish(people: People, need: Need, columns: Columns) -> Ints:
    """600 for the theme, 400 for the region; half of it where the person has no preference."""
    theme = people.themes[:, columns.themes[need.theme]]
    region = people.regions[:, columns.regions[need.region]]
    by_theme = np.where(people.has_themes, np.where(theme, 600, 0), 300)
    by_region = np.where(people.has_regions, np.where(region, 400, 0), 200)
    return by_theme + by_region


def _preference(people: People, need: Need, columns: Columns) -> Ints:
    if not need.preferred_kinds:
        return np.full(len(people.load), FULL, np.int64)
    preferred = [columns.kinds[kind] for kind in need.preferred_kinds]
    return np.where(people.kinds[:, preferred].any(axis=1), FULL, 0)


def _record(people: People) -> Ints:
    shrunk = people.rating_sum + PRIOR_MEAN * PRIOR_COUNT
    return FULL * shrunk // ((people.rating_count + PRIOR_COUNT) * BEST_RATING)
