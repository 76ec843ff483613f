from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")
