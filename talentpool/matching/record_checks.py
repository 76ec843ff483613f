"""What records may hold: whatever cannot be right is refused with the field and the id.

The types of all fields stand in one table. Lists of integers become arrays on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, product
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidProblem
from .names import check_names
from .records import (
    EVERY_DAY,
    GREATEST_LEVEL,
    GREATEST_MONTH_PAY,
    GREATEST_PAY,
    KINDS,
    LAST_MONTH,
    LAST_YEAR,
    MODES,
    MOST_HALF_DAYS,
    SEVERITIES,
    Candidate,
    Month,
    Need,
    SkillClaim,
    SkillRequirement,
)

GREATEST_WEIGHT = 1000  # of a requested skill
MOST_SKILLS = 1000  # of a need: their weight × quality adds up within int32

Types = tuple[type, ...]
TEXT: Types = (str,)
SET: Types = (frozenset,)
MAPPING: Types = (Mapping,)
WHOLE: Types = (int, np.integer)
FLAG: Types = (bool, np.bool_)
TYPE_NAMES: Mapping[type, str] = {
    int: "integer", np.integer: "integer", frozenset: "set", tuple: "sequence", type(None): "None",
}  # fmt: skip
# A path names fields of the same types, then steps into them: "each" entry (or key of a mapping),
# the "values" of a mapping, or a field of what stands there.
PEOPLE: Sequence[tuple[str, Types]] = (
    ("kind", (str, type(None))),
    ("overnight,consents", FLAG),
    ("roles,forms,themes,regions,forbidden,in_force", SET),
    ("roles,forms,themes,regions,forbidden,in_force.each", TEXT),
    ("availability,skills,travel,conflicts,wishes,preferred", MAPPING),
    ("income_left", (Mapping, type(None))),
    ("availability.each", WHOLE),
    ("availability.values", (Month,)),
    ("availability.values.modes", SET),
    ("skills.each", TEXT),
    ("skills.values", (SkillClaim,)),
    ("skills.values.evidence", TEXT),
    ("conflicts,wishes,preferred.each", TEXT),
    ("conflicts.values", TEXT),
)
NEEDS: Sequence[tuple[str, Types]] = (
    ("municipality,region,place,theme,mode", TEXT),
    ("roles,forms,preferred_kinds", SET),
    ("roles,forms,preferred_kinds.each", TEXT),
    ("months", (tuple,)),
    ("months.each", WHOLE),
    ("skills", (tuple,)),
    ("skills.each", (SkillRequirement,)),
    ("skills.each.skill", TEXT),
    ("skills.each.must", FLAG),
    ("skills.each.group", (str, type(None))),
    ("skills.each.since", (*WHOLE, type(None))),
    ("requires_training", FLAG),
)
# where words stand → those that are known; months and skills are looked at as they are encoded
PEOPLE_WORDS: Sequence[tuple[str, Sequence[str | None]]] = (
    ("kind", (*KINDS, None)),
    ("conflicts.values", SEVERITIES),
)
NEEDS_WORDS: Sequence[tuple[str, Sequence[str | None]]] = (
    ("mode", MODES),
    ("preferred_kinds.each", KINDS),
)
NAMING = ("conflicts", "forbidden", "in_force", "wishes", "preferred")  # where people name needs
Names = Sequence[str] | NDArray[np.object_]


def sorted_records(
    candidates: Iterable[Candidate], needs: Iterable[Need]
) -> tuple[list[Candidate], list[Need]]:
    """Check all records and sort them by id, so that their order never matters. Raises InvalidProblem."""
    people, wanted = _listed("candidates", candidates), _listed("needs", needs)
    check_kinds("candidates", people, Candidate)
    check_kinds("needs", wanted, Need)
    check_names("candidates", [c.id for c in people])
    check_names("needs", [need.id for need in wanted])
    check_types(people, wanted)
    check_words("candidates", people, PEOPLE_WORDS)
    check_words("needs", wanted, NEEDS_WORDS)
    check_needs(wanted)
    by_id = attrgetter("id")
    return sorted(people, key=by_id), sorted(wanted, key=by_id)


def _listed(field: str, records: Iterable[Any]) -> list[Any]:
    try:
        return list(records)
    except TypeError:
        raise InvalidProblem(field, "must be a list of records") from None


def check_needs(needs: Sequence[Need]) -> None:
    """Refuse needs that no array can hold; people are checked when they are encoded. Raises InvalidProblem."""
    ids = [need.id for need in needs]
    limits = {
        "half_days": (1, MOST_HALF_DAYS), "seats": (1, 1000), "size_class": (0, 2), "on_site_share": (0, 100),
        "weekdays": (1, EVERY_DAY), "pay": (0, GREATEST_PAY), "priority": (0, 9),
        "posted": (-(2**62), 2**62),
    }  # fmt: skip
    for name, (least, most) in limits.items():
        wholes("needs", name, [getattr(need, name) for need in needs], ids, least, most)
    told = [need for need in needs if need.month_pay is not None]
    monthly = [need.month_pay for need in told]
    wholes("needs", "month_pay", monthly, [n.id for n in told], 0, GREATEST_MONTH_PAY)
    for need in needs:
        months = need.months
        if not months or list(months) != sorted(set(months)):
            raise InvalidProblem("needs", "months must be ascending and not empty", need.id)
        wholes("needs", "months", months, [need.id] * len(months), 0, LAST_MONTH)
    refuse(
        "needs",
        f"more than {MOST_SKILLS} skills",
        np.array([len(need.skills) > MOST_SKILLS for need in needs], bool),
        ids,
    )
    skills = [(need.id, skill) for need in needs for skill in need.skills]
    names = [ident for ident, _skill in skills]
    wholes("needs", "level of a skill", [s.level for _, s in skills], names, 1, GREATEST_LEVEL)
    wholes("needs", "weight of a skill", [s.weight for _, s in skills], names, 1, GREATEST_WEIGHT)
    dated = [(ident, s) for ident, s in skills if s.since is not None]
    names = [ident for ident, _skill in dated]
    wholes("needs", "since of a skill", [s.since for _, s in dated], names, 0, LAST_YEAR)
    wishes = np.array([not s.must for _, s in dated], bool)
    refuse("needs", "since of a skill is for musts alone", wishes, names)


def check_types(candidates: Sequence[Candidate], needs: Sequence[Need]) -> None:
    """Refuse records with a field of the wrong type. Raises InvalidProblem."""
    for field, records, table in (("candidates", candidates, PEOPLE), ("needs", needs, NEEDS)):
        for path, types in table:
            _check(field, records, path, types)


def check_words(
    field: str, records: Sequence[Any], table: Sequence[tuple[str, Sequence[str | None]]]
) -> None:
    """Refuse words that nothing here knows. Raises InvalidProblem."""
    for path, known in table:
        unknown = set(_walk(records, path)) - set(known)
        if unknown:
            ident, word = next(
                (record.id, word)
                for record in records
                for word in _walk([record], path)
                if word in unknown
            )
            raise unknown_word(field, path.partition(".")[0], known, word, ident)


def unknown_word(
    field: str, name: str, known: Sequence[str | None], word: str, ident: object
) -> InvalidProblem:
    """Say which words are known."""
    words = ", ".join(word for word in known if word)
    return InvalidProblem(field, f"{name} must be one of {words}, not {word!r}", ident)


def check_named(candidates: Sequence[Candidate], needs: Sequence[Need]) -> None:
    """Refuse people who name needs that are not among these. Raises InvalidProblem."""
    known = {need.id for need in needs}
    for name in NAMING:
        if not known.issuperset(_walk(candidates, f"{name}.each")):
            ident, need = next(
                (c.id, need)
                for c in candidates
                for need in sorted(getattr(c, name))
                if need not in known
            )
            raise InvalidProblem("candidates", f"{name}: {need!r} is not among the needs", ident)


def check_kinds(field: str, records: Sequence[Any], kind: type) -> None:
    """Refuse anything but records of this kind. Raises InvalidProblem."""
    for index, record in enumerate(records):
        if not isinstance(record, kind):
            raise InvalidProblem(field, f"must be a {kind.__name__}", index)


def _check(field: str, records: Sequence[Any], path: str, types: Types) -> None:
    """Walk all records at once; walk them one by one only to name the first that is wrong."""
    if all(issubclass(found, types) for found in set(map(type, _walk(records, path)))):
        return
    names, _, rest = path.partition(".")
    for record, name in product(records, names.split(",")):
        for value in _walk([record], f"{name}.{rest}".strip(".")):
            if not isinstance(value, types):
                expected = " or ".join(dict.fromkeys(TYPE_NAMES.get(t, t.__name__) for t in types))
                reason = f"{name}: expected {expected}, found {type(value).__name__}"
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


def wholes(
    field: str, name: str, values: Sequence[Any], ids: Names, least: int, most: int
) -> NDArray[np.int64]:
    """Turn integers from least to most into (k,) int64. ids: whose value each is. Raises InvalidProblem."""
    reason = f"{name} must be an integer from {least} to {most}"
    try:
        array = np.array(values) if len(values) else np.zeros(0, np.int64)
    except (ValueError, TypeError, OverflowError):
        array = np.array(values, object)
    if array.ndim != 1 or array.dtype.kind not in "iub":
        whole = np.array([isinstance(v, int | np.integer) and least <= v <= most for v in values])
        refuse(field, reason, ~whole, ids)
        array = np.array(values, np.int64)
    refuse(field, reason, (array < least) | (array > most), ids)
    return array.astype(np.int64)


def refuse(field: str, reason: str, wrong: NDArray[np.bool_], ids: Names) -> None:
    """Raise InvalidProblem for the first entry that is wrong, if any."""
    if wrong.any():
        raise InvalidProblem(field, reason, ids[int(wrong.argmax())])
