"""What a person reads of the open needs that fit, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.models import Candidate
from ...candidates.service import find_own
from ...db import GREATEST_ID
from ...errors import Conflict, LostRace, NotFound, Refused
from ...permissions import Action
from ...states import NeedState
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ...web.labels import label, term
from ...web.steps import Rows, show_lost
from ...web.versions import is_stale, mark_of
from .. import answering, showing, suiting
from ..answering import REASONS
from ..forms import InterestForm, contents
from ..models import ANSWERS, Interest
from ..reasons import in_steps, reasons_of
from ..suiting import SHOWN, Suiting
from .blueprint import blueprint
from .presenting import Line, sentence


@blueprint.get("/suited")
@requires(Action.SAY_INTEREST)
def list_suiting() -> ResponseReturnValue:
    person = find_own(current_session(), current_actor())
    found = _list_found(person)
    own = answering.list_own(current_session(), current_actor())
    shown = (found or [])[:SHOWN]
    lines = _lines(shown, own)
    known = {line.need.id for line in lines}
    others = [row for row in own.values() if row.need_id not in known]
    return render_template(
        "preferences/list_suiting.html", lines=lines, total=len(found or ()), most=SHOWN,
        is_counted=found is not None, answered=_answered(others, found),
    )  # fmt: skip


def _list_found(person: Candidate | None) -> list[Suiting] | None:
    session, actor = current_session(), current_actor()
    if person is None:
        return None
    return suiting.list_suiting(
        session, person, actor.prefecture_code or "", catalogue=current_catalogue(), actor=actor,
        now=clock.now(),
    )  # fmt: skip


def _lines(rows: Sequence[Suiting], own: dict[int, Interest]) -> list[Line]:
    named = showing.list_named(current_session(), [row.need.id for row in rows])
    return [
        Line(
            row.need, row.need.id in named, [sentence(reason) for reason in reasons],
            own.get(row.need.id), minutes=_minutes(row, row.need.id in named),
        )
        for row, reasons in zip(rows, reasons_of(rows), strict=True)
    ]  # fmt: skip


def _minutes(row: Suiting, is_named: bool) -> int | None:
    """The way there, where there is one."""
    minutes = row.person.travel.get(row.wanted.place)
    if minutes is None or row.wanted.mode == "online":
        return None
    return minutes if is_named else in_steps(minutes)


def _answered(rows: Sequence[Interest], found: Sequence[Suiting] | None) -> list[Line]:
    """Those that were answered and are not listed above. Of whoever no round would take nothing is said of the fit."""
    named = showing.list_named(current_session(), [row.need_id for row in rows])
    fits = {row.need.id for row in (rows if found is None else found)}
    asked = answering.list_asked(current_session(), rows[0].candidate_id) if rows else set()
    return [
        Line(
            row.need,
            row.need_id in named | asked,  # an offer names its town
            (),
            row,
            fits=row.need_id in fits,
            is_asked=row.need_id in asked,
        )
        for row in rows
    ]


@blueprint.route("/suited/<int:need_id>", methods=["GET", "POST"])
@requires(Action.SAY_INTEREST)
def show_suiting(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    try:
        line = _line(need_id)
    except NotFound:
        return _gone()
    form = InterestForm(data=contents(line.interest))
    form.set_choices()
    mark = mark_of(contents(line.interest))
    if form.is_submitted() and is_stale(mark):
        present = InterestForm(formdata=None, data=contents(line.interest))
        present.set_choices()
        return _page(line, form, differences(form, present))[0], LostRace.status
    if not form.validate_on_submit():
        return _page(line, form)
    try:
        answering.say_interest(
            session, answering.lock_need(session, need_id), form.value(), actor=actor,
            now=clock.now(),
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        return _page(line, form)
    except Conflict as error:
        session.rollback()
        return show_lost(error, _sent(form), [], url_for(".list_suiting"))
    flash(_("返事を保存しました。募集が締め切られるまで変えられます。"), "success")
    return redirect(url_for(".list_suiting"))


def _gone() -> ResponseReturnValue:
    """A need that does not fit any more, or never did: whoever was answering keeps the words."""
    form = InterestForm()
    form.set_choices()
    if not form.is_submitted() or not any(text for _name, text in _sent(form)):
        raise NotFound
    error = Conflict(_("この募集には、いまは返事ができません。"))
    return show_lost(error, _sent(form), [], url_for(".list_suiting"))


def _sent(form: InterestForm) -> Rows:
    said = form.value()
    is_known = said.reason and current_catalogue().is_valid(REASONS, said.reason)
    return [
        (_("この募集への返事"), label(ANSWERS[said.answer]) if said.answer else ""),
        (_("見送る理由"), term(said.reason or "", REASONS) if is_known else ""),
        (_("補足"), said.words),
        (str(form.bars.label.text), _("はい") if said.bars else ""),
    ]


def _line(need_id: int) -> Line:
    """Of a need that fits, or that was answered; NotFound else."""
    session, actor = current_session(), current_actor()
    person = find_own(session, actor) if 0 < need_id <= GREATEST_ID else None
    found = _list_found(person)
    own = answering.list_own(session, actor) if person else {}
    here = next((line for line in _lines(found or (), own) if line.need.id == need_id), None)
    if here is not None:
        return here
    if need_id not in own:
        raise NotFound
    return _answered([own[need_id]], found)[0]


def _page(
    line: Line, form: InterestForm, overtaken: Sequence[Difference] | None = None
) -> tuple[str, int]:
    page = render_template(
        "preferences/show_suiting.html",
        line=line,
        need=line.need,
        form=form,
        mark=mark_of(contents(line.interest)),
        overtaken=overtaken,
        is_open=line.need.state is NeedState.OPEN and not line.is_asked,
    )
    return page, form.status
