from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..dates import show_fiscal_year
from ..web.forms import offered
from ..web.lists import EVERY, ListForm


class RegisterForm(ListForm):
    """Which fiscal year."""

    year = SelectField(_("年度"), default="")

    def offer_years(self, years: Iterable[int]) -> None:
        self.offer(self.year, ((year, show_fiscal_year(year)) for year in years), EVERY)

    @property
    def chosen_year(self) -> int | None:
        data = offered(self.year)
        return int(data) if data else None
