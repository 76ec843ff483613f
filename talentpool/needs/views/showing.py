from __future__ import annotations

from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...errors import NotFound, Refused
from ...permissions import Action, can, scope_of
from ...standing import AUDIENCE_LABELS, NeedStanding
from ...states import NeedState, available
from ...web import check_version, current_actor, current_catalogue, current_session, requires
from ...web.labels import choices, label
from .. import drafting, finding, priorities, service, writing
from ..forms import NeedListForm, PublishForm
from ..models import Need
from ..rules import list_warnings
from .blueprint import blueprint, get_need
from .columns import NEEDS
from .steps import STEPS

# steps that end placements have pages of their own, above this package
ELSEWHERE = {"close": "placements.close_need", "withdraw": "placements.withdraw_need"}


@blueprint.get("/")
@requires(Action.VIEW_NEED)
def list_needs() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), NeedListForm(request.args)
    needs = finding.list_needs(session, actor, form.asked(), catalogue=current_catalogue())
    may_write = scope_of(actor, Action.EDIT_NEED) is not None
    drafts = drafting.list_new(session, actor) if may_write else ()
    return NEEDS.answer(
        needs, form, may_write=may_write,
        drafts=[(draft, drafting.title_of(draft)) for draft in drafts],
    )  # fmt: skip


@blueprint.get("/<int:need_id>")
@requires(Action.VIEW_NEED)
def show_need(need_id: int) -> ResponseReturnValue:
    return _show(*service.get_whole(current_session(), current_actor(), need_id))


def show_need_page(need: Need, error: Refused | None = None, verb: str = "") -> str:
    return _show(*service.load_whole(current_session(), need), error, verb)


def _show(need: Need, standing: NeedStanding, error: Refused | None = None, verb: str = "") -> str:
    session, actor = current_session(), current_actor()
    may_edit = need.state is NeedState.DRAFT and can(session, actor, Action.EDIT_NEED, need)
    steps = available(session, need, actor)
    sent = {} if verb == "publish" else {"formdata": None}
    publish = PublishForm(asks_form=need.asks_form, **sent)
    if error is not None and verb == "publish":
        publish.refuse(error)
    return render_template(
        "needs/show_need.html",
        need=need,
        standing=standing,
        steps=steps,
        reasons={step.reasons: choices(step.reasons) for step in steps if step.reasons},
        told={
            step.verb: [label(AUDIENCE_LABELS[audience]) for audience in step.notice]
            for step in steps
        },
        changes={verb: step.changes for verb, step in STEPS.items()},
        elsewhere=ELSEWHERE,
        warnings=list_warnings(need, current_catalogue()),
        seats=current_app.extensions["talentpool_seats"](need),
        survey=current_app.extensions["talentpool_survey"](need),
        publish=publish,
        waited=_waited(need),
        unmet=any(step.verb == "publish" for step in steps) and priorities.was_unmet(session, need),
        error=error,
        refused_verb=verb,
        can_delete=writing.can_be_deleted(need) and may_edit,
        draft=drafting.find_draft(session, need) if may_edit else None,
    )


def _waited(need: Need) -> timedelta | None:
    """From the last hand-in to the answer, or until now."""
    return (need.answered_at or clock.now()) - need.submitted_at if need.submitted_at else None


@blueprint.post("/<int:need_id>/copy")
@requires(Action.EDIT_NEED)
def copy_need(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    copied = writing.copy_need(
        session, get_need(need_id), catalogue=current_catalogue(), actor=actor, now=clock.now()
    )
    flash(_("写しを下書きとして作りました。"), "success")
    return redirect(url_for(".edit_need", need_id=copied.id))


@blueprint.post("/<int:need_id>/delete")
@requires(Action.EDIT_NEED)
def delete_need(need_id: int) -> ResponseReturnValue:
    need = get_need(need_id, lock=True)
    check_version(need)
    writing.delete_need(current_session(), need, actor=current_actor(), now=clock.now())
    flash(_("下書きを削除しました。"), "success")
    return redirect(url_for(".list_needs"))


@blueprint.post("/<int:need_id>/<verb>")
@requires(Action.EDIT_NEED, Action.REVIEW_NEED)
def take_step(need_id: int, verb: str) -> ResponseReturnValue:
    step = STEPS.get(verb)
    if step is None:
        raise NotFound
    need = get_need(need_id, lock=True)
    check_version(need)
    try:
        step.act(current_session(), need)
    except Refused as error:
        current_session().rollback()
        return show_need_page(get_need(need_id), error, verb), 422
    flash(step.done, "success")
    return redirect(url_for(".show_need", need_id=need_id))
