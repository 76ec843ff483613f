"""What can be refused, as a small tree; each carries its HTTP status.

    TalentpoolError
    ├── ConfigError            the installation is not safe to start (exit 2)
    └── Problem                shown to the person who asked
        ├── Refused      422   the input is understood and not acceptable
        │   ├── UnknownCode    a code or label that no table holds
        │   └── BadFile        a file, with every bad row and column
        ├── Forbidden    403   the role may not do this
        ├── NotFound     404   absent, or not this person's to see: the same answer
        └── Conflict     409   somebody else was first, or the state has moved on
            └── NoCapacity     the ledger has not enough half-days left

Anything outside the tree is a bug: a 500 with an id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class TalentpoolError(Exception):
    pass


class ConfigError(TalentpoolError):
    pass


class Problem(TalentpoolError):
    """`message` is a sentence for the screen; `fields` names the fields it belongs to."""

    status = 500

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class Refused(Problem):
    status = 422


class UnknownCode(Refused):
    pass


@dataclass(frozen=True, slots=True)
class BadCell:
    """One fault of a file. Rows and columns are named as the person sees them in the sheet."""

    sheet: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = [self.sheet] if self.sheet else []
        if self.row is not None:
            place.append(f"{self.row}行目")
        if self.column:
            place.append(f"「{self.column}」")
        return f"{' '.join(place)}: {self.message}" if place else self.message


class BadFile(Refused):
    def __init__(self, message: str, cells: Sequence[BadCell] = ()) -> None:
        super().__init__(message)
        self.cells = tuple(cells)


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404

    def __init__(self, message: str = "お探しのページは見つかりません。") -> None:
        super().__init__(message)


class Conflict(Problem):
    status = 409


class NoCapacity(Conflict):
    pass
