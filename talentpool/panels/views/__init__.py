"""The pages of panels, for the officers of the town alone; auditors read them."""

from __future__ import annotations

from . import scoring, showing
from .blueprint import blueprint

__all__ = ["blueprint", "scoring", "showing"]
