"""What one person could serve and has said: read by them, or by an officer who writes for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ... import clock
from ...candidates.models import Candidate
from ...db import GREATEST_ID
from ...errors import NotFound
from ...permissions import Action
from ...web import current_actor, current_catalogue, current_session
from .. import answering, showing, suiting
from ..models import Interest
from ..reasons import Reason, in_steps, reasons_of
from ..suiting import SHOWN, Suiting
from .presenting import Line, may_read, sentence


@dataclass(frozen=True)
class Reading:
    """person: none, of somebody who has no profile yet. names_all: the reader knows the towns, whatever they chose."""

    person: Candidate | None
    right: Action
    names_all: bool = False

    @cached_property
    def found(self) -> list[Suiting] | None:
        """None for whom no round would take."""
        if self.person is None:
            return None
        actor = current_actor()
        return suiting.list_suiting(
            current_session(), self.person, actor.prefecture_code or "",
            catalogue=current_catalogue(), actor=actor, now=clock.now(), right=self.right,
        )  # fmt: skip

    @cached_property
    def said(self) -> Mapping[int, Interest]:
        if self.person is None:
            return {}
        return answering.list_said(current_session(), current_actor(), self.person)

    @property
    def total(self) -> int:
        return len(self.found or ())

    def best(self) -> list[Line]:
        return self._lines((self.found or [])[:SHOWN])

    def others(self, shown: Sequence[Line]) -> list[Line]:
        """What was answered and is not among those that are shown."""
        known = {line.need.id for line in shown}
        return self._answered([row for row in self.said.values() if row.need_id not in known])

    def line(self, need_id: int) -> Line:
        """Of a need that fits, or that was answered; NotFound else."""
        if not 0 < need_id <= GREATEST_ID:
            raise NotFound
        here = next((one for one in self._lines(self.found or ()) if one.need.id == need_id), None)
        if here is not None:
            return here
        if need_id not in self.said:
            raise NotFound
        return self._answered([self.said[need_id]])[0]

    def _named(self, need_ids: Collection[int]) -> set[int]:
        return set(need_ids) if self.names_all else showing.list_named(current_session(), need_ids)

    def _lines(self, rows: Sequence[Suiting]) -> list[Line]:
        named = self._named([row.need.id for row in rows])
        return [
            self._line_of(row, reasons, is_named=row.need.id in named)
            for row, reasons in zip(rows, reasons_of(rows), strict=True)
        ]

    def _line_of(self, row: Suiting, reasons: Sequence[Reason], *, is_named: bool) -> Line:
        told = [sentence(one) for one in reasons if may_read(one, row.need, is_named=is_named)]
        said = self.said.get(row.need.id)
        return Line(row.need, is_named, told, said, minutes=_minutes(row, is_named))

    def _answered(self, rows: Sequence[Interest]) -> list[Line]:
        """Of whoever no round would take nothing is said of the fit."""
        assert self.person is not None or not rows
        named = self._named([row.need_id for row in rows])
        fits = {row.need.id for row in (rows if self.found is None else self.found)}
        asked = (
            answering.list_asked(current_session(), self.person.id) if self.person else set[int]()
        )
        return [
            Line(
                row.need,
                row.need_id in named | asked,  # an offer names its town
                (),
                row,
                fits=row.need_id in fits,
                is_asked=row.need_id in asked,
            )
            for row in rows
        ]


def _minutes(row: Suiting, is_named: bool) -> int | None:
    """The way there, where there is one."""
    minutes = row.person.travel.get(row.wanted.place)
    if minutes is None or row.wanted.mode == "online":
        return None
    return minutes if is_named else in_steps(minutes)
