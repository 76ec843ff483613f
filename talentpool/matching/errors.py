"""What the engine refuses."""

from __future__ import annotations


class MatchingError(Exception):
    pass


class InvalidProblem(MatchingError):
    """An array or record that cannot be right; names the field and, where there is one, the index."""

    def __init__(self, field: str, reason: str, index: object = None) -> None:
        place = field if index is None else f"{field}[{index}]"
        super().__init__(f"{place}: {reason}")
        self.field = field
        self.index = index


class InfeasiblePins(MatchingError):
    """Pins that contradict each other, the forbids, the hard rules or the capacity."""


class InvalidPolicy(MatchingError):
    """A policy that does not add up; names the key."""


class InvalidWhatIf(MatchingError):
    """A difference that cannot be tried; names the key."""


class MissingInput(MatchingError):
    """A function needs an optional field of the problem that is absent."""
