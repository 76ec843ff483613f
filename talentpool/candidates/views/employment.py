"""The term of somebody whom the prefecture employs: written by officers, beside the profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action, can
from ...web import current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale, mark_of
from .. import employing, service, terms, viewing
from ..content import Term
from ..forms.employment import TermForm
from ..models import Candidate
from .blueprint import blueprint, log_names

blueprint.add_app_template_global(terms.is_employed, "is_employed")


@blueprint.app_template_global("term_of")
def term_of(candidate: Candidate) -> Term | None:
    """None for people whom the prefecture does not employ, and for readers who may not know."""
    session = current_session()
    if not terms.is_employed(candidate) or not can(
        session, current_actor(), Action.VIEW_EMPLOYMENT
    ):
        return None
    return terms.find_term(session, candidate)


@blueprint.route("/candidates/<int:ident>/employment", methods=["GET", "POST"])
@requires(Action.EMPLOY_PERSON)
def save_term(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    if not terms.is_employed(candidate):
        raise NotFound
    term = terms.find_term(session, candidate)
    present = asdict(term) if term else {}
    form, mark = TermForm(data=present), mark_of(present)
    if form.is_submitted() and is_stale(mark):
        overtaken = differences(form, TermForm(data=present, formdata=None))
        return _page(candidate, form, mark, overtaken), LostRace.status
    if form.validate_on_submit():
        try:
            employing.save_term(session, candidate, form.value(), actor=actor, now=clock.now())
        except Refused as error:
            session.rollback()
            form.refuse(error)
        else:
            flash(_("雇用の期間を保存しました。"), "success")
            return redirect(_back(candidate))
    return _page(service.get_profile(session, actor, ident), form, mark), form.status


def _back(candidate: Candidate) -> str:
    """Where the officer came from: the reception before the registration is valid, the person after it."""
    membership = service.find_membership(candidate, current_actor().prefecture_code)
    is_valid = membership is not None and membership.active_until is not None
    page = ".show_candidate" if is_valid or candidate.user_id else ".show_reception"
    return url_for(page, ident=candidate.id)


def _page(
    candidate: Candidate,
    form: TermForm,
    version: str,
    overtaken: Sequence[Difference] | None = None,
) -> str:
    log_names([candidate.id], viewing.PROFILE)
    return render_template(
        "candidates/save_term.html", candidate=candidate, form=form, version=version,
        overtaken=overtaken, back=_back(candidate),
    )  # fmt: skip
