from __future__ import annotations

from flask import Blueprint

from ...permissions import get_visible
from ...web import current_actor, current_session
from ..models import Review

blueprint = Blueprint("reviews", __name__)


def get_review(review_id: int, *, lock: bool = False) -> Review:
    return get_visible(current_session(), current_actor(), Review, review_id, lock=lock)
