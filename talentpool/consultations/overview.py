"""What troubles towns (困りごとの一覧): how many consultations by theme, class of size and region."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ..dates import fiscal_year, fiscal_year_days, local_date, start_of_day
from ..db import Session
from ..permissions import Action, Actor, Role, condition, require
from ..reference.catalogue import Catalogue
from .models import Consultation

FEW = 3  # towns are not told smaller counts, nor totals from which they could be found
_C = Consultation


@dataclass(frozen=True, slots=True)
class Row:
    """key: theme or region; counts: by class of size, the small ones first. None: not told."""

    key: str | None
    total: int | None
    counts: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Overview:
    """Of one fiscal year. years: that can be asked for, the newest first; total: None: not told."""

    year: int
    years: Sequence[int]
    themes: Sequence[Row]
    regions: Sequence[Row]
    is_whole: bool  # nothing is left out


def count_troubles(
    session: Session, actor: Actor, year: int | None, *, catalogue: Catalogue, today: date
) -> Overview:
    """All that were sent in the year, whether or not a town lets others read them: numbers and no words."""
    require(session, actor, Action.VIEW_TROUBLES)
    years = _years(session, actor, today)
    year = year if year in years else years[0]
    rows = session.execute(_query(actor, year)).all()
    sizes = len(catalogue.terms("size_class"))
    themes: dict[str | None, Counter[int]] = defaultdict(Counter)
    regions: dict[str | None, Counter[int]] = defaultdict(Counter)
    for theme, town, count in rows:
        size = catalogue.size_class(town) or 0
        themes[theme][size] += count
        regions[catalogue.municipality(town).region][size] += count
    is_town = actor.role is Role.MUNICIPALITY
    return Overview(
        year, years,
        _rows(themes.items(), sizes, is_town=is_town),
        _rows(regions.items(), sizes, is_town=is_town), not is_town,
    )  # fmt: skip


def _rows(
    found: Iterable[tuple[str | None, Counter[int]]], sizes: int, *, is_town: bool
) -> list[Row]:
    rows = []
    for key, counter in found:
        counts = [counter[size] for size in range(sizes)]
        row = Row(key, sum(counts), counts)
        rows.append(_for_town(row) if is_town else row)
    return sorted(rows, key=lambda row: (-(row.total or 0), row.key is None, row.key or ""))


def _for_town(row: Row) -> Row:
    """A single small count would follow from the total: then the total is not told either."""
    counts = [n if n is not None and (n == 0 or n >= FEW) else None for n in row.counts]
    is_told = row.total is not None and row.total >= FEW and counts.count(None) != 1
    return Row(row.key, row.total if is_told else None, counts)


def _query(actor: Actor, year: int) -> sa.Select[str | None, str, int]:
    first, last = fiscal_year_days(year)
    return (
        sa.select(_C.theme, _C.municipality_code, sa.func.count())
        .where(
            _sent(actor), _C.sent_at >= start_of_day(first),
            _C.sent_at < start_of_day(date.fromordinal(last.toordinal() + 1)),
        )
        .group_by(_C.theme, _C.municipality_code)
    )  # fmt: skip


def _sent(actor: Actor) -> sa.ColumnElement[bool]:
    """In numbers a town is told of all towns, so the scope is that of staff."""
    staff = Actor(None, Role.COORDINATOR, actor.prefecture_code)
    return condition(staff, Action.VIEW_TROUBLES, _C)


def _years(session: Session, actor: Actor, today: date) -> list[int]:
    first = session.scalar(sa.select(sa.func.min(_C.sent_at)).where(_sent(actor)))
    this = fiscal_year(today)
    since = fiscal_year(local_date(first)) if first is not None else this
    return list(range(this, min(since, this) - 1, -1))
