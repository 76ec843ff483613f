"""The register as a list: what is looked for, by role, skill and level, region and month."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..dates import local_date, month_of
from ..db import Session
from ..listing import Asked, Filter, Listing, thresholds
from ..needs.models import Need, NeedRole, NeedSkill
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..reference.models import Municipality
from .models import SupplyGap

PAGE = 25  # rows
AHEAD = 12  # months that can be chosen
OPEN = "open"  # of the filter of states, beside the endings
_G = SupplyGap
_SKILL = "skill"


def months_ahead(now: datetime) -> list[int]:
    this = month_of(local_date(now))
    return list(range(this, this + AHEAD))


def list_gaps(session: Session, actor: Actor, asked: Asked, *, now: datetime) -> Listed[SupplyGap]:
    """The gaps that `actor` may see, those of most places first."""
    require(session, actor, Action.VIEW_GAP)
    own = sa.select(_G.id).join(Need, Need.id == _G.need_id)
    musts = own.join(NeedSkill, (NeedSkill.need_id == _G.need_id) & NeedSkill.must)
    state = sa.case((_G.closed_at.is_(None), OPEN), else_=sa.cast(_G.ending, sa.String))
    months = {
        str(month): (Need.first_month <= month) & (Need.last_month >= month)
        for month in months_ahead(now)
    }
    listing = Listing(
        _G.id,
        filters={
            "state": Filter(own.add_columns(state)),
            "role": Filter(own.join(NeedRole, NeedRole.need_id == _G.need_id).add_columns(NeedRole.role)),
            "skill": Filter(_held(musts, asked, "level").add_columns(NeedSkill.skill), _SKILL),
            "level": Filter(
                _held(musts, asked, "skill").add_columns(sa.cast(NeedSkill.level, sa.String)), _SKILL
            ),
            "region": Filter(
                own.join(Municipality, Municipality.code == Need.municipality_code)
                .add_columns(Municipality.region)
            ),
            "month": Filter(thresholds(own, months)),
        },
        orders={"seats": (_G.seats,), "opened": (_G.opened_at,), "months": (_first_month(),)},
        first_order="-seats",
    )  # fmt: skip
    options = (
        joinedload(_G.round),
        joinedload(_G.need).options(selectinload(Need.roles), selectinload(Need.skills)),
    )
    return listing.ask(session, visible(actor, _G), asked, size=PAGE, options=options)


def _held(musts: sa.Select[int], asked: Asked, other: str) -> sa.Select[int]:
    """Skill and level are asked of the same requirement."""
    if not asked.get(other):
        return musts
    column = NeedSkill.skill if other == "skill" else sa.cast(NeedSkill.level, sa.String)
    return musts.where(column == asked.get(other))


def _first_month() -> sa.ScalarSelect[int]:
    return sa.select(Need.first_month).where(Need.id == _G.need_id).correlate(_G).scalar_subquery()
