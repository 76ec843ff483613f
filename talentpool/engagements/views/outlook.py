"""What comes after an engagement: one side answers, the officers read and note it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from ... import clock
from ...dates import local_date
from ...errors import Conflict, LostRace, Refused
from ...permissions import Action, Role, can, require
from ...web import current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.fields import option
from ...web.forms import Form, long_text_field
from ...web.labels import lazy_label
from ...web.versions import is_stale, mark_of
from .. import outlook
from ..models import Engagement
from .blueprint import blueprint, get_engagement, log_person

READERS = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})


class OutlookForm(Form):
    answer = RadioField(
        lazy_gettext("期間が終わったあと"),
        choices=[option(str(one), lazy_label(words)) for one, words in outlook.ANSWERS.items()],
        validators=[InputRequired(lazy_gettext("一つ選んでください。"))],
    )
    comment = long_text_field(lazy_gettext("県の担当者に伝えたいこと"), most=outlook.LONGEST)


@dataclass(frozen=True, slots=True)
class Shown:
    """may_answer: whether the reader is asked now; may_note: whether there is something new for the officer."""

    engagement: Engagement
    answers: Sequence[outlook.EngagementOutlook]
    may_answer: bool
    may_note: bool


@blueprint.app_template_global("outlook_of")
def outlook_of(engagement: Engagement) -> Shown:
    session, actor = current_session(), current_actor()
    answers = outlook.list_answers(session, engagement, actor)
    is_new = any(row.seen_at is None for row in answers)
    return Shown(
        engagement,
        answers,
        _is_asked(engagement),
        is_new and can(session, actor, Action.RUN_ENGAGEMENT, engagement),
    )


def _is_asked(engagement: Engagement) -> bool:
    may = can(current_session(), current_actor(), Action.GIVE_OUTLOOK, engagement)
    is_somebodys = outlook.side_for(engagement, current_actor()) is not None
    return may and is_somebodys and outlook.is_asked(engagement, local_date(clock.now()))


@blueprint.route("/engagements/<int:engagement_id>/outlook", methods=["GET", "POST"])
@requires(Action.GIVE_OUTLOOK)
def give_outlook(engagement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    engagement = get_engagement(engagement_id, lock=request.method == "POST")
    require(session, actor, Action.GIVE_OUTLOOK, engagement)
    back = url_for("engagements.show_engagement", engagement_id=engagement_id)
    if request.method == "GET":
        return _page(engagement, _stored(engagement)) if _is_asked(engagement) else redirect(back)
    form = OutlookForm()
    if is_stale(_mark(engagement)):
        return _page(engagement, form, differences(form, _stored(engagement, formdata=None)))
    if not form.validate():
        return _page(engagement, form)
    try:
        outlook.give_outlook(
            session, engagement, outlook.Answer(form.answer.data), form.comment.data or "",
            actor=actor, now=clock.now(),
        )  # fmt: skip
    except (Refused, Conflict) as error:
        form.refuse(error)
        session.rollback()
        return _page(get_engagement(engagement_id), form)
    flash(_("返事を県の担当者に伝えました。"), "success")
    return redirect(back)


@blueprint.post("/engagements/<int:engagement_id>/outlook/seen")
@requires(Action.RUN_ENGAGEMENT)
def note_outlook(engagement_id: int) -> ResponseReturnValue:
    engagement = get_engagement(engagement_id, lock=True)
    outlook.note_seen(current_session(), engagement, actor=current_actor(), now=clock.now())
    flash(_("返事を確かめたことを記録しました。"), "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


@blueprint.get("/engagements/outlooks")
@requires(Action.VIEW_OUTLOOK, roles=READERS)
def list_outlooks() -> ResponseReturnValue:
    """The answers that no officer has noted yet."""
    found = outlook.list_unseen(current_session(), current_actor())
    log_person([engagement.candidate_id for _row, engagement in found])
    return render_template(
        "engagements/list_outlooks.html", found=found, answers=outlook.ANSWERS, sides=outlook.SIDES
    )


def _stored(engagement: Engagement, **options: None) -> OutlookForm:
    """As it is stored; or as it was typed before a refusal, where `options` do not forbid it."""
    row = outlook.find_answer(
        current_session(), engagement, outlook.side_for(engagement, current_actor())
    )
    said = {"answer": str(row.answer), "comment": row.comment} if row else {}
    return OutlookForm(data=said, **options)


def _mark(engagement: Engagement) -> str:
    row = outlook.find_answer(
        current_session(), engagement, outlook.side_for(engagement, current_actor())
    )
    return mark_of([row.answered_at.isoformat() if row else None])


def _page(
    engagement: Engagement, form: OutlookForm, overtaken: Sequence[Difference] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "engagements/give_outlook.html", engagement=engagement, form=form, mark=_mark(engagement),
        overtaken=overtaken,
    )  # fmt: skip
    return page, form.status if overtaken is None else LostRace.status
