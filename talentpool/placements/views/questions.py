"""質問と回答: on the pages of a need and an offer, the form of whoever asks, the page and the list for town and staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...candidates.service import speaks_for
from ...errors import Conflict, NotFound, Refused
from ...needs.models import Need
from ...permissions import Action, Role, can, get_visible
from ...standing import AUDIENCE_LABELS
from ...states import QUESTION, QuestionState, Transition
from ...web import check_version, current_actor, current_session, requires
from ...web.fields import Required
from ...web.forms import Form, long_text_field
from ...web.labels import choices, in_town, label
from ...web.steps import Rows, StepForm, describe_sent, show_lost
from ..models import Placement
from ..questions import answering, asking, finding
from ..questions.models import Question
from .blueprint import blueprint

VERB = ", ".join(f'"{verb}"' for verb in sorted(answering.SERVICES))
DONE: dict[str, Any] = {
    "answer": lazy_gettext("回答しました。打診している人に知らせました。"),
    "withdraw": lazy_gettext("質問を取り下げました。"),
    "dismiss": lazy_gettext("取り上げないことにしました。"),
}
CHANGES: dict[str, Any] = {
    "answer": lazy_gettext("打診しているすべての人が読めます。止めていた打診が再び進みます。"),
    "withdraw": lazy_gettext("回答は届きません。止めていた打診が再び進みます。"),
    "dismiss": lazy_gettext("質問した人が理由を読みます。止めていた打診が再び進みます。"),
}


class QuestionForm(Form):
    text = long_text_field(
        lazy_gettext("質問"),
        Required(),
        most=asking.LONGEST,
        description=lazy_gettext(
            "名前や連絡先など、あなたが分かることは書かないでください。市町と県、打診されている人が読みます。だれの質問かは示されません。"
        ),
    )


class AnswerForm(StepForm):
    answer = long_text_field(
        lazy_gettext("回答"),
        most=asking.LONGEST,
        description=lazy_gettext("個人が分かることは書かないでください。"),
    )


@blueprint.app_template_global("questions_of")
def questions_of(need_id: int) -> Sequence[Question]:
    """Those about a need that the reader may see."""
    return finding.list_of_need(current_session(), current_actor(), need_id)


@blueprint.app_template_global("asking_of")
def asking_of(placement_id: int) -> dict[str, Any]:
    """Whether the person may still ask, and until when."""
    placement = get_visible(current_session(), current_actor(), Placement, placement_id)
    questions = questions_of(placement.need_id)
    is_open = asking.may_ask(placement, clock.now())
    waits = is_open and any(
        row.placement_id == placement_id and row.state is QuestionState.ASKED for row in questions
    )
    return {
        "closes_at": asking.closes_at(placement), "may_ask": is_open and not waits, "waits": waits,
        "questions": questions,
    }  # fmt: skip


@blueprint.route("/offers/<int:placement_id>/ask", methods=["GET", "POST"])
@requires(Action.ANSWER_OFFER)
def ask_about_offer(placement_id: int) -> ResponseReturnValue:
    return _ask(placement_id, "placements.show_offer")


@blueprint.route("/placements/<int:placement_id>/ask", methods=["GET", "POST"])
@requires(Action.DRAFT_PLACEMENT)
def ask_for_person(placement_id: int) -> ResponseReturnValue:
    """By an officer, for somebody without an account."""
    return _ask(placement_id, "placements.show_placement")


def _ask(placement_id: int, page: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), QuestionForm()
    placement = get_visible(session, actor, Placement, placement_id)
    if not speaks_for(actor, placement.candidate):
        raise NotFound  # who has an account asks in person
    back = url_for(page, placement_id=placement_id)
    if form.is_submitted() and form.validate():
        try:
            asking.ask_question(
                session, placement, form.text.data or "", actor=actor, now=clock.now()
            )
        except Conflict as error:
            session.rollback()
            sent: Rows = [(_("質問"), form.text.data)]
            return show_lost(error, sent, [(_("質問"), _("受け付けていません。"))], back)
        flash(_("質問を市町に送りました。回答が届くとお知らせします。"), "success")
        return redirect(back)
    title, closing = in_town(placement.need), asking.closes_at(placement)
    is_open = asking.may_ask(placement, clock.now())
    return render_template(
        "placements/ask_question.html", form=form, title=title, back=back, closing=closing,
        may_ask=is_open or form.is_submitted(),
        waits=is_open and asking.waits(session, placement) and not form.is_submitted(),
        days=asking.ANSWER_DAYS,
    ), form.status  # fmt: skip


@blueprint.get("/questions")
@requires(Action.VIEW_QUESTION, roles=frozenset(Role) - {Role.CANDIDATE})
def list_questions() -> ResponseReturnValue:
    rows = finding.list_questions(current_session(), current_actor())
    return render_template(
        "placements/list_questions.html", rows=[(row, finding.need_of(row)) for row in rows],
        most=finding.MOST,
    )  # fmt: skip


@blueprint.get("/questions/<int:question_id>")
@requires(Action.VIEW_QUESTION)
def show_question(question_id: int) -> ResponseReturnValue:
    return _page(finding.get_question(current_session(), current_actor(), question_id))


@blueprint.post(f"/questions/<int:question_id>/<any({VERB}):verb>")
@requires(Action.ANSWER_QUESTION, Action.ASK_QUESTION, Action.DISMISS_QUESTION)
def take_question_step(question_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), AnswerForm()
    row = finding.get_question(session, actor, question_id)
    step = QUESTION.steps[verb]
    said = (form.answer.data or "",) if verb == "answer" else ()
    try:
        answering.lock_question(session, row)
        check_version(row)
        answering.SERVICES[verb](
            session, row, *said, actor=actor, now=clock.now(), **form.said(step)
        )
    except Refused as error:
        session.rollback()
        row = finding.get_question(session, actor, question_id)
        return _page(row, error, verb), error.status
    except Conflict as error:
        session.rollback()
        row = finding.get_question(session, actor, question_id)
        sent = [*describe_sent(step, form), (_("回答"), form.answer.data)]
        now = [(_("状態"), label(row.state)), (_("回答"), row.answer)]
        return show_lost(error, sent, now, url_for(".show_question", question_id=row.id))
    flash(DONE[verb], "success")
    return redirect(url_for(".show_question", question_id=question_id))


def _page(row: Question, error: Refused | None = None, verb: str = "") -> str:
    session, actor = current_session(), current_actor()
    steps = finding.list_steps(session, row, actor)
    need = finding.need_of(row)
    return render_template(
        "placements/show_question.html", row=row, need=need, steps=steps, error=error,
        refused_verb=verb, changes=CHANGES, title=in_town(need),
        told={step.verb: _told(step) for step in steps},
        reasons={step.verb: choices(step.reasons) for step in steps if step.reasons},
        can_take_over=row.state is QuestionState.ANSWERED
        and can(session, actor, Action.REVISE_NEED, need),
    )  # fmt: skip


def _told(step: Transition) -> list[str]:
    return [label(AUDIENCE_LABELS[audience]) for audience in step.notice]


def answer_to_take_over(need: Need) -> str:
    """What the address of the form of a need asks to write into it: the answer to a question."""
    ident = request.args.get("question", type=int)
    if ident is None:
        return ""
    try:
        row = finding.get_question(current_session(), current_actor(), ident)
    except NotFound:
        return ""
    return row.answer or "" if row.need_id == need.id else ""
