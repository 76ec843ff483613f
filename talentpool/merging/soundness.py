"""What must hold of merges, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..candidates.merged import PersonMerge, is_merged
from ..candidates.models import Membership
from ..db import Session
from ..placements.models import Placement
from ..states import LIVE, MembershipState

_M = PersonMerge


def violations(session: Session) -> Iterator[str]:
    """Whoever was merged is registered nowhere and asked nothing; nobody is merged into somebody who was."""
    ended = (MembershipState.LEFT, MembershipState.NOT_ACCEPTED)
    standing = sa.select(Membership.id).where(
        is_merged(Membership.candidate_id), Membership.state.not_in(ended)
    )
    for ident in session.scalars(standing.order_by(Membership.id)):
        yield f"membership {ident}: of a person who was merged, but it stands"
    live = sa.select(Placement.id).where(
        is_merged(Placement.candidate_id), Placement.state.in_(LIVE)
    )
    for ident in session.scalars(live.order_by(Placement.id)):
        yield f"placement {ident}: live, of a person who was merged"
    next_one = aliased(PersonMerge)
    chained = sa.select(_M.id).join(next_one, next_one.gone_id == _M.kept_id)
    chained = chained.where(_M.undone_at.is_(None), next_one.undone_at.is_(None))
    for ident in session.scalars(chained.order_by(_M.id)):
        yield f"person_merge {ident}: into a person who was merged too"
