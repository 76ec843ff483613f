"""What a person reads of the open needs that fit, and what they answer."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...candidates.service import find_own
from ...needs.models import Need
from ...permissions import Action
from ...web import current_actor, current_session, requires
from .. import answering
from ..forms import InterestForm
from ..models import Interest
from ..suiting import SHOWN
from .answers import Desk, answer
from .blueprint import blueprint
from .reading import Reading


@blueprint.get("/suited")
@requires(Action.SAY_INTEREST)
def list_suiting() -> ResponseReturnValue:
    reading = _own()
    lines = reading.best()
    return render_template(
        "preferences/list_suiting.html", lines=lines, total=reading.total, most=SHOWN,
        is_counted=reading.found is not None, answered=reading.others(lines),
    )  # fmt: skip


def _own() -> Reading:
    return Reading(find_own(current_session(), current_actor()), Action.SAY_INTEREST)


@blueprint.route("/suited/<int:need_id>", methods=["GET", "POST"])
@requires(Action.SAY_INTEREST)
def show_suiting(need_id: int) -> ResponseReturnValue:
    page = url_for(".show_suiting", need_id=need_id)
    return answer(Desk(_own(), InterestForm, _say, page, url_for(".list_suiting")), need_id)


def _say(need: Need, form: InterestForm) -> Interest:
    return answering.say_interest(
        current_session(), need, form.value(), actor=current_actor(), now=clock.now()
    )
