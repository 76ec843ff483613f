"""Sign-in, sign-out, sign-up, invitation, reset: the pages that strangers reach."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import (
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from ... import clock
from ...errors import Refused
from ...web import current_actor, current_session, public, signed_in
from ...web.unit import TalentpoolFlask
from .. import directory, joining, links, signing_in
from ..forms import (
    ConfirmForm,
    NewPasswordForm,
    ResetRequestForm,
    SignInForm,
    SignUpForm,
)
from .blueprint import begin_session, blueprint
from .sending import has_mail_server, link_to_show, send

HOME = "/home"


def safe_path(wanted: str | None) -> str:
    """`wanted` when it is a path of this site, else the home page."""
    if not wanted or len(wanted) > 500 or not wanted.isprintable() or "\\" in wanted:
        return HOME
    parts = urlsplit(wanted)
    is_local = (
        not parts.scheme
        and not parts.netloc
        and wanted.startswith("/")
        and not wanted.startswith("//")
    )
    return wanted if is_local else HOME


@blueprint.route("/signin", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(safe_path(request.args.get("next")))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            return _enter(_prove(form), safe_path(request.args.get("next")))
        except Refused as error:
            form.refuse(error)
    return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200


def _prove(form: SignInForm) -> signing_in.Proof:
    """In a reading unit of its own: nobody waits for a lock while a password is verified."""
    with cast(TalentpoolFlask, current_app).database.reading() as reading:
        return signing_in.prove_identity(reading, form.email.data, form.password.data)


def _enter(proof: signing_in.Proof, path: str) -> ResponseReturnValue:
    begin_session(signing_in.sign_in(current_session(), proof, now=clock.now()))
    return redirect(path)


@blueprint.post("/signout")
@signed_in
def sign_out() -> ResponseReturnValue:
    signing_in.sign_out(current_session(), actor=current_actor(), now=clock.now())
    session.renew()  # type: ignore[attr-defined]
    flash(_("ログアウトしました。"), "success")
    return redirect(url_for("accounts.sign_in"))


@blueprint.route("/signup", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    form = SignUpForm()
    pools = directory.list_pools(current_session())
    form.prefecture_code.choices = [SelectChoice(pool.prefecture_code, pool.name) for pool in pools]
    if form.validate_on_submit():
        try:
            letter = joining.sign_up(
                current_session(),
                email=form.email.data,
                password=form.password.data,
                prefecture_code=form.prefecture_code.data,
                now=clock.now(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            send(letter)
            link = link_to_show(letter, links.Purpose.CONFIRM)
            return render_template("accounts/sign_up_sent.html", link=link)
    return render_template("accounts/sign_up.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/signup/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_address(token: str) -> ResponseReturnValue:
    links.get_link_user(current_session(), token, links.Purpose.CONFIRM, now=clock.now())
    form = ConfirmForm()
    if form.validate_on_submit():
        now = clock.now()
        try:
            proof = joining.confirm_address(
                current_session(), token, password=form.password.data, now=now
            )
            return _enter(proof, HOME)
        except Refused as error:
            form.refuse(error)
    return render_template(
        "accounts/confirm_address.html", form=form
    ), 422 if form.is_submitted() else 200


@blueprint.route("/invite/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    return _set_password(token, links.Purpose.INVITE)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    return _set_password(token, links.Purpose.RESET)


def _set_password(token: str, purpose: links.Purpose) -> ResponseReturnValue:
    links.get_link_user(current_session(), token, purpose, now=clock.now())
    form = NewPasswordForm()
    if form.validate_on_submit():
        now = clock.now()
        try:
            proof = joining.use_link(
                current_session(), token, purpose, password=form.password.data, now=now
            )
            return _enter(proof, HOME)
        except Refused as error:
            form.refuse(error)
    page = render_template(
        "accounts/set_password.html", form=form, is_invitation=purpose is links.Purpose.INVITE
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def request_reset() -> ResponseReturnValue:
    form = ResetRequestForm()
    if form.validate_on_submit():
        now = clock.now()
        try:
            send(joining.request_reset(current_session(), email=form.email.data, now=now))
        except Refused as error:
            form.refuse(error)
        else:
            return render_template("accounts/reset_sent.html", has_mail_server=has_mail_server())
    page = render_template("accounts/request_reset.html", form=form)
    return page, 422 if form.is_submitted() else 200
