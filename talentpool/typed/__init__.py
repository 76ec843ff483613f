"""What people type, read in one way on pages and in files: numbers, days, answers, contacts.

Kind, but never guessing: what could mean two things is refused, with what was read and what to write instead.
"""

from __future__ import annotations

from ..language import say
from ..text import BadText

LONGEST = 40  # characters of a text that a sentence repeats


class Unreadable(BadText):
    """Text that no field of its kind can hold."""


class NumberText(str):
    """The text of a cell that holds a number: how it was typed is lost, 2027.10 has become 2027.1."""

    __slots__ = ()


def quoted(text: str) -> str:
    """`text` as a sentence repeats it: one line, not too long."""
    line = " ".join(text.split())
    return say("「%(text)s」", text=line if len(line) <= LONGEST else line[: LONGEST - 1] + "…")
