"""One consultation: what was said, what is known, and what its reader can do now."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from ...errors import Problem
from ...permissions import Action, Role, can
from ...programmes.models import Programme
from ...programmes.sourced import list_successors
from ...standing import AUDIENCE_LABELS
from ...states import ConsultationState, available
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference
from ...web.labels import label
from .. import finding
from ..forms import RESPONSES, AnswersForm, InterviewForm, ResponseForm, SharingForm
from ..guide import HINTS, NAMES, QUESTIONS
from ..models import ENDINGS, SHARINGS, URGENCIES, Consultation
from .blueprint import blueprint, get
from .words import CHANGES


@dataclass(frozen=True, slots=True)
class Sent:
    """Forms that were refused, as they were typed; error: of a step without a form, by its verb.

    overtaken: what stands now beside what was typed, where somebody else was first.
    """

    response: ResponseForm | None = None
    interview: AnswersForm | None = None
    sharing: SharingForm | None = None
    error: Problem | None = None
    verb: str = ""
    overtaken: list[Difference] | None = None


@blueprint.get("/consultations/<int:ident>")
@requires(Action.VIEW_CONSULTATION)
def show_consultation(ident: int) -> ResponseReturnValue:
    return show(get(ident))


def show(consultation: Consultation, sent: Sent | None = None) -> str:
    session, actor = current_session(), current_actor()
    sent = sent or Sent()
    steps = available(session, consultation, actor)
    is_town = actor.role is Role.MUNICIPALITY
    may_write = can(session, actor, Action.WRITE_CONSULTATION, consultation)
    may_answer = can(session, actor, Action.ANSWER_CONSULTATION, consultation)
    is_sorting = consultation.state is ConsultationState.SORTING
    return render_template(
        "consultations/show_consultation.html",
        consultation=consultation, is_town=is_town, sent=sent, may_answer=may_answer, overtaken=sent.overtaken,
        steps=[step for step in steps if step.verb not in RESPONSES],
        told={step.verb: [label(AUDIENCE_LABELS[one]) for one in step.notice] for step in steps},
        changes=CHANGES,
        response=_response(consultation, sent, [step.verb for step in steps]) if may_answer else None,
        questions=[(question, getattr(consultation, question.name)) for question in QUESTIONS],
        has_interview=is_sorting or sent.interview is not None or any(getattr(consultation, name) for name in NAMES),
        interview=sent.interview or (stored_interview(consultation) if is_sorting and (may_write or may_answer) else None),
        hint=HINTS.get(consultation.theme or ""),
        sharing=_sharing(consultation, sent) if may_write else None,
        urgencies=URGENCIES, endings=ENDINGS, sharings=SHARINGS,
        alike=finding.list_alike(
            session, actor, theme=consultation.theme,
            municipality_code=consultation.municipality_code, but=consultation.id,
            catalogue=current_catalogue(),
        ),
    )  # fmt: skip


def _response(consultation: Consultation, sent: Sent, verbs: list[str]) -> ResponseForm | None:
    if not set(verbs) & set(RESPONSES):
        return None
    form = sent.response or ResponseForm(formdata=None)
    form.offer(verbs, programmes_for(consultation))
    return form


def programmes_for(consultation: Consultation) -> list[tuple[int, str]]:
    """(id, name) of the catalogue, those that say they are about the theme first."""
    rows = list_successors(current_session(), current_actor(), Programme, None)
    theme = consultation.theme
    ranked = sorted(rows, key=lambda row: (theme not in row.themes, row.name))
    return [(row.id, row.name) for row in ranked]


def stored_interview(consultation: Consultation) -> AnswersForm:
    known = {name: getattr(consultation, name) for name in NAMES}
    return InterviewForm(formdata=None, data=known)


def _sharing(consultation: Consultation, sent: Sent) -> SharingForm:
    return sent.sharing or SharingForm(formdata=None, data={"sharing": str(consultation.sharing)})
