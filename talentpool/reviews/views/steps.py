"""The addresses of the buttons of a review: contest, decide, reply."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from ... import clock
from ...engagements.views.steps import faults_of
from ...errors import Conflict, Refused, raise_first
from ...permissions import Action
from ...states import REVIEW
from ...web import check_version, current_actor, current_session, requires
from ...web.labels import label
from ...web.steps import StepForm, describe_sent, show_lost
from .. import answering
from ..forms import ReplyForm
from ..models import Review
from . import showing
from .blueprint import blueprint, get_review

DONE = {
    "contest": _("異議を送りました。県の担当者が確かめます。"),
    "keep": _("異議を認めないことを決めました。"),
    "void": _("異議を認めました。"),
}
VERB = ", ".join(f'"{verb}"' for verb in sorted(DONE))


@blueprint.post(f"/reviews/<int:review_id>/<any({VERB}):verb>")
@requires(Action.CONTEST_REVIEW, Action.DECIDE_REVIEW)
def take_review_step(review_id: int, verb: str) -> ResponseReturnValue:
    session, form = current_session(), StepForm()
    review = get_review(review_id, lock=True)
    try:
        check_version(review)
        raise_first(faults_of(form))
        _act(review, verb, form)
    except Refused as error:
        session.rollback()
        return showing.show(get_review(review_id), error, verb), error.status
    except Conflict as error:
        session.rollback()
        sent = describe_sent(REVIEW.steps[verb], form)
        now = [(gettext("状態"), label(get_review(review_id).state))]
        return show_lost(error, sent, now, url_for("reviews.show_review", review_id=review_id))
    flash(DONE[verb], "success")
    return redirect(url_for("reviews.show_review", review_id=review_id))


def _act(review: Review, verb: str, form: StepForm) -> None:
    session, actor, now = current_session(), current_actor(), clock.now()
    comment = form.comment.data or ""
    if verb == "contest":
        answering.contest_review(session, review, comment=comment, actor=actor, now=now)
        return
    answering.decide_contest(
        session, review, upheld=verb == "void", reason=form.reason.data or None, comment=comment,
        actor=actor, now=now,
    )  # fmt: skip


@blueprint.post("/reviews/<int:review_id>/reply")
@requires(Action.CONTEST_REVIEW)
def reply_review(review_id: int) -> ResponseReturnValue:
    session, form = current_session(), ReplyForm()
    review = get_review(review_id, lock=True)
    if not form.validate():
        return showing.show(review, reply=form), form.status
    try:
        check_version(review)
        answering.reply_to_review(
            session, review, form.reply.data, actor=current_actor(), now=clock.now()
        )
    except Conflict as error:
        session.rollback()
        sent: list[tuple[str, object]] = [(gettext("返信"), form.reply.data)]
        now = [(gettext("状態"), label(get_review(review_id).state))]
        return show_lost(error, sent, now, url_for("reviews.show_review", review_id=review_id))
    flash(_("返信しました。市町も読めます。"), "success")
    return redirect(url_for("reviews.show_review", review_id=review_id))
