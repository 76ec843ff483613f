"""The charts are well-formed SVG with their content in words."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from talentpool.dates import month_number
from talentpool.web import charts


@dataclass(frozen=True)
class Load:
    month: int
    capacity: int
    held: int = 0
    booked: int = 0


def rects(svg: Markup, css_class: str) -> list[ET.Element]:
    return [node for node in ET.fromstring(svg).iter("rect") if node.get("class") == css_class]


def texts(svg: Markup, tag: str) -> list[str | None]:
    return [node.text for node in ET.fromstring(svg).iter(tag)]


def width(rect: ET.Element) -> float:
    return float(rect.get("width", "").removesuffix("%"))


@pytest.mark.parametrize(
    ("basis_points", "percent"),
    [(0, 0), (8730, 87.3), (10_000, 100), (-5, 0), (12_000, 100)],
)
def test_a_bar_is_as_long_as_its_score_and_never_longer_than_its_track(
    basis_points: int, percent: float
) -> None:
    (fill,) = rects(charts.bar(basis_points, title="適合度"), "bar-value")
    assert width(fill) == pytest.approx(percent)


def test_a_bar_is_an_image_with_title_and_description() -> None:
    svg = charts.bar(5000, title="適合度 50.0点", description="100点満点")
    assert ET.fromstring(svg).get("role") == "img"
    assert texts(svg, "title") == ["適合度 50.0点"]
    assert texts(svg, "desc") == ["100点満点"]


def test_titles_are_escaped() -> None:
    svg = charts.bar(1, title="<script>alert('&')</script>")
    assert "<script>" not in svg
    assert texts(svg, "title") == ["<script>alert('&')</script>"]


def test_held_half_days_are_stacked_on_booked_ones_within_the_capacity() -> None:
    svg = charts.timeline(
        [Load(month_number(2027, 4), 8, held=2, booked=4)],
        title="稼働",
        description="月ごと",
    )
    boxes = [rects(svg, kind)[0] for kind in ("capacity", "booked", "held")]
    (c_top, c_size), (b_top, b_size), (h_top, h_size) = [
        (float(box.get("y", "")), float(box.get("height", ""))) for box in boxes
    ]
    assert (b_size, h_size) == (c_size / 2, c_size / 4)
    assert h_top + h_size == b_top
    assert c_top <= h_top
    assert b_top + b_size == c_top + c_size


def test_a_timeline_labels_each_month_the_first_year_and_every_new_year() -> None:
    months = [Load(month_number(2027, 12), 4), Load(month_number(2028, 1), 4, booked=1)]
    assert texts(charts.timeline(months, title="稼働", description="月ごと"), "text") == [
        "4",
        "12月",
        "2027年",
        "3",
        "1月",
        "2028年",
    ]


def test_a_timeline_without_months_or_without_capacity_is_still_an_image() -> None:
    assert rects(charts.timeline([], title="稼働", description="月ごと"), "capacity") == []
    assert (
        rects(
            charts.timeline([Load(month_number(2027, 4), 0)], title="稼働", description="月"),
            "capacity",
        )
        == []
    )


def test_no_chart_carries_inline_style_or_script() -> None:
    drawn = [
        charts.bar(1, title="a"),
        charts.timeline([Load(month_number(2027, 4), 1)], title="a", description="b"),
        charts.swatch("held"),
    ]
    assert not any("style=" in svg or "<script" in svg for svg in drawn)
