"""Which measures may pay for part of a need. A measure of which a condition is not known is a hint all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ..costs import YearCost
from ..dates import first_day, fiscal_year_days, last_day
from ..db import Session
from ..language import Words
from ..needs.costing import RunningCost, TravelRate
from ..needs.models import Need
from ..pay import HALF_DAYS_A_DAY
from ..permissions import Action, Actor, condition
from ..reference.catalogue import Catalogue
from .models import Funding


class Condition(StrEnum):
    THEME = "theme"
    FORM = "form"
    SIZE = "size"
    DAYS = "days"


CONDITIONS: Mapping[Condition, Words] = {
    Condition.THEME: ("テーマ", "Theme"),
    Condition.FORM: ("任用形態", "Appointment form"),
    Condition.SIZE: ("団体規模", "Size of municipality"),
    Condition.DAYS: ("月の日数", "Days a month"),
}


@dataclass(frozen=True, slots=True)
class Hint:
    """met: conditions that the measure states and the need keeps; unknown: those that nobody can tell of the need yet."""

    funding: Funding
    need: Need
    met: Sequence[Condition]
    unknown: Sequence[Condition]
    unstated: Sequence[Condition]

    def most_of(self, cost: YearCost) -> int | None:
        """Yen of a year at most, where the whole cost is known and the measure holds while the need runs.

        The cap alone is no estimate, and nobody knows whether it is for each of several people.
        """
        row = self.funding
        is_capped_for_many = row.cap_yen is not None and self.need.seats > 1
        if row.rate is None or cost.travel is None or is_capped_for_many:
            return None
        if not self._holds_in(cost.year):
            return None
        part = cost.total * row.rate // 100
        return part if row.cap_yen is None else min(part, row.cap_yen)

    def _holds_in(self, year: int) -> bool:
        first, last = fiscal_year_days(year)
        begins = max(first, first_day(self.need.first_month), self.funding.valid_from or first)
        ends = min(last, last_day(self.need.last_month), self.funding.valid_to or last)
        return begins <= ends


@dataclass(frozen=True, slots=True)
class Money:
    """What is known beside the need itself."""

    rate: TravelRate | None
    running: Mapping[int, RunningCost]
    hints: Sequence[Hint]


def read_money(session: Session, need: Need, *, catalogue: Catalogue, actor: Actor) -> Money:
    """All in one query. hints: those in force in any month of the need, the most conditions kept first."""
    begins, ends = first_day(need.first_month), last_day(need.last_month)
    is_offered = (
        condition(actor, Action.VIEW_FUNDING, Funding)
        & (Funding.prefecture_code == Need.prefecture_code)
        & (Funding.valid_from.is_(None) | (Funding.valid_from <= ends))
        & (Funding.valid_to.is_(None) | (Funding.valid_to >= begins))
    )
    query = (
        sa.select(TravelRate, RunningCost, Funding)
        .select_from(Need)
        .outerjoin(TravelRate, TravelRate.prefecture_code == Need.prefecture_code)
        .outerjoin(RunningCost, RunningCost.need_id == Need.id)
        .outerjoin(Funding, is_offered)
        .where(Need.id == need.id)
    )
    rows = session.execute(query).all()
    fundings = {row.id: row for _rate, _running, row in rows if row is not None}
    found = (_compare(row, need, catalogue) for row in fundings.values())
    hints = [hint for hint in found if hint is not None]
    return Money(
        rows[0][0],
        {row.year: row for _rate, row, _funding in rows if row is not None},
        sorted(hints, key=lambda hint: (-len(hint.met), hint.funding.name, hint.funding.id)),
    )


def _compare(row: Funding, need: Need, catalogue: Catalogue) -> Hint | None:
    """None where a stated condition is not kept."""
    answers = dict(_answers(row, need, catalogue))
    if False in answers.values():
        return None
    return Hint(
        row,
        need,
        [one for one, answer in answers.items() if answer],
        [one for one, answer in answers.items() if answer is None],
        [one for one in Condition if one not in answers],
    )


def _answers(
    row: Funding, need: Need, catalogue: Catalogue
) -> Iterator[tuple[Condition, bool | None]]:
    """Whether each condition that the measure states is kept; None where that cannot be told yet."""
    if row.themes:
        yield Condition.THEME, need.theme in row.themes
    if row.forms:
        offered = set() if need.asks_form else {one.form for one in need.forms}
        yield Condition.FORM, bool(offered & set(row.forms)) if offered else None
    if row.sizes:
        size = catalogue.size_class(need.municipality_code)
        yield Condition.SIZE, str(size) in row.sizes if size is not None else None
    if row.least_days is not None:
        yield Condition.DAYS, need.half_days / HALF_DAYS_A_DAY >= row.least_days
