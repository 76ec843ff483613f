from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, session as browser, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...errors import LostRace, Refused
from ...permissions import Action, Role, can, get_visible
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale, mark_of
from .. import directory, links, service
from ..forms import AccountListForm, InviteForm, RoleForm
from ..models import User
from .blueprint import blueprint
from .columns import ACCOUNTS, STATES
from .sending import link_to_show, send

INVITED = "invited"  # in the session


@blueprint.get("/accounts")
@requires(Action.VIEW_ACCOUNT)
def list_accounts() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), AccountListForm(request.args)
    users = directory.list_accounts(session, actor, form.asked(), catalogue=current_catalogue())
    may_invite = can(session, actor, Action.MANAGE_ACCOUNT)
    return ACCOUNTS.answer(users, form, may_invite=may_invite, states=STATES)


@blueprint.route("/accounts/invite", methods=["GET", "POST"])
@requires(Action.MANAGE_ACCOUNT)
def invite() -> ResponseReturnValue:
    form = InviteForm()
    form.offer_towns(directory.list_towns(current_session(), current_actor()))
    if form.validate_on_submit():
        try:
            user = _create(form)
        except Refused as error:
            form.refuse(error)
        else:
            return _send_invitation(user)
    return render_template("accounts/invite.html", form=form), form.status


def _create(form: InviteForm) -> User:
    actor = current_actor()
    return service.create_user(
        current_session(),
        email=form.email.data,
        role=Role(form.role.data),
        display_name=form.display_name.data,
        prefecture_code=actor.prefecture_code,
        municipality_code=form.municipality_code.data or None,
        is_foreign_domain_allowed=form.is_foreign_domain_allowed.data,
        actor=actor,
        now=clock.now(),
    )


def _send_invitation(user: User) -> ResponseReturnValue:
    letter = service.invite_user(current_session(), user, actor=current_actor(), now=clock.now())
    send(letter)
    browser[INVITED] = {"account_id": user.id, "link": link_to_show(letter, links.Purpose.INVITE)}
    return redirect(url_for(".show_invited", ident=user.id))


@blueprint.get("/accounts/<int:ident>/invited")
@requires(Action.MANAGE_ACCOUNT)
def show_invited(ident: int) -> ResponseReturnValue:
    """What happened to the link that this browser has just sent."""
    user, sent = _get(ident), browser.get(INVITED)
    if sent is None or sent["account_id"] != user.id:
        return redirect(url_for(".show_account", ident=ident))
    return render_template("accounts/invited.html", **sent)


@blueprint.get("/accounts/<int:ident>")
@requires(Action.VIEW_ACCOUNT)
def show_account(ident: int) -> ResponseReturnValue:
    user = _get(ident)
    return _account_page(user, _role_form(user, formdata=None))


@blueprint.post("/accounts/<int:ident>/link")
@requires(Action.MANAGE_ACCOUNT)
def send_link(ident: int) -> ResponseReturnValue:
    return _send_invitation(_get(ident))


@blueprint.post("/accounts/<int:ident>/role")
@requires(Action.MANAGE_ACCOUNT)
def change_role(ident: int) -> ResponseReturnValue:
    user = _get(ident)
    form = _role_form(user)
    if is_stale(_role_mark(user)):
        overtaken = differences(form, _role_form(user, formdata=None))
        return _account_page(user, form, overtaken), LostRace.status
    if not form.validate_on_submit():
        return _account_page(user, form), 422
    town = form.municipality_code.data or None
    try:
        service.change_role(
            current_session(),
            user,
            Role(form.role.data),
            municipality_code=town,
            actor=current_actor(),
            now=clock.now(),
        )
    except Refused as error:
        form.refuse(error)
        return _account_page(user, form), 422
    flash(_("役割を変更しました。"), "success")
    return redirect(url_for("accounts.show_account", ident=ident))


@blueprint.post("/accounts/<int:ident>/disable")
@requires(Action.MANAGE_ACCOUNT)
def disable(ident: int) -> ResponseReturnValue:
    service.disable_user(current_session(), _get(ident), actor=current_actor(), now=clock.now())
    flash(_("アカウントを停止しました。"), "success")
    return redirect(url_for("accounts.show_account", ident=ident))


@blueprint.post("/accounts/<int:ident>/enable")
@requires(Action.MANAGE_ACCOUNT)
def enable(ident: int) -> ResponseReturnValue:
    service.enable_user(current_session(), _get(ident), actor=current_actor(), now=clock.now())
    flash(_("アカウントの停止を解きました。"), "success")
    return redirect(url_for("accounts.show_account", ident=ident))


def _get(ident: int) -> User:
    return get_visible(current_session(), current_actor(), User, ident)


def _role_form(user: User, **more: Any) -> RoleForm:
    form = RoleForm(role=str(user.role), municipality_code=user.municipality_code, **more)
    form.offer_towns(directory.list_towns(current_session(), current_actor()))
    return form


def _role_mark(user: User) -> str:
    return mark_of([user.role, user.municipality_code])


def _account_page(user: User, form: RoleForm, overtaken: Sequence[Difference] | None = None) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "accounts/show_account.html",
        account=directory.show_account(session, user),
        form=form,
        version=_role_mark(user),
        overtaken=overtaken,
        may_change=actor.user_id != user.id and can(session, actor, Action.MANAGE_ACCOUNT, user),
    )
