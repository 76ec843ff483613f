"""The pages of reviews: what is asked, what both sides said, reply, contest and decision."""

from __future__ import annotations

from . import answering, listing, reporting, showing, steps
from .blueprint import blueprint

__all__ = ["answering", "blueprint", "listing", "reporting", "showing", "steps"]
