"""The list of reviews, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ...candidates.viewing import note_download
from ...db import Session
from ...engagements.views.blueprint import log_person
from ...permissions import Action, Role
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.filters import show_day
from ...web.labels import label, town
from ...web.lists import Column, ListPage
from .. import finding
from ..forms import ReviewListForm
from ..models import KIND_LABELS, SIDE_LABELS, Review
from .blueprint import blueprint


def _lines(_session: Session, rows: Sequence[Review]) -> Iterator[Review]:
    yield from rows


REVIEWS = ListPage[Review, Review](
    "reviews",
    _("振り返り"),
    "reviews/list_reviews.html",
    [
        Column(_("募集"), lambda row: row.engagement.need.title),
        Column(_("番号"), lambda row: row.code, None),
        Column(_("時期"), lambda row: label(KIND_LABELS[row.kind]), "w-12"),
        Column(
            _("市町"), lambda row: town(row.municipality_code), "w-7", "town",
            not_for={Role.MUNICIPALITY},
        ),
        Column(
            _("登録者"), lambda row: row.candidate.name, "w-9", not_for={Role.CANDIDATE},
        ),
        Column(_("登録者の番号"), lambda row: row.candidate.code, None),
        Column(_("答える側"), lambda row: label(SIDE_LABELS[row.side]), "w-6"),
        Column(_("状態"), lambda row: label(row.state), "w-14", "state"),
        Column(_("回答の期限"), lambda row: show_day(row.due_on), "w-8", "due"),
    ],
    _lines,
    person=lambda row: row.candidate_id,
    record=note_download,
    log=log_person,
)  # fmt: skip


@blueprint.get("/reviews")
@requires(Action.VIEW_REVIEW)
def list_reviews() -> ResponseReturnValue:
    form = ReviewListForm(formdata=request.args)
    found = finding.list_reviews(
        current_session(), current_actor(), form.asked(), catalogue=current_catalogue()
    )
    return REVIEWS.answer(found, form, kinds=KIND_LABELS, sides=SIDE_LABELS)
