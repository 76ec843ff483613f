from __future__ import annotations

from .counting import blueprint, init_app, survey_of

__all__ = ["blueprint", "init_app", "survey_of"]
