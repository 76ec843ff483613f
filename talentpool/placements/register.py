"""The register of decision papers: every number that was given, and where its paper stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy.orm import joinedload

from ..db import Session
from ..language import Words
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


def standing_of(paper: DecisionPaper) -> PaperStanding:
    if paper.decision is Verdict.REFUSED:
        return PaperStanding.REFUSED
    if paper.ended_at is not None:
        return PaperStanding.OVER
    return PaperStanding.WAITING if paper.decision is None else PaperStanding.APPROVED


_CONDITIONS = {  # the same in SQL
    PaperStanding.WAITING: _D.is_waiting,
    PaperStanding.APPROVED: (_D.decision == Verdict.APPROVED) & _D.ended_at.is_(None),
    PaperStanding.REFUSED: _D.decision == Verdict.REFUSED,
    PaperStanding.OVER: _D.ended_at.is_not(None) & _D.decision.is_distinct_from(Verdict.REFUSED),
}


def list_register(
    session: Session,
    actor: Actor,
    *,
    year: int | None = None,
    standing: PaperStanding | None = None,
) -> Listed[DecisionPaper]:
    """The papers that `actor` may see, newest number first."""
    query = visible(actor, _D)
    if year is not None:
        query = query.where(_D.fiscal_year == year)
    if standing is not None:
        query = query.where(_CONDITIONS[standing])
    query = query.order_by(_D.fiscal_year.desc(), _D.number.desc())
    return Listed(session, query, PAGE, (joinedload(_D.need),))


def list_years(session: Session, actor: Actor) -> list[int]:
    """Fiscal years in which numbers were given, the latest first."""
    query = visible(actor, _D).with_only_columns(_D.fiscal_year).distinct()
    return sorted(session.scalars(query), reverse=True)
