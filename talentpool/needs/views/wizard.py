"""A need topic by topic: begun from a template or an earlier need, kept as a draft with every answer, then handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action
from ...web import current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.fields import pairs_of
from ...web.refusals import note_refusal
from ...web.versions import is_stale
from .. import drafting, finding, writing
from ..forms import NeedForm, proposed
from ..models import Need, NeedDraft
from ..steps import NeedStep, step_with
from ..templates import templates
from . import progress
from .blueprint import blueprint, get_need
from .writing import show_gone
from .written import Written, as_sent, contents_of, finish, get_draft

FRESH = ("first_month", "last_month")  # of an earlier need: these months are over


@blueprint.get("/start")
@requires(Action.EDIT_NEED)
def begin_need() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    return render_template(
        "needs/begin_need.html",
        templates=templates().values(),
        earlier=finding.list_earlier(session, actor),
    )


@blueprint.post("/start")
@requires(Action.EDIT_NEED)
def start_need() -> ResponseReturnValue:
    return redirect(_address(_begin(_chosen()), NeedStep.OUTCOME))


@blueprint.post("/<int:need_id>/steps")
@requires(Action.EDIT_NEED)
def guide_need(need_id: int) -> ResponseReturnValue:
    need = get_need(need_id, lock=True)
    writing.require_draft(need)
    draft = drafting.find_draft(current_session(), need, lock=True)
    draft = draft or _begin(contents_of(need), need)
    return redirect(_address(draft, NeedStep.OUTCOME))


def _chosen() -> Mapping[str, Any]:
    """What the form holds at first, by the button that was pressed."""
    if "copy" in request.form:
        number = request.form["copy"]
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise NotFound
        return contents_of(get_need(int(number))) | dict.fromkeys(FRESH)
    code = request.form.get("template", "")
    if not code:
        return {}
    if code not in templates():
        raise NotFound
    return proposed(templates()[code])


def _begin(answers: Mapping[str, Any], need: Need | None = None) -> NeedDraft:
    town = need.municipality_code if need else current_actor().municipality_code
    typed: dict[str, list[str]] = {}
    for name, value in pairs_of(NeedForm(None, data=answers, town=town)):
        typed.setdefault(name, []).append(value)
    return drafting.save_draft(
        current_session(), None, typed, need=need, actor=current_actor(), now=clock.now()
    )


@blueprint.get("/drafts/<int:draft_id>/<step>")
@requires(Action.EDIT_NEED)
def ask_step(draft_id: int, step: str) -> ResponseReturnValue:
    draft, place = get_draft(draft_id), _step(step)
    typed = drafting.typed_in(draft)
    form = _form(draft, typed)
    is_asked = "asked" in request.args
    has_faults = progress.complain(form, place, typed, is_asked=is_asked)
    return _show(form, draft, place), 422 if has_faults and is_asked else 200


@blueprint.post("/drafts/<int:draft_id>/<step>")
@requires(Action.EDIT_NEED)
def answer_step(draft_id: int, step: str) -> ResponseReturnValue:
    place = _step(step)
    try:
        draft = get_draft(draft_id)
    except NotFound:
        return show_gone()
    stored = drafting.typed_in(draft)
    typed = progress.merge(stored, place, request.form)
    form = _form(draft, typed)
    if is_stale(_written(draft).version or ""):
        overtaken = differences(form, _form(draft, stored))
        return _show(form, draft, place, overtaken), LostRace.status
    return _keep(form, draft, place, typed)


def _keep(
    form: NeedForm, draft: NeedDraft, place: NeedStep, typed: dict[str, list[str]]
) -> ResponseReturnValue:
    """Whatever it is, before anything is said about it."""
    session, actor, now = current_session(), current_actor(), clock.now()
    target = progress.change_rows(form, typed, request.form)
    try:
        drafting.keep_draft(session, draft, typed, actor=actor, now=now)
    except Refused as error:
        form.refuse(error)
        return _show(form, draft, place), 422
    if target is not None:
        return redirect(f"{_address(draft, place)}#{target}", 303)
    if "save" in request.form:
        flash(_("下書きを保存しました。"), "success")
        return redirect(_address(draft, place), 303)
    if progress.complain(form, place, typed, is_asked=True):
        return redirect(_address(draft, place, asked=1), 303)
    return redirect(_address(draft, place.neighbours[1]), 303)


@blueprint.get("/drafts/<int:draft_id>/check")
@requires(Action.EDIT_NEED)
def check_draft(draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id)
    form = _form(draft, drafting.typed_in(draft))
    problems = progress.problems(form)
    return _show_check(form, draft, problems, is_asked="asked" in request.args)


@blueprint.post("/drafts/<int:draft_id>/check")
@requires(Action.EDIT_NEED)
def finish_draft(draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id)
    written = _written(draft)
    if is_stale(written.version or ""):
        raise LostRace
    form = _form(draft, drafting.typed_in(draft))
    if progress.problems(form):
        return redirect(url_for(".check_draft", draft_id=draft_id, asked=1), 303)
    done = finish(form, written, is_submitted="submit" in request.form)
    if done is not None:
        return done
    return _show_check(form, get_draft(draft_id), _refused_at(form), is_asked=True)


def _refused_at(form: NeedForm) -> list[tuple[str, str]]:
    """What a service said at fields of a step; all else, as of the shares of a joint need, stands on top of the page."""
    refused, asked = form.refused, {name for step in NeedStep for name in step.fields}
    assert refused is not None
    at_fields = {name: text for name, text in refused.fields.items() if name in asked}
    others = {name: text for name, text in refused.fields.items() if name not in asked}
    if others or not at_fields:
        note_refusal(Refused(refused.message, fields=others), {})
    return list(at_fields.items())


def _show_check(
    form: NeedForm, draft: NeedDraft, problems: Sequence[tuple[str, str]], *, is_asked: bool
) -> ResponseReturnValue:
    shown = [(form[name], text, _address(draft, step_with(name))) for name, text in problems]
    if is_asked:
        for field, text, url in shown:
            note_refusal(Refused.at(field.name, text), {}, url)
    fresh = _form(draft, drafting.typed_in(draft))
    page = render_template(
        "needs/check_draft.html", form=fresh, answers=lambda step: progress.answers(fresh, step), draft=draft, written=_written(draft),
        problems=shown, asked=fresh.asked(), line=_line(form, draft), count=progress.count_answered(form),
        of=len(NeedStep) + 1,
    )  # fmt: skip
    return page, 422 if is_asked and (problems or form.refused) else 200


def _written(draft: NeedDraft) -> Written:
    if draft.need_id is None:
        return Written(draft=draft)
    need = get_need(draft.need_id, lock=request.method == "POST")
    writing.require_draft(need)
    return Written(need, draft)


def _step(name: str) -> NeedStep:
    if name not in set(NeedStep):
        raise NotFound
    return NeedStep(name)


def _form(draft: NeedDraft, typed: Mapping[str, Sequence[str]]) -> NeedForm:
    return NeedForm(as_sent(typed), town=draft.municipality_code)


def _address(draft: NeedDraft, step: NeedStep | None, **query: Any) -> str:
    """Of the page of a step; without one, of the page that checks all of them."""
    if step is None:
        return url_for(".check_draft", draft_id=draft.id, **query)
    return url_for(".ask_step", draft_id=draft.id, step=step, **query)


def _line(form: NeedForm, draft: NeedDraft, place: NeedStep | None = None) -> list[progress.Mark]:
    typed = drafting.typed_in(draft)
    return progress.line_of_steps(form, typed, place, lambda step: _address(draft, step))


def _show(
    form: NeedForm,
    draft: NeedDraft,
    place: NeedStep,
    overtaken: Sequence[Difference] | None = None,
) -> str:
    before, after = place.neighbours
    written = _written(draft)
    return render_template(
        f"needs/{place}.html", form=form, draft=draft, written=written, need=written.need,
        step=place, number=list(NeedStep).index(place) + 1, of=len(NeedStep) + 1,
        before=before, after=after, line=_line(form, draft, place), overtaken=overtaken,
        count=progress.count_answered(form), template=templates().get(form.template.data or ""),
        address=lambda step: _address(draft, step),
    )  # fmt: skip
