"""How well a feasible pair fits: nine parts in whole basis points, which add up on the screen.

Each part is weight × quality // 1000. The quality runs from 0 to 1000 and never falls when a person has more skill,
a higher level, better evidence, more practice or a shorter way. All arithmetic is in whole numbers, so every machine
gives the same bits. Age, sex and disability are not inputs.

A part is prepared once for all needs (`Part`): whatever depends on one key of a need (its year, its place) and one
small code of a person goes into a table, and the part of a pair is then an entry of that table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bools, Ints
from ..policy import PARTS, Policy
from ..records import BEST_RATING, GREATEST_LEVEL, HALF_ON_SITE, MOST_HALF_DAYS, Need
from .encode import BRIDGING, Numbering, People, Said
from .lookup import Chunk, table
from .rules import needs_presence
from .skills import FULL, REACHED, Skills, claim_quality

SERVICE = 600  # share of practice that comes from years in administration
LINKING = FULL - SERVICE  # share of practice that comes from linking officials with specialists
MOST_SERVICE = 20  # years of service; more of them add nothing
AMPLE = 2  # free half-days beyond this many times those asked add nothing
FAR = 180  # minutes of travel that leave nothing of the part
PRIOR_COUNT = (
    3  # ratings that the mean of the pool counts for, so that a single real one decides little
)
RECORD_REACH = 250  # how far a track record may be above or below that of somebody without ratings
# Shares of the wish: for another theme or region, for no preference, and for the preferred one.
THEME = np.array([0, 300, 600])
REGION = np.array([0, 200, 400])

Part = Callable[[Chunk], NDArray[Any]]


class Fit:
    """The parts of the fit, prepared for all pairs of these people and needs."""

    def __init__(
        self, people: People, needs: Sequence[Need], numbering: Numbering, policy: Policy
    ) -> None:
        self.skills = Skills(people, needs, numbering, policy)
        weighted = {
            # what each quality from 0 to 1000 is worth
            part: policy.weights[part] * np.arange(FULL + 1) // FULL
            for part in PARTS
        }
        made: Mapping[str, Part] = {
            "practice": _practice(people, needs, numbering, policy, weighted["practice"]),
            "role": _role(people, needs, numbering, weighted["role"]),
            "capacity": _capacity(people, needs, numbering, weighted["capacity"]),
            "travel": _travel(people, needs, numbering, weighted["travel"]),
            "pay": _pay(people, needs, weighted["pay"]),
            "wish": _wish(people, needs, numbering, weighted["wish"]),
            "preference": _preference(people, needs, numbering, weighted["preference"]),
            "record": _record(people, policy.record_mean, weighted["record"]),
        }
        self.weighted_skills = weighted["skills"].astype(np.int16)
        self.others = [made[part] for part in PARTS if part != "skills"]

    def parts(self, chunk: Chunk, parts: NDArray[np.int16]) -> NDArray[np.int16]:
        """Fill parts (9, k) with bp in the order of PARTS; return (k,) how many requested skills are claimed."""
        quality, count = self.skills.quality(chunk)
        parts[0] = self.weighted_skills.take(quality)
        for row, part in enumerate(self.others, 1):
            parts[row] = part(chunk)
        return count


def fit_parts(
    people: People, needs: Sequence[Need], numbering: Numbering, policy: Policy
) -> Iterator[Ints]:
    """Yield (n, 9) bp for each need in turn: everybody's parts, in the order of PARTS."""
    fit, everybody = Fit(people, needs, numbering, policy), np.arange(people.n)
    parts = np.empty((len(PARTS), people.n), np.int16)
    for j in range(len(needs)):
        fit.parts(Chunk(slice(j, j + 1), np.array([people.n]), everybody), parts)
        yield parts.T.astype(np.int64)


def _practice(
    people: People, needs: Sequence[Need], numbering: Numbering, policy: Policy, weighted: Ints
) -> Part:
    """Years in administration, and the skill of linking officials with specialists."""
    service = FULL * np.minimum(people.service_years, MOST_SERVICE).astype(np.int64) // MOST_SERVICE
    claim = people.claim[numbering.skills[BRIDGING]]

    def of_year(year: int) -> Ints:
        # nobody exceeds the greatest level, so REACHED is the best quality here and counts in full
        linking = claim_quality(people.claims, GREATEST_LEVEL, year, policy.half_life)[claim]
        quality = (SERVICE * service + LINKING * linking * FULL // REACHED) // FULL
        return np.asarray(weighted[quality])

    by_year = table([need.months[0] // 12 for need in needs], of_year, people.n, np.int16)
    return lambda chunk: by_year.at(chunk, chunk.person)


def _role(people: People, needs: Sequence[Need], numbering: Numbering, weighted: Ints) -> Part:
    """Full for anybody with one of the requested roles, or where no role is requested."""

    def has_one(roles: frozenset[str]) -> Bools:
        rows = [numbering.roles[role] for role in roles]
        return np.asarray(people.roles[rows].any(axis=0)) if rows else np.ones(people.n, bool)

    by_roles = table([need.roles for need in needs], has_one, people.n, bool)
    return lambda chunk: by_roles.at(chunk, chunk.person) * np.int16(weighted[FULL])


def _capacity(people: People, needs: Sequence[Need], numbering: Numbering, weighted: Ints) -> Part:
    """Free half-days in the tightest month, against those the need asks for."""

    def tightest(months: tuple[int, ...]) -> NDArray[np.uint8]:
        rows = [numbering.months[month] for month in months]
        return np.asarray(people.half_days[rows].min(axis=0))

    def of_amount(half_days: int) -> Ints:
        free, ample = np.arange(MOST_HALF_DAYS + 1), AMPLE * half_days
        return np.asarray(weighted[FULL * np.minimum(free, ample) // ample])

    by_window = table([need.months for need in needs], tightest, people.n, np.uint8)
    by_amount = table([need.half_days for need in needs], of_amount, MOST_HALF_DAYS + 1, np.int16)
    return lambda chunk: by_amount.at(chunk, by_window.at(chunk, chunk.person))


def _travel(people: People, needs: Sequence[Need], numbering: Numbering, weighted: Ints) -> Part:
    """The shorter the way the better, in proportion to the work on site; an unknown way counts as far."""

    def share(need: Need) -> int:
        if not needs_presence(need):
            return 0
        return need.on_site_share or (100 if need.mode == "onsite" else HALF_ON_SITE)

    minutes = np.minimum(people.minutes, FAR).astype(np.uint8)
    homes = minutes.shape[1]
    row = np.array([numbering.places[need.place] for need in needs], np.int64) * homes
    by_share = table(
        [share(need) for need in needs],
        lambda percent: weighted[FULL - percent * (FULL // 100) * np.arange(FAR + 1) // FAR],
        FAR + 1,
        np.int16,
    )

    def part(chunk: Chunk) -> NDArray[Any]:
        way = minutes.reshape(-1).take(chunk.spread(row) + people.home.take(chunk.person))
        return by_share.at(chunk, way)

    return part


def _pay(people: People, needs: Sequence[Need], weighted: Ints) -> Part:
    """From the minimum the person accepts (0) to the wish (1000); a wish no higher than that is all or nothing."""
    least = np.minimum(people.pay_minimum, people.pay_wish - 1).astype(np.float64)
    span = people.pay_wish - least
    offer = np.array([need.pay for need in needs], np.float64)
    weights = weighted.astype(np.int16)

    def part(chunk: Chunk) -> NDArray[Any]:
        # for whole numbers below 2^53 the integer part of a float quotient is exact
        over = chunk.spread(offer) - least.take(chunk.person)
        own = span.take(chunk.person)
        np.maximum(over, 0, out=over)
        np.minimum(over, own, out=over)
        over *= FULL
        over /= own
        return np.asarray(weights.take(over.astype(np.int64)))

    return part


def _wish(people: People, needs: Sequence[Need], numbering: Numbering, weighted: Ints) -> Part:
    """What the person has said of the need itself; else theme and region, half of each share without a preference."""

    def code(wished: Bools, has_wish: Bools) -> NDArray[np.uint8]:
        return np.where(has_wish, 2 * wished.astype(np.uint8), np.uint8(1))

    theme = code(people.themes, people.has_themes)
    region = code(people.regions, people.has_regions)
    theme *= len(REGION)
    themes = np.array([numbering.themes[need.theme] for need in needs], np.int64) * people.n
    regions = np.array([numbering.regions[need.region] for need in needs], np.int64) * people.n
    both = weighted[THEME[:, None] + REGION].reshape(-1).astype(np.int16)

    def part(chunk: Chunk) -> NDArray[Any]:
        wished = theme.reshape(-1).take(chunk.spread(themes) + chunk.person)
        wished += region.reshape(-1).take(chunk.spread(regions) + chunk.person)
        return np.asarray(both.take(wished))

    return _where_said(part, people.wishes, needs, weighted)


def _preference(
    people: People, needs: Sequence[Need], numbering: Numbering, weighted: Ints
) -> Part:
    """The rank that the town has given; else full for the kinds of people it prefers, and for all where it prefers none."""

    def is_preferred(kinds: frozenset[str]) -> Ints:
        row = np.full(len(numbering.kinds) + 1, 0 if kinds else weighted[FULL])
        row[[numbering.kinds[kind] for kind in kinds]] = weighted[FULL]
        return row

    keys = [need.preferred_kinds for need in needs]
    by_kinds = table(keys, is_preferred, len(numbering.kinds) + 1, np.int16)

    def part(chunk: Chunk) -> NDArray[Any]:
        return by_kinds.at(chunk, people.kind.take(chunk.person))

    return _where_said(part, people.preferred, needs, weighted)


def _where_said(
    part: Part, said: Mapping[str, Said], needs: Sequence[Need], weighted: Ints
) -> Part:
    """The same part, but for the pairs of which something was said by name."""
    named = {j: said[need.id] for j, need in enumerate(needs) if need.id in said}
    if not named:
        return part

    def with_said(chunk: Chunk) -> NDArray[Any]:
        values = part(chunk)
        start = 0
        for j, size in zip(range(chunk.needs.start, chunk.needs.stop), chunk.sizes, strict=True):
            own = named.get(j)
            if own is not None:
                person = chunk.person[start : start + size]
                place = np.searchsorted(own.person, person).clip(max=len(own.person) - 1)
                is_named = own.person[place] == person
                values[start : start + size][is_named] = weighted[own.share[place[is_named]]]
            start += size
        return values

    return with_said


def _record(people: People, mean: int, weighted: Ints) -> Part:
    """The mean rating, shrunk towards that of the pool and held near it. `mean`: of the pool, in thousandths."""
    total = FULL * people.rating_sum.astype(np.int64) + PRIOR_COUNT * mean
    quality = total // ((people.rating_count.astype(np.int64) + PRIOR_COUNT) * BEST_RATING)
    middle = mean // BEST_RATING
    np.clip(quality, max(middle - RECORD_REACH, 0), min(middle + RECORD_REACH, FULL), out=quality)
    record = weighted[quality].astype(np.int16)
    return lambda chunk: record.take(chunk.person)
