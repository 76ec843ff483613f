"""One box for what an officer has at hand: the number or name of a person, the number, title or town of a vacancy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from ..candidates import finding as people
from ..candidates.models import Candidate
from ..db import Base, Session
from ..needs import finding as needs
from ..needs.models import Need
from ..permissions import Actor, visible
from ..reference.catalogue import Catalogue
from ..searching import Condition, every_word

M = TypeVar("M", bound=Base)
MOST = 10  # shown of each


@dataclass(frozen=True, slots=True)
class Found:
    """The first of each, and how many there are."""

    people: Sequence[Candidate]
    people_in_all: int
    needs: Sequence[Need]
    needs_in_all: int

    @property
    def only(self) -> Candidate | Need | None:
        """What it must be: nothing else was found."""
        if self.people_in_all + self.needs_in_all != 1:
            return None
        return self.people[0] if self.people else self.needs[0]


def find(session: Session, actor: Actor, words: str, *, catalogue: Catalogue) -> Found:
    """Those that have every word; nobody and nothing where there is no word."""
    if not words.split():
        return Found((), 0, (), 0)
    called = every_word(words, lambda key: [people.is_called(key)])
    titled = every_word(words, partial(_places, catalogue))
    person_order = Candidate.family_kana, Candidate.given_kana, Candidate.id
    return Found(
        *_first(session, visible(actor, Candidate).where(*called), person_order),
        *_first(session, visible(actor, Need).where(*titled), (Need.id.desc(),)),
    )


def _places(catalogue: Catalogue, key: str) -> Iterator[Condition]:
    yield needs.is_called(key)
    if towns := catalogue.towns_like(key):
        yield Need.municipality_code.in_(towns)


def _first(session: Session, query: sa.Select[M], order: Sequence[Any]) -> tuple[Sequence[M], int]:
    rows = session.scalars(query.order_by(*order).limit(MOST + 1)).all()
    if len(rows) <= MOST:
        return rows, len(rows)
    count = query.with_only_columns(sa.func.count(), maintain_column_froms=True)
    return rows[:MOST], session.scalar(count) or 0
