from __future__ import annotations

from . import reaching, unasked
from .counting import blueprint, init_app, survey_of

__all__ = ["blueprint", "init_app", "reaching", "survey_of", "unasked"]
