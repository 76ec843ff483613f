"""What must hold of what people and towns prefer, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..accounts.models import User
from ..candidates.models import Membership
from ..dates import local_date
from ..db import Session
from ..needs.models import Need
from ..placements.models import Placement
from .models import Interest, NeedShowing, NeedWatch, RecordedInterest, TownRank


def violations(session: Session) -> Iterator[str]:
    """An answer is of somebody of the pool, to a need of its prefecture that has been open."""
    row = Interest
    is_member = (Membership.candidate_id == row.candidate_id) & (
        Membership.prefecture_code == row.prefecture_code
    )
    for ident in session.scalars(sa.select(row.id).where(~sa.exists().where(is_member))):
        yield f"interest {ident}: of a person of another pool"
    query = sa.select(row.id, row.prefecture_code, Need.prefecture_code, Need.opened_at).join(
        Need, Need.id == row.need_id
    )
    for ident, said, asked, opened in session.execute(query):
        if said != asked:
            yield f"interest {ident}: of a need of another prefecture"
        if opened is None:
            yield f"interest {ident}: of a need that never was open"
    yield from _of_recorded(session)
    showing = sa.select(NeedShowing.id).join(Need, Need.id == NeedShowing.need_id)
    for ident in session.scalars(
        showing.where(NeedShowing.prefecture_code != Need.prefecture_code)
    ):
        yield f"need_showing {ident}: of a need of another prefecture"
    rank = sa.select(
        TownRank.id, TownRank.need_id, Placement.need_id, Placement.introduced_at
    ).join(Placement, Placement.id == TownRank.placement_id)
    for ident, ranked, placed, introduced in session.execute(rank):
        if ranked != placed:
            yield f"town_rank {ident}: of another need than its placement"
        if introduced is None:
            yield f"town_rank {ident}: of somebody who was not introduced"
    watch = sa.select(NeedWatch.id).join(User, User.id == NeedWatch.user_id)
    for ident in session.scalars(watch.where(User.prefecture_code != NeedWatch.prefecture_code)):
        yield f"need_watch {ident}: of an account of another prefecture"


def _of_recorded(session: Session) -> Iterator[str]:
    """What staff wrote down came while the need was open, and not later than it was written."""
    row = Interest
    recorded = (
        sa.select(row.id, RecordedInterest.came_on, RecordedInterest.recorded_at, Need.opened_at)
        .join(RecordedInterest, RecordedInterest.interest_id == row.id)
        .join(Need, Need.id == row.need_id)
    )
    for ident, came_on, recorded_at, opened in session.execute(recorded):
        if came_on > local_date(recorded_at):
            yield f"interest {ident}: recorded before it came"
        if opened is not None and came_on < local_date(opened):
            yield f"interest {ident}: came before the need was open"
