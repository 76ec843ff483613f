"""募集を直す, while it is open: the form, what the change would do, the deed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from ... import clock
from ...candidates.models import Candidate
from ...candidates.views.blueprint import log_names
from ...errors import Conflict, LostRace, Problem, Refused
from ...needs.forms import NeedForm, contents
from ...needs.models import Need
from ...permissions import Action, Role, get_visible, require
from ...pool.told import exactly, in_steps
from ...pool.views.panel import figure
from ...states import NAMED, PlacementState
from ...web import (
    after_view,
    again,
    current_actor,
    current_catalogue,
    current_session,
    kept,
    requires,
)
from ...web.changed import Difference, differences
from ..models import Placement
from ..revising.effects import SHOWN, Effect, list_people
from ..revising.limits import check_change, check_revisable
from ..revising.service import (
    OtherEffect,
    note_preview,
    preview_revision,
    revise_need as revise,
)
from .blueprint import blueprint
from .questions import answer_to_take_over

MOST_NAMES = 20  # of people who drop out, for staff
_SHOWN = "shown"  # field of the page of the effect


@dataclass(frozen=True, slots=True)
class Line:
    """A placement as its reader may know it. url: its page; why: for staff alone."""

    who: str
    state: PlacementState
    url: str | None
    why: Sequence[str]


@blueprint.route("/needs/<int:need_id>/revise", methods=["GET", "POST"])
@requires(Action.REVISE_NEED)
def revise_need(need_id: int) -> ResponseReturnValue:
    need = _get_need(need_id, lock=request.method == "POST")
    form = _form(need)
    if request.method == "GET":
        return _show_form(need, form)
    if "add" in request.form or "drop" in request.form:
        return again.change_rows(form)
    return _check(need, form) or again.back_to(url_for(".show_effect", need_id=need.id))


@blueprint.get("/needs/<int:need_id>/revise/effect")
@requires(Action.REVISE_NEED)
def show_effect(need_id: int) -> ResponseReturnValue:
    """What the change that was typed would do."""
    need = _get_need(need_id)
    if kept.typed_before() is None:
        return redirect(url_for(".revise_need", need_id=need.id))
    form = _form(need)
    return _check(need, form) or _look(need, form)


@blueprint.post("/needs/<int:need_id>/revise/effect")
@requires(Action.REVISE_NEED)
def take_effect(need_id: int) -> ResponseReturnValue:
    need = _get_need(need_id, lock=True)
    form = _form(need)
    if "draft" in request.form:
        return again.back_to(url_for(".revise_need", need_id=need.id))
    return _check(need, form) or _deed(need, form)


def _check(need: Need, form: NeedForm) -> ResponseReturnValue | None:
    """The form again, where it is overtaken or refused."""
    if _sent().get("version") != str(need.version):
        overtaken = differences(form, _form(need, is_blank=True))
        return _show_form(need, form, overtaken), LostRace.status
    if not form.validate():
        return _show_form(need, form), 422
    try:
        check_change(
            current_session(), need, form.value(), catalogue=form.catalogue, now=clock.now()
        )
    except Refused as error:
        return _refused(need, form, error)
    return None


def _look(need: Need, form: NeedForm, notice: str = "") -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    effect = preview_revision(
        session, need, form.value(), catalogue=form.catalogue, actor=actor, now=now
    )
    fields, ident = effect.changed, need.id
    after_view(
        lambda unit: note_preview(
            unit, unit.get_one(Need, ident), fields, actor=actor, now=now
        )
    )  # fmt: skip
    return _show_effect(need, form, effect, notice), LostRace.status if notice else 200


def _deed(need: Need, form: NeedForm) -> ResponseReturnValue:
    shown = request.form.get(_SHOWN, "")
    try:
        effect = revise(
            current_session(), need, form.value(), catalogue=form.catalogue, actor=current_actor(),
            now=clock.now(), was_shown=lambda now: compare_digest(_seal(now).encode(), shown.encode()),
        )  # fmt: skip
    except OtherEffect as error:
        current_session().rollback()
        return _look(_get_need(need.id), form, error.message)
    except (Refused, Conflict) as error:
        current_session().rollback()
        return _refused(_get_need(need.id), form, error)
    flash(_("第%(n)s版に変更しました。", n=need.content_version), "success")
    if ended := sum(_may_know(row.placement) for row in effect.void):
        flash(_("%(n)s件の推薦が終わりました。", n=ended), "info")
    return redirect(url_for("needs.show_need", need_id=need.id))


def _sent() -> MultiDict[str, str]:
    """What was typed, now or on the page before."""
    if request.method == "POST":
        return request.form
    return kept.typed_before() or MultiDict()


def _refused(need: Need, form: NeedForm, error: Problem) -> ResponseReturnValue:
    form.refuse(error)
    return _show_form(need, form), error.status


def _get_need(need_id: int, *, lock: bool = False) -> Need:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id, lock=lock)
    require(session, actor, Action.REVISE_NEED, need)
    check_revisable(need)
    return need


def _form(need: Need, *, is_blank: bool = False) -> NeedForm:
    """With what was typed, or `is_blank`: with what is stored."""
    typed = None if is_blank else _sent() or None
    place = current_catalogue().municipality(need.place_code).ja
    data = contents(need, place)
    if typed is None and not is_blank and (answer := answer_to_take_over(need)):
        data["background"] = f"{data['background']}\n{answer}".strip()
    meta = {"csrf": request.method == "POST"}  # what was typed before had its token then
    return NeedForm(typed, data=data, town=need.municipality_code, meta=meta)


def _show_form(need: Need, form: NeedForm, overtaken: Sequence[Difference] | None = None) -> str:
    return render_template("placements/revise_need.html", need=need, form=form, overtaken=overtaken)


def _show_effect(need: Need, form: NeedForm, effect: Effect, notice: str) -> str:
    leaving = _names(effect)
    log_names({person.id for person in leaving} | _named(effect))
    joining = effect.fitting[1] - effect.fitting[0] + len(effect.leaving)
    return render_template(
        "placements/revise_effect.html", need=need, form=form, effect=effect, notice_text=notice,
        returned=None,  # it is the page of what was typed
        changes=differences(form, _form(need, is_blank=True)),
        ending=[_line(row.placement, row.why) for row in effect.void if _may_know(row.placement)],
        going_on=[_line(row) for row in effect.kept if _may_know(row)],
        hidden=_told(sum(not _may_know(row.placement) for row in effect.void)),
        leaving=leaving, more=len(effect.leaving) - len(leaving),
        gone=_told(len(effect.leaving)), joining=_told(joining),
        typed=_typed(), shown=_seal(effect), is_told=_is_told(effect),
    )  # fmt: skip


def _typed() -> list[tuple[str, str]]:
    """What the form of the effect sends again."""
    ours = kept.UNKEPT | {"version", _SHOWN}
    return [
        (name, value)
        for name, value in _sent().items(multi=True)
        if name not in ours and not name.startswith(kept.ABOUT)
    ]


def _seal(effect: Effect) -> str:
    return effect.seal(str(current_app.secret_key).encode())


def _is_told(effect: Effect) -> bool:
    """Whether somebody who is asked hears of it."""
    going_on = effect.kept if effect.changed & SHOWN else ()
    return any(row.offered_at for row in (*(row.placement for row in effect.void), *going_on))


def _is_town() -> bool:
    return current_actor().role is Role.MUNICIPALITY


def _may_know(placement: Placement) -> bool:
    """A town knows of nobody before the person is asked."""
    return not _is_town() or placement.offered_at is not None


def _line(placement: Placement, why: Sequence[str] = ()) -> Line:
    state = placement.state
    if not _is_town():
        url = url_for("placements.show_placement", placement_id=placement.id)
        return Line(f"{placement.candidate.name} {placement.candidate.code}", state, url, why)
    if state not in NAMED:
        return Line(_("候補 %(alias)s", alias=placement.alias), state, None, ())
    url = url_for("placements.show_introduction", placement_id=placement.id)
    return Line(placement.candidate.name, state, url, ())


def _named(effect: Effect) -> set[int]:
    """Ids of those whose names are shown."""
    rows = [*(row.placement for row in effect.void), *effect.kept]
    return {row.candidate_id for row in rows if not _is_town() or row.state in NAMED}


def _names(effect: Effect) -> Sequence[Candidate]:
    """The first of those who drop out, for staff."""
    if _is_town():
        return []
    return list_people(current_session(), sorted(effect.leaving)[:MOST_NAMES])


def _told(people: int) -> str:
    """Exact for the prefecture, in steps for a town. Nothing where it is nobody."""
    if not people:
        return ""
    return figure(in_steps(people) if _is_town() else exactly(people))
