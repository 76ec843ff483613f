"""The quality of the skills of a pair: level against the one asked, recency, evidence; a mean by weight.

A claim is a small number (`People.claim`); its quality for an asked level and year is an
entry of a table, already multiplied by the weight. Of an either/or group the best counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .encode import NEVER, Claims, Columns, Ints, People
from .lookup import Pairs
from .policy import Policy
from .records import Need
from .rules import skill_groups
from .runs import runs

FULL = 1000  # quality
EVIDENCE_FACTOR = np.array([800, 900, 1000], np.int64)  # self-declared, documented, confirmed
REACHED, SURPLUS = 800, 200  # share of the quality for the level asked, and for more than that
LONG_UNUSED = 30  # years assumed where the year of last use is not known


def claim_quality(claims: Claims, asked: int, year: int, half_life: int) -> Ints:
    """(K,) quality 0..1000 of each claim for the level asked in that year."""
    reached = REACHED * np.minimum(claims.level, asked) // asked
    surplus = SURPLUS * np.clip(claims.level - asked, 0, 2) // 2
    unused = np.where(claims.last_used == NEVER, LONG_UNUSED, year - claims.last_used)
    recency = FULL // 2 + FULL // 2 * half_life // (half_life + np.maximum(unused, 0))
    evidence = EVIDENCE_FACTOR[claims.evidence]
    return np.asarray((reached + surplus) * recency * evidence // FULL**2)


class Skills:
    """What m needs ask, as slots: G groups of at most A alternatives each.

    skill (m, G, A): row of `People.claim`, the last row where nothing is asked. row (m, G, A): row of `worth`
    (k, K) int32, weight × quality of each claim. total (m,): sum of the weights. unasked (m,): full quality of a
    need that asks for nothing, else 0.
    """

    def __init__(
        self, people: People, needs: Sequence[Need], columns: Columns, policy: Policy
    ) -> None:
        groups = [skill_groups(need) for need in needs]
        sizes = np.array([len(group) for of_need in groups for group in of_need], np.int64)
        asked = [r for of_need in groups for group in of_need for r in group]
        first_years = np.array([need.months[0] // 12 for need in needs], np.int64)
        # slot of each requirement: need, group of the need, alternative of the group
        counts = np.array([len(of_need) for of_need in groups], np.int64)
        j = np.repeat(np.repeat(np.arange(len(needs)), counts), sizes)
        g = np.repeat(runs(0, counts), sizes)
        a = runs(0, sizes)
        shape = (len(needs), int(counts.max(initial=0)), int(sizes.max(initial=0)))
        weight = np.array([r.weight for r in asked], np.int64)
        heaviest = np.zeros(shape[:2], np.int64)
        np.maximum.at(heaviest, (j, g), weight)  # of a group
        levels = [r.level for r in asked]
        keys = list(zip(levels, first_years[j].tolist(), heaviest[j, g].tolist(), strict=True))
        rows = {key: row for row, key in enumerate(dict.fromkeys(keys))}
        self.skill = np.full(shape, len(columns.skills), np.int64)
        self.skill[j, g, a] = [columns.skills[r.skill] for r in asked]
        self.row = np.zeros(shape, np.int64)
        self.row[j, g, a] = [rows[key] for key in keys]
        total = heaviest.sum(axis=1)
        self.total = np.maximum(total, 1).astype(np.float64)
        self.unasked = np.where(total == 0, FULL, 0).astype(np.int32)
        self.is_asked = self.skill < len(columns.skills)
        self.claim = people.claim
        quality = {
            (level, year): claim_quality(people.claims, level, year, policy.half_life)
            for level, year, _weight in rows
        }
        self.worth = np.array(
            [weight * quality[level, year] for level, year, weight in rows], np.int32
        )

    def quality(self, pairs: Pairs) -> tuple[Ints, NDArray[np.int16]]:
        """(k,) quality 0..1000, and (k,) how many of the asked skills are claimed."""
        earned = np.zeros(len(pairs.person), np.int32)
        count = np.zeros(len(pairs.person), np.int16)
        claim, worth = self.claim.reshape(-1), self.worth.reshape(-1)
        n, kinds = self.claim.shape[1], self.worth.shape[-1]
        is_asked = np.asarray(self.is_asked[pairs.needs].any(axis=0))
        for g in range(self.skill.shape[1]):
            best = None
            for a in np.flatnonzero(is_asked[g]):
                held = claim.take(pairs.spread(self.skill[:, g, a] * n) + pairs.person)
                count += held > 0
                gain = worth.take(pairs.spread(self.row[:, g, a] * kinds) + held)
                best = gain if best is None else np.maximum(best, gain)
            if best is not None:
                earned += best
        earned += pairs.spread(self.unasked)
        # whole numbers below 2^53: the quotient's whole part is exact
        return (earned / pairs.spread(self.total)).astype(np.int64), count
