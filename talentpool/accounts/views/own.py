from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...errors import Refused
from ...web import current_actor, current_session, signed_in
from .. import directory, signing_in
from ..forms import ChangePasswordForm
from .blueprint import begin_session, blueprint


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def show_own() -> ResponseReturnValue:
    """One's own account; the password is changed here."""
    user = directory.get_own(current_session(), current_actor())
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            signing_in.change_password(
                current_session(),
                user,
                present=form.present.data,
                password=form.password.data,
                actor=current_actor(),
                now=clock.now(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            begin_session(user)
            flash(_("パスワードを変更しました。ほかの端末からはログアウトしています。"), "success")
            return redirect(url_for("accounts.show_own"))
    page = render_template("accounts/show_own.html", form=form, user=directory.show_own(user))
    return page, 422 if form.is_submitted() else 200
