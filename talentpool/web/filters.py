"""How values are written on the screen: dates in both eras, basis points as points, yen with commas."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from .. import dates


def show_date(value: date | datetime | None) -> str:
    """A date, or an instant as its day in Japan, in both eras."""
    if value is None:
        return "—"
    day = value.astimezone(dates.JST).date() if isinstance(value, datetime) else value
    return dates.show_date(day)


def show_time(value: datetime | None) -> str:
    if value is None:
        return "—"
    return f"{show_date(value)} {value.astimezone(dates.JST):%H:%M}"


def show_month(month: int | None) -> str:
    return "—" if month is None else dates.show_month_ja(month)


def show_number(value: float | None) -> str:
    return "—" if value is None else f"{value:,}"


def show_points(basis_points: int | None) -> str:
    """Basis points (0..10,000) as points of a hundred with one decimal."""
    return "—" if basis_points is None else f"{basis_points / 100:,.1f}"


def show_yen(value: int | None) -> str:
    return "—" if value is None else f"{value:,}円"


def show_days(half_days: int) -> str:
    """Half-days as the days people speak of: 3 → 1.5日."""
    return f"{half_days / 2:g}日"


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        date=show_date,
        time=show_time,
        month=show_month,
        number=show_number,
        points=show_points,
        yen=show_yen,
        days=show_days,
    )
