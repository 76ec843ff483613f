"""An officer writes down what somebody without an account says of the open needs that fit them."""

from __future__ import annotations

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...candidates.models import Candidate
from ...candidates.service import get_profile, get_spoken_for, speaks_for
from ...candidates.views.blueprint import log_names
from ...errors import NotFound
from ...needs.models import Need
from ...permissions import Action
from ...web import current_actor, current_session, requires
from .. import answering
from ..forms import InterestForm, RecordedInterestForm
from ..models import Interest
from .answers import Desk, answer
from .blueprint import blueprint
from .reading import Reading


@blueprint.get("/candidates/<int:ident>/suited")
@requires(Action.RECORD_INTEREST)
def list_suiting_for(ident: int) -> ResponseReturnValue:
    person = get_spoken_for(current_session(), current_actor(), ident)
    log_names([person.id])
    reading = _reading(person)
    lines = reading.best()
    return render_template(
        "preferences/list_suiting_for.html", person=person, lines=lines, total=reading.total,
        is_counted=reading.found is not None, answered=reading.others(lines),
    )  # fmt: skip


@blueprint.route("/candidates/<int:ident>/suited/<int:need_id>", methods=["GET", "POST"])
@requires(Action.RECORD_INTEREST)
def record_interest(ident: int, need_id: int) -> ResponseReturnValue:
    person = get_profile(current_session(), current_actor(), ident)
    if request.method == "GET" and not speaks_for(current_actor(), person):
        raise NotFound
    log_names([person.id])
    page = url_for(".record_interest", ident=ident, need_id=need_id)
    back = url_for(".list_suiting_for", ident=ident)
    desk = Desk(
        _reading(person), RecordedInterestForm, partial(_record, person), page, back,
        template="preferences/record_interest.html",
    )  # fmt: skip
    return answer(desk, need_id)


def _reading(person: Candidate) -> Reading:
    return Reading(person, Action.RECORD_INTEREST, names_all=True)


def _record(person: Candidate, need: Need, form: InterestForm) -> Interest:
    assert isinstance(form, RecordedInterestForm)
    return answering.record_interest(
        current_session(), person, need, form.value(), form.heard(), actor=current_actor(),
        now=clock.now(),
    )  # fmt: skip
