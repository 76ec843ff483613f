"""The register of complaints: where each stands, how many, and how soon they were answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..dates import local_date
from ..db import Session
from ..engagements.models import Engagement
from ..language import Words
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..placements.models import Placement
from .models import Complaint

PAGE = 25  # rows
_C = Complaint


class Standing(StrEnum):
    OVERDUE = "overdue"
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


LABELS: Mapping[Standing, Words] = {
    Standing.OVERDUE: ("期限超過", "Overdue"),
    Standing.WAITING: ("返事待ち", "Waiting for an answer"),
    Standing.ANSWERED: ("返事済み", "Answered"),
    Standing.CLOSED: ("終了", "Closed"),
}


def standing_on(today: date) -> sa.ColumnElement[str]:
    """Where a complaint stands, for queries."""
    return sa.case(
        (_C.closed_at.is_not(None), str(Standing.CLOSED)),
        (_C.answered_at.is_not(None), str(Standing.ANSWERED)),
        (_C.answer_due < today, str(Standing.OVERDUE)),
        else_=str(Standing.WAITING),
    )


def standing_of(complaint: Complaint, today: date) -> Standing:
    if complaint.closed_at is not None:
        return Standing.CLOSED
    if complaint.answered_at is not None:
        return Standing.ANSWERED
    return Standing.OVERDUE if complaint.answer_due < today else Standing.WAITING


def list_complaints(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, today: date
) -> Listed[Complaint]:
    """Those that `actor` may see, the newest first."""
    require(session, actor, Action.VIEW_COMPLAINT)
    own = sa.select(_C.id)
    listing = Listing(
        _C.id,
        filters={
            "state": Filter(own.add_columns(standing_on(today))),
            "side": Filter(own.add_columns(sa.cast(_C.side, sa.String))),
        },
        orders={
            "number": (_C.id,),
            "filed": (_C.filed_at,),
            "due": (_C.answer_due,),
            "state": (in_order(Standing, standing_on(today)),),
        },
        first_order="-number",
    )
    options = (
        *(joinedload(relation) for relation in (_C.candidate, _C.need, _C.owner)),
        joinedload(_C.placement).joinedload(Placement.need),
        joinedload(_C.engagement).joinedload(Engagement.need),
    )
    return listing.ask(session, visible(actor, _C), asked, size=PAGE, options=options)


@dataclass(frozen=True, slots=True)
class Counts:
    """days: of the first answer, on average; late: answers after their deadline."""

    total: int
    answered: int
    late: int
    days: float | None


def count_complaints(session: Session, actor: Actor) -> Counts:
    """Of all that `actor` may see."""
    require(session, actor, Action.VIEW_COMPLAINT)
    columns = (_C.filed_at, _C.answered_at, _C.answer_due)
    rows = session.execute(visible(actor, _C).with_only_columns(*columns)).all()
    answered = [(local_date(at), local_date(filed), due) for filed, at, due in rows if at]
    spans = [(at - filed).days for at, filed, _due in answered]
    mean = sum(spans) / len(spans) if spans else None
    return Counts(len(rows), len(answered), sum(at > due for at, _, due in answered), mean)


def is_unanswered() -> sa.ColumnElement[bool]:
    """Waiting or overdue, for queries."""
    return _C.answered_at.is_(None)
