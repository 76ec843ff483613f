"""What must hold of proposals and of the placements they are for, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ...db import Session
from ...ledger.models import Commitment
from ...states import COUNTER_OPEN, CounterState, PlacementState
from ..models import Placement
from .models import CounterProposal, Side

_C, _P = CounterProposal, Placement
_IS_OPEN = _C.state.in_(COUNTER_OPEN)
_ASKED = (PlacementState.OFFERED, PlacementState.INTRODUCED)


def violations(session: Session) -> Iterator[str]:
    yield from _without_a_question(session)
    yield from _deadlines(session)
    yield from _conditions(session)
    yield from _holds(session)


def _without_a_question(session: Session) -> Iterator[str]:
    """What is open is proposed by the side that is asked."""
    state = sa.case((_C.side == Side.PERSON, _ASKED[0]), else_=_ASKED[1])
    query = sa.select(_C.id, _P.id).join(_P, _P.id == _C.placement_id)
    for ident, placement in session.execute(
        query.where(_IS_OPEN, _P.state != state).order_by(_C.id)
    ):
        yield f"counter_proposal {ident}: open, but placement {placement} does not ask that side"


def _deadlines(session: Session) -> Iterator[str]:
    """An answer has a deadline, or an open proposal for which it stands still; never both, never none."""
    is_proposed = sa.exists().where(_C.placement_id == _P.id, _IS_OPEN)
    wrong = _P.answer_until.is_(None) != is_proposed
    query = sa.select(_P.id).where(_P.state.in_(_ASKED), wrong)
    for ident in session.scalars(query.order_by(_P.id)):
        yield f"placement {ident}: asked with neither a deadline nor a proposal, or with both"


def _conditions(session: Session) -> Iterator[str]:
    """A placement carries what was agreed last, and nothing that nobody agreed on."""
    last = (
        sa.select(sa.func.max(_C.id))
        .where(_C.placement_id == _P.id, _C.state == CounterState.ACCEPTED)
        .correlate(_P)
        .scalar_subquery()
    )
    agreed = (
        (_P.agreed_half_days, _C.half_days), (_P.agreed_first_month, _C.first_month),
        (_P.agreed_last_month, _C.last_month), (_P.agreed_mode, _C.mode),
    )  # fmt: skip
    differs = sa.or_(*(one.is_distinct_from(other) for one, other in agreed))
    query = sa.select(_P.id).outerjoin(_C, _C.id == last).where(differs)
    for ident in session.scalars(query.order_by(_P.id)):
        yield f"placement {ident}: its conditions are not those that were agreed last"


def _holds(session: Session) -> Iterator[str]:
    """As long as it is open, every month of it that is held has room for it."""
    query = (
        sa.select(_C.id, Commitment.month)
        .join(Commitment, Commitment.placement_id == _C.placement_id)
        .where(
            _IS_OPEN,
            Commitment.month.between(_C.first_month, _C.last_month),
            Commitment.half_days < _C.half_days,
        )
    )
    for ident, month in session.execute(query.order_by(_C.id, Commitment.month)):
        yield f"counter_proposal {ident}: too little is held in month {month}"
