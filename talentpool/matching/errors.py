"""What the engine refuses."""

from __future__ import annotations


class MatchingError(Exception):
    """The base of all errors that the engine raises on purpose."""


class InvalidProblem(MatchingError):
    """An array or a record that cannot be right.

    Attributes
    ----------
    field : str
        Name of the array or the kind of record, such as ``"ptr"`` or ``"needs"``.
    index : object
        Where in it: an index, the id of a record, or None for the whole.
    """

    def __init__(self, field: str, reason: str, index: object = None) -> None:
        place = field if index is None else f"{field}[{index}]"
        super().__init__(f"{place}: {reason}")
        self.field = field
        self.index = index


class InfeasiblePins(MatchingError):
    """Pins that contradict each other, the forbidden pairs, the hard rules or the capacity."""


class InvalidPolicy(MatchingError):
    """A policy that does not add up. The message names the key."""


class InvalidWhatIf(MatchingError):
    """A difference that cannot be tried. The message names the key."""


class MissingInput(MatchingError):
    """A call that needs an optional input which was not given. The message names it."""
