"""The office: edited by administrators, shown on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask import Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user

from ... import clock
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action
from ...web import current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.unit import TalentpoolFlask
from ...web.versions import is_stale
from .. import procedure
from ..forms import OfficeForm
from ..models import Office, Pool
from ..office import Contact, find_office, list_contacts, save_office, try_contacts
from .blueprint import blueprint

UNSAVED = "0"  # version of an office that nobody has saved yet


@blueprint.route("/office", methods=["GET", "POST"])
@requires(Action.MANAGE_OFFICE)
def edit_office() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    pool = session.get(Pool, actor.prefecture_code)
    if pool is None:
        raise NotFound
    office = find_office(session, pool.prefecture_code, lock=request.method == "POST")
    form = OfficeForm(obj=office)
    if request.method == "GET":
        return _page(form, office)
    if is_stale(_version(office)):
        overtaken = differences(form, OfficeForm(formdata=None, obj=office))
        return _page(form, office, overtaken), LostRace.status
    if not form.validate():
        return _page(form, office), 422
    try:
        save_office(session, pool, form.value(), actor=actor, now=clock.now())
    except Refused as error:
        form.refuse(error)
        return _page(form, office), form.status
    flash(_("担当窓口を保存しました。すべての画面の下に示されます。"), "success")
    return redirect(url_for(".edit_office"))


@blueprint.post("/office/endorsement")
@requires(Action.MANAGE_OFFICE)
def set_endorsement() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    pool = session.get(Pool, actor.prefecture_code)
    if pool is None:
        raise NotFound
    wanted = request.form.get("wanted") == "1"
    procedure.set_endorsement(session, pool, wanted, actor=actor, now=clock.now())
    flash(
        _("回議を行う設定にしました。") if wanted else _("回議を行わない設定にしました。"),
        "success",
    )
    return redirect(url_for(".edit_office"))


def _version(office: Office | None) -> str:
    return str(office.version) if office else UNSAVED


def _page(
    form: OfficeForm, office: Office | None, overtaken: Sequence[Difference] | None = None
) -> str:
    return render_template(
        "accounts/edit_office.html", form=form, is_saved=office is not None,
        version=_version(office), overtaken=overtaken, pool=_pool(),
    )  # fmt: skip


def _pool() -> Pool:
    return current_session().get_one(Pool, current_actor().prefecture_code)


def show_offices(app: Flask) -> None:
    app.context_processor(lambda: {"offices": _offices})


def _offices() -> Sequence[Contact]:
    """The reader's own office, known with the session; all of them for a visitor."""
    if current_user.is_authenticated:
        return [current_user.office] if current_user.office else []
    if "offices" not in g:
        g.offices = _ask()
    return cast(Sequence[Contact], g.offices)


def _ask() -> Sequence[Contact]:
    """In the view's unit if that has asked the database; else a page must not need it."""
    if "session" in g and current_session().in_transaction():
        return list_contacts(current_session())
    return try_contacts(cast(TalentpoolFlask, current_app).database)
