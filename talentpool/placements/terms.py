"""How long a confirmation can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..dates import end_of_day, local_date

# Long enough to notice a mistake on the day after a weekend, too short to plan on being undone.
UNDO_DAYS = 3


def end_of_undoing(now: datetime) -> datetime:
    return end_of_day(local_date(now) + timedelta(days=UNDO_DAYS))
