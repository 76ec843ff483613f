"""What can be refused, as a small tree; each carries its HTTP status.

    TalentpoolError
    ├── ConfigError            the installation is not safe to start (exit 2)
    └── Problem                shown to the person who asked
        ├── Refused      422   the input is understood and not acceptable
        │   ├── UnknownCode    a code or label that no table holds
        │   └── BadFile        a file, with every bad row and column
        ├── Forbidden    403   the role may not do this
        ├── NotFound     404   absent, or not this person's to see: the same answer
        ├── Conflict     409   somebody else was first, or the state has moved on
        │   ├── LostRace       the row has another version than the page that was sent
        │   └── NoCapacity     the ledger has not enough half-days left
        ├── TooMany      429   too many tries in a short time; says how long to wait
        └── Unrecorded   503   that somebody saw a name could not be noted, so it is not shown

Anything outside the tree is a bug, a 500 with an id, or the trouble of a database, a 503 (troubles.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from .language import say


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

    @classmethod
    def at(cls, field: str, message: str) -> Self:
        """For what is wrong with one field."""
        return cls(message, fields={field: message})


class UnknownCode(Refused):
    pass


Fault = tuple[str, str]  # field, sentence for the screen


def raise_first(faults: Iterable[Fault]) -> None:
    """Refused with the first sentence, if there is a fault; every field keeps its first one."""
    fields: dict[str, str] = {}
    for field, sentence in faults:
        fields.setdefault(field, sentence)
    if fields:
        raise Refused(next(iter(fields.values())), fields=fields)


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

    def __init__(self, message: str = say("お探しのページは見つかりません。")) -> None:
        super().__init__(message)


class Conflict(Problem):
    status = 409
    is_race = False  # whether somebody else was first; otherwise a rule forbids it


class LostRace(Conflict):
    is_race = True

    def __init__(self) -> None:
        super().__init__(
            say(
                "ほかの人が先に変更したため、この操作は行われませんでした。"
                "最新の内容を確かめてから、もう一度お試しください。"
            )
        )


class NoCapacity(Conflict):
    pass


class Unrecorded(Problem):
    status = 503

    def __init__(self) -> None:
        super().__init__(say("閲覧を記録できないため、表示できません。"))


class TooMany(Problem):
    status = 429

    def __init__(self, wait: timedelta) -> None:
        """`wait` until the next try is worth it, a second at least."""
        self.seconds = max(1, -(-wait // timedelta(seconds=1)))  # rounded up
        if self.seconds > 60:
            text = say("%(n)s分", n=-(-self.seconds // 60))
        else:
            text = say("%(n)s秒", n=self.seconds)
        super().__init__(
            say(
                "続けて操作されたため、いまは受け付けられません。あと%(text)sほど待って、もう一度お試しください。",
                text=text,
            )
        )
