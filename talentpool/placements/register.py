"""The register of decision papers: every number that was given, and where its paper stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import Session
from ..language import Words
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..needs.models import Need
from ..paging import Listed
from ..permissions import Actor, visible
from .models import DecisionPaper, Verdict

PAGE = 25  # rows
_D = DecisionPaper


class PaperStanding(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    OVER = "over"


LABELS: Mapping[PaperStanding, Words] = {
    PaperStanding.WAITING: ("決裁前", "Not decided"),
    PaperStanding.APPROVED: ("承認", "Approved"),
    PaperStanding.REFUSED: ("却下", "Rejected"),
    PaperStanding.OVER: ("終了", "Over"),
}


def standing() -> sa.ColumnElement[str]:
    """Where a paper stands, for queries."""
    return sa.case(
        (_D.decision == Verdict.REFUSED, str(PaperStanding.REFUSED)),
        (_D.ended_at.is_not(None), str(PaperStanding.OVER)),
        (_D.decision.is_(None), str(PaperStanding.WAITING)),
        else_=str(PaperStanding.APPROVED),
    )


def standings(session: Session, papers: Sequence[DecisionPaper]) -> dict[int, PaperStanding]:
    """By id of the paper."""
    query = sa.select(_D.id, standing()).where(_D.id.in_([paper.id for paper in papers]))
    return {ident: PaperStanding(found) for ident, found in session.execute(query)}


def list_register(
    session: Session, actor: Actor, asked: Asked = EVERYTHING
) -> Listed[DecisionPaper]:
    """The papers that `actor` may see."""
    return _LISTING.ask(
        session, visible(actor, _D), asked, size=PAGE, options=(joinedload(_D.need),)
    )


def list_years(session: Session, actor: Actor) -> list[int]:
    """Fiscal years in which numbers were given, the latest first."""
    query = visible(actor, _D).with_only_columns(_D.fiscal_year).distinct()
    return sorted(session.scalars(query), reverse=True)


def _listing() -> Listing:
    own = sa.select(_D.id)
    title = sa.select(Need.title).where(Need.id == _D.need_id).correlate(_D).scalar_subquery()
    return Listing(
        _D.id,
        filters={
            "state": Filter(own.add_columns(standing())),
            "year": Filter(own.add_columns(_D.fiscal_year)),
            "municipality": Filter(own.add_columns(_D.municipality_code)),
        },
        orders={
            "number": (_D.fiscal_year, _D.number),
            "title": (title,),
            "town": (_D.municipality_code, _D.fiscal_year, _D.number),
            "drafted": (_D.drafted_at,),
            "state": (in_order(PaperStanding, standing()),),
            "decided": (_D.frozen_at,),
        },
        first_order="-number",
    )


_LISTING = _listing()
