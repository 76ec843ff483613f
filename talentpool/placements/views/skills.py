"""Words of the skills that a need asks for."""

from __future__ import annotations

from flask_babel import gettext as _

from ..weighing import AskedSkill
from .blueprint import blueprint


@blueprint.app_template_filter("recency")
def recency_of(row: AskedSkill) -> str:
    """When the person last used a skill of which the need asks that, and whether that is late enough; else nothing."""
    if row.is_recent is None:
        return ""
    if row.last_used is None:
        return str(_("最後に使った年は未記入（満たさない）"))
    if row.is_recent:
        return str(_("%(year)s年まで使用（満たす）", year=row.last_used))
    return str(_("%(year)s年まで使用（満たさない）", year=row.last_used))
