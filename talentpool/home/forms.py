from __future__ import annotations

from flask_babel import lazy_gettext as _

from ..web.forms import FilterForm, text_field


class FindForm(FilterForm):
    """Of the box that looks for anything."""

    words = text_field(_("番号・氏名・市町で探す"))
