"""The search box of a list: every word must be found, in whichever place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from .db import Text
from .text import search_key

KEY_LENGTH = 20_000  # characters; folding lengthens some texts, and what is beyond is not found
MOST_WORDS = 10  # each is a scan of its own
_NUMBER = re.compile(r"(?P<letter>[a-z]?)0*(?P<number>[1-9][0-9]{0,17})")
_BETWEEN = "\n"  # no word has one, so no match runs across two texts

Condition = sa.ColumnElement[bool]


class Searchable:
    """A row that keeps its texts folded beside it, to be found by."""

    searched: ClassVar[tuple[str, ...]]  # the columns
    search_key: Mapped[str] = mapped_column(Text(KEY_LENGTH), server_default="")

    def fold(self) -> str:
        """What `search_key` has to be."""
        texts = (getattr(self, name) for name in self.searched)
        return _BETWEEN.join(search_key(text) for text in texts if text)[:KEY_LENGTH]


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _keep_folded(_mapper: Any, _connection: Any, row: Searchable) -> None:
    row.search_key = row.fold()


def every_word(text: str, places: Callable[[str], Iterable[Condition]]) -> list[Condition]:
    """One condition a word of `text`: that one of its `places` has it, given as `search_key` folds it."""
    keys = list(dict.fromkeys(map(search_key, text.split())))
    return [sa.or_(*places(key)) if key else sa.false() for key in keys[:MOST_WORDS]]


def number_in(key: str, letter: str) -> int | None:
    """The number of a code as people write it: C-000303, c303, 000303, 303."""
    found = _NUMBER.fullmatch(key)
    if found is None or found["letter"] not in {"", letter}:
        return None
    return int(found["number"])
