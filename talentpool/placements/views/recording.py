"""An officer writes down what a person answered by telephone or letter."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...candidates.views.blueprint import log_names
from ...dates import local_date
from ...errors import Conflict, Refused
from ...permissions import Action, get_visible
from ...states import PLACEMENT, PlacementState
from ...web import current_actor, current_session, requires
from ...web.labels import choices
from ...web.steps import Rows, show_lost
from .. import recording
from ..forms import RecordForm
from ..models import Placement
from ..showing import Offer
from ..standing import standings
from .blueprint import blueprint, buttons
from .lost import present

CHANGES = {  # in the words of staff
    recording.ACCEPT: (
        lazy_gettext("本人の氏名と経歴が、この市町の担当者に示されます。"),
        lazy_gettext("この市町への紹介に本人が同意したことを記録します。"),
    ),
    recording.DECLINE: (
        lazy_gettext("この打診は終わり、仮押さえした稼働が空きます。"),
        lazy_gettext("枠が空き、承認された次点の人がいて募集が公開中なら、次点の人に打診します。"),
    ),
}


@blueprint.route("/placements/<int:placement_id>/answer", methods=["GET", "POST"])
@requires(Action.RECORD_ANSWER)
def record_answer(placement_id: int) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    placement = get_visible(session, actor, Placement, placement_id)
    form = RecordForm(
        data={"answered_on": local_date(now), "asked": str(placement.state)},
        verbs=recording.verbs_of(placement, _asked(placement)),
    )
    if form.is_submitted() and not form.validate():
        return _page(placement, form), 422
    if not form.is_submitted():
        why = recording.why_closed(session, placement, placement.state, now)
        return _page(placement, form, why)
    answer = form.value()
    try:
        recording.record_answer(
            session, placement, answer, asked=form.state_asked, actor=actor, now=now
        )
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _page(get_visible(session, actor, Placement, placement_id), form), 422
    except Conflict as error:
        session.rollback()
        stands = get_visible(session, actor, Placement, placement_id)
        back = url_for(".show_placement", placement_id=placement_id)
        return show_lost(error, _sent(form), present([stands]), back)
    flash(_("本人の返事を記録しました。"), "success")
    return redirect(url_for(".show_placement", placement_id=placement_id))


def _asked(placement: Placement) -> PlacementState:
    """The state that the form was about; it may have moved on since."""
    sent = request.form.get("asked")
    return PlacementState(sent) if sent in set(PlacementState) else placement.state


def _page(placement: Placement, form: RecordForm, why: str = "") -> str:
    """`why`: why nothing can be recorded any more."""
    session, now = current_session(), clock.now()
    log_names([placement.candidate_id])
    steps = [PLACEMENT.steps[verb] for verb in recording.verbs_of(placement)]
    return render_template(
        "placements/record_answer.html",
        placement=placement,
        offer=Offer.of(placement, standings(session, [placement], local_date(now))[placement.id]),
        form=form,
        why=why,
        effects=[step | {"changes": CHANGES[step["verb"]]} for step in buttons(placement, steps)],
    )


def _sent(form: RecordForm) -> Rows:
    """What was typed, for the page of a record that came too late."""
    rows: Rows = []
    for field in (form.verb, form.how, form.answered_on, form.party, form.words):
        rows.append((str(field.label.text), form.said(field)))
    if form.reason.data:
        words = dict(choices("candidate_decline_reason")).get(form.reason.data, form.reason.data)
        rows.append((str(form.reason.label.text), words))
    if form.comment.data:
        rows.append((str(form.comment.label.text), form.comment.data))
    return rows
