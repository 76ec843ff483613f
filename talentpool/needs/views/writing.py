"""The page on which a town writes a need at once: what is whole is saved as the need, what is not is kept as typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from ... import clock
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action
from ...web import again, check_version, current_actor, current_session, kept, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale
from .. import drafting, writing
from ..forms import NeedForm
from ..rules import faults
from .blueprint import blueprint, get_need
from .sketching import sketch_of, sketch_typed
from .written import Written, as_sent, finish, get_draft


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def new_need() -> ResponseReturnValue:
    return _write(Written())


@blueprint.route("/<int:need_id>/edit", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def edit_need(need_id: int) -> ResponseReturnValue:
    lock = request.method == "POST"
    need = get_need(need_id, lock=lock)
    writing.require_draft(need)
    return _write(Written(need, drafting.find_draft(current_session(), need, lock=lock)))


@blueprint.route("/drafts/<int:draft_id>", methods=["GET", "POST"])
@requires(Action.EDIT_NEED)
def edit_draft(draft_id: int) -> ResponseReturnValue:
    try:
        draft = get_draft(draft_id)
    except NotFound:
        return show_gone()
    if draft.need_id is not None:
        return redirect(url_for(".edit_need", need_id=draft.need_id))
    return _write(Written(draft=draft))


@blueprint.post("/drafts/<int:draft_id>/delete")
@requires(Action.EDIT_NEED)
def delete_draft(draft_id: int) -> ResponseReturnValue:
    draft = get_draft(draft_id)
    check_version(draft)
    drafting.delete_draft(current_session(), draft, actor=current_actor(), now=clock.now())
    flash(_("下書きを削除しました。"), "success")
    if draft.need_id is not None:
        return redirect(url_for(".edit_need", need_id=draft.need_id))
    return redirect(url_for(".list_needs"))


def _write(written: Written) -> ResponseReturnValue:
    form = _form(written)
    if request.method == "GET":
        return _show_form(form, written)
    if changed := _change_rows(form):
        return changed
    if written.version is not None and is_stale(written.version):
        overtaken = differences(form, _form(written, is_blank=True))
        return _show_form(form, written, overtaken), LostRace.status
    is_whole = form.validate()
    if "save" in request.form and not (is_whole and _is_possible(form)):
        return _keep(form, written)
    if is_whole:
        done = finish(form, written, is_submitted="submit" in request.form)
        return done or (_show_form(form, written.again()), 422)
    if "submit" in request.form:
        form.note_missing()
    return _show_form(form, written), 422


def _change_rows(form: NeedForm) -> ResponseReturnValue | None:
    """What is asked for by a button that changes rows alone, or counts anew; None where it was another one."""
    if "add" in request.form or "drop" in request.form:
        return again.change_rows(form)
    if "even" in request.form:
        form.validate_fields(("skills",))
        return again.change_fields({} if form.skills.errors else form.evened())
    if "count" in request.form:
        return again.back_to(kept.page_of_the_form() or url_for(".new_need"))
    return None


def _is_possible(form: NeedForm) -> bool:
    return not any(faults(form.value(), form.catalogue))


def _keep(form: NeedForm, written: Written) -> ResponseReturnValue:
    """As it was typed: nothing that lacks or is wrong is said before it is asked for."""
    left_out = kept.UNKEPT | {"version"}
    typed = {name: values for name, values in request.form.lists() if name not in left_out}
    try:
        draft = drafting.save_draft(
            current_session(), written.draft, typed, need=written.need, actor=current_actor(),
            now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        return _show_form(form, written), 422
    flash(_("下書きを保存しました。"), "success")
    return redirect(Written(written.need, draft).page)


def _form(written: Written, *, is_blank: bool = False) -> NeedForm:
    """With what was typed, now or into the draft, or `is_blank`: with what is stored alone."""
    typed = _typed(written, is_blank=is_blank)
    return NeedForm(typed, data=written.stored(), town=written.town)


def _typed(written: Written, *, is_blank: bool = False) -> MultiDict[str, str] | None:
    """Now (not where `is_blank`), or into the draft; None where neither is."""
    typed = None if is_blank else _typed_here()
    if typed is None and written.draft is not None:
        typed = as_sent(drafting.typed_in(written.draft))
    return typed


def _count(written: Written) -> Any:
    """How many fit what is written so far."""
    town, typed = written.town or "", _typed(written)
    if typed is None and written.need is not None:
        sketch = sketch_of(written.need)
    else:
        sketch = sketch_typed(typed or MultiDict(), town, written.need)
    return current_app.extensions["talentpool_count"](sketch, town[:2])


def _typed_here() -> MultiDict[str, str] | None:
    return request.form if request.method == "POST" else kept.typed_before()


def _show_form(
    form: NeedForm,
    written: Written,
    overtaken: Sequence[Difference] | None = None,
    *,
    is_gone: bool = False,
) -> str:
    return render_template(
        "needs/write_need.html", form=form, written=written, need=written.need,
        draft=written.draft, is_of_draft=_typed_here() is None, overtaken=overtaken,
        is_gone=is_gone, count=_count(written),
    )  # fmt: skip


def show_gone() -> ResponseReturnValue:
    """Of a draft that somebody finished or deleted meanwhile: what was typed since then is not."""
    sent = (_typed_here() or MultiDict[str, str]()).items()
    if not any(value for name, value in sent if name not in kept.UNKEPT | {"version"}):
        raise NotFound
    page = _show_form(_form(Written()), Written(), is_gone=True)
    return page, LostRace.status if request.method == "POST" else 200
