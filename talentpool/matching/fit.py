"""How well a feasible pair fits: nine whole parts in basis points that add up on the screen.

Each part is weight × quality // 1000 with a quality of 0..1000 that never falls when a person has more
skill, level, evidence, practice or nearness. Whole-number arithmetic only: the same bits everywhere.
Age, sex and disability are not inputs.

A part is prepared once for all needs (`Part`): what depends on one key of a need (its year, its place …) and on
one small code of a person is put into a table. A pair's part is then an entry of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encode import BRIDGING, Bools, Columns, Ints, People
from .lookup import Pairs, table
from .policy import PARTS, Policy
from .records import MOST_HALF_DAYS, Need
from .rules import needs_presence
from .skills import FULL, Skills, claim_quality

MOST_SERVICE = 20  # years of service that still add
FAR = 180  # minutes of travel from which nothing is left
PRIOR_MEAN, PRIOR_COUNT, BEST_RATING = 3, 3, 5  # track record shrunk to the mean by three ratings
HALF_ON_SITE = 50  # percent assumed for a hybrid need that names no share
THEME = np.array([0, 300, 600])  # of wish: another theme, no preference, the wished one
REGION = np.array([0, 200, 400])  # the same for the region

Part = Callable[[Pairs], NDArray[Any]]


class Fit:
    """The parts of the fit, prepared for all pairs of these people and needs."""

    def __init__(
        self, people: People, needs: Sequence[Need], columns: Columns, policy: Policy
    ) -> None:
        self.skills = Skills(people, needs, columns, policy)
        weighted = {
            # weight × quality // 1000 for every quality
            part: policy.weights[part] * np.arange(FULL + 1) // FULL
            for part in PARTS
        }
        made: Mapping[str, Part] = {
            "practice": _practice(people, needs, columns, policy, weighted["practice"]),
            "role": _role(people, needs, columns, weighted["role"]),
            "capacity": _capacity(people, needs, columns, weighted["capacity"]),
            "travel": _travel(people, needs, columns, weighted["travel"]),
            "pay": _pay(people, needs, weighted["pay"]),
            "wish": _wish(people, needs, columns, weighted["wish"]),
            "preference": _preference(people, needs, columns, weighted["preference"]),
            "record": _record(people, weighted["record"]),
        }
        self.weighted_skills = weighted["skills"].astype(np.int16)
        self.others = [made[part] for part in PARTS if part != "skills"]

    def parts(self, pairs: Pairs, parts: NDArray[np.int16]) -> NDArray[np.int16]:
        """Fill parts (9, k) with bp in the order of PARTS; (k,) the number of asked skills that are claimed."""
        quality, count = self.skills.quality(pairs)
        parts[0] = self.weighted_skills.take(quality)
        for row, part in enumerate(self.others, 1):
            parts[row] = part(pairs)
        return count


def fit_parts(
    people: People, needs: Sequence[Need], columns: Columns, policy: Policy
) -> Iterator[Ints]:
    """(n, 9) bp for each need in turn: the parts of every candidate's fit, in the order of PARTS."""
    fit, everybody = Fit(people, needs, columns, policy), np.arange(people.n)
    parts = np.empty((len(PARTS), people.n), np.int16)
    for j in range(len(needs)):
        fit.parts(Pairs(slice(j, j + 1), np.array([people.n]), everybody), parts)
        yield parts.T.astype(np.int64)


def _practice(
    people: People, needs: Sequence[Need], columns: Columns, policy: Policy, weighted: Ints
) -> Part:
    """Years in administration, and the skill of linking officials with specialists."""
    service = FULL * np.minimum(people.service_years, MOST_SERVICE).astype(np.int64) // MOST_SERVICE
    claim = people.claim[columns.skills[BRIDGING]]

    def of_year(year: int) -> Ints:
        bridging = claim_quality(people.claims, 4, year, policy.half_life)[claim]
        quality = (600 * service + 400 * bridging * 10 // 8) // FULL
        return np.asarray(weighted[quality])

    by_year = table([need.months[0] // 12 for need in needs], of_year, people.n, np.int16)
    return lambda pairs: by_year.at(pairs, pairs.person)


def _role(people: People, needs: Sequence[Need], columns: Columns, weighted: Ints) -> Part:
    """Full for one of the roles asked, or where none is asked."""

    def has_one(roles: frozenset[str]) -> Bools:
        rows = [columns.roles[role] for role in roles]
        return np.asarray(people.roles[rows].any(axis=0)) if rows else np.ones(people.n, bool)

    by_roles = table([need.roles for need in needs], has_one, people.n, bool)
    return lambda pairs: by_roles.at(pairs, pairs.person) * np.int16(weighted[FULL])


def _capacity(people: People, needs: Sequence[Need], columns: Columns, weighted: Ints) -> Part:
    """Twice the half-days asked in the tightest month is as good as it gets."""

    def tightest(months: tuple[int, ...]) -> NDArray[np.uint8]:
        rows = [columns.months[month] for month in months]
        return np.asarray(people.half_days[rows].min(axis=0))

    def of_amount(half_days: int) -> Ints:
        free = np.arange(MOST_HALF_DAYS + 1)
        return np.asarray(weighted[FULL * np.minimum(free, 2 * half_days) // (2 * half_days)])

    by_window = table([need.months for need in needs], tightest, people.n, np.uint8)
    by_amount = table([need.half_days for need in needs], of_amount, MOST_HALF_DAYS + 1, np.int16)
    return lambda pairs: by_amount.at(pairs, by_window.at(pairs, pairs.person))


def _travel(people: People, needs: Sequence[Need], columns: Columns, weighted: Ints) -> Part:
    """Nearer is better as far as the work is on site; an unknown way counts as far."""

    def share(need: Need) -> int:
        if not needs_presence(need):
            return 0
        return need.on_site_share or (100 if need.mode == "onsite" else HALF_ON_SITE)

    minutes = np.minimum(people.minutes, FAR).astype(np.uint8)
    homes = minutes.shape[1]
    row = np.array([columns.places[need.place] for need in needs], np.int64) * homes
    by_share = table(
        [share(need) for need in needs],
        lambda percent: weighted[FULL - percent * 10 * np.arange(FAR + 1) // FAR],
        FAR + 1,
        np.int16,
    )

    def part(pairs: Pairs) -> NDArray[Any]:
        way = minutes.reshape(-1).take(pairs.spread(row) + people.home.take(pairs.person))
        return by_share.at(pairs, way)

    return part


def _pay(people: People, needs: Sequence[Need], weighted: Ints) -> Part:
    """Between the least the person accepts (0) and the wish (1000); a wish that is no more is all or nothing."""
    least = np.minimum(people.pay_minimum, people.pay_wish - 1).astype(np.float64)
    span = people.pay_wish - least
    offer = np.array([need.pay for need in needs], np.float64)
    weights = weighted.astype(np.int16)

    def part(pairs: Pairs) -> NDArray[Any]:
        # whole numbers below 2^53: the quotient's whole part is exact
        over = pairs.spread(offer) - least.take(pairs.person)
        own = span.take(pairs.person)
        np.maximum(over, 0, out=over)
        np.minimum(over, own, out=over)
        over *= FULL
        over /= own
        return np.asarray(weights.take(over.astype(np.int64)))

    return part


def _wish(people: People, needs: Sequence[Need], columns: Columns, weighted: Ints) -> Part:
    """600 for the theme, 400 for the region; half of it where the person has no preference."""

    def code(wished: Bools, has_wish: Bools) -> NDArray[np.uint8]:
        return np.where(has_wish, 2 * wished.astype(np.uint8), np.uint8(1))

    theme = code(people.themes, people.has_themes)
    region = code(people.regions, people.has_regions)
    theme *= 3
    themes = np.array([columns.themes[need.theme] for need in needs], np.int64) * people.n
    regions = np.array([columns.regions[need.region] for need in needs], np.int64) * people.n
    both = weighted[THEME[:, None] + REGION].reshape(-1).astype(np.int16)

    def part(pairs: Pairs) -> NDArray[Any]:
        wished = theme.reshape(-1).take(pairs.spread(themes) + pairs.person)
        wished += region.reshape(-1).take(pairs.spread(regions) + pairs.person)
        return np.asarray(both.take(wished))

    return part


def _preference(people: People, needs: Sequence[Need], columns: Columns, weighted: Ints) -> Part:
    """Full for one of the kinds of people the town prefers, or where it prefers none."""

    def is_preferred(kinds: frozenset[str]) -> Ints:
        row = np.full(len(columns.kinds) + 1, 0 if kinds else weighted[FULL])
        row[[columns.kinds[kind] for kind in kinds]] = weighted[FULL]
        return row

    keys = [need.preferred_kinds for need in needs]
    by_kinds = table(keys, is_preferred, len(columns.kinds) + 1, np.int16)
    return lambda pairs: by_kinds.at(pairs, people.kind.take(pairs.person))


def _record(people: People, weighted: Ints) -> Part:
    shrunk = people.rating_sum.astype(np.int64) + PRIOR_MEAN * PRIOR_COUNT
    quality = FULL * shrunk // ((people.rating_count.astype(np.int64) + PRIOR_COUNT) * BEST_RATING)
    record = weighted[quality].astype(np.int16)
    return lambda pairs: record.take(pairs.person)
