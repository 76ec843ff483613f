"""A panel as two officers of the town have it."""

from __future__ import annotations

from talentpool.db import Session
from talentpool.needs.models import Need
from talentpool.panels.models import Panel, PanelMember
from talentpool.panels.service import criteria_of
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from tests import factories as make


def make_panel(session: Session, placement: Placement, *, officers: int = 2) -> Panel:
    """Of the need of a placement; the first member is the chair."""
    need = session.get_one(Need, placement.need_id)
    town = need.municipality_code
    users = [
        make.make_user(session, Role.MUNICIPALITY, municipality_code=town) for _ in range(officers)
    ]
    panel = Panel(
        need_id=need.id, prefecture_code=need.prefecture_code, municipality_code=town,
        criteria=criteria_of(need), chair_id=users[0].id, opened_at=make.NOW, opened_by=users[0].id,
        members=[PanelMember(user_id=user.id) for user in users],
    )  # fmt: skip
    session.add(panel)
    session.flush()
    return panel
