"""How pages show values: dates with their era, basis points as points, yen with commas."""

from __future__ import annotations

import re
from calendar import month_abbr
from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Flask
from flask_babel import format_date, gettext as _
from markupsafe import Markup

from .. import dates
from ..pay import HALF_DAYS_A_DAY
from .languages import in_readers_language


def show_date(value: date | datetime | None) -> str:
    """A date, or the day in Japan of an instant: in Japanese with its era, in English as 12 July 2027."""
    if value is None:
        return "—"
    day = value.astimezone(dates.JST).date() if isinstance(value, datetime) else value
    return in_readers_language(dates.show_date(day))


def show_time(value: datetime | None) -> str:
    """With the time in Japan: 10:42, in English 10:42am."""
    if value is None:
        return "—"
    there = value.astimezone(dates.JST)
    twelve = f"{there.hour % 12 or 12}:{there:%M}{'am' if there.hour < 12 else 'pm'}"
    return str(_("%(day)s %(time)s", day=show_date(value), time=f"{there:%H:%M}", twelve=twelve))


def show_month(month: int | None) -> str:
    return "—" if month is None else in_readers_language(dates.show_month_ja(month))


def show_day(value: date | datetime | None) -> str:
    """A date in a column: 2027/7/12, in English 12 Jul 2027."""
    if value is None:
        return ""
    day = value.astimezone(dates.JST).date() if isinstance(value, datetime) else value
    name = month_abbr[day.month]
    return str(
        _("%(year)s/%(month)s/%(day)s", year=day.year, month=day.month, day=day.day, name=name)
    )


def show_moment(value: datetime | None) -> str:
    """The same with the time in Japan: 2027/7/12 10:42."""
    return "" if value is None else f"{show_day(value)} {value.astimezone(dates.JST):%H:%M}"


def show_clock(value: datetime) -> str:
    """The time of day in Japan."""
    return f"{value.astimezone(dates.JST):%H:%M}"


def show_brief_months(first: int, last: int) -> str:
    """A period in a column: 2027/4～2028/3, in English Apr 2027 to Mar 2028. The sign is one of CP932."""
    both = dict.fromkeys((_brief_month(first), _brief_month(last)))
    return str(_("\uff5e")).join(both)


def _brief_month(number: int) -> str:
    year, month = dates.year_and_month(number)
    return str(_("%(year)s/%(month)s", year=year, month=month, name=month_abbr[month]))


def show_year(month: int) -> str:
    """The year of a month."""
    return in_readers_language(dates.show_year(month))


def show_month_only(month: int) -> str:
    """The month without its year, for rows of months."""
    return in_readers_language(dates.show_month_only(month))


def show_day_only(value: date | datetime) -> str:
    """A date, or the day in Japan of an instant, without its year: 7/14."""
    day = dates.local_date(value) if isinstance(value, datetime) else value
    return str(_("%(month)s/%(day)s", month=day.month, day=day.day, name=month_abbr[day.month]))


def show_weekday(value: date) -> str:
    """Its day of the week: 水, Wed."""
    return str(format_date(value, "EEE"))


def show_number(value: float | None) -> str:
    return "—" if value is None else f"{value:,}"


def show_signed(difference: int, scale: int = 1) -> str:
    """A difference in units of 1/scale, signed unless it is 0."""
    if not difference:
        return "0"
    return f"{difference:+,}" if scale == 1 else f"{difference / scale:+,.2f}"


def show_points(basis_points: int | None) -> str:
    """Basis points (0..10,000) as points out of 100, with one decimal."""
    return "—" if basis_points is None else f"{basis_points / 100:,.1f}"


def show_yen(value: int | None) -> str:
    return "—" if value is None else str(_("%(amount)s円", amount=f"{value:,}"))


def show_days(half_days: int) -> str:
    """Half-days as days: 3 → 1.5日."""
    return str(_("%(count)s日", count=f"{half_days / HALF_DAYS_A_DAY:g}"))


_BEGIN, _END = Markup('<span class="nowrap">'), Markup("</span>")
_PART = _END + _BEGIN


def _unbroken(show: Callable[..., str]) -> Callable[..., Markup]:
    """On pages a date may break before its era, and nowhere else."""
    return lambda value: _BEGIN + _PART.join(re.split("(?=（)", show(value))) + _END


def show_months(first: int, last: int) -> Markup:
    """A period may break between its months, and nowhere else."""
    show = _unbroken(show_month)
    if first == last:
        return show(first)
    both = Markup(_("%(first)s〜%(last)s"))  # noqa: S704 - of our own catalogue
    return both % {"first": show(first), "last": show(last)}


def show_duration(span: timedelta) -> str:
    """In days and hours, rounded down."""
    hours = int(span.total_seconds()) // 3600
    if hours < 1:
        return str(_("1時間未満"))
    if hours < 24:
        return str(_("%(n)s時間", n=hours))
    return str(_("%(days)s日と%(hours)s時間", days=hours // 24, hours=hours % 24))


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        date=_unbroken(show_date),
        time=_unbroken(show_time),
        day=show_day,
        clock=show_clock,
        moment=show_moment,
        brief_period=show_brief_months,
        month=_unbroken(show_month),
        period=show_months,
        year=show_year,
        month_only=show_month_only,
        month_text=dates.month_text,
        day_only=show_day_only,
        weekday=show_weekday,
        local_date=dates.local_date,
        number=show_number,
        signed=show_signed,
        points=show_points,
        yen=show_yen,
        days=show_days,
        duration=show_duration,
    )
