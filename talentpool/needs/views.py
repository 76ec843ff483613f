from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, lazy_gettext as _

from .. import clock
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..permissions import Action, Role, get_visible, scope_of
from ..reference.service import load_catalogue
from ..states import NEED, NeedState, available
from ..text import NotANumber, parse_int
from ..web import current_actor, current_session, requires
from . import reviewing, service, writing
from .forms import NeedFilterForm, NeedForm, contents
from .models import Need
from .rules import list_warnings

blueprint = Blueprint("needs", __name__, url_prefix="/needs")
STALE = "ほかの人が先に変更しました。最新の内容を確かめてから、もう一度お試しください。"
# steps that end placements have pages of their own, above this package
ELSEWHERE = {"close": "placements.close_need", "withdraw": "placements.withdraw_need"}
DONE = {
    "submit": _("申請しました。県の担当者が内容を確かめます。"),
    "publish": _("公開しました。次のマッチング回の対象になります。"),
    "return": _("差し戻しました。"),
    "hold": _("保留にしました。"),
    "resume": _("再開しました。"),
}


def init_app(app: Flask) -> None:
    staff = (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("募集"), "needs.list_needs", *staff, position=20)


def _locale() -> str:
    return str(get_locale() or "ja")


@blueprint.get("/")
@requires(Action.VIEW_NEED)
def list_needs() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    catalogue = load_catalogue(session)
    filters = NeedFilterForm(
        request.args, catalogue=catalogue, locale=_locale(), prefecture_code=actor.prefecture_code
    )
    page = request.args.get("page", 1, type=int)
    found = service.list_needs(session, actor, filters.value(), page=page)
    return render_template(
        "needs/list_needs.html", found=found, filters=filters, catalogue=catalogue, machine=NEED,
        may_write=scope_of(actor, Action.EDIT_NEED) is not None,
    )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def new_need() -> ResponseReturnValue:
    return _write(None)


@blueprint.route("/<int:need_id>/edit", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def edit_need(need_id: int) -> ResponseReturnValue:
    need = _get(need_id, lock=request.method == "POST")
    if need.state is not NeedState.DRAFT:
        raise Conflict("下書きの募集だけを変更できます。")
    return _write(need)


def _write(need: Need | None) -> ResponseReturnValue:
    session = current_session()
    form = _form(session, need)
    if request.method == "GET":
        return _show_form(form, need)
    if "add" in request.form:
        form.add_row(request.form["add"])
        return _show_form(form, need)
    if need is not None:
        _check_version(need)
    if not form.validate():
        return _show_form(form, need), 422
    try:
        saved = _save(session, form, need)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _show_form(form, None if need is None else _get(need.id)), 422
    return redirect(url_for(".show_need", need_id=saved.id))


def _save(session: Session, form: NeedForm, need: Need | None) -> Need:
    """Save, and hand in when that button was pressed."""
    actor, now = current_actor(), clock.now()
    known: dict[str, Any] = {"catalogue": form.catalogue, "actor": actor, "now": now}
    if need is None:
        need = writing.create_need(session, form.value(), **known)
    else:
        writing.save_need(session, need, form.value(), **known)
    if "submit" in request.form:
        reviewing.submit_need(session, need, **known)
        flash(DONE["submit"], "success")
    else:
        flash(_("下書きを保存しました。"), "success")
    return need


def _form(session: Session, need: Need | None) -> NeedForm:
    catalogue = load_catalogue(session)
    town = need.municipality_code if need else current_actor().municipality_code
    typed = request.form if request.method == "POST" else None
    place = catalogue.municipality(need.place_code).ja if need else ""
    return NeedForm(
        typed, data=contents(need, place) if need else None, catalogue=catalogue, town=town,
        locale=_locale(),
    )  # fmt: skip


def _show_form(form: NeedForm, need: Need | None) -> str:
    return render_template("needs/write_need.html", form=form, need=need)


@blueprint.get("/<int:need_id>")
@requires(Action.VIEW_NEED)
def show_need(need_id: int) -> ResponseReturnValue:
    return _show(_get(need_id))


def _show(need: Need, error: Refused | None = None) -> str:
    session, actor = current_session(), current_actor()
    need = service.load_whole(session, need)
    catalogue = load_catalogue(session)
    return render_template(
        "needs/show_need.html",
        need=need,
        catalogue=catalogue,
        machine=NEED,
        locale=_locale(),
        steps=available(session, need, actor),
        reasons=lambda vocabulary: catalogue.choices(vocabulary, _locale()),
        elsewhere=ELSEWHERE,
        costs=service.cost_by_fiscal_year(need),
        warnings=list_warnings(need, catalogue),
        error=error,
    )


@blueprint.post("/<int:need_id>/copy")
@requires(Action.EDIT_NEED)
def copy_need(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    copied = writing.copy_need(
        session, _get(need_id), catalogue=load_catalogue(session), actor=actor, now=clock.now()
    )
    flash(_("写しを下書きとして作りました。"), "success")
    return redirect(url_for(".edit_need", need_id=copied.id))


@blueprint.post("/<int:need_id>/<verb>")
@requires(Action.EDIT_NEED, Action.REVIEW_NEED)
def take_step(need_id: int, verb: str) -> ResponseReturnValue:
    act = STEPS.get(verb)
    if act is None:
        raise NotFound
    need = _get(need_id, lock=True)
    _check_version(need)
    try:
        act(current_session(), need)
    except Refused as error:
        current_session().rollback()
        return _show(_get(need_id), error), 422
    flash(DONE[verb], "success")
    return redirect(url_for(".show_need", need_id=need_id))


def _submit(session: Session, need: Need) -> None:
    reviewing.submit_need(
        session, need, catalogue=load_catalogue(session), actor=current_actor(), now=clock.now()
    )


def _publish(session: Session, need: Need) -> None:
    try:
        priority = parse_int(request.form.get("priority", "0"), least=0, most=reviewing.URGENT)
    except NotANumber as error:
        raise Refused(str(error), fields={"priority": str(error)}) from error
    reviewing.publish_need(session, need, priority=priority, actor=current_actor(), now=clock.now())


def _reasoned(act: Callable[..., None]) -> Callable[[Session, Need], None]:
    """A step with reason and comment."""

    def step(session: Session, need: Need) -> None:
        reason, comment = request.form.get("reason", ""), request.form.get("comment", "")
        vocabulary = NEED.transition(_verb(), need.state)
        if vocabulary and vocabulary.reasons and reason:
            load_catalogue(session).term(vocabulary.reasons, reason)
        act(session, need, reason=reason, comment=comment, actor=current_actor(), now=clock.now())

    return step


def _verb() -> str:
    return str((request.view_args or {})["verb"])


def _plain(act: Callable[..., None]) -> Callable[[Session, Need], None]:
    return lambda session, need: act(session, need, actor=current_actor(), now=clock.now())


STEPS: dict[str, Callable[[Session, Need], None]] = {
    "submit": _submit,
    "publish": _publish,
    "return": _reasoned(reviewing.return_need),
    "hold": _plain(reviewing.hold_need),
    "resume": _plain(reviewing.resume_need),
}


def _get(need_id: int, *, lock: bool = False) -> Need:
    return get_visible(current_session(), current_actor(), Need, need_id, lock=lock)


def _check_version(need: Need) -> None:
    if request.form.get("version") != str(need.version):
        raise Conflict(gettext(STALE))
