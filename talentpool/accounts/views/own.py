from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...errors import Refused, TooMany
from ...web import current_actor, current_session, signed_in
from ...web.failures import wait_of
from ...web.languages import forget
from .. import directory, service, signing_in, throttling
from ..forms import ChangePasswordForm, LanguageForm
from .blueprint import begin_session, blueprint
from .counting import count_password, database


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def show_own() -> ResponseReturnValue:
    """One's own account; the password is changed here."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            return _change_password(form)
        except (Refused, TooMany) as error:
            form.refuse(error)
    return _page(form), form.status, wait_of(form.refused)


def _page(form: ChangePasswordForm, languages: LanguageForm | None = None) -> str:
    user = directory.get_own(current_session(), current_actor())
    return render_template(
        "accounts/show_own.html", form=form, user=directory.show_own(user),
        languages_form=languages or LanguageForm(None, language=user.language or ""),
    )  # fmt: skip


@blueprint.post("/account/language")
@signed_in
def choose_language() -> ResponseReturnValue:
    form, session, actor = LanguageForm(), current_session(), current_actor()
    if not form.validate():
        return _page(ChangePasswordForm(formdata=None), form), form.status
    user = directory.get_own(session, actor)
    language = form.language.data or None
    service.choose_language(session, user, language, actor=actor, now=clock.now())
    return forget(redirect(url_for("accounts.show_own")))


def _change_password(form: ChangePasswordForm) -> ResponseReturnValue:
    with database().reading() as reading:
        address = directory.get_own(reading, current_actor()).email
    tries = count_password(address)
    user = directory.get_own(current_session(), current_actor())
    signing_in.change_password(
        current_session(),
        user,
        present=form.present.data,
        password=form.password.data,
        actor=current_actor(),
        now=clock.now(),
    )
    throttling.give_back(current_session(), tries)
    begin_session(user)
    flash(_("パスワードを変更しました。ほかの端末からはログアウトしています。"), "success")
    return redirect(url_for("accounts.show_own"))
