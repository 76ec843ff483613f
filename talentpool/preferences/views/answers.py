"""The page of one need with the form of an answer: of the person, or of an officer who writes for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ...errors import Conflict, LostRace, NotFound, Refused
from ...needs.models import Need
from ...states import NeedState
from ...web import current_catalogue, current_session
from ...web.changed import Difference, differences
from ...web.labels import label, term
from ...web.steps import Rows, show_lost
from ...web.versions import is_stale, mark_of
from .. import answering
from ..answering import REASONS
from ..forms import InterestForm
from ..models import ANSWERS, Interest
from .presenting import Line
from .reading import Reading


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an answer is given. page: the address of the form; back: of the list."""

    reading: Reading
    form: type[InterestForm]
    save: Callable[[Need, InterestForm], Interest]
    page: str
    back: str
    template: str = "preferences/show_suiting.html"


def answer(desk: Desk, need_id: int) -> ResponseReturnValue:
    session = current_session()
    try:
        line = desk.reading.line(need_id)
    except NotFound:
        return _gone(desk)
    form = _form(desk, line)
    if form.is_submitted() and is_stale(_mark(desk, line)):
        overtaken = differences(form, _form(desk, line, formdata=None))
        return _page(desk, line, form, overtaken)[0], LostRace.status
    if not form.validate_on_submit():
        return _page(desk, line, form)
    try:
        desk.save(answering.lock_need(session, need_id), form)
    except Refused as error:
        form.refuse(error)
        return _page(desk, line, form)
    except Conflict as error:
        session.rollback()
        return show_lost(error, _sent(form), [], desk.back)
    flash(_("返事を保存しました。募集が公開中で、打診が届くまでは、変えられます。"), "success")
    return redirect(desk.back)


def _form(desk: Desk, line: Line, **options: Any) -> InterestForm:
    form = desk.form(data=desk.form.contents(line.interest), **options)
    form.set_choices()
    return form


def _mark(desk: Desk, line: Line) -> str:
    return mark_of(desk.form.contents(line.interest))


def _gone(desk: Desk) -> ResponseReturnValue:
    """A need that does not fit any more, or never did: whoever was answering keeps the words."""
    form = desk.form()
    form.set_choices()
    if not form.is_submitted() or not any(text for _name, text in _sent(form)):
        raise NotFound
    error = Conflict(_("この募集には、いまは返事ができません。"))
    return show_lost(error, _sent(form), [], desk.back)


def _sent(form: InterestForm) -> Rows:
    said = form.value()
    is_known = said.reason and current_catalogue().is_valid(REASONS, said.reason)
    return [
        (_("この募集への返事"), label(ANSWERS[said.answer]) if said.answer else ""),
        (_("見送る理由"), term(said.reason or "", REASONS) if is_known else ""),
        (_("補足"), said.words),
        (str(form.bars.label.text), _("はい") if said.bars else ""),
        *form.sent(),
    ]


def _page(
    desk: Desk,
    line: Line,
    form: InterestForm,
    overtaken: Sequence[Difference] | None = None,
) -> tuple[str, int]:
    page = render_template(
        desk.template,
        line=line,
        need=line.need,
        person=desk.reading.person,
        form=form,
        mark=_mark(desk, line),
        overtaken=overtaken,
        page=desk.page,
        back=desk.back,
        is_open=line.need.state is NeedState.OPEN and not line.is_asked,
    )
    return page, form.status
