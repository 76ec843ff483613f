"""The reader's notices (お知らせ), and how many of them are new."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from jinja2 import TemplateNotFound

from ... import clock
from ...mail import MailOrder
from ...web import current_actor, current_session, signed_in
from ...web.languages import locale, render
from ...web.paging import page_number
from .. import noticing
from .blueprint import blueprint

_SERVICE = re.compile("^[^：:]*[：:]\\s*")  # the beginning of every subject


@blueprint.get("/notices")
@signed_in
def list_notices() -> ResponseReturnValue:
    found = noticing.list_notices(current_session(), current_actor(), page=page_number())
    notices = [(order, *told(order)) for order in found.rows]
    return render_template(
        "accounts/list_notices.html", found=found, notices=notices,
        about=noticing.name_needs(current_session(), found.rows),
    )  # fmt: skip


@blueprint.post("/notices/<int:ident>/open")
@signed_in
def open_notice(ident: int) -> ResponseReturnValue:
    """Marks it as read, and leads to what it is about."""
    order = noticing.read_notice(current_session(), current_actor(), ident, clock.now())
    return redirect(url_for("home.show_home").removesuffix("/home") + order.link)


@blueprint.post("/notices/read")
@signed_in
def read_notices() -> ResponseReturnValue:
    noticing.read_all(current_session(), current_actor(), clock.now())
    flash(_("すべて既読にしました。"), "success")
    return redirect(url_for("accounts.list_notices"))


def told(order: MailOrder) -> tuple[str, str]:
    return read_text(order.template)


@blueprint.app_template_global("mail_text")
def mail_text(template: str) -> tuple[str, str] | None:
    """What is written to who is told of a step; None for a step of which nobody is told."""
    try:
        return read_text(template)
    except TemplateNotFound:
        return None


def read_text(template: str, language: str | None = None) -> tuple[str, str]:
    """Subject and text as the mail has them, without the name of the service and the link.

    `language`: none for that of the page.
    """
    text = render(f"mail/{template}.txt", language or locale(), url="", lines=())
    subject, _line, body = text.strip().partition("\n")
    return _SERVICE.sub("", subject).strip(), body.strip()
