"""How long each answer may take. Every term ends at 23:59:59 in Japan, so that a date alone says it."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..dates import local_date, start_of_day

# A week holds a weekend: people with a main job can ask at home and at work.
OFFER_DAYS = 7
# A town has to go through its own 決裁, which takes a working week, twice when somebody is away.
INTRODUCTION_DAYS = 14
# Long enough to notice a mistake on the day after a weekend, too short to plan on being undone.
UNDO_DAYS = 3


def end_of_term(now: datetime, days: int) -> datetime:
    """The last second, in Japan, of the day that is `days` after today."""
    return start_of_day(local_date(now) + timedelta(days=days + 1)) - timedelta(seconds=1)
