"""The form of one side: three questions, at the end four, and a free text."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date
from ...engagements.views.blueprint import log_person
from ...errors import Conflict, NotFound, Refused
from ...permissions import Action
from ...states import ReviewState
from ...web import check_version, current_actor, current_session, requires
from ...web.labels import label
from ...web.steps import show_lost
from .. import answering
from ..forms import ReviewForm
from ..models import KIND_LABELS, Review
from .blueprint import blueprint, get_review


@blueprint.route("/reviews/<int:review_id>/answer", methods=["GET", "POST"])
@requires(Action.GIVE_REVIEW)
def answer_review(review_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    review = get_review(review_id)
    if not answering.may_answer(review, actor):
        raise NotFound
    form = ReviewForm.of(review)
    if not form.is_submitted():
        if review.state is not ReviewState.ASKED:
            return redirect(url_for("reviews.show_review", review_id=review_id))
        return _page(review, form)
    answering.lock(session, review)
    if not form.validate():
        return _page(review, form)
    try:
        check_version(review)
        answering.give_review(session, review, form.answers(), actor=actor, now=clock.now())
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _page(get_review(review_id), form)
    except Conflict as error:
        sent: list[tuple[str, object]] = [(_("伝えたいこと"), form.comment.data)]
        session.rollback()
        now = [(_("状態"), label(get_review(review_id).state))]
        return show_lost(error, sent, now, url_for("reviews.show_review", review_id=review_id))
    flash(_("回答しました。"), "success")
    return redirect(url_for("reviews.show_review", review_id=review_id))


def _page(review: Review, form: ReviewForm) -> ResponseReturnValue:
    log_person([review.candidate_id])
    page = render_template(
        "reviews/answer_review.html", review=review, engagement=review.engagement, form=form,
        kind=KIND_LABELS[review.kind], is_late=local_date(clock.now()) > review.due_on,
    )  # fmt: skip
    return page, form.status
