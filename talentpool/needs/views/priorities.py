"""The priority of a need in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ... import matching as m
from ...web.labels import label
from ..content import MOST_PRIORITY
from ..models import Need
from ..priorities import POLICY, priority_of
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Shown:
    """terms: reason and its levels; points: what a round adds in basis points, as policies begin."""

    level: int
    terms: Sequence[tuple[str, int]]
    basis: str
    points: int
    most: int = MOST_PRIORITY

    @property
    def is_capped(self) -> bool:
        return sum(levels for _, levels in self.terms) > self.most


@blueprint.app_template_global("priority_of")
def show_priority(need: Need) -> Shown:
    said = priority_of(need)
    terms = [(label(POLICY[reason].words), POLICY[reason].levels) for reason in said.reasons]
    return Shown(need.priority, terms, said.basis, need.priority * m.Policy().priority_bonus)
