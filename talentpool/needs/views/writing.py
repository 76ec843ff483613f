"""The page on which a town writes a need: what is whole is saved as the need, what is not is kept as typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from ... import clock
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action, get_visible
from ...web import (
    again,
    check_version,
    current_actor,
    current_catalogue,
    current_session,
    kept,
    requires,
)
from ...web.changed import Difference, differences
from ...web.versions import is_stale
from .. import drafting, reviewing, writing
from ..forms import NeedForm, contents
from ..models import Need, NeedDraft
from ..rules import faults
from .blueprint import blueprint, get_need
from .steps import STEPS


@dataclass(frozen=True, slots=True)
class Written:
    """What the page is about: a need, what was typed for it and is not whole, or nothing yet."""

    need: Need | None = None
    draft: NeedDraft | None = None

    @property
    def version(self) -> str | None:
        rows = [row for row in (self.need, self.draft) if row is not None]
        return "-".join(str(row.version) for row in rows) or None

    @property
    def page(self) -> str:
        """Where it is written on."""
        if self.need is not None:
            return url_for(".edit_need", need_id=self.need.id)
        if self.draft is not None:
            return url_for(".edit_draft", draft_id=self.draft.id)
        return url_for(".new_need")


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
        draft = _get_draft(draft_id)
    except NotFound:
        return _show_gone()
    if draft.need_id is not None:
        return redirect(url_for(".edit_need", need_id=draft.need_id))
    return _write(Written(draft=draft))


@blueprint.post("/drafts/<int:draft_id>/delete")
@requires(Action.EDIT_NEED)
def delete_draft(draft_id: int) -> ResponseReturnValue:
    draft = _get_draft(draft_id)
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
    if "add" in request.form or "drop" in request.form:
        return again.change_rows(form)
    if written.version is not None and is_stale(written.version):
        overtaken = differences(form, _form(written, is_blank=True))
        return _show_form(form, written, overtaken), LostRace.status
    is_whole = form.validate()
    if "save" in request.form and not (is_whole and _is_possible(form)):
        return _keep(form, written)
    if is_whole:
        return _save(form, written)
    if "submit" in request.form:
        form.note_missing()
    return _show_form(form, written), 422


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


def _save(form: NeedForm, written: Written) -> ResponseReturnValue:
    """Save, and hand in when that button was pressed."""
    session, actor, now = current_session(), current_actor(), clock.now()
    known: dict[str, Any] = {"catalogue": form.catalogue, "actor": actor, "now": now}
    try:
        if written.need is None:
            need = writing.create_need(session, form.value(), **known)
        else:
            need = written.need
            writing.save_need(session, need, form.value(), **known)
        if written.draft is not None:
            drafting.finish_draft(session, written.draft, need, actor=actor, now=now)
        if "submit" in request.form:
            reviewing.submit_need(session, need, **known)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _show_form(form, _look_again(written)), 422
    done = STEPS["submit"].done if "submit" in request.form else _("下書きを保存しました。")
    flash(done, "success")
    return redirect(url_for(".show_need", need_id=need.id))


def _look_again(written: Written) -> Written:
    """The same, as it is stored."""
    need = get_need(written.need.id) if written.need else None
    draft = _get_draft(written.draft.id) if written.draft else None
    return Written(need, draft)


def _form(written: Written, *, is_blank: bool = False) -> NeedForm:
    """With what was typed, now or into the draft, or `is_blank`: with what is stored alone."""
    need = written.need
    town = need.municipality_code if need else current_actor().municipality_code
    typed = None if is_blank else _typed_here()
    if typed is None and written.draft is not None:
        fields = drafting.typed_in(written.draft).items()
        typed = MultiDict((name, value) for name, values in fields for value in values)
    place = current_catalogue().municipality(need.place_code).ja if need else ""
    return NeedForm(typed, data=contents(need, place) if need else None, town=town)


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
        is_gone=is_gone,
    )  # fmt: skip


def _show_gone() -> ResponseReturnValue:
    """Of a draft that somebody finished or deleted meanwhile: what was typed since then is not."""
    sent = (_typed_here() or MultiDict[str, str]()).items()
    if not any(value for name, value in sent if name not in kept.UNKEPT | {"version"}):
        raise NotFound
    page = _show_form(_form(Written()), Written(), is_gone=True)
    return page, LostRace.status if request.method == "POST" else 200


def _get_draft(draft_id: int) -> NeedDraft:
    lock = request.method == "POST"
    return get_visible(current_session(), current_actor(), NeedDraft, draft_id, lock=lock)
