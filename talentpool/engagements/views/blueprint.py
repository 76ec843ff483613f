from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint

from ...candidates.views.blueprint import log_names
from ...permissions import Role, get_visible
from ...web import current_actor, current_session
from ..models import Engagement

blueprint = Blueprint("engagements", __name__)


def log_person(candidate_ids: Collection[int]) -> None:
    """Log that these names were shown; a person reads no name but their own."""
    if current_actor().role is not Role.CANDIDATE:
        log_names(candidate_ids)


def get_engagement(engagement_id: int, *, lock: bool = False) -> Engagement:
    return get_visible(current_session(), current_actor(), Engagement, engagement_id, lock=lock)
