"""Small SVG charts without scripts or style attributes, with real text, a title and a description.

The caller passes translated titles and labels; app.css colours the classes. The macros in
templates/_parts/figures.html repeat the figures as text beside each chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, SupportsFloat

from flask_babel import gettext as _
from markupsafe import Markup

from ..dates import year_and_month

FULL_SCORE = 10_000  # basis points

MONTH_WIDTH = 56
PLOT_TOP = 24
PLOT_HEIGHT = 120
TIMELINE_HEIGHT = 190

COLUMN, COLUMNS_BASE = 40, 120  # pixels of a chart of columns
SQUARE = 160  # pixels of a side of a chart of a curve
LABELS, PLOT, BEYOND, LINE = 190, 320, 60, 26  # pixels of a chart of dots


class MonthLoad(Protocol):
    """One person's half-days in one month, which is numbered as in the ledger: year * 12 + month - 1."""

    @property
    def month(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def booked(self) -> int: ...


class MonthRow(Protocol):
    """Half-days of one month, by what they are taken for."""

    @property
    def booked(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def free(self) -> int: ...


def bar(basis_points: int, *, title: str, description: str = "") -> Markup:
    """A horizontal bar; `basis_points` is clamped to 0..10000."""
    share = min(max(basis_points, 0), FULL_SCORE) / FULL_SCORE
    track = Markup('<rect class="bar-track" width="100%" height="100%"/>')
    value = Markup('<rect class="bar-value" width="{:.2f}%" height="100%"/>').format(share * 100)
    return _bar_frame(title, description, track + value)


def timeline(months: Sequence[MonthLoad], *, title: str, description: str) -> Markup:
    """One column per month: the outline is capacity, filled from below with booked (solid) and held (dashed)."""
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
    """The colour of a legend entry, hidden from screen readers because the text beside it names it."""
    return Markup(
        '<svg aria-hidden="true" focusable="false" viewBox="0 0 16 16">'
        '<rect class="{}" x="1" y="1" width="14" height="14" rx="2"/></svg>'
    ).format(css_class)


def squares(load: object, kinds: Sequence[tuple[str, str]]) -> Markup:
    """A square for each half-day of a month; `kinds` name the counts of `load` in their order, with their labels."""
    counts = [(kind, name, getattr(load, kind)) for kind, name in kinds]
    named = [_("%(name)s%(n)s", name=name, n=n) for _kind, name, n in counts if n]
    said = _("・").join(named) or _("0コマ")
    drawn = Markup().join(swatch(kind) for kind, _name, n in counts for _ in range(n))
    return Markup('<span class="squares" role="img" aria-label="{}">{}</span>').format(said, drawn)


def month(load: MonthRow) -> Markup:
    """The squares of one month, hidden from screen readers because the figures stand beside them."""
    counts = (("booked", load.booked), ("held", load.held), ("free", load.free))
    drawn = Markup().join(swatch(kind) for kind, n in counts for _ in range(n))
    return Markup('<span class="squares" aria-hidden="true">{}</span>').format(drawn)


def _bar_frame(title: str, description: str, content: Markup) -> Markup:
    told = Markup("<title>{}</title>").format(title)
    if description:
        told += Markup("<desc>{}</desc>").format(description)
    return Markup(
        '<svg class="bar" role="img" focusable="false" width="100%" height="12">{}{}</svg>'
    ).format(told, content)


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


def columns(values: Sequence[tuple[str, int]], *, title: str, description: str) -> Markup:
    """A column for each (label, count), from zero, with its count on top where there is one."""
    most = max((value for _, value in values), default=0) or 1
    drawn = Markup().join(
        _column(place, label, value, value / most) for place, (label, value) in enumerate(values)
    )
    return Markup(
        '<svg class="columns-chart" role="img" focusable="false" width="{width}" height="{height}" '
        'viewBox="0 0 {width} {height}"><title>{title}</title><desc>{description}</desc>'
        '<line class="axis" x1="0" x2="{width}" y1="{base}" y2="{base}"/>{drawn}</svg>'
    ).format(
        width=max(len(values), 1) * COLUMN, height=COLUMNS_BASE + 24, base=COLUMNS_BASE,
        title=title, description=description, drawn=drawn,
    )  # fmt: skip


def _column(place: int, label: str, value: int, share: float) -> Markup:
    height = share * (COLUMNS_BASE - 24)
    middle, top = (place + 0.5) * COLUMN, COLUMNS_BASE - height
    column = _block("booked", middle, COLUMNS_BASE, height) if value else Markup()
    count = _text(middle, top - 6, str(value)) if value else Markup()
    return column + count + _text(middle, COLUMNS_BASE + 18, label)


@dataclass(frozen=True, slots=True)
class Dot:
    """A way of deciding and its total, in bp."""

    label: str
    value: int
    is_best: bool = False


def dots_to_bound(dots: Sequence[Dot], bound: int, *, title: str, description: str) -> Markup:
    """A line for each way of deciding with a dot at its total; nothing can lie beyond the bound."""
    low = min((dot.value for dot in dots), default=bound)
    span = max(bound - low, 1)
    end = LABELS + PLOT

    def place(value: int) -> float:
        return LABELS + 20 + (PLOT - 20) * (value - low) / span

    lines = Markup().join(
        _dot_line(dot, place(dot.value), (number + 0.5) * LINE) for number, dot in enumerate(dots)
    )
    height = len(dots) * LINE
    return Markup(
        '<svg class="dots" role="img" focusable="false" viewBox="0 0 {width} {height}">'
        "<title>{title}</title><desc>{description}</desc>"
        '<line class="dots-bound" x1="{end}" x2="{end}" y1="0" y2="{height}"/>'
        '<rect class="dots-beyond" x="{end}" width="{beyond}" height="{height}"/>{lines}</svg>'
    ).format(
        width=end + BEYOND, height=height, title=title, description=description, end=end,
        beyond=BEYOND, lines=lines,
    )  # fmt: skip


def _dot_line(dot: Dot, x: float, y: float) -> Markup:
    kind = "dots-best" if dot.is_best else "dots-other"
    return Markup(
        '<text class="figure-text" x="0" y="{text_y:.1f}">{label}</text>'
        '<line class="dots-line" x1="{start}" x2="{x:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        '<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    ).format(text_y=y + 5, label=dot.label, start=LABELS, x=x, y=y, kind=kind)


def curve(
    points: Sequence[tuple[SupportsFloat, SupportsFloat]], *, title: str, description: str
) -> Markup:
    """A curve from (0, 0) to (1, 1) beside the straight line between them; the nearer, the more even."""
    path = " ".join(f"{float(x) * SQUARE:.1f},{(1 - float(y)) * SQUARE:.1f}" for x, y in points)
    return Markup(
        '<svg class="curve" role="img" focusable="false" viewBox="-2 -2 {box} {box}">'
        "<title>{title}</title><desc>{description}</desc>"
        '<rect class="capacity" width="{end}" height="{end}"/>'
        '<line class="axis" x1="0" y1="{end}" x2="{end}" y2="0"/>'
        '<polyline class="curve-line" points="{path}"/></svg>'
    ).format(box=SQUARE + 4, end=SQUARE, title=title, description=description, path=path)
