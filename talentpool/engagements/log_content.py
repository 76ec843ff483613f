"""What a person says of a month, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..dates import first_day, is_business_day, last_day, month_of
from ..errors import Refused
from ..language import say
from .models import REMARK, TEXT, Part, Place, WorkLog

MOST_TRAVEL = 1_000_000  # yen a month


@dataclass(frozen=True, slots=True)
class LogContent:
    """What a person says of a month. A day without part or place is not finished."""

    days: Mapping[date, tuple[Part | None, Place | None]] = field(default_factory=dict)
    text: str = ""
    theme: str = ""
    travel_yen: int = 0
    remark: str = ""


def as_before(before: WorkLog, month: int, today: date) -> LogContent:
    """The days of another month on the same weekdays of this one, as far as they have come and offices are open, and its theme."""
    days = {}
    for row in before.days:
        offset = (row.day.weekday() - first_day(month).weekday()) % 7
        number = 1 + offset + 7 * ((row.day.day - 1) // 7)
        if number > last_day(month).day:
            continue
        day = first_day(month).replace(day=number)
        is_closed = is_business_day(row.day) and not is_business_day(day)
        if day <= today and not is_closed:
            days[day] = (row.part, row.place)
    return LogContent(days=days, theme=before.theme or "")


def content_of(log: WorkLog) -> LogContent:
    return LogContent(
        days={row.day: (row.part, row.place) for row in log.days},
        text=log.text,
        theme=log.theme or "",
        travel_yen=log.travel_yen,
        remark=log.remark,
    )


def check_storable(month: int, content: LogContent) -> None:
    if any(month_of(day) != month for day in content.days):
        raise Refused.at("days", say("この月の日を選んでください。"))
    if len(content.text) > TEXT:
        raise Refused.at("text", say("%(longest)s文字以内で書いてください。", longest=TEXT))
    if len(content.remark) > REMARK:
        raise Refused.at(
            "remark", say("%(longest)s文字以内で書いてください。", longest=f"{REMARK:,}")
        )
    if not 0 <= content.travel_yen <= MOST_TRAVEL:
        raise Refused.at(
            "travel_yen", say("0円から%(most)s円までで入力してください。", most=f"{MOST_TRAVEL:,}")
        )
