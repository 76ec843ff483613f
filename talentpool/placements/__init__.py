"""Placements (推薦): the state machine from suggestion to confirmation, and every way it ends.

What has to happen when a person leaves is registered here and not where it is done, so that no process that knows
of placements can miss it.
"""

from __future__ import annotations

from typing import Any

from ..candidates import endings


@endings.when_gone
def _end_placements(*details: Any, **more: Any) -> None:
    from .leaving import end_placements  # noqa: PLC0415 - loads the matching engine

    end_placements(*details, **more)
