from __future__ import annotations

from flask import Blueprint

from ...permissions import get_visible
from ...web import current_actor, current_session
from ..models import Engagement

blueprint = Blueprint("engagements", __name__)


def get_engagement(engagement_id: int, *, lock: bool = False) -> Engagement:
    return get_visible(current_session(), current_actor(), Engagement, engagement_id, lock=lock)
