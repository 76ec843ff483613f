"""The policy that rounds and matches begin with: no weight for what nothing in the pool feeds yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import matching as m

# Nobody rates engagements and nothing tells the plan in force, so `translate` gives the engine neither: everybody would
# get the same points for the track record, and no pair the bonus.
WEIGHTS: Mapping[str, int] = {
    "skills": 3800, "practice": 1700, "role": 800, "capacity": 800, "travel": 1000, "pay": 600,
    "wish": 800, "preference": 500, "record": 0,
}  # fmt: skip


def first_policy(**changes: Any) -> m.Policy:
    return m.Policy(**{"weights": dict(WEIGHTS), "in_force_bonus": 0, **changes})
