"""Names of people and needs: each is distinct, and rows are sorted by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .errors import InvalidProblem


def by_id(records: Sequence[Any]) -> list[Any]:
    """Sort records by their stable ids: the order in which they are given never matters."""
    return sorted(records, key=lambda record: record.id)


def check_names(field: str, ids: Iterable[Any]) -> None:
    """Refuse names that are not distinct, non-empty strings. Raises InvalidProblem."""
    seen: set[str] = set()
    for index, ident in enumerate(ids):
        if not isinstance(ident, str) or not ident:
            raise InvalidProblem(field, "must be a non-empty string", index)
        if ident in seen:
            raise InvalidProblem(field, f"{ident!r} is a duplicate", index)
        if not ident.isascii():
            _check_letters(field, ident, index)
        seen.add(ident)


def check_same(field: str, records: Sequence[Any], ids: Sequence[str]) -> None:
    """Refuse records that are not those of a problem with these ids. Raises InvalidProblem."""
    if [record.id for record in by_id(records)] != list(ids):
        raise InvalidProblem(field, "must be those of the problem")


def _check_letters(field: str, ident: str, index: int) -> None:
    try:
        ident.encode()
    except UnicodeEncodeError:
        raise InvalidProblem(field, f"{ident!r} cannot be encoded as UTF-8", index) from None
