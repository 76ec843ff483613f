"""What must hold of funding measures, as a query."""

from __future__ import annotations

from collections.abc import Iterator

from ..db import Session
from ..programmes.sourced import bad_successors
from .models import Funding


def violations(session: Session) -> Iterator[str]:
    """A successor is of the same prefecture, and none leads back."""
    return bad_successors(session, Funding)
