from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import dates
from ..db import Session
from ..pay import month_pay
from ..standing import NeedStanding
from .models import Need
from .standing import standing


def load_whole(session: Session, need: Need) -> tuple[Need, NeedStanding]:
    """The need with its lists and where it stands, in a fixed number of queries."""
    # Four of each at most and rarely a vendor, but for the towns of a joint need.
    few = (Need.roles, Need.kinds, Need.joint, Need.members, Need.vendors)
    lists = (selectinload(rows) for rows in (Need.forms, Need.skills))
    query = sa.select(Need, standing()).where(Need.id == need.id)
    query = query.options(*(joinedload(rows) for rows in few), *lists)
    whole, standing_ = session.execute(query).unique().one()
    return whole, NeedStanding(standing_)


def cost_by_fiscal_year(need: Need) -> list[tuple[int, int]]:
    """(fiscal year, yen) of the reward for all seats; travel is not included."""
    per_month = month_pay(need.pay_amount, need.pay_basis, need.half_days) * need.seats
    costs: dict[int, int] = {}
    for month in need.months:
        year = dates.fiscal_year_of_month(month)
        costs[year] = costs.get(year, 0) + per_month
    return sorted(costs.items())
