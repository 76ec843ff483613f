"""The terms of the work: what the town states, version by version, and the person's acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...candidates.content import EMPLOYED
from ...candidates.views.blueprint import log_names
from ...dates import month_number
from ...engagements.models import WorkTerms
from ...engagements.preparing import forms_of
from ...engagements.terms import list_changed, list_terms, list_versions
from ...errors import Conflict, LostRace, NotFound, Refused
from ...permissions import Action, Role, can, get_visible, require
from ...standing import AUDIENCE_LABELS
from ...states import AGREED, Audience
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ...web.labels import label
from ...web.steps import show_lost
from ...web.versions import is_stale
from .. import stating
from ..forms import TermsForm, terms_form_of
from ..models import Placement
from .blueprint import blueprint

NAMES = {
    "form": _("任用形態"), "first_day": _("最初の日"), "last_day": _("最後の日"), "work": _("仕事の内容"),
    "place": _("働く場所"), "days": _("働く曜日と時間"), "travel": _("旅費"), "supervisor": _("指揮をする人"),
    "remark": _("そのほかの条件"), "half_days": _("月ごとの半日コマ"), "pay_amount": _("報酬"),
    "pay_basis": _("報酬の単位"),
}  # fmt: skip
TOLD_OF = {
    stating.STATED: [Audience.CANDIDATE],
    stating.ACCEPTED: [Audience.MUNICIPALITY, Audience.COORDINATOR],
}


@blueprint.get("/placements/<int:placement_id>/terms")
@requires(Action.VIEW_PLACEMENT)
def show_terms(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    placement = get_visible(session, actor, Placement, placement_id)
    engagement = stating.find_engagement(session, placement)
    versions = list_versions(session, placement.id)
    is_open = stating.is_open(placement, engagement)
    if not versions and not is_open:
        raise NotFound
    is_named = actor.role is not Role.CANDIDATE and (
        actor.role is not Role.MUNICIPALITY or placement.state in AGREED
    )
    if is_named:
        log_names([placement.candidate_id])
    newest = versions[0] if versions else None
    waits = is_open and newest is not None and stating.can_be_accepted(session, newest, engagement)
    return render_template(
        "placements/show_terms.html",
        placement=placement,
        engagement=engagement,
        newest=newest,
        terms=_terms(newest),
        months=_months(newest),
        versions=_with_changes(versions),
        person=placement.candidate.name if is_named else None,
        waits=waits,
        may_state=is_open and can(session, actor, Action.STATE_TERMS, placement),
        may_accept=waits
        and can(session, actor, Action.ACCEPT_TERMS, placement)
        and stating.may_accept(placement, actor),
        told=_told(placement, stating.ACCEPTED),
        in_force=engagement.terms_id if engagement else None,
        is_lent=newest is not None and newest.form == EMPLOYED,
    )


def _terms(row: WorkTerms | None) -> Sequence[tuple[Any, Any]]:
    return list_terms(row.first_day, row.last_day, is_yearly=row.is_yearly) if row else ()


def _months(row: WorkTerms | None) -> list[tuple[int, int, int]]:
    """(first month, last month, half-days in each) of months in a row that have the same."""
    runs: list[tuple[int, int, int]] = []
    for text, n in sorted(row.half_days.items()) if row else ():
        month = month_number(*map(int, text.split("-")))
        if runs and runs[-1][1:] == (month - 1, n):
            runs[-1] = (runs[-1][0], month, n)
        else:
            runs.append((month, month, n))
    return runs


def _with_changes(versions: Sequence[WorkTerms]) -> list[tuple[WorkTerms, list[Any]]]:
    """Each version with the names of what it says otherwise than the one before."""
    return [
        (row, [NAMES[name] for name in list_changed(old, row)] if old is not None else [])
        for row, old in zip_longest(versions, versions[1:])
    ]


def _told(placement: Placement, mail: str) -> list[Any]:
    told = TOLD_OF[mail]
    if mail == stating.STATED and placement.candidate.user_id is None:
        told = [Audience.COORDINATOR]
    return [label(AUDIENCE_LABELS[audience]) for audience in told]


@blueprint.route("/placements/<int:placement_id>/terms/edit", methods=["GET", "POST"])
@requires(Action.STATE_TERMS)
def state_terms(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    placement = get_visible(session, actor, Placement, placement_id)
    require(session, actor, Action.STATE_TERMS, placement)
    if not stating.is_open(placement, stating.find_engagement(session, placement)):
        raise NotFound
    form = terms_form_of(forms_of(placement.need, placement.candidate))()
    if not form.is_submitted():
        return _page(placement, _stored(placement, type(form)))
    if is_stale(_mark(placement)):
        present = _stored(placement, type(form), formdata=None)
        return _page(placement, form, differences(form, present))
    if not form.validate():
        return _page(placement, form)
    try:
        stating.state_terms(session, placement, form.content(), actor=actor, now=clock.now())
    except (Refused, Conflict) as error:
        form.refuse(error)
        session.rollback()
        return _page(get_visible(session, actor, Placement, placement_id), form)
    flash(_("勤務条件を示しました。"), "success")
    return redirect(url_for("placements.show_terms", placement_id=placement_id))


def _stored(placement: Placement, kind: type[TermsForm], **options: Any) -> TermsForm:
    content = stating.propose_content(
        current_session(), placement, current_catalogue(), clock.now()
    )
    return kind(data=asdict(content), **options)


def _mark(placement: Placement) -> str:
    versions = list_versions(current_session(), placement.id)
    return str(versions[0].number if versions else 0)


def _page(
    placement: Placement, form: TermsForm, overtaken: Sequence[Difference] | None = None
) -> ResponseReturnValue:
    log_names([placement.candidate_id])
    page = render_template(
        "placements/state_terms.html", placement=placement, need=placement.need, form=form,
        mark=_mark(placement), overtaken=overtaken, told=_told(placement, stating.STATED),
        engagement=stating.find_engagement(current_session(), placement),
    )  # fmt: skip
    return page, form.status if overtaken is None else LostRace.status


@blueprint.post("/placements/<int:placement_id>/terms/accept")
@requires(Action.ACCEPT_TERMS)
def accept_terms(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    placement = get_visible(session, actor, Placement, placement_id)
    require(session, actor, Action.ACCEPT_TERMS, placement)
    newest = next(iter(list_versions(session, placement.id)), None)
    if newest is None:
        raise NotFound
    try:
        if is_stale(str(newest.number)):
            raise LostRace
        stating.accept_terms(session, placement, newest.number, actor=actor, now=clock.now())
    except Conflict as error:
        session.rollback()
        newest = list_versions(session, placement.id)[0]
        back = url_for("placements.show_terms", placement_id=placement_id)
        now = [(_("いまの版"), _("第%(n)s版", n=newest.number))]
        return show_lost(error, [(_("操作"), _("勤務条件を承諾する"))], now, back)
    flash(_("勤務条件を承諾しました。"), "success")
    return redirect(url_for("placements.show_terms", placement_id=placement_id))
