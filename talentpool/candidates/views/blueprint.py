from __future__ import annotations

from flask import Blueprint
from flask_babel import get_locale

from ...db import Session
from ...errors import Conflict
from ...reference.catalogue import Catalogue
from ...reference.service import load_catalogue
from ..models import Membership

blueprint = Blueprint("candidates", __name__)
LOST_RACE = "ほかの人が先に変更しました。最新の内容を確かめてから、もう一度お試しください。"


def locale() -> str:
    return str(get_locale() or "ja")


def catalogue_of(session: Session) -> Catalogue:
    return load_catalogue(session)


def check_version(membership: Membership, typed: str | None) -> None:
    """Conflict when the page that was sent showed an older state."""
    if typed != str(membership.version):
        raise Conflict(LOST_RACE)
