"""The answer to a step that was not taken: what was sent beside what stands now, so that nothing typed is lost."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ...errors import Conflict
from ...states import Transition
from ...web.labels import choices, label
from ..forms import StepForm

Rows = list[tuple[str, Any]]


def show_lost(error: Conflict, sent: Rows, state: StrEnum, back: str) -> ResponseReturnValue:
    """`state`: where it stands now; `back`: the page that shows it."""
    page = render_template(
        "placements/lost_step.html",
        problem=error,
        sent=sent,
        now=[(_("状態"), label(state))],
        back=back,
    )
    return page, error.status


def describe_sent(step: Transition, form: StepForm) -> Rows:
    rows: Rows = [(_("操作"), label(step))]
    if step.reasons:
        code = form.reason.data or ""
        rows.append((_("理由区分"), dict(choices(step.reasons)).get(code, code)))
        rows.append((_("補足"), form.comment.data))
    return rows
