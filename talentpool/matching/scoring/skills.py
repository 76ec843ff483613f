"""How well a person's skills match a need: level, recency and evidence of each, averaged by weight.

A claim is a small number (`People.claim`). Its quality for a requested level and year is a table entry, already
multiplied by the weight. In an either/or group the best alternative counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints, runs
from ..policy import Policy
from ..records import Need
from .encode import NEVER, Claims, Numbering, People
from .lookup import Chunk
from .rules import skill_groups

FULL = 1000  # the best quality; all shares below are parts of it
REACHED = 800  # share for reaching the requested level: what the need asks for counts most
SURPLUS = FULL - REACHED  # share for levels beyond it, so that more skill still ranks ahead
MOST_SURPLUS = 2  # levels beyond the requested one that still earn something
UNFORGOTTEN = FULL // 2  # a skill keeps this share however long it has not been used
LONG_UNUSED = 30  # years assumed where the last use is unknown
EVIDENCE_FACTOR = np.array([800, 900, 1000], np.int64)  # EVIDENCE: a bare claim counts a fifth less


def claim_quality(claims: Claims, asked: int, year: int, half_life: int) -> Ints:
    """Rate each claim, (K,) from 0 to 1000, against the level asked in that year.

    Half of the recency is kept for good; the other half has halved after `half_life` years without use.
    """
    reached = REACHED * np.minimum(claims.level, asked) // asked
    surplus = SURPLUS * np.clip(claims.level - asked, 0, MOST_SURPLUS) // MOST_SURPLUS
    unused = np.where(claims.last_used == NEVER, LONG_UNUSED, year - claims.last_used)
    fading = (FULL - UNFORGOTTEN) * half_life // (half_life + np.maximum(unused, 0))
    recency = UNFORGOTTEN + fading
    evidence = EVIDENCE_FACTOR[claims.evidence]
    return np.asarray((reached + surplus) * recency * evidence // FULL**2)


class Skills:
    """What m needs ask for, as slots: G groups of at most A alternatives each.

    skill (m, G, A): row of `People.claim`, the last row where nothing is asked. row (m, G, A): row of `worth`
    (k, K) int32, weight × quality of each claim. total (m,): sum of the weights. unasked (m,): full quality for a
    need that asks for nothing, else 0.
    """

    def __init__(
        self, people: People, needs: Sequence[Need], numbering: Numbering, policy: Policy
    ) -> None:
        groups = [skill_groups(need) for need in needs]
        sizes = np.array([len(group) for of_need in groups for group in of_need], np.int64)
        asked = [r for of_need in groups for group in of_need for r in group]
        first_years = np.array([need.months[0] // 12 for need in needs], np.int64)
        # the slot of each requirement: need, group within the need, alternative within the group
        counts = np.array([len(of_need) for of_need in groups], np.int64)
        j = np.repeat(np.repeat(np.arange(len(needs)), counts), sizes)
        g = np.repeat(runs(0, counts), sizes)
        a = runs(0, sizes)
        shape = (len(needs), int(counts.max(initial=0)), int(sizes.max(initial=0)))
        weight = np.array([r.weight for r in asked], np.int64)
        heaviest = np.zeros(shape[:2], np.int64)
        # a group weighs as much as its heaviest alternative
        np.maximum.at(heaviest, (j, g), weight)
        levels = [r.level for r in asked]
        keys = list(zip(levels, first_years[j].tolist(), heaviest[j, g].tolist(), strict=True))
        rows = {key: row for row, key in enumerate(dict.fromkeys(keys))}
        self.skill = np.full(shape, len(numbering.skills), np.int64)
        self.skill[j, g, a] = [numbering.skills[r.skill] for r in asked]
        self.row = np.zeros(shape, np.int64)
        self.row[j, g, a] = [rows[key] for key in keys]
        total = heaviest.sum(axis=1)
        self.total = np.maximum(total, 1).astype(np.float64)
        self.unasked = np.where(total == 0, FULL, 0).astype(np.int32)
        self.is_asked = self.skill < len(numbering.skills)
        self.claim = people.claim
        quality = {
            (level, year): claim_quality(people.claims, level, year, policy.half_life)
            for level, year, _weight in rows
        }
        self.worth = np.array(
            [weight * quality[level, year] for level, year, weight in rows], np.int32
        )

    def quality(self, chunk: Chunk) -> tuple[Ints, NDArray[np.int16]]:
        """Rate each pair: (k,) quality from 0 to 1000, and (k,) how many of the requested skills are claimed."""
        earned = np.zeros(len(chunk.person), np.int32)
        count = np.zeros(len(chunk.person), np.int16)
        claim, worth = self.claim.reshape(-1), self.worth.reshape(-1)
        n, kinds = self.claim.shape[1], self.worth.shape[-1]
        is_asked = np.asarray(self.is_asked[chunk.needs].any(axis=0))
        for g in range(self.skill.shape[1]):
            best = None
            for a in np.flatnonzero(is_asked[g]):
                held = claim.take(chunk.spread(self.skill[:, g, a] * n) + chunk.person)
                count += held > 0
                gain = worth.take(chunk.spread(self.row[:, g, a] * kinds) + held)
                best = gain if best is None else np.maximum(best, gain)
            if best is not None:
                earned += best
        earned += chunk.spread(self.unasked)
        # for whole numbers below 2^53 the integer part of a float quotient is exact
        return (earned / chunk.spread(self.total)).astype(np.int64), count
