"""What must hold of every joint need, as queries."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ...db import Session
from ...states import JOINED, NeedState
from ..models import JointMember, JointNeed, Need

_PUBLISHED = (NeedState.OPEN, NeedState.ON_HOLD)


def violations(session: Session) -> Iterator[str]:
    yield from _towns(session)
    yield from _shares(session)


def _towns(session: Session) -> Iterator[str]:
    """Each member beside a lead town, another town than that, of the same prefecture; with the lead alone nothing is joint."""
    query = (
        sa.select(JointMember.id, Need.id)
        .join(Need, Need.id == JointMember.need_id)
        .outerjoin(JointNeed, JointNeed.need_id == Need.id)
        .where(
            JointNeed.need_id.is_(None)
            | (JointMember.municipality_code == Need.municipality_code)
            | (JointMember.prefecture_code != Need.prefecture_code)
        )
    )
    for ident, need in session.execute(query):
        yield f"joint member {ident}: no other town beside a lead town of need {need}"
    alone = sa.select(JointNeed.need_id).where(
        ~sa.exists().where(JointMember.need_id == JointNeed.need_id)
    )
    for need in session.scalars(alone):
        yield f"joint need {need}: without members"


def _shares(session: Session) -> Iterator[str]:
    """What is handed in: shares that add up; what is published: the consent of every member to what it says."""
    others = (
        sa.select(sa.func.coalesce(sa.func.sum(JointMember.half_days), 0))
        .where(JointMember.need_id == Need.id)
        .correlate(Need)
        .scalar_subquery()
    )
    query = (
        sa.select(Need.id)
        .join(JointNeed, JointNeed.need_id == Need.id)
        .where(
            Need.state.in_([NeedState.SUBMITTED, *_PUBLISHED]),
            JointNeed.half_days + others != Need.half_days,
        )
    )
    for need in session.scalars(query):
        yield f"joint need {need}: its shares do not add up"
    members = (
        sa.select(JointMember.id, Need.id)
        .join(Need, Need.id == JointMember.need_id)
        .where(
            Need.state.in_(_PUBLISHED),
            JointMember.state.not_in(JOINED) | (JointMember.agreed_version != Need.content_version),
        )
    )
    for ident, need in session.execute(members):
        yield f"joint member {ident}: has not agreed to need {need}, which is published"
