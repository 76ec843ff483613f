"""What must hold of panels, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..accounts.models import User
from ..db import Session
from ..placements.models import Placement
from ..states import PlacementState
from .models import Panel, PanelConsensus, PanelMember, PanelSheet


def violations(session: Session) -> Iterator[str]:
    """Officers of the town score people of the need by all criteria; no consensus before the last sheet."""
    panels = {row.id: row for row in session.scalars(sa.select(Panel))}
    towns = sa.select(PanelMember.panel_id, User.id, User.municipality_code).join(
        User, User.id == PanelMember.user_id
    )
    for ident, user, town in session.execute(towns):
        if town != panels[ident].municipality_code:
            yield f"panel {ident}: member {user} is not of its town"
    rows = session.execute(sa.select(Placement.id, Placement.need_id, Placement.state)).all()
    needs = {ident: need for ident, need, _ in rows}
    waiting = {ident for ident, _, state in rows if state is PlacementState.INTRODUCED}
    found: dict[tuple[int, int], set[int]] = {}
    for sheet in session.scalars(sa.select(PanelSheet)):
        panel, key = panels[sheet.panel_id], (sheet.panel_id, sheet.placement_id)
        found.setdefault(key, set()).add(sheet.user_id)
        if needs[sheet.placement_id] != panel.need_id:
            yield f"panel {panel.id}: placement {sheet.placement_id} is of another need"
        if sheet.points is not None and set(sheet.points) != set(panel.criteria):
            yield f"panel {panel.id}: member {sheet.user_id} did not score every criterion"
    for row in session.scalars(sa.select(PanelConsensus)):
        sent = found.get((row.panel_id, row.placement_id), set())
        is_open = row.placement_id in waiting
        if not panels[row.panel_id].asked_at(row.said_at, sent, is_open=is_open) <= sent:
            yield f"panel {row.panel_id}: a consensus before all have submitted"
