"""Small charts as SVG: no script, no style attribute, real text, a title and a description.

Titles and labels come from the caller, already translated; the colours from the classes in app.css.
The macros of templates/_parts/figures.html put the same figures in text beside each chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flask_babel import gettext as _
from markupsafe import Markup

from ..dates import year_and_month

FULL_SCORE = 10_000  # basis points
COLOURS = 6  # classes part-1 … part-6

MONTH_WIDTH = 56
PLOT_TOP = 24
PLOT_HEIGHT = 120
TIMELINE_HEIGHT = 190


class MonthLoad(Protocol):
    """Half-days of one person in one month; `month` is year * 12 + month - 1, as in the ledger."""

    @property
    def month(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def booked(self) -> int: ...


def bar(basis_points: int, *, title: str, description: str = "", part: int = 1) -> Markup:
    """A horizontal bar; `basis_points` outside 0..10000 is drawn as the nearest end."""
    share = min(max(basis_points, 0), FULL_SCORE) / FULL_SCORE
    track = Markup('<rect class="bar-track" width="100%" height="100%"/>')
    return _bar_frame(title, description, track + _slice(0, share, _colour(part)))


def stacked(parts: Sequence[tuple[str, float]], *, title: str, description: str = "") -> Markup:
    """One bar cut into the shares of `parts` (label, value ≥ 0); nothing but the track when all are 0."""
    total = sum(value for _label, value in parts)
    drawn = Markup('<rect class="bar-track" width="100%" height="100%"/>')
    start = 0.0
    for place, (label, value) in enumerate(parts, start=1):
        share = value / total if total else 0.0
        drawn += _slice(start, share, _colour(place), label)
        start += share
    return _bar_frame(title, description, drawn)


def timeline(months: Sequence[MonthLoad], *, title: str, description: str) -> Markup:
    """A column a month: outline = capacity, from below booked (solid), then held (dashed)."""
    top = max((month.capacity for month in months), default=0)
    width = max(len(months), 1) * MONTH_WIDTH
    columns = Markup().join(_month_column(load, place, top) for place, load in enumerate(months))
    return Markup(
        '<svg class="timeline" role="img" focusable="false" width="{width}" height="{height}" '
        'viewBox="0 0 {width} {height}"><title>{title}</title><desc>{description}</desc>{columns}</svg>'
    ).format(
        width=width,
        height=TIMELINE_HEIGHT,
        title=title,
        description=description,
        columns=columns,
    )


def swatch(css_class: str) -> Markup:
    """The colour of a legend line; said by the text beside it, so hidden from screen readers."""
    return Markup(
        '<svg aria-hidden="true" focusable="false" viewBox="0 0 16 16">'
        '<rect class="{}" x="1" y="1" width="14" height="14"/></svg>'
    ).format(css_class)


def _bar_frame(title: str, description: str, content: Markup) -> Markup:
    told = Markup("<title>{}</title>").format(title)
    if description:
        told += Markup("<desc>{}</desc>").format(description)
    return Markup(
        '<svg class="bar" role="img" focusable="false" width="100%" height="12">{}{}</svg>'
    ).format(told, content)


def _slice(start: float, share: float, css_class: str, label: str = "") -> Markup:
    told = Markup("<title>{}</title>").format(label) if label else Markup()
    return Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" height="100%">{}</rect>').format(
        css_class, start * 100, share * 100, told
    )


def _colour(place: int) -> str:
    return f"part-{(place - 1) % COLOURS + 1}"


def _month_column(load: MonthLoad, place: int, top: int) -> Markup:
    year, month = year_and_month(load.month)
    middle = place * MONTH_WIDTH + MONTH_WIDTH // 2
    base = PLOT_TOP + PLOT_HEIGHT
    unit = PLOT_HEIGHT / top if top else 0.0
    free = load.capacity - load.held - load.booked
    drawn = _block("capacity", middle, base, load.capacity * unit)
    drawn += _block("booked", middle, base, load.booked * unit)
    drawn += _block("held", middle, base - load.booked * unit, load.held * unit)
    drawn += _text(middle, base - load.capacity * unit - 6, str(free))
    drawn += _text(middle, base + 20, _("%(month)d月", month=month))
    if place == 0 or month == 1:
        drawn += _text(middle, base + 38, _("%(year)d年", year=year))
    return drawn


def _block(css_class: str, middle: float, bottom: float, height: float) -> Markup:
    if height <= 0:
        return Markup()
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="32" height="{:.1f}"/>').format(
        css_class, middle - 16, bottom - height, height
    )


def _text(x: float, y: float, text: str) -> Markup:
    return Markup(
        '<text class="figure-text" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>'
    ).format(x, y, text)
