from __future__ import annotations

from . import showing
from .blueprint import blueprint

__all__ = ["blueprint", "showing"]
