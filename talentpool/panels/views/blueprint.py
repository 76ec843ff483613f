from __future__ import annotations

from flask import Blueprint

from ...needs.models import Need
from ...permissions import get_visible
from ...web import current_actor, current_session
from ..models import Panel

blueprint = Blueprint("panels", __name__)


def get_panel(panel_id: int) -> Panel:
    return get_visible(current_session(), current_actor(), Panel, panel_id)


def get_need(need_id: int) -> Need:
    return get_visible(current_session(), current_actor(), Need, need_id)
