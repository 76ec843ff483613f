"""Sign-in, sign-out, sign-up, invitation and reset: the pages for visitors."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
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

from ... import clock
from ...errors import Refused, TooMany
from ...web import current_actor, current_session, kept, public, signed_in
from ...web.failures import wait_of
from ...web.fields import option
from ...web.forms import Form
from ...web.languages import forget, locale
from .. import directory, joining, links, signing_in, throttling
from ..forms import (
    ConfirmForm,
    NewPasswordForm,
    ResetRequestForm,
    SignInForm,
    SignUpForm,
)
from ..letters import Letter
from ..service import fold_address
from .blueprint import begin_session, blueprint
from .counting import count_letter, count_password, database
from .sending import has_mail_server, link_to_show, send, send_later

HOME = "/home"
SIGNED_UP = "signed_up"  # in the session


def safe_path(wanted: str | None) -> str:
    """`wanted` if it is a path of this site, else the home page."""
    if not wanted or len(wanted) > 500 or not wanted.isprintable() or "\\" in wanted:
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    is_local = (
        not parts.scheme
        and not parts.netloc
        and wanted.startswith("/")
        and not wanted.startswith("//")
    )
    return wanted if is_local else HOME


def show(template: str, form: Form, **more: object) -> ResponseReturnValue:
    """A page with a form, as it is or as it was refused."""
    page = render_template(f"accounts/{template}.html", form=form, **more)
    return page, form.status, wait_of(form.refused)


@blueprint.route("/signin", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(safe_path(request.args.get("next")))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            return _sign_in(form, safe_path(request.args.get("next")))
        except (Refused, TooMany) as error:
            form.refuse(error)
    return show("sign_in", form, is_waiting=kept.is_waiting())


def _sign_in(form: SignInForm, path: str) -> ResponseReturnValue:
    tries = count_password(form.email.data)
    with database().reading() as reading:  # nobody waits for a lock while a password is verified
        proof = signing_in.prove_identity(reading, form.email.data, form.password.data)
    entered = _enter(proof, path)
    throttling.give_back(current_session(), tries)
    return entered


def _enter(proof: signing_in.Proof, path: str) -> ResponseReturnValue:
    begin_session(signing_in.sign_in(current_session(), proof, now=clock.now()))
    return redirect(path)


@blueprint.post("/signout")
@signed_in
def sign_out() -> ResponseReturnValue:
    signing_in.sign_out(current_session(), actor=current_actor(), now=clock.now())
    session.renew()  # type: ignore[attr-defined]
    flash(_("ログアウトしました。"), "success")
    # The next one at this browser may read another language.
    return forget(redirect(url_for("accounts.sign_in")))


@blueprint.route("/signup", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    form = SignUpForm()
    with database().reading() as reading:  # the count of tries comes before anything is locked
        pools = directory.list_pools(reading)
    form.prefecture_code.choices = [option(pool.prefecture_code, pool.name) for pool in pools]
    if form.validate_on_submit():
        try:
            count_letter(form.email.data)
            letter = joining.sign_up(
                current_session(),
                email=form.email.data,
                password=form.password.data,
                prefecture_code=form.prefecture_code.data,
                now=clock.now(),
            )
        except (Refused, TooMany) as error:
            form.refuse(error)
        else:
            send(letter, language=locale())
            _remember_sign_up(form.email.data, letter)
            return redirect(url_for(".signed_up"))
    return show("sign_up", form)


def _remember_sign_up(email: str, letter: Letter | None) -> None:
    """For the next page of this visitor, in the visitor's own cookie."""
    session[SIGNED_UP] = {"email": email, "link": link_to_show(letter, links.Purpose.CONFIRM)}


@blueprint.get("/signup/sent")
@public
def signed_up() -> ResponseReturnValue:
    """Which address the mail went to, and how to get it once more."""
    sent = session.get(SIGNED_UP)
    if sent is None:
        return redirect(url_for(".sign_up"))
    return render_template("accounts/sign_up_sent.html", **sent)


@blueprint.post("/signup/again")
@public
def send_again() -> ResponseReturnValue:
    """The letter once more: whether there is such an account, the answer does not tell."""
    sent = session.get(SIGNED_UP)
    if sent is None:
        return redirect(url_for(".sign_up"))
    email, now = sent["email"], clock.now()
    count_letter(email)
    if has_mail_server():
        send_later(lambda unit: joining.send_again(unit, email=email, now=now))
    else:
        _remember_sign_up(email, joining.send_again(current_session(), email=email, now=now))
    flash(_("受け付けました。メールが届いたら、新しいほうのリンクを使ってください。"), "success")
    return redirect(url_for(".signed_up"))


@blueprint.route("/signup/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_address(token: str) -> ResponseReturnValue:
    with database().reading() as reading:
        user = links.get_link_user(reading, token, links.Purpose.CONFIRM, now=clock.now())
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            tries = count_password(user.email)
            proof = joining.confirm_address(
                current_session(), token, password=form.password.data, now=clock.now()
            )
            throttling.give_back(current_session(), tries)
            return _enter(proof, HOME)
        except (Refused, TooMany) as error:
            form.refuse(error)
    return show("confirm_address", form)


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
        try:
            proof = joining.use_link(
                current_session(), token, purpose, password=form.password.data, now=clock.now()
            )
            return _enter(proof, HOME)
        except Refused as error:
            form.refuse(error)
    return show("set_password", form, is_invitation=purpose is links.Purpose.INVITE)


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def request_reset() -> ResponseReturnValue:
    """The answer leaves before anybody looks whether there is such an account: time tells nothing."""
    form = ResetRequestForm()
    if form.validate_on_submit():
        try:
            email = fold_address(form.email.data)
            count_letter(email)
        except (Refused, TooMany) as error:
            form.refuse(error)
        else:
            now = clock.now()
            send_later(lambda session: joining.request_reset(session, email=email, now=now))
            return redirect(url_for(".reset_sent"))
    return show("request_reset", form)


@blueprint.get("/reset/sent")
@public
def reset_sent() -> ResponseReturnValue:
    return render_template("accounts/reset_sent.html", has_mail_server=has_mail_server())
