"""Everybody of a pool as the engine's arrays, for one need at a time that is not known beforehand.

The conditions are the engine's own (`matching/scoring/rules.py`); conflicts of interest are screened when a need is
asked about, and only for the people who could have any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from .. import matching as m
from ..dates import fiscal_year_of_month
from ..matching.arrays import Bools, Ints
from ..matching.scoring.encode import Claims, Numbering, People, encode, numbering_of
from ..matching.scoring.rules import NAMED, Rule, broken_rules
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from .conflicts import gravest, screen
from .records import Profile, Request
from .translate import AND, minutes_to, person_between, turned_down

AHEAD = 73  # months: the longest need that begins a year from now, and one month more

Named = list[tuple[int, Rule]]


@dataclass(frozen=True, slots=True)
class Index:
    """Who of the people may be ruled out by name: by a town of theirs, by ties to companies, by the need's code."""

    towns: Mapping[str, Sequence[int]]
    tied: Sequence[int]
    turned_down: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, profiles: Sequence[Profile]) -> Index:
        towns: defaultdict[str, list[int]] = defaultdict(list)
        barred: defaultdict[str, list[int]] = defaultdict(list)
        tied = []
        for index, profile in enumerate(profiles):
            there = {post.municipality_code for post in profile.posts}
            there |= {known.municipality_code for known in profile.known}
            for town in filter(None, there):
                towns[town].append(index)
            for code in turned_down(profile):
                barred[code].append(index)
            if profile.companies or profile.matters or any(row.vendor for row in profile.known):
                tied.append(index)
        return cls(towns, tied, barred)


@dataclass(frozen=True, slots=True)
class Crowd:
    """n people in one order: ids of their rows, profiles, arrays. start: the first month that is numbered."""

    ids: Ints
    profiles: Sequence[Profile]
    arrays: People
    numbering: Numbering
    index: Index
    start: int

    @classmethod
    def of(
        cls, people: Mapping[int, Profile], catalogue: Catalogue, prefecture_code: str, start: int
    ) -> Crowd:
        """Numbered for every need that the catalogue lets a town of the prefecture write."""
        numbering = _numbering(catalogue, prefecture_code, start)
        return _crowd(people, catalogue, numbering, start)

    @classmethod
    def before(cls, people: Mapping[int, Profile], catalogue: Catalogue, need: m.Need) -> Crowd:
        """Numbered for this need alone, whatever months, places and codes it has."""
        longer = replace(need, months=(*need.months, need.months[-1] + 1))
        return _crowd(people, catalogue, numbering_of([longer]), need.months[0])

    def asked_by(self, need: m.Need, catalogue: Catalogue) -> Crowd:
        """The same with a number for everything the need asks for; where it mentions what has none, encoded anew."""
        halls, places = need.place.split(AND), self.numbering.places
        crowd = self
        if need.place not in places and places.keys() >= {*halls}:
            farthest = self.arrays.minutes[[places[hall] for hall in halls]].max(axis=0)
            minutes = np.vstack([self.arrays.minutes, farthest])
            numbering = replace(self.numbering, places=places | {need.place: len(places)})
            crowd = replace(self, arrays=replace(self.arrays, minutes=minutes), numbering=numbering)
        if crowd.covers(need):
            return crowd
        people = dict(zip(self.ids.tolist(), self.profiles, strict=True))
        return Crowd.before(people, catalogue, need)

    def with_changed(
        self, changed: Collection[int], people: Mapping[int, Profile], catalogue: Catalogue
    ) -> Crowd:
        """The same but for those of `changed`, who are now as `people` says, or gone."""
        fresh = _crowd(people, catalogue, self.numbering, self.start)
        kept = np.flatnonzero(~np.isin(self.ids, list(changed)))
        profiles = [*(self.profiles[i] for i in kept.tolist()), *fresh.profiles]
        return Crowd(
            np.concatenate([self.ids[kept], fresh.ids]), profiles,
            _joined(self.arrays, kept, fresh.arrays), self.numbering, Index.of(profiles), self.start,
        )  # fmt: skip

    def covers(self, need: m.Need) -> bool:
        """Whether everything the need asks for has a number."""
        known = self.numbering
        return (
            need.months[0] in known.months
            and need.months[-1] + 1 in known.months
            and need.place in known.places
            and need.forms <= known.forms.keys()
            and all(asked.skill in known.skills for asked in need.skills)
        )

    def among(self, ids: Collection[int]) -> Bools:
        """(n,) who has one of these ids."""
        return np.isin(self.ids, np.fromiter(ids, np.int64, len(ids)))

    def named(self, request: Request) -> Named:
        """Who is ruled out for the need by name: by a conflict of interest, or because it came to nothing before."""
        index, towns = self.index, (request.municipality_code, *request.members)
        near = {
            *(who for town in towns for who in index.towns.get(town, ())),
            *(index.tied if request.vendors else ()),
        }
        found: Named = []
        for person in sorted(near):
            severity = gravest(screen(self.profiles[person], request))
            if severity in NAMED:
                found.append((person, NAMED[severity]))
        found += [(person, Rule.FORBIDDEN) for person in index.turned_down.get(request.code, ())]
        return found

    def broken(self, need: m.Need, named: Named, arrays: People | None = None) -> dict[Rule, Bools]:
        """Rule → (n,) who breaks it. arrays: the same people after a change."""
        return broken_rules(arrays or self.arrays, need, self.numbering, named)


def _numbering(catalogue: Catalogue, prefecture_code: str, start: int) -> Numbering:
    def codes(vocabulary: Vocabulary) -> dict[str, int]:
        return {term.code: number for number, term in enumerate(catalogue.terms(vocabulary))}

    towns = catalogue.municipalities(prefecture_code)
    years = range(fiscal_year_of_month(start), fiscal_year_of_month(start + AHEAD - 1) + 1)
    regions = sorted({town.region for town in towns if town.region})
    return Numbering(
        months={start + number: number for number in range(AHEAD)},
        years={year: number for number, year in enumerate(years)},
        skills=codes(Vocabulary.SKILL),
        roles=codes(Vocabulary.ROLE),
        forms=codes(Vocabulary.FORM),
        places={town.code: number for number, town in enumerate(towns)},
        themes=codes(Vocabulary.THEME),
        regions={region: number for number, region in enumerate(regions)},
        kinds=codes(Vocabulary.CANDIDATE_KIND),
    )


def _crowd(
    people: Mapping[int, Profile], catalogue: Catalogue, numbering: Numbering, start: int
) -> Crowd:
    halls, end = list(numbering.places), max(numbering.months, default=start)
    ways = {
        home: {hall: minutes_to(home, hall, catalogue) for hall in halls}
        for home in {profile.home_code for profile in people.values()}
    }
    profiles = list(people.values())
    records = [person_between(p, start, end, ways[p.home_code]) for p in profiles]
    ids = np.fromiter(people, np.int64, len(people))
    arrays = encode(records, numbering)
    return Crowd(ids, profiles, arrays, numbering, Index.of(profiles), start)


def _joined(first: People, kept: Ints, second: People) -> People:
    """The people at `kept` of the first and all of the second; claims and ways of the second are counted on.

    What was said of needs is left out: it is in no condition, and a crowd is asked for conditions alone.
    """
    values = {
        entry.name: np.concatenate(
            [getattr(first, entry.name)[..., kept], getattr(second, entry.name)], axis=-1
        )
        for entry in fields(People)
        if entry.name not in {"claim", "claims", "home", "minutes", "wishes", "preferred"}
    }
    claims = [first.claims, second.claims]
    more = len(first.claims.level)
    return People(
        **values,
        claim=np.concatenate(
            [first.claim[..., kept].astype(np.int64), second.claim.astype(np.int64) + more], axis=-1
        ),
        claims=Claims(*(
            np.concatenate([getattr(some, name) for some in claims])
            for name in ("level", "last_used", "evidence")
        )),
        home=np.concatenate([first.home[kept], second.home + first.minutes.shape[1]]),
        minutes=np.ascontiguousarray(np.concatenate([first.minutes, second.minutes], axis=1)),
        wishes={},
        preferred={},
    )  # fmt: skip
