"""Lists of whole numbers as arrays, refused by name where one of them cannot be right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidProblem

Names = Sequence[str] | NDArray[np.object_]


def wholes(
    field: str, name: str, values: Sequence[Any], ids: Names, least: int, most: int
) -> NDArray[np.int64]:
    """(k,) int64 from least to most. ids: whose value each is. Raises InvalidProblem."""
    try:
        array = np.array(values) if len(values) else np.zeros(0, np.int64)
    except (ValueError, TypeError, OverflowError):
        array = np.array(values, object)
    if array.ndim != 1 or array.dtype.kind not in "iub":
        whole = np.array([isinstance(v, int | np.integer) and least <= v <= most for v in values])
        refuse(field, f"{name} is no whole number or out of range", ~whole, ids)
        array = np.array(values, np.int64)
    refuse(field, f"{name} out of range", (array < least) | (array > most), ids)
    return array.astype(np.int64)


def refuse(field: str, reason: str, wrong: NDArray[np.bool_], ids: Names) -> None:
    """Raise InvalidProblem for the first entry that is wrong, if there is one."""
    if wrong.any():
        raise InvalidProblem(field, reason, ids[int(wrong.argmax())])
