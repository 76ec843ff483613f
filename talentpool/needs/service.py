from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import dates
from ..db import Session
from ..permissions import Actor, visible
from ..states import NeedState
from .models import Need

ROWS = 30  # of a list on one page


@dataclass(frozen=True, slots=True)
class NeedFilter:
    words: str = ""
    state: str = ""
    theme: str = ""
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    rows: list[Need]
    total: int
    page: int  # from 1
    pages: int


def list_needs(session: Session, actor: Actor, wanted: NeedFilter, *, page: int = 1) -> Found:
    """The needs `actor` may see, newest first."""
    query = visible(actor, Need)
    if wanted.words:
        pattern = f"%{_escaped(wanted.words)}%"
        query = query.where(
            Need.title.ilike(pattern, escape="\\") | Need.code.ilike(pattern, escape="\\")
        )
    if wanted.state in set(NeedState):
        query = query.where(Need.state == NeedState(wanted.state))
    if wanted.theme:
        query = query.where(Need.theme == wanted.theme)
    if wanted.municipality:
        query = query.where(Need.municipality_code == wanted.municipality)
    total = session.scalar(query.with_only_columns(sa.func.count())) or 0
    pages = max(1, -(-total // ROWS))
    page = min(max(page, 1), pages)
    rows = query.order_by(Need.id.desc()).offset((page - 1) * ROWS).limit(ROWS)
    return Found(list(session.scalars(rows)), total, page, pages)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def load_whole(session: Session, need: Need) -> Need:
    """The need with its lists, in a fixed number of queries."""
    lists = (Need.forms, Need.kinds, Need.skills, Need.vendors)
    query = sa.select(Need).where(Need.id == need.id)
    query = query.options(joinedload(Need.roles), *(selectinload(rows) for rows in lists))
    return session.scalars(query).unique().one()


def cost_by_fiscal_year(need: Need) -> list[tuple[int, int]]:
    """(fiscal year, yen) of the reward for all seats; travel is not included."""
    units = {
        "month": 1,
        "day": need.half_days / 2,
        "hour": need.half_days * 4,
        "time": need.half_days,
    }
    per_month = round(need.pay_amount * units.get(need.pay_basis, 0)) * need.seats
    costs: dict[int, int] = {}
    for month in need.months:
        year = dates.fiscal_year_of_month(month)
        costs[year] = costs.get(year, 0) + per_month
    return sorted(costs.items())
