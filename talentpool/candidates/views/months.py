"""The person's months: half-days up and down, a pause and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date, month_of
from ...errors import Refused
from ...permissions import Action
from ...web import current_actor, current_session, requires
from .. import availability, forms, months, returning, service
from ..models import Candidate
from ..steps import Step
from .blueprint import blueprint
from .renewing import going_on_of
from .step_pages import PAGES
from .steps import PERSON, form_of, render, save, typed_in


def _beside(candidate: Candidate | None) -> Mapping[str, Any]:
    """What the page shows around the months."""
    if candidate is None:
        return {}
    this_month = month_of(local_date(clock.now()))
    after = this_month + months.SHOWN
    return {
        "going_on": going_on_of(candidate),
        "pause": forms.PauseForm(formdata=None),
        "pauses": [
            row
            for row in candidate.windows
            if not row.is_available and row.last_month >= this_month
        ],
        "after": after,
        "days_before": returning.DAYS,
        "later": [row for row in candidate.windows if row.last_month >= after],
    }


PAGE = replace(PAGES[Step.AVAILABILITY], template="show_availability", more=_beside)


@blueprint.get("/availability")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_availability() -> ResponseReturnValue:
    candidate = service.find_own(current_session(), current_actor())
    if candidate is None:
        return render_template("candidates/begin_profile.html")
    if service.has_ended(candidate):
        return render_template("candidates/ended_availability.html")
    typed, drafted_at = typed_in(Step.AVAILABILITY, candidate)
    if any(name.startswith("windows-") for name in typed or ()):
        return redirect(url_for(".show_step", step=Step.AVAILABILITY))
    return render(PAGE, form_of(PAGE, candidate, typed), drafted_at=drafted_at)


@blueprint.post("/availability")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def save_months() -> ResponseReturnValue:
    return save(PAGE)


@blueprint.post("/availability/pause")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def pause() -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    candidate, form = service.get_own(session, actor), forms.PauseForm()
    if not form.validate():
        return _refused(candidate, form)
    first, last, note = form.first_month.data, form.last_month.data, form.note.data or ""
    try:
        availability.pause(session, candidate, first, last, note=note, actor=actor, now=now)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _refused(service.get_own(session, actor), form)
    flash(_("休止する月を登録しました。"), "success")
    return redirect(url_for(".show_availability"))


def _refused(candidate: Candidate, form: forms.PauseForm) -> ResponseReturnValue:
    return render(PAGE, form_of(PAGE, candidate, None), pause=form), 422


@blueprint.post("/availability/resume")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def resume() -> ResponseReturnValue:
    """The end of one pause."""
    session, actor = current_session(), current_actor()
    candidate = service.get_own(session, actor)
    ident = request.form.get("window", type=int)
    availability.resume(session, candidate, ident, actor=actor, now=clock.now())
    flash(_("休止をやめました。"), "success")
    return redirect(url_for(".show_availability"))
