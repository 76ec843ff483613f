"""How many fit, beside the form of a need and on its page, which lie below and find the functions by their names."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...needs.content import Sketch
from ...needs.drafting import typed_in
from ...needs.models import Need, NeedDraft
from ...needs.steps import NeedStep
from ...needs.views.progress import merge
from ...needs.views.sketching import sketch_of, sketch_typed
from ...needs.views.written import as_sent
from ...permissions import Action, get_visible
from ...states import NeedState
from ...web import current_actor, current_catalogue, current_session, requires
from ..surveying import survey
from .panel import CountPanel

blueprint = Blueprint("pool", __name__)


def init_app(app: Flask) -> None:
    app.extensions["talentpool_survey"] = survey_of
    app.extensions["talentpool_count"] = count_panel


def survey_of(need: Need) -> CountPanel | None:
    """How many could do it now; None for a closed need."""
    if need.state is NeedState.CLOSED:
        return None
    return count_panel(sketch_of(need), need.prefecture_code)


def count_panel(sketch: Sketch, prefecture_code: str) -> CountPanel:
    told = survey(
        current_session(), sketch, prefecture_code,
        catalogue=current_catalogue(), actor=current_actor(), now=clock.now(),
    )  # fmt: skip
    return CountPanel(told)


@blueprint.app_template_global("count_of_draft")
def count_of_draft(draft: NeedDraft, need: Need | None) -> CountPanel:
    """Of what is kept of a need that is written topic by topic."""
    sketch = sketch_typed(as_sent(typed_in(draft)), draft.municipality_code, need)
    return count_panel(sketch, draft.prefecture_code)


@blueprint.get("/needs/count")
@requires(Action.EDIT_NEED)
def count_typed() -> ResponseReturnValue:
    """Of the fields in the address, for the script beside the form; a page of its own for whoever opens it.

    `draft` and `step`: these are of one topic, the others are kept.
    """
    need_id, draft_id = (request.args.get(name, type=int) for name in ("need", "draft"))
    typed, town = request.args, current_actor().municipality_code or ""
    if draft_id is not None:
        draft = get_visible(current_session(), current_actor(), NeedDraft, draft_id)
        step = request.args.get("step", "")
        if step in set(NeedStep):
            typed = as_sent(merge(typed_in(draft), NeedStep(step), request.args))
        need_id = draft.need_id
    need = (
        None if need_id is None else get_visible(current_session(), current_actor(), Need, need_id)
    )
    panel = count_panel(
        sketch_typed(typed, need.municipality_code if need else town, need), town[:2]
    )
    return render_template("needs/count_typed.html", count=panel)
