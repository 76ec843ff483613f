"""A joint need on its page: who takes what, when and for how much; the lead town shares out, a member answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...costs import pay_by_year
from ...errors import Conflict, NotFound, Refused
from ...permissions import Action, Role, can, get_visible, require
from ...standing import AUDIENCE_LABELS
from ...states import JOINED, JOINT_MEMBER, Audience, NeedState, Transition, available
from ...web import (
    again,
    check_version,
    current_actor,
    current_catalogue,
    current_session,
    requires,
)
from ...web.changed import differences
from ...web.fields import bits_of
from ...web.labels import label, weekdays
from ...web.steps import Rows, StepForm, describe_sent, show_lost
from ...web.versions import is_stale
from ..costing import work_of
from ..joint import service
from ..joint.reading import find_member, list_joined, parts_of
from ..joint.shares import WEEKS, Part, days_of, split_costs
from ..models import JointMember, Need
from ..writing import require_draft
from .blueprint import get_need, get_readable
from .joint_form import JointForm, contents
from .showing import show_need_page

blueprint = Blueprint("joint", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A town: what it takes. member: none for the lead town; days: of the first month, by the rota."""

    part: Part
    member: JointMember | None
    costs: Sequence[tuple[int, int]]
    days: Sequence[date]

    @property
    def rota(self) -> str:
        """第1・第3 火・木, or nothing where the days are not settled."""
        if not self.part.is_settled:
            return ""
        weeks = [_("第%(n)s", n=n + 1) for n in range(WEEKS) if self.part.weeks >> n & 1]
        names = [name for bit, name in weekdays() if self.part.weekdays >> int(bit) & 1]
        dot = _("・")
        return str(_("%(weeks)s %(days)s", weeks=dot.join(weeks), days=dot.join(names)))


@dataclass(frozen=True, slots=True)
class Shown:
    need: Need
    rows: Sequence[Row]
    mine: JointMember | None  # of the reader's town
    steps: Sequence[Transition]
    may_share: bool
    may_see_work: bool
    changes: Mapping[str, Sequence[Any]]

    def told(self, step: Transition) -> list[str]:
        """Who hears of a step that the reader takes."""
        towns = [str(_("ほかの参加市町と代表の市町の担当者"))]
        is_staff = Audience.COORDINATOR in step.notice and self.need.submitted_at is not None
        return [*towns, label(AUDIENCE_LABELS[Audience.COORDINATOR])] if is_staff else towns

    @property
    def missing(self) -> int:
        """Members without whom it cannot go on."""
        return sum(not service.has_agreed(row.member) for row in self.rows if row.member)


CHANGES: Mapping[str, Sequence[Any]] = {
    "agree": (
        lazy_gettext("この分担・担当日・費用で参加します。公開されるまでは、取り消せます。"),
    ),
    "decline": (lazy_gettext("代表の市町は、この市町を除いて分担を決め直します。"),),
    "leave": (
        lazy_gettext(
            "代表の市町と県に伝わります。代表の市町が募集を取り下げるまで、分担は変わりません。"
        ),
        lazy_gettext("確定した活動は、取り下げても期間の終わりまで続きます。"),
    ),
    "stay": (lazy_gettext("申し出はなかったことになり、参加が続きます。"),),
}
Act = Callable[..., None]
STEPS: Mapping[str, tuple[Act, Any]] = {
    "agree": (service.agree, lazy_gettext("同意しました。")),
    "decline": (service.decline, lazy_gettext("参加しないことを伝えました。")),
    "leave": (service.ask_to_leave, lazy_gettext("抜けたいことを伝えました。")),
    "stay": (service.stay, lazy_gettext("申出を取り下げました。")),
}
_TOO_LATE = {
    "decline": (NeedState.OPEN, NeedState.ON_HOLD),
    "leave": (NeedState.DRAFT, NeedState.SUBMITTED),
}


@blueprint.app_template_global("joint_of")
def joint_of(need: Need) -> Shown:
    session, actor = current_session(), current_actor()
    parts, mine = parts_of(need), find_member(need, actor)
    costs = split_costs(sorted(pay_by_year(work_of(need)).items()), parts)
    members = {row.municipality_code: row for row in need.members}
    days = days_of(parts, need.first_month)
    rows = [
        Row(
            part,
            members.get(part.municipality_code),
            costs[part.municipality_code],
            [day for day, town in days if town == part.municipality_code],
        )
        for part in parts
    ]
    may_share = need.state is NeedState.DRAFT and can(session, actor, Action.EDIT_NEED, need)
    return Shown(
        need, rows, mine, _steps(need, mine) if mine else (), may_share,
        bool(parts) and need.opened_at is not None and (mine is None or mine.state in JOINED),
        CHANGES,
    )  # fmt: skip


def _steps(need: Need, mine: JointMember) -> Sequence[Transition]:
    if need.state is NeedState.CLOSED:
        return ()
    steps = available(current_session(), mine, current_actor())
    return [step for step in steps if need.state not in _TOO_LATE.get(step.verb, ())]


@blueprint.app_template_global("joined_needs")
def joined_needs() -> Sequence[JointMember]:
    """Of other towns, in which the reader's town takes part."""
    actor = current_actor()
    is_town = actor.role is Role.MUNICIPALITY
    return list_joined(current_session(), actor) if is_town else ()


@blueprint.route("/needs/<int:need_id>/joint", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def share_out(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_need(need_id, lock=request.method == "POST")
    require(session, actor, Action.EDIT_NEED, need)
    require_draft(need)
    form = JointForm(data=contents(need))
    if request.method == "GET":
        return _page(need, form)
    if "add" in request.form or "drop" in request.form:
        return again.change_rows(form)
    if is_stale(str(need.version)):
        stored = JointForm(formdata=None, data=contents(need))
        return _page(need, form, differences(form, stored)), 409
    if not form.validate():
        return _page(need, form), 422
    try:
        service.share_out(
            session, need, form.half_days.data, form.value(), weeks=bits_of(form.weeks.data),
            weekdays=bits_of(form.weekdays.data), catalogue=current_catalogue(), actor=actor,
            now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        return _page(need, form), form.status
    flash(
        _("分担を保存し、参加する市町に同意を求めました。")
        if form.value()
        else _("一つの市町の募集にしました。"),
        "success",
    )
    return redirect(url_for("needs.show_need", need_id=need_id, _anchor="joint"))


def _page(need: Need, form: JointForm, overtaken: Any = None) -> str:
    return render_template("needs/share_out.html", need=need, form=form, overtaken=overtaken)


@blueprint.post("/joint_members/<int:member_id>/<verb>")
@requires(Action.ANSWER_JOINT)
def take_step(member_id: int, verb: str) -> ResponseReturnValue:
    if verb not in STEPS:
        raise NotFound
    session, actor, form = current_session(), current_actor(), StepForm()
    member = get_visible(session, actor, JointMember, member_id)
    need_id, (act, done) = member.need_id, STEPS[verb]
    said = {"comment": form.comment.data or ""} if verb in {"decline", "leave"} else {}
    try:
        service.lock_member(session, member)
        check_version(member)
        act(session, member, actor=actor, now=clock.now(), **said)
    except Refused as error:
        session.rollback()
        return show_need_page(get_readable(need_id), error, f"joint.{verb}"), error.status
    except Conflict as error:
        session.rollback()
        return show_lost(error, describe_sent(JOINT_MEMBER.steps[verb], form), *_now(member_id))
    flash(done, "success")
    return redirect(url_for("needs.show_need", need_id=need_id))


def _now(member_id: int) -> tuple[Rows, str]:
    """What stands now, and the page that shows it; a town that has been left out has none of the need."""
    try:
        row = get_visible(current_session(), current_actor(), JointMember, member_id)
    except NotFound:
        return [(_("状態"), _("参加市町から外れました。"))], url_for("needs.list_needs")
    shown = [(_("状態"), label(row.state)), (_("補足"), row.comment)]
    return shown, url_for("needs.show_need", need_id=row.need_id)
