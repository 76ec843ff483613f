"""Conflicts of interest that officers have recorded: one in force, one that can be lifted, one ended."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..candidates.models import Candidate, Membership
from ..conflicts.service import ConflictContent, end_conflict, record_conflict
from ..dates import local_date, month_of
from ..db import Session
from ..placements.models import Placement
from ..pool.records import Ground, Lifter
from ..states import LIVE, MembershipState
from .accounts import Officers
from .people import HYOGO

FREE_PEOPLE = 3


def record_conflicts(session: Session, officers: Officers, midnight: datetime) -> None:
    """Of people for whom nothing is under way, so that the demo's proposals go on."""
    busy = sa.select(Placement.candidate_id).where(Placement.state.in_(LIVE))
    query = (
        sa.select(Candidate.code)
        .join(Membership, Membership.candidate_id == Candidate.id)
        .where(
            Membership.prefecture_code == HYOGO, Membership.state == MembershipState.ACTIVE,
            Candidate.id.not_in(busy),
        )
        .order_by(Candidate.id)
        .limit(FREE_PEOPLE)
    )  # fmt: skip
    people = list(session.scalars(query))
    if len(people) < FREE_PEOPLE:
        return
    staff, now, month = (
        officers.coordinator,
        midnight - timedelta(days=20),
        month_of(local_date(midnight)),
    )
    first, second, third = people
    towns = sorted(officers.towns)
    for content in (
        ConflictContent(first, towns[0], None, Ground.FAMILY, Lifter.NOBODY, month - 1, None, "担当課の課長の配偶者です。"),
        ConflictContent(second, towns[1], None, Ground.OFFICE, Lifter.COORDINATOR, month, month + 11, "昨年度まで外郭団体の役員でした。"),
    ):  # fmt: skip
        record_conflict(session, content, actor=staff, now=now)
    wish = ConflictContent(third, towns[2], None, Ground.REQUEST, Lifter.PERSON, month - 6, None, "以前の勤務先のため、当面は避けたいとの申し出。")  # fmt: skip
    row = record_conflict(session, wish, actor=staff, now=midnight - timedelta(days=150))
    end_conflict(session, row, "本人から、もう差し支えないと連絡がありました。", actor=staff, now=midnight - timedelta(days=12))  # fmt: skip
