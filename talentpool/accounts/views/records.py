"""The audit trail and the outbox, for those who answer for them."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import audit, mail
from ...permissions import ROLE_LABELS, Action
from ...web import current_actor, current_session, requires
from .. import trail
from ..forms import AnchorForm, AuditFilterForm
from .blueprint import blueprint
from .paging import page_asked, pages_of


@blueprint.get("/audit")
@requires(Action.VIEW_AUDIT)
def list_audit() -> ResponseReturnValue:
    form, page = AuditFilterForm(request.args), page_asked()
    is_valid = form.validate()
    asked = trail.Filter(**form.data) if is_valid else trail.Filter()
    events, total = trail.list_events(current_session(), current_actor(), asked, page=page)
    return render_template(
        "accounts/list_audit.html",
        events=events,
        roles=ROLE_LABELS,
        action_label=trail.action_label,
        total=total,
        page=page,
        pages=pages_of(total, trail.PAGE),
        form=form,
    ), 200 if is_valid else 422


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
    page = page_asked()
    orders, total = mail.list_mails(current_session(), current_actor(), page=page)
    return render_template(
        "accounts/list_mails.html",
        orders=orders,
        labels=mail.STATE_LABELS,
        total=total,
        page=page,
        pages=pages_of(total, mail.PAGE),
    )
