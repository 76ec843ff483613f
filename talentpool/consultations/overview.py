"""What troubles towns (困りごとの一覧): how many consultations by theme, class of size and region.

Towns are told steps, as of people. Both tables count the same consultations: where the sums of a column in one would
narrow what the other says, the column of the regions is not told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ..dates import fiscal_year, fiscal_year_days, local_date, start_of_day
from ..db import Session
from ..permissions import Action, Actor, Role, condition, require
from ..pool.told import Figure, exactly, in_steps
from ..reference.catalogue import Catalogue
from .models import Consultation

_C = Consultation
_Counts = Mapping[str | None, Counter[int | None]]  # by theme or region, then by class of size


@dataclass(frozen=True, slots=True)
class Row:
    """key: theme or region; counts: by class of size, the small ones first. None: not told.

    total: with the towns whose size nobody knows; to towns no more than what its counts add up to.
    """

    key: str | None
    total: Figure | None
    counts: Sequence[Figure | None]


@dataclass(frozen=True, slots=True)
class Overview:
    """Of one fiscal year. years: that can be asked for, the newest first."""

    year: int
    years: Sequence[int]
    themes: Sequence[Row]
    regions: Sequence[Row]
    is_whole: bool  # told exactly, with nothing left out


def count_troubles(
    session: Session, actor: Actor, year: int | None, *, catalogue: Catalogue, today: date
) -> Overview:
    """All that were sent in the year, whether or not a town lets others read them: numbers and no words."""
    require(session, actor, Action.VIEW_TROUBLES)
    years = _years(session, actor, today)
    year = year if year in years else years[0]
    rows = session.execute(_query(actor, year)).all()
    sizes = range(len(catalogue.terms("size_class")))
    themes: dict[str | None, Counter[int | None]] = defaultdict(Counter)
    regions: dict[str | None, Counter[int | None]] = defaultdict(Counter)
    for theme, town, count in rows:
        size = catalogue.size_class(town)
        themes[theme][size] += count
        regions[catalogue.municipality(town).region][size] += count
    if actor.role is not Role.MUNICIPALITY:
        return Overview(year, years, _rows(themes, sizes), _rows(regions, sizes), is_whole=True)
    untold = {size for size in (*sizes, None) if not _are_apart(*_columns((themes, regions), size))}
    return Overview(
        year, years,
        _rows(themes, sizes, is_exact=False),
        _rows(regions, sizes, untold, is_exact=False), is_whole=False,
    )  # fmt: skip


def _columns(tables: Sequence[_Counts], size: int | None) -> list[list[Figure]]:
    """Of each table, what a town would be told of one class of size."""
    return [[in_steps(counts[size]) for counts in table.values()] for table in tables]


def _are_apart(first: Sequence[Figure], second: Sequence[Figure]) -> bool:
    """Both add up to the same number, and still each figure may be any number of its step."""
    spans = [
        (sum(one.least for one in column), sum(one.most for one in column))
        for column in (first, second)
    ]
    least, most = max(low for low, _high in spans), min(high for _low, high in spans)
    widest = max((one.most - one.least for one in (*first, *second)), default=0)
    return all(most - low >= widest and high - least >= widest for low, high in spans)


def _rows(
    table: _Counts,
    sizes: Sequence[int],
    untold: Collection[int | None] = (),
    *,
    is_exact: bool = True,
) -> list[Row]:
    """The most first, as far as that is told."""
    show = exactly if is_exact else in_steps
    rows = []
    for key, counts in table.items():
        told = {size: None if size in untold else show(counts[size]) for size in (*sizes, None)}
        rows.append(Row(key, _total(told.values()), [told[size] for size in sizes]))
    return sorted(
        rows,
        key=lambda row: (-(row.total.least if row.total else 0), row.key is None, row.key or ""),
    )


def _total(figures: Collection[Figure | None]) -> Figure | None:
    known = [one for one in figures if one is not None]
    if len(known) < len(figures):
        return None
    return Figure(sum(one.least for one in known), sum(one.most for one in known))


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
