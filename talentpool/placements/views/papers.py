"""The decision paper as a sheet, with the approver's decision beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...errors import Conflict, LostRace, Refused
from ...jobs import JobState
from ...permissions import Action, Role, can, get_visible
from ...states import PLACEMENT
from ...web import after_commit, current_actor, current_session, requires
from ...web.steps import describe_sent, show_lost
from .. import deciding, endorsing, printing, register, service
from ..forms import DecisionForm, PaperListForm
from ..locking import lock_needs
from ..models import Authority, DecisionPaper
from ..papers import list_rows
from ..printing import find_print
from ..sheet import read_sheet
from .blueprint import blueprint
from .columns import PAPERS
from .lost import present
from .staff import STAFF
from .words import WORDS

DECIDE: Mapping[str, Callable[..., None]] = {
    "approve": deciding.approve_paper,
    "return": deciding.return_paper,
    "refuse": deciding.refuse_paper,
}


@blueprint.get("/papers")
@requires(Action.VIEW_PAPER, roles=STAFF)
def list_papers() -> ResponseReturnValue:
    """The register. It names nobody."""
    session, actor = current_session(), current_actor()
    form = PaperListForm(formdata=request.args)
    form.offer_years(register.list_years(session, actor))
    return PAPERS.answer(register.list_register(session, actor, form.asked()), form)


@blueprint.get("/papers/<int:paper_id>")
@requires(Action.VIEW_PAPER, roles=STAFF)
def show_paper(paper_id: int) -> ResponseReturnValue:
    paper = get_visible(current_session(), current_actor(), DecisionPaper, paper_id)
    return _show(paper, DecisionForm())


@blueprint.get("/papers/<int:paper_id>.pdf")
@requires(Action.VIEW_PAPER, roles=STAFF)
def show_print(paper_id: int) -> ResponseReturnValue:
    """The file, or a page that says why there is none yet."""
    session, actor = current_session(), current_actor()
    paper = get_visible(session, actor, DecisionPaper, paper_id)
    printed = find_print(session, paper)
    if printed.pdf is None:
        page = render_template(
            "placements/paper_pending.html", paper=paper,
            is_coming=printed.state in {JobState.WAITING, JobState.RUNNING},
            has_failed=printed.state is JobState.FAILED,
        )  # fmt: skip
        return page, HTTPStatus.ACCEPTED
    log_names({row.candidate_id for row in list_rows(session, paper)})
    answer = Response(printed.pdf, mimetype="application/pdf")
    name = f"{paper.fiscal_year}-{paper.number:04d}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@blueprint.post("/papers/<int:paper_id>/endorse")
@requires(Action.ENDORSE_PAPER)
def endorse_paper(paper_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    paper = get_visible(session, actor, DecisionPaper, paper_id)
    lock_needs(session, [paper.need_id])
    if request.form.get("shown") != service.look_at_paper(session, paper).shown:
        back = url_for("placements.show_paper", paper_id=paper_id)
        return show_lost(
            LostRace(), [(_("操作"), _("回議する"))], present(list_rows(session, paper)), back
        )
    endorsing.endorse_paper(session, paper, actor=actor, now=clock.now())
    flash(_("回議しました。"), "success")
    return redirect(url_for("placements.show_paper", paper_id=paper_id))


@blueprint.post("/papers/<int:paper_id>/print")
@requires(Action.DRAFT_PLACEMENT)
def order_print(paper_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    paper = get_visible(session, actor, DecisionPaper, paper_id)
    job = printing.order_print(session, paper, now=clock.now(), actor=actor)
    after_commit(partial(current_app.extensions["talentpool_engine"].wake, job.id))
    return redirect(url_for("placements.show_print", paper_id=paper_id))


@blueprint.post("/papers/<int:paper_id>")
@requires(Action.APPROVE_PLACEMENT, roles=frozenset({Role.APPROVER}))
def decide_paper(paper_id: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), DecisionForm()
    paper = get_visible(session, actor, DecisionPaper, paper_id)
    lock_needs(session, [paper.need_id])
    if not form.validate():
        return _show(paper, form), 422
    verb = form.decision.data
    try:
        if request.form.get("shown") != service.look_at_paper(session, paper).shown:
            raise LostRace
        said: dict[str, Any] = {"comment": form.comment.data or ""}
        if PLACEMENT.steps[verb].reasons is not None:
            said["reason"] = form.reason.data or None
        if verb != "return" and form.authority.data:
            said["authority"] = Authority(form.authority.data)
        DECIDE[verb](session, paper, actor=actor, now=clock.now(), **said)
    except Refused as error:
        form.refuse(error)
        return _show(paper, form), error.status
    except Conflict as error:
        session.rollback()
        paper = get_visible(session, actor, DecisionPaper, paper_id)
        back = url_for("placements.show_paper", paper_id=paper_id)
        sent = describe_sent(PLACEMENT.steps[verb], form)
        return show_lost(error, sent, present(list_rows(session, paper)), back)
    flash(WORDS[verb].done, "success")
    return redirect(url_for("placements.show_paper", paper_id=paper_id))


def _show(paper: DecisionPaper, form: DecisionForm) -> str:
    session, actor = current_session(), current_actor()
    rows = list_rows(session, paper)
    sheet = read_sheet(session, paper, rows)
    log_names(sheet.people)
    waiting = service.Paper.of(paper, rows)
    lacks = bool(waiting.placements) and endorsing.lacks_endorsement(session, paper)
    may = bool(waiting.placements) and can(session, actor, Action.APPROVE_PLACEMENT, paper)
    return render_template(
        "placements/show_paper.html", paper=paper, sheet=sheet, form=form, shown=waiting.shown,
        rows=rows, decides=may,
        is_own=actor.user_id in {row.drafted_by for row in waiting.placements},
        words=WORDS, endorses=lacks and _may_endorse(paper, waiting), lacks_endorsement=lacks,
    )  # fmt: skip


def _may_endorse(paper: DecisionPaper, waiting: service.Paper) -> bool:
    session, actor = current_session(), current_actor()
    return can(session, actor, Action.ENDORSE_PAPER, paper) and actor.user_id not in {
        row.drafted_by for row in waiting.placements
    }
