from __future__ import annotations

from flask import Blueprint

from ...errors import NotFound
from ...permissions import Action, get_allowed, get_visible
from ...web import current_actor, current_session
from ..models import Need

blueprint = Blueprint("needs", __name__, url_prefix="/needs")


def get_need(need_id: int, *, lock: bool = False) -> Need:
    return get_visible(current_session(), current_actor(), Need, need_id, lock=lock)


def get_readable(need_id: int) -> Need:
    """As `get_need`, and for a member the joint need of another town."""
    try:
        return get_need(need_id)
    except NotFound:
        return get_allowed(
            current_session(), current_actor(), Action.VIEW_JOINT_NEED, Need, need_id
        )
