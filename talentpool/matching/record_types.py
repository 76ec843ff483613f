"""What the fields of a record must be made of, as one table; what numbers and words they hold is looked at later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, product
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .records import Candidate, Month, Need, SkillClaim, SkillRequirement

Types = tuple[type, ...]
TEXT: Types = (str,)
SET: Types = (frozenset, set, tuple, list)
FIXED: Types = (frozenset, tuple)  # what needs hold is compared, so it must not change
MAPPING: Types = (Mapping,)
WHOLE: Types = (int, np.integer)

# fields alike, then what is in them: "each" of its entries (the keys of a mapping), its "values", a field of these
PEOPLE: Sequence[tuple[str, Types]] = (
    ("kind", TEXT),
    ("roles,forms,themes,regions,forbidden,in_force", SET),
    ("roles,forms,themes,regions,forbidden,in_force.each", TEXT),
    ("availability,skills,travel,conflicts", MAPPING),
    ("availability.each", WHOLE),
    ("availability.values", (Month,)),
    ("availability.values.modes", SET),
    ("skills.each", TEXT),
    ("skills.values", (SkillClaim,)),
    ("skills.values.evidence", TEXT),
    ("conflicts.each", TEXT),
    ("conflicts.values", TEXT),
)
NEEDS: Sequence[tuple[str, Types]] = (
    ("municipality,region,place,theme,mode", TEXT),
    ("roles,forms,preferred_kinds", FIXED),
    ("roles,forms,preferred_kinds.each", TEXT),
    ("months", (tuple,)),
    ("months.each", WHOLE),
    ("skills", (tuple, list)),
    ("skills.each", (SkillRequirement,)),
    ("skills.each.skill", TEXT),
    ("skills.each.group", (str, type(None))),
)


def check_types(candidates: Sequence[Candidate], needs: Sequence[Need]) -> None:
    """Refuse records whose fields are not made of what they should be. Raises InvalidProblem."""
    for field, records, table in (("candidates", candidates, PEOPLE), ("needs", needs, NEEDS)):
        for path, types in table:
            _check(field, records, path, types)


def check_kinds(field: str, records: Sequence[Any], kind: type) -> None:
    """Raises InvalidProblem where one is no record of this kind."""
    for index, record in enumerate(records):
        if not isinstance(record, kind):
            raise InvalidProblem(field, f"is no {kind.__name__}", index)


def _check(field: str, records: Sequence[Any], path: str, types: Types) -> None:
    """All records are walked at once; one by one only to name the first that is wrong."""
    if all(issubclass(found, types) for found in set(map(type, _walk(records, path)))):
        return
    names, _, rest = path.partition(".")
    for record, name in product(records, names.split(",")):
        for value in _walk([record], f"{name}.{rest}".strip(".")):
            if not isinstance(value, types):
                reason = f"{name}: nothing of type {type(value).__name__} may stand here"
                raise InvalidProblem(field, reason, record.id)


def _walk(records: Iterable[Any], path: str) -> Iterator[Any]:
    found = iter(records)
    for step in path.split("."):
        if step == "each":
            found = chain.from_iterable(found)
        elif step == "values":
            found = chain.from_iterable(map(methodcaller("values"), found))
        elif "," in step:
            found = chain.from_iterable(map(attrgetter(*step.split(",")), found))
        else:
            found = map(attrgetter(step), found)
    return found
