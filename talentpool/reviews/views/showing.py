"""What both sides said, and what the reader may do about it; the reviews on the page of their engagement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...candidates.service import speaks_for
from ...dates import local_date
from ...engagements.models import Engagement
from ...engagements.views.blueprint import log_person
from ...errors import Problem
from ...language import Words
from ...permissions import Action, can
from ...standing import AUDIENCE_LABELS
from ...states import Transition, available
from ...web import current_actor, current_session, requires
from ...web.labels import choices, label
from .. import finding, reporting
from ..answering import may_answer
from ..finding import Pair, side_of
from ..forms import ReplyForm
from ..models import KIND_LABELS, SIDE_LABELS, Kind, Report, Review, ReviewSide
from ..questions import AGREEMENT, OVERALL, QUALITY, questions_of
from ..speaking import is_for_person
from .blueprint import blueprint, get_review

CHANGES: Mapping[str, Any] = {
    "contest": _("県の担当者が確かめて、認めるかどうかを決めます。"),
    "keep": _("もう一度の異議はできません。"),
    "void": _("回答そのものは残り、異議を認めたことが双方に示されます。"),
}
OF_RECORD: Mapping[str, Any] = {  # where the review is one that counts
    "contest": _("決まるまで、この回答は活動の実績に数えません。"),
    "keep": _("この回答は、活動の実績に数えます。"),
    "void": _("この回答は、活動の実績に数えません。"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side's answers, as far as the reader may see them. review: None while it is not shown."""

    side: ReviewSide
    review: Review | None
    rows: Sequence[tuple[str, str]]

    @property
    def label(self) -> str:
        return label(SIDE_LABELS[self.side])


@blueprint.get("/reviews/<int:review_id>")
@requires(Action.VIEW_REVIEW)
def show_review(review_id: int) -> ResponseReturnValue:
    return show(get_review(review_id))


def show(
    review: Review,
    error: Problem | None = None,
    verb: str | None = None,
    reply: ReplyForm | None = None,
) -> str:
    """`error` belongs to the form of the step `verb`; `reply`: as it was refused."""
    session, actor = current_session(), current_actor()
    pairs = finding.list_pairs(session, actor, review.engagement)
    pair = next(pair for pair in pairs if pair.kind is review.kind)
    log_person([review.candidate_id])
    town = pair.town
    is_said = town is not None and town.is_answered
    speaks = speaks_for(actor, review.candidate)
    may_say = is_said and speaks and can(session, actor, Action.CONTEST_REVIEW, town)
    mine = side_of(actor)
    return render_template(
        "reviews/show_review.html",
        review=review,
        engagement=review.engagement,
        kind=KIND_LABELS[review.kind],
        sides=[_side(pair, side) for side in ReviewSide],
        town=town if is_said else None,
        steps=[
            _button(step, review.kind)
            for step in available(session, town, actor)
            if speaks or step.action is not Action.CONTEST_REVIEW
        ]
        if town is not None and is_said
        else [],
        is_for_person=is_for_person(review.candidate, actor),
        reply=(reply or ReplyForm(formdata=None)) if may_say and town and not town.reply else None,
        waits=pair.of(mine) if mine else _for_person(pair),
        mine=mine,
        error=error,
        refused_verb=verb,
    )


def _for_person(pair: Pair) -> Review | None:
    """What an officer writes down for a person without an account."""
    row = pair.person
    return row if row is not None and may_answer(row, current_actor()) else None


def _side(pair: Pair, side: ReviewSide) -> Side:
    review = pair.of(side)
    if review is None or not review.is_answered:
        return Side(side, review, ())
    words: list[tuple[Words, Mapping[int, Words], int | None]] = [
        (question, AGREEMENT, answer)
        for question, answer in zip(questions_of(review.kind, side), review.answers, strict=True)
    ]
    if review.overall is not None:
        words.append((OVERALL, QUALITY, review.overall))
    rows = [
        (label(question), f"{answer} {label(scale[answer])}")
        for question, scale, answer in words
        if answer is not None
    ]
    return Side(side, review, rows)


def _button(step: Transition, kind: Kind) -> dict[str, Any]:
    changes = [CHANGES[step.verb]] + ([OF_RECORD[step.verb]] if kind is Kind.END else [])
    return {
        "verb": step.verb,
        "label": label(step),
        "kind": "danger" if step.is_danger else "secondary",
        "reasons": choices(step.reasons) if step.reasons else (),
        "told": [label(AUDIENCE_LABELS[audience]) for audience in step.notice],
        "changes": changes,
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an engagement: reviews, and the report where the reader may see it."""

    pairs: Sequence[tuple[Words, Pair]]
    report: Report | None
    may_write: bool


@blueprint.app_template_global("reviews_of")
def reviews_of(engagement: Engagement) -> Told:
    """For the page of the engagement, which lies below this room."""
    actor = current_actor()
    pairs, report = finding.list_told(current_session(), actor, engagement)
    is_open = reporting.can_be_written(engagement, local_date(clock.now()))
    named = [(KIND_LABELS[pair.kind], pair) for pair in pairs]
    return Told(named, report, speaks_for(actor, engagement.candidate) and is_open)
