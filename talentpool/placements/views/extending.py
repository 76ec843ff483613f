"""The pages of an extension: the officer's draft, and what approver, town and person see and do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...engagements.models import Engagement
from ...engagements.plan_changes import PlanChange, find_shown, may_be_extended
from ...engagements.views.blueprint import get_engagement, log_person
from ...errors import Conflict, NotFound, Problem, Refused, raise_first
from ...needs.costing import fee_of
from ...permissions import Action, get_visible, require
from ...standing import AUDIENCE_LABELS
from ...states import PLAN_CHANGE, PlanChangeState, Transition, available
from ...web import check_version, current_actor, current_session, requires
from ...web.filters import show_day
from ...web.labels import choices, label
from ...web.steps import StepForm, describe_sent, show_lost
from .. import extending, finishing
from ..counters.finding import list_decided
from ..forms import ExtensionForm
from ..models import Placement
from .blueprint import blueprint

ACTS: Mapping[str, Callable[..., None]] = {
    "approve": extending.approve_extension,
    **dict.fromkeys(("refuse", "withdraw", "decline"), extending.end_extension),
}  # fmt: skip
CHANGES = {
    "approve": _("市町が新しい期間の勤務条件を示し、本人が承諾すると、延長されます。"),
    "refuse": _("活動の最後の日は変わりません。"),
    "withdraw": _("活動の最後の日は変わりません。"),
    "decline": _("活動の最後の日は変わりません。"),
}
HELD = _("それまで、増える月の半日コマを仮押さえします。")
DONE = {
    "approve": _("承認しました。"),
    "refuse": _("却下しました。"),
    "withdraw": _("取り下げました。"),
    "decline": _("承諾しないことを記録しました。"),
}
VERB = ", ".join(f'"{verb}"' for verb in sorted(ACTS))


@blueprint.route("/engagements/<int:engagement_id>/extension", methods=["GET", "POST"])
@requires(Action.DRAFT_CHANGE)
def propose_extension(engagement_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), ExtensionForm()
    engagement = get_engagement(engagement_id)
    require(session, actor, Action.DRAFT_CHANGE, engagement)
    if not form.is_submitted():
        if not may_be_extended(engagement) or find_shown(session, engagement, actor):
            raise NotFound
        placement = session.get_one(Placement, engagement.placement_id)
        form.half_days.data = placement.conditions.half_days
        return _draft(engagement, form)
    if not form.validate():
        return _draft(engagement, form)
    try:
        finishing.lock(session, engagement)
        check_version(engagement)
        change = extending.propose_extension(
            session, engagement, last=form.last_day.data, half_days=form.half_days.data or 0,
            comment=form.comment.data or "", actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _draft(get_engagement(engagement_id), form)
    except Conflict as error:
        session.rollback()
        sent: list[tuple[str, Any]] = [
            (str(_("新しい最後の日")), show_day(form.last_day.data)),
            (str(_("新しい月の半日コマ")), form.half_days.data),
            (str(_("延長の理由")), form.comment.data),
        ]
        back = url_for("engagements.show_engagement", engagement_id=engagement_id)
        now = [(str(_("活動の状態")), label(get_engagement(engagement_id).state))]
        return show_lost(error, sent, now, back)
    flash(_("延長を起案しました。"), "success")
    return redirect(url_for("placements.show_extension", change_id=change.id))


def _draft(engagement: Engagement, form: ExtensionForm) -> ResponseReturnValue:
    log_person([engagement.candidate_id])
    session = current_session()
    placement = session.get_one(Placement, engagement.placement_id)
    page = render_template(
        "placements/propose_extension.html", engagement=engagement, need=engagement.need, form=form,
        decided=list_decided(session, placement),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/plan_changes/<int:change_id>")
@requires(Action.VIEW_CHANGE)
def show_extension(change_id: int) -> ResponseReturnValue:
    return show(get_visible(current_session(), current_actor(), PlanChange, change_id))


def show(change: PlanChange, error: Problem | None = None, verb: str | None = None) -> str:
    session, actor, engagement = current_session(), current_actor(), change.engagement
    log_person([change.candidate_id])
    steps = [
        _button(step)
        for step in available(session, change, actor)
        if step.verb != "approve" or change.drafted_by != actor.user_id
    ]
    return render_template(
        "placements/show_extension.html",
        change=change,
        engagement=engagement,
        need=engagement.need,
        months=sorted(change.months.items()),
        cost=extending.cost_of(fee_of(engagement.need, engagement.candidate), dict(change.months)),
        steps=steps,
        is_asked=change.state is PlanChangeState.OPEN,
        error=error,
        refused_verb=verb,
    )


def _button(step: Transition) -> dict[str, Any]:
    return {
        "verb": step.verb,
        "label": label(step),
        "kind": "danger" if step.is_danger else "primary",
        "reasons": choices(step.reasons) if step.reasons else (),
        "asks_comment": step.asks_comment,
        "told": [label(AUDIENCE_LABELS[audience]) for audience in step.notice],
        "changes": [CHANGES[step.verb], *([HELD] if step.verb == "approve" else [])],
    }


@blueprint.post(f"/plan_changes/<int:change_id>/<any({VERB}):verb>")
@requires(Action.DRAFT_CHANGE, Action.APPROVE_CHANGE, Action.DECLINE_CHANGE)
def take_extension_step(change_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    change = get_visible(session, actor, PlanChange, change_id)
    step = PLAN_CHANGE.steps[verb]
    said: dict[str, Any] = form.said(step) | ({} if verb == "approve" else {"verb": verb})
    try:
        extending.lock_change(session, change)
        check_version(change)
        form.validate()
        raise_first((str(name), str(texts[0])) for name, texts in form.errors.items())
        ACTS[verb](session, change, actor=actor, now=clock.now(), **said)
    except Refused as error:
        session.rollback()
        return show(get_visible(session, actor, PlanChange, change_id), error, verb), error.status
    except Conflict as error:
        session.rollback()
        change = get_visible(session, actor, PlanChange, change_id)
        back = url_for("placements.show_extension", change_id=change_id)
        now = [(str(_("延長の状態")), label(change.state))]
        return show_lost(error, describe_sent(step, form), now, back)
    flash(DONE[verb], "success")
    return redirect(url_for("placements.show_extension", change_id=change_id))
