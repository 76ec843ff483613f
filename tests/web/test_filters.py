"""How pages show values."""

from __future__ import annotations

import pytest

from talentpool.dates import month_number
from talentpool.web.filters import show_months, show_signed
from talentpool.web.unit import TalentpoolFlask


@pytest.mark.parametrize(
    ("difference", "scale", "text"),
    [(0, 1, "0"), (0, 100, "0"), (-3, 1, "-3"), (1234, 1, "+1,234"), (-5, 100, "-0.05")],
)
def test_differences_have_signs(difference: int, scale: int, text: str) -> None:
    assert show_signed(difference, scale) == text


def test_a_period_of_one_month_is_named_once_and_no_date_breaks(app: TalentpoolFlask) -> None:
    november = month_number(2027, 11)
    one = '<span class="nowrap">2027年11月</span><span class="nowrap">（令和9年11月）</span>'
    assert show_months(november, november) == one
    assert show_months(november, november + 1).count("nowrap") == 4
    source = "{{ none|date }}{{ month|month }}{{ '<b>'|string }}"
    shown = app.jinja_env.from_string(source).render(none=None, month=november)
    assert shown == f'<span class="nowrap">—</span>{one}&lt;b&gt;'
