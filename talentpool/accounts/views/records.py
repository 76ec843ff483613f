"""The audit trail and the outbox."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import audit, clock
from ...mail import MailOrder, send_again
from ...permissions import Action, get_visible
from ...web import current_actor, current_session, requires
from .. import directory, outbox, trail
from ..forms import AnchorForm, AuditListForm, MailListForm
from ..trail import ALWAYS, Days
from .blueprint import blueprint
from .columns import AUDIT, MAILS, subject_of

blueprint.add_app_template_global(subject_of, "subject_of")


@blueprint.get("/audit")
@requires(Action.VIEW_AUDIT)
def list_audit() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), AuditListForm(request.args)
    form.offer_officers(directory.list_officers(session, actor))
    days = Days(form.first_on.data, form.last_on.data) if form.is_readable() else ALWAYS
    return AUDIT.answer(trail.list_events(session, actor, form.asked(), days), form)


@blueprint.get("/audit/verification")
@requires(Action.VIEW_AUDIT)
def verify_audit() -> ResponseReturnValue:
    form = AnchorForm(request.args)
    is_valid = form.validate()
    anchors = trail.read_anchor(form.anchor.data) if is_valid else None
    if anchors is None:
        form.anchor.errors = [
            *form.anchor.errors,
            str(_("「番号 ハッシュ」の形で入力してください。")),
        ]
        return render_template("accounts/verify_audit.html", form=form, faults=None), 422
    faults, total = trail.verify(current_session(), current_actor(), anchors)
    head = audit.anchor(current_session())
    return render_template(
        "accounts/verify_audit.html", form=form, faults=faults, total=total, head=head
    )


@blueprint.get("/mails")
@requires(Action.VIEW_MAIL)
def list_mails() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), MailListForm(request.args)
    templates = outbox.list_templates(session, actor)
    form.offer_templates((template, subject_of(template)) for template in templates)
    return MAILS.answer(outbox.list_mails(session, actor, form.asked()), form)


@blueprint.post("/mails/<int:ident>/resend")
@requires(Action.RESEND_MAIL)
def resend_mail(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    order = get_visible(session, actor, MailOrder, ident, lock=True)
    send_again(session, order, actor=actor, now=clock.now())
    flash(_("もう一度送ります。"), "success")
    return redirect(url_for("accounts.list_mails"))
