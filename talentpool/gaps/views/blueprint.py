from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("gaps", __name__)
