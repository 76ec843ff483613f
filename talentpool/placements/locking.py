"""The one order in which rows are locked: needs, their placements and papers, the ledger months of the people; each ascending.

Two units of work that touch the same rows then wait for each other and never in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from ..candidates.models import Membership
from ..db import Session
from ..ledger.models import LedgerMonth
from ..needs.models import Need
from ..states import LIVE, MembershipState
from .models import DecisionPaper, Placement


def lock_needs(
    session: Session, need_ids: Iterable[int], placement_ids: Iterable[int] = ()
) -> None:
    """Lock needs with all their live placements and their papers, and those named; every object in memory is fresh afterwards."""
    session.flush()
    ids, named = sorted(set(need_ids)), sorted(set(placement_ids))
    fresh = {"populate_existing": True}
    needs = session.scalars(
        sa.select(Need).where(Need.id.in_(ids)).order_by(Need.id)
        .with_for_update(key_share=True).execution_options(**fresh)
    ).all()  # fmt: skip
    wanted = Placement.need_id.in_(ids) & Placement.state.in_(LIVE) | Placement.id.in_(named)
    placements = session.scalars(
        sa.select(Placement).where(wanted).order_by(Placement.id)
        .with_for_update(key_share=True).execution_options(**fresh)
    ).all()  # fmt: skip
    session.scalars(
        sa.select(DecisionPaper)
        .where(DecisionPaper.need_id.in_(ids), DecisionPaper.ended_at.is_(None))
        .order_by(DecisionPaper.id)
        .with_for_update(key_share=True).execution_options(**fresh)
    ).all()  # fmt: skip
    _lock_ledger(session, needs, placements)


def lock_placements(session: Session, placements: Iterable[Placement]) -> None:
    rows = list(placements)
    lock_needs(session, (row.need_id for row in rows), (row.id for row in rows))


def lock_memberships(
    session: Session,
    prefecture_code: str,
    candidate_ids: Iterable[int],
    *,
    is_ending: bool = False,
) -> set[int]:
    """Before all other locks: nobody leaves while something new is made of them, nothing new begins while
    they leave (`is_ending`). The ids of those who are in the pool."""
    rows = session.scalars(
        sa.select(Membership)
        .where(
            Membership.prefecture_code == prefecture_code,
            Membership.candidate_id.in_(sorted(set(candidate_ids))),
        )
        .order_by(Membership.id)
        .with_for_update(read=not is_ending)
        .execution_options(populate_existing=not is_ending)
    )
    return {row.candidate_id for row in rows if row.state is MembershipState.ACTIVE}


def _lock_ledger(session: Session, needs: Sequence[Need], placements: Sequence[Placement]) -> None:
    people = sorted({row.candidate_id for row in placements})
    if not people or not needs:
        return
    first, last = (
        min(need.first_month for need in needs),
        max(need.last_month for need in needs),
    )
    session.execute(
        sa.select(LedgerMonth.candidate_id, LedgerMonth.month)
        .where(LedgerMonth.candidate_id.in_(people), LedgerMonth.month.between(first, last))
        .order_by(LedgerMonth.candidate_id, LedgerMonth.month)
        .with_for_update(key_share=True)
    ).all()
