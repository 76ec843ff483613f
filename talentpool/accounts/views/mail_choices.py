"""How the reader wants mails: by family of events, and not at which hours."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...errors import Refused
from ...mail_choices import DIGEST_AT, QUESTIONS, binding_of, families_of
from ...permissions import Role
from ...web import current_actor, current_session, signed_in
from .. import choosing, directory, links
from ..forms import MailChoiceForm, mail_choice_form
from .blueprint import blueprint
from .columns import subject_of


@blueprint.route("/account/mails", methods=["GET", "POST"])
@signed_in
def choose_mails() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    user = directory.get_own(session, actor)
    form = mail_choice_form(actor.role, choosing.read_choices(session, user))
    if form.validate_on_submit():
        try:
            choosing.save_choices(session, user, form.value(), actor=actor, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("メールの受け取り方を保存しました。"), "success")
            return redirect(url_for(".choose_mails"))
    return _page(form, actor.role), form.status


def _page(form: MailChoiceForm, role: Role) -> str:
    families = [
        (form[family], [subject_of(template) for template in binding_of(family, role)])
        for family in families_of(role)
    ]
    return render_template(
        "accounts/choose_mails.html", form=form, families=families, time=f"{DIGEST_AT:%-H:%M}",
        has_questions=role in QUESTIONS.values(),
        about_account=[subject_of(f"account.{purpose}") for purpose in links.Purpose],
    )  # fmt: skip
