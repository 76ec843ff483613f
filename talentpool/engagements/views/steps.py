"""The one address to which the buttons of an engagement go."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import Conflict, Refused, raise_first
from ...permissions import Action
from ...states import ENGAGEMENT
from ...web import check_version, current_actor, current_session, requires
from ...web.labels import label
from ...web.steps import StepForm, describe_sent, show_lost
from . import showing
from .blueprint import blueprint, get_engagement
from .moves import ENGAGEMENT_MOVES

VERB = ", ".join(f'"{verb}"' for verb in sorted(ENGAGEMENT_MOVES))


@blueprint.post(f"/engagements/<int:engagement_id>/<any({VERB}):verb>")
@requires(Action.RUN_ENGAGEMENT)
def take_step(engagement_id: int, verb: str) -> ResponseReturnValue:
    session, form, move = current_session(), StepForm(), ENGAGEMENT_MOVES[verb]
    engagement = get_engagement(engagement_id, lock=True)
    said = form.said(ENGAGEMENT.steps[verb])
    try:
        check_version(engagement)
        raise_first(faults_of(form))
        move.act(session, engagement, actor=current_actor(), now=clock.now(), **said)
    except Refused as error:
        session.rollback()
        return showing.show(get_engagement(engagement_id), error, verb), error.status
    except Conflict as error:
        session.rollback()
        sent = describe_sent(ENGAGEMENT.steps[verb], form)
        back = url_for("engagements.show_engagement", engagement_id=engagement_id)
        now = [(_("活動の状態"), label(get_engagement(engagement_id).state))]
        return show_lost(error, sent, now, back)
    flash(move.done, "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


def faults_of(form: StepForm) -> Iterator[tuple[str, str]]:
    form.validate()
    return ((str(name), str(texts[0])) for name, texts in form.errors.items())
