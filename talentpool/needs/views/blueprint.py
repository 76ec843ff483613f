from __future__ import annotations

from flask import Blueprint

from ...permissions import get_visible
from ...web import current_actor, current_session
from ..models import Need

blueprint = Blueprint("needs", __name__, url_prefix="/needs")


def get_need(need_id: int, *, lock: bool = False) -> Need:
    return get_visible(current_session(), current_actor(), Need, need_id, lock=lock)
