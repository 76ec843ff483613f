"""What a button of a state machine sends, and the answer to a step that was not taken: nothing typed is lost."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from ..errors import Conflict
from ..reference.reasons import LONGEST
from ..states import Transition
from .forms import Form, long_text_field, text_field
from .labels import choices, label

Rows = list[tuple[str, Any]]


class StepForm(Form):
    """A reason and a comment, where the step asks for them."""

    reason = text_field(_("理由区分"), most=40)
    comment = long_text_field(_("補足"), most=LONGEST)

    def said(self, step: Transition) -> dict[str, str | None]:
        """What the service of the step is told."""
        if step.reasons is None:
            return {}
        return {"reason": self.reason.data or None, "comment": self.comment.data or ""}


def describe_sent(step: Transition, form: StepForm) -> Rows:
    rows: Rows = [(gettext("操作"), label(step))]
    if step.reasons:
        code = form.reason.data or ""
        rows.append((gettext("理由区分"), dict(choices(step.reasons)).get(code, code)))
    if step.asks_comment:
        rows.append((gettext("補足"), form.comment.data))
    return rows


def show_lost(error: Conflict, sent: Rows, now: Rows, back: str) -> ResponseReturnValue:
    """What was sent beside what stands now; `back`: the page that shows it."""
    page = render_template("errors/lost_step.html", problem=error, sent=sent, now=now, back=back)
    return page, error.status
