"""How a town that does not name itself is described to people: never so that only one town is described so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..reference.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Description:
    """region, size: none where they are kept back. towns: of the prefecture that have this region and this size."""

    region: str | None
    size: int | None
    towns: int

    @property
    def is_coarser(self) -> bool:
        """Region and size together would name the town."""
        return self.towns == 1


def describe(catalogue: Catalogue, municipality_code: str) -> Description:
    """Region and size where several towns have both; of those left over the region where several have it, else nothing."""
    own = catalogue.municipality(municipality_code)
    both = {
        town.code: (town.region, catalogue.size_class(town.code))
        for town in catalogue.municipalities(own.prefecture_code)
    }
    alike = Counter(both.values())
    region, size = both[own.code]
    towns = alike[region, size]
    if towns > 1:
        return Description(region, size, towns)
    alone = [place for place, people in both.values() if alike[place, people] == 1]
    return Description(region if alone.count(region) > 1 else None, None, towns)
