"""The steps of a consultation, and what both sides write on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...db import Session
from ...errors import Conflict, LostRace, NotFound, Problem, Refused
from ...permissions import Action
from ...programmes.service import get_programme
from ...web import current_actor, current_session, requires
from ...web.changed import differences
from ...web.versions import is_stale
from .. import answering, writing
from ..forms import InterviewForm, ResponseForm, SharingForm
from ..models import Consultation, Sharing
from .blueprint import blueprint, get, take
from .showing import Sent, programmes_for, show, stored_interview
from .words import DONE

Act = Callable[[Session, Consultation], object]


def _plain(act: Callable[..., object]) -> Act:
    return lambda session, row: act(session, row, actor=current_actor(), now=clock.now())


def _said(act: Callable[..., object]) -> Act:
    """A step with words."""

    def step(session: Session, row: Consultation) -> None:
        act(session, row, request.form.get("comment", ""), actor=current_actor(), now=clock.now())

    return step


STEPS: Mapping[str, Act] = {
    "send": _plain(writing.send_consultation),
    "reply": _said(writing.reply),
    "settle": _plain(writing.settle_consultation),
    "withdraw": _plain(writing.withdraw_consultation),
    "reopen": _said(writing.reopen_consultation),
    "close": _plain(answering.close_consultation),
    "hand_over": _plain(answering.hand_draft_over),
}
_SAID: Mapping[str, Callable[..., object]] = {  # with the words of the form of responses
    "answer": answering.answer_consultation,
    "ask": answering.ask_back,
    "sort": answering.begin_sorting,
}


@blueprint.post("/consultations/<int:ident>/<verb>")
@requires(Action.WRITE_CONSULTATION, Action.ANSWER_CONSULTATION)
def take_step(ident: int, verb: str) -> ResponseReturnValue:
    act = STEPS.get(verb)
    if act is None:
        raise NotFound
    consultation = take(ident)
    try:
        act(current_session(), consultation)
    except (Refused, Conflict) as error:
        return _refused(ident, Sent(error=error, verb=verb), error)
    return _done(ident, DONE[verb])


@blueprint.post("/consultations/<int:ident>/respond")
@requires(Action.ANSWER_CONSULTATION)
def respond(ident: int) -> ResponseReturnValue:
    consultation, form = take(ident), ResponseForm()
    form.offer([*_SAID, "refer"], programmes_for(consultation))
    if not form.validate():
        return show(consultation, Sent(response=form)), form.status
    try:
        _respond(consultation, form)
    except (Refused, Conflict) as error:
        form.refuse(error)
        return _refused(ident, Sent(response=form), error)
    return _done(ident, DONE[form.verb.data])


def _respond(consultation: Consultation, form: ResponseForm) -> None:
    session, actor, now = current_session(), current_actor(), clock.now()
    text = form.text.data
    if form.verb.data == "refer":
        programme = get_programme(session, actor, int(form.programme.data))
        answering.refer_consultation(session, consultation, text, programme, actor=actor, now=now)
    else:
        _SAID[form.verb.data](session, consultation, text, actor=actor, now=now)


@blueprint.post("/consultations/<int:ident>/interview")
@requires(Action.WRITE_CONSULTATION, Action.ANSWER_CONSULTATION)
def write_interview(ident: int) -> ResponseReturnValue:
    consultation, form = get(ident, lock=True), InterviewForm()
    if is_stale(str(consultation.version)):
        changes = differences(form, stored_interview(consultation))
        return show(consultation, Sent(interview=form, overtaken=changes)), LostRace.status
    if not form.validate():
        return show(consultation, Sent(interview=form)), form.status
    try:
        answering.write_interview(
            current_session(), consultation, form.answers(), actor=current_actor(), now=clock.now()
        )
    except (Refused, Conflict) as error:
        form.refuse(error)
        return _refused(ident, Sent(interview=form), error)
    return _done(ident, _("要件整理を保存しました。"))


@blueprint.post("/consultations/<int:ident>/sharing")
@requires(Action.WRITE_CONSULTATION)
def share_consultation(ident: int) -> ResponseReturnValue:
    consultation, form = take(ident), SharingForm()
    if not form.validate():
        return show(consultation, Sent(sharing=form)), form.status
    sharing = Sharing(form.sharing.data)
    writing.share_consultation(
        current_session(), consultation, sharing, actor=current_actor(), now=clock.now()
    )
    return _done(ident, _("ほかの市町への公開を保存しました。"))


def _refused(ident: int, sent: Sent, error: Problem) -> ResponseReturnValue:
    current_session().rollback()
    return show(get(ident), sent), error.status


def _done(ident: int, text: Any) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for(".show_consultation", ident=ident))
