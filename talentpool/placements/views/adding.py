"""半日コマの追加: the form of person, town or officer, the list, and what the sides do with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...engagements.models import Engagement
from ...engagements.month_additions import (
    MonthAddition,
    list_open_months,
    list_shown,
    list_steps,
)
from ...engagements.outlook import side_for
from ...engagements.views.blueprint import get_engagement, log_person
from ...errors import Conflict, NotFound, Problem, Refused, raise_first
from ...ledger import service as ledger
from ...permissions import Action, get_visible, require
from ...standing import AUDIENCE_LABELS
from ...states import ADDITION, AdditionState, Transition
from ...typed.days import read_month
from ...web import after_view, check_version, current_actor, current_session, requires
from ...web.filters import show_month
from ...web.labels import choices, label
from ...web.steps import StepForm, describe_sent, show_lost
from .. import adding, adding_notices, finishing
from ..forms import AdditionForm
from ..reach import mark_read
from .blueprint import blueprint

VERB = ", ".join(f'"{step.verb}"' for step in ADDITION.by_hand())
DONE: Mapping[str, Any] = {
    "draft": lazy_gettext("決裁に回しました。"),
    "turn_back": lazy_gettext("相手に尋ねずに終えました。"),
    "approve": lazy_gettext("承認しました。相手に尋ねます。"),
    "refuse": lazy_gettext("却下しました。"),
    "agree": lazy_gettext("追加に合意しました。"),
    "decline": lazy_gettext("追加に合意しないと答えました。"),
    "withdraw": lazy_gettext("申出を取り下げました。"),
}
_STAYS = lazy_gettext("この月の約束は変わりません。")
CHANGES: Mapping[str, Any] = {
    "draft": lazy_gettext("別の決裁者が承認すると、相手に尋ねます。"),
    "approve": lazy_gettext("相手に尋ねます。"),
    "agree": lazy_gettext("この月の約束が増え、本人の稼働が確保されます。起案書に書き加えます。"),
    **dict.fromkeys(("turn_back", "refuse", "decline", "withdraw"), _STAYS),
}


@blueprint.route("/engagements/<int:engagement_id>/addition", methods=["GET", "POST"])
@requires(Action.ASK_ADDITION)
def ask_more(engagement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    engagement = get_engagement(engagement_id)
    require(session, actor, Action.ASK_ADDITION, engagement)
    form = AdditionForm(data={"month": request.args.get("month")})
    months = list_open_months(session, engagement)
    form.set_months(months)
    if not form.is_submitted() and (side_for(engagement, actor) is None or not months):
        raise NotFound
    if not form.is_submitted() or not form.validate():
        return _form(engagement, form)
    try:
        finishing.lock(session, engagement)
        check_version(engagement)
        row = adding.ask_more(
            session, engagement, read_month(form.month.data), form.half_days.data or 0,
            form.words.data or "", actor=actor, now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _form(get_engagement(engagement_id), form)
    except Conflict as error:
        session.rollback()
        return _lost(engagement_id, form, error)
    flash(
        _("追加を申し出ました。相手の返事をお待ちください。")
        if row.state is AdditionState.ASKED
        else _("追加を申し出ました。県が確かめてから、相手に尋ねます。"),
        "success",
    )
    return redirect(url_for("placements.show_addition", addition_id=row.id))


def _lost(engagement_id: int, form: AdditionForm, error: Conflict) -> ResponseReturnValue:
    sent: list[tuple[str, Any]] = [
        (_("月"), show_month(read_month(form.month.data))),
        (_("追加する半日コマ"), form.half_days.data),
        (_("追加の理由"), form.words.data),
    ]
    now = [(_("活動の状態"), label(get_engagement(engagement_id).state))]
    back = url_for("engagements.show_engagement", engagement_id=engagement_id)
    return show_lost(error, sent, now, back)


def _form(engagement: Engagement, form: AdditionForm) -> ResponseReturnValue:
    log_person([engagement.candidate_id])
    page = render_template(
        "placements/ask_more.html", engagement=engagement, need=engagement.need, form=form,
        booked=ledger.list_booked(current_session(), engagement.placement_id),
        side=side_for(engagement, current_actor()),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/month_additions")
@requires(Action.VIEW_ADDITION)
def list_additions() -> ResponseReturnValue:
    found = list_shown(current_session(), current_actor())
    return render_template("placements/list_additions.html", additions=found)


@blueprint.get("/month_additions/<int:addition_id>")
@requires(Action.VIEW_ADDITION)
def show_addition(addition_id: int) -> ResponseReturnValue:
    return _show(get_visible(current_session(), current_actor(), MonthAddition, addition_id))


def _show(row: MonthAddition, error: Problem | None = None, verb: str | None = None) -> str:
    session, actor, engagement = current_session(), current_actor(), row.engagement
    log_person([row.candidate_id])
    side, now, link = side_for(engagement, actor), clock.now(), adding_notices.LINK.format(row.id)
    after_view(lambda unit: mark_read(unit, actor, link, now))
    return render_template(
        "placements/show_addition.html",
        row=row,
        engagement=engagement,
        need=engagement.need,
        side=side,
        agreed=ledger.list_booked(session, engagement.placement_id).get(row.month, 0),
        buttons=[_button(row, step) for step in list_steps(session, row, actor)],
        error=error,
        refused_verb=verb,
    )


def _button(row: MonthAddition, step: Transition) -> dict[str, Any]:
    told = adding_notices.audiences(row, step)
    if step.verb == "approve":
        told = [*told, adding_notices.AUDIENCES[row.other]]
    return {
        "verb": step.verb,
        "label": label(step),
        "kind": "danger" if step.is_danger else "primary",
        "reasons": choices(step.reasons) if step.reasons else (),
        "asks_comment": step.asks_comment,
        "told": [
            label(AUDIENCE_LABELS[one]) for one in told if str(one) != str(current_actor().role)
        ],
        "changes": [CHANGES[step.verb]],
    }


@blueprint.post(f"/month_additions/<int:addition_id>/<any({VERB}):verb>")
@requires(*sorted({step.action for step in ADDITION.by_hand()}))
def take_addition_step(addition_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    row = get_visible(session, actor, MonthAddition, addition_id)
    try:
        adding.lock_addition(session, row)
        check_version(row)
        form.validate()
        raise_first((str(name), str(texts[0])) for name, texts in form.errors.items())
        adding.take_step(
            session, row, verb, actor=actor, now=clock.now(), reason=form.reason.data or None,
            comment=form.comment.data or "",
        )  # fmt: skip
    except Refused as error:
        session.rollback()
        stands = get_visible(session, actor, MonthAddition, addition_id)
        return _show(stands, error, verb), error.status
    except Conflict as error:
        session.rollback()
        stands = get_visible(session, actor, MonthAddition, addition_id)
        sent = describe_sent(ADDITION.steps[verb], form)
        back = url_for("placements.show_addition", addition_id=addition_id)
        return show_lost(error, sent, [(_("追加の状態"), label(stands.state))], back)
    flash(DONE[verb], "success")
    return redirect(url_for("placements.show_addition", addition_id=addition_id))


@blueprint.app_template_global("may_ask_more")
def may_ask_more(engagement: Engagement) -> bool:
    """Whether the reader speaks for a side, and some month is open."""
    speaks = side_for(engagement, current_actor()) is not None
    return speaks and bool(list_open_months(current_session(), engagement))
