"""Municipalities by their class of size, for queries: the rule itself is `Catalogue.size_class`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from .catalogue import Catalogue


def size_of(
    municipality: sa.orm.InstrumentedAttribute[Any], catalogue: Catalogue, prefecture: str | None
) -> sa.ColumnElement[Any]:
    """The class of the municipality of a row ("0", "1" …); NULL outside `prefecture` and where nobody knows."""
    towns: dict[int, list[str]] = defaultdict(list)
    for town in catalogue.municipalities(prefecture):
        size = catalogue.size_class(town.code)
        if size is not None:
            towns[size].append(town.code)
    cases = [(municipality.in_(codes), sa.literal(str(size))) for size, codes in towns.items()]
    return sa.case(*cases) if cases else sa.null()
