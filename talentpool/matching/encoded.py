"""The same people as records and as arrays, encoded once for all needs that may be asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .encode import Bools, Columns, Ints, People, encode
from .fit import fit_parts
from .policy import Policy
from .records import Candidate, Need
from .rules import Rule, broken_rules, named_by_need
from .score import Scored, score


@dataclass(frozen=True, slots=True)
class Encoded:
    """columns: those of all needs that are asked; named: need id → (index, rule) of who is ruled out by name."""

    records: Sequence[Candidate]
    arrays: People
    columns: Columns
    named: dict[str, list[tuple[int, Rule]]]

    @classmethod
    def of(cls, people: Sequence[Candidate], columns: Columns) -> Encoded:
        return cls(people, encode(people, columns), columns, named_by_need(people))

    def broken(self, need: Need, arrays: People | None = None) -> dict[Rule, Bools]:
        """Rule → (n,) bool: who breaks it. arrays: those of the same people after a change."""
        named = self.named.get(need.id, ())
        return broken_rules(arrays or self.arrays, need, self.columns, named)

    def fits(
        self, needs: Sequence[Need], policy: Policy, arrays: People | None = None
    ) -> Iterator[Ints]:
        """(n,) bp for each need in turn: everybody's fit, also of those who break a rule."""
        for parts in fit_parts(arrays or self.arrays, needs, self.columns, policy):
            yield parts.sum(axis=1)

    def score(self, need: Need, policy: Policy) -> Scored:
        """The need's feasible pairs, without parts."""
        barred = [index for index, _rule in self.named.get(need.id, ())]
        return score(self.arrays, [need], self.columns, policy, barred=[barred], has_parts=False)
