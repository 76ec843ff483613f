"""A draft of one town becomes a joint need of three: one member has agreed, another is still asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..db import Session
from ..needs.joint import service
from ..needs.joint.shares import Part
from ..needs.models import Need
from ..reference.catalogue import Catalogue
from .accounts import SHOWN_TOWNS, Officers

LEAST = 4  # half-days a month, so that each town has a part
SECOND, FOURTH = 1 << 1, 1 << 3  # weeks of the month
TUESDAY, WEDNESDAY = 1 << 1, 1 << 2


def share(
    session: Session, need: Need, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> None:
    """The first of the shown towns is the one that is asked."""
    asked, agreed = [town for town in SHOWN_TOWNS if town != need.municipality_code][:2]
    need.half_days = max(need.half_days, LEAST)
    need.weekdays |= TUESDAY | WEDNESDAY
    shared = midnight - timedelta(hours=14)
    members = [
        Part(asked, 1, SECOND, TUESDAY), Part(agreed, 1, FOURTH, WEDNESDAY),
    ]  # fmt: skip
    service.share_out(
        session, need, need.half_days - 2, members, catalogue=catalogue,
        actor=officers.towns[need.municipality_code], now=shared,
    )  # fmt: skip
    session.flush()
    member = next(row for row in need.members if row.municipality_code == agreed)
    service.agree(session, member, actor=officers.towns[agreed], now=shared + timedelta(hours=2))
