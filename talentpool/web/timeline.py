"""A person's months as a picture: columns of half-days over lanes of work, from one month on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from .filters import show_year

LABELS, WIDE, COLUMN = 96, 62, 44  # pixels: the names at the left, a month, its column
TOP, PLOT, LANE = 48, 88, 34  # pixels: above the columns, their height, a lane
LETTER = 14  # pixels of a letter


@dataclass(frozen=True, slots=True)
class Bar:
    """A month in half-days. A paused month has no capacity."""

    month: int
    capacity: int
    held: int
    booked: int
    is_paused: bool = False

    @property
    def free(self) -> int:
        return self.capacity - self.held - self.booked


@dataclass(frozen=True, slots=True)
class Lane:
    """Work from one month to another, which may lie outside the picture. note: said beside it."""

    text: str
    first: int
    last: int
    is_booked: bool
    note: str = ""


def timeline(bars: Sequence[Bar], lanes: Sequence[Lane], *, title: str, description: str) -> Markup:
    """`bars` are months in a row; below them stand the lanes that reach into them."""
    lanes = [
        lane
        for lane in lanes
        if bars and lane.last >= bars[0].month and lane.first <= bars[-1].month
    ]
    width = LABELS + len(bars) * WIDE
    base = TOP + PLOT
    height = base + 16 + max(len(lanes), 1) * LANE
    most = max((bar.capacity for bar in bars), default=0)
    first = bars[0].month if bars else 0
    drawn = [_row_name(_("月の半日コマ"), TOP + 16)]
    drawn += [_column(bar, place, most, base) for place, bar in enumerate(bars)]
    drawn.append(
        Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
            LABELS, width, base, base
        )
    )
    drawn += [
        _year_line(place, height) for place, bar in enumerate(bars) if bar.month % 12 == 3 and place
    ]
    if lanes:
        drawn.append(_row_name(_("活動と打診"), base + 16 + LANE / 2 + 5))
    drawn += [
        _lane(lane, first, len(bars), base + 16 + place * LANE) for place, lane in enumerate(lanes)
    ]
    return Markup(
        '<svg class="person-months" role="img" focusable="false" width="{width}" height="{height}" '
        'viewBox="0 0 {width} {height}"><title>{title}</title><desc>{description}</desc>'
        '<defs><pattern id="paused" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path class="hatch" d="M0 6L6 0"/></pattern></defs>{drawn}</svg>'
    ).format(
        width=width, height=height, title=title, description=description, drawn=Markup().join(drawn)
    )


def _column(bar: Bar, place: int, most: int, base: float) -> Markup:
    x = LABELS + place * WIDE + (WIDE - COLUMN) / 2
    middle = x + COLUMN / 2
    month = bar.month % 12 + 1
    drawn = _text(middle, TOP - 10, _("%(month)d月", month=month))
    if place == 0 or month == 1:
        drawn += _text(x, TOP - 28, show_year(bar.month), anchor="start")
    if bar.is_paused:
        hatch = Markup('<rect class="paused" x="{}" y="{}" width="{}" height="{}"/>')
        return (
            drawn + hatch.format(x, TOP, COLUMN, PLOT) + _text(middle, base - PLOT / 2, _("休止"))
        )
    unit = PLOT / most if most else 0.0
    foot = base
    for kind, amount in (("booked", bar.booked), ("held", bar.held), ("capacity", bar.free)):
        if amount:
            tall = amount * unit
            drawn += Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}"/>'
            ).format(kind, x, foot - tall, COLUMN, tall)
            drawn += _text(middle, foot - tall / 2 + 5, str(amount), kind=f"on-{kind}")
            foot -= tall
    if not bar.capacity:
        drawn += _text(middle, base - 6, "0")
    return drawn


def _lane(lane: Lane, first: int, months: int, y: float) -> Markup:
    start, end = max(lane.first - first, 0), min(lane.last - first + 1, months)
    x, width = LABELS + start * WIDE + 4, (end - start) * WIDE - 8
    kind = "booked" if lane.is_booked else "held"
    drawn = Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="26" rx="6"/>').format(
        kind, x, y, width
    )
    fits = len(lane.text) * LETTER < width - 12
    beside = lane.note if fits else " ".join(filter(None, [lane.text, lane.note]))
    if fits:
        drawn += _text(x + 8, y + 18, lane.text, kind=f"on-{kind}", anchor="start")
    if beside:
        is_right = x + width + len(beside) * LETTER < LABELS + months * WIDE
        place = x + width + 8 if is_right else x - 8
        anchor = "start" if is_right else "end"
        drawn += _text(place, y + 18, beside, kind="figure-text beside", anchor=anchor)
    return drawn


def _year_line(place: int, height: float) -> Markup:
    """Before April, where a fiscal year begins."""
    x = LABELS + place * WIDE
    return Markup('<line class="fiscal" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        x, x, TOP - 24, height
    )


def _row_name(text: str, y: float) -> Markup:
    return _text(0, y, text, kind="figure-text", anchor="start")


def _text(
    x: float, y: float, text: str, *, kind: str = "figure-text", anchor: str = "middle"
) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, text
    )
