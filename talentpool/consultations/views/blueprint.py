from __future__ import annotations

from flask import Blueprint

from ...web import check_version, current_actor, current_session
from ..finding import get_consultation
from ..models import Consultation

blueprint = Blueprint("consultations", __name__)


def get(ident: int, *, lock: bool = False) -> Consultation:
    return get_consultation(current_session(), current_actor(), ident, lock=lock)


def take(ident: int) -> Consultation:
    """Locked, as whoever sends the form has read it."""
    consultation = get(ident, lock=True)
    check_version(consultation)
    return consultation
