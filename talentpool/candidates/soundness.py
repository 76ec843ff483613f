"""What must hold of people whom the prefecture employs, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from ..states import MembershipState
from .content import EMPLOYED
from .employed import Employment
from .models import Candidate, CandidateForm, Membership

_P, _E, _M = Candidate, Employment, Membership
_IS_EMPLOYED = sa.func.coalesce(_P.kind, "") == EMPLOYED


def violations(session: Session) -> Iterator[str]:
    """Only they have a term, no town appoints or pays them, and their registration lies within the term."""
    strangers = sa.select(_E.candidate_id).join(_P, _P.id == _E.candidate_id).where(~_IS_EMPLOYED)
    for ident in session.scalars(strangers.order_by(_E.candidate_id)):
        yield f"employment {ident}: of a person of another kind"
    own = sa.exists().where(CandidateForm.candidate_id == _P.id, CandidateForm.form == EMPLOYED)
    others = sa.exists().where(CandidateForm.candidate_id == _P.id, CandidateForm.form != EMPLOYED)
    is_paid = (_P.pay_minimum > 0) | (_P.pay_wish > 0) | _P.income_ceiling.is_not(None)
    wrong = sa.select(_P.id).where(
        sa.or_(
            _IS_EMPLOYED & (~own | others | is_paid | _P.side_job.is_not(None)), ~_IS_EMPLOYED & own
        )
    )
    for ident in session.scalars(wrong.order_by(_P.id)):
        yield f"candidate {ident}: its form or pay is not of its kind"
    registered = (
        sa.select(_M.id, _M.active_from, _M.active_until, _M.prefecture_code, _E)
        .join(_P, _P.id == _M.candidate_id)
        .outerjoin(_E, _E.candidate_id == _P.id)
        .where(_IS_EMPLOYED, _M.state == MembershipState.ACTIVE)
        .order_by(_M.id)
    )
    for ident, first, last, prefecture, term in session.execute(registered):
        if term is None:
            yield f"membership {ident}: in the pool without a term of employment"
        elif (
            (prefecture, last) != (term.prefecture_code, term.last_day)
            or first is None
            or first < term.first_day
        ):
            yield f"membership {ident}: not as long as the term of employment"
