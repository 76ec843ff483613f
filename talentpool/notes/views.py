"""Notes on the pages of what they are about, which lie below this room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from .. import clock
from ..accounts.directory import name_accounts
from ..accounts.views.columns import name_of, subject_of
from ..candidates import service as candidates
from ..candidates.models import Candidate
from ..candidates.views.staff import show_person_page
from ..engagements.models import Engagement
from ..engagements.views.showing import show as show_engagement_page
from ..errors import Conflict, NotFound
from ..mail import MailOrder
from ..needs.models import Need
from ..needs.views.showing import show_need_page
from ..permissions import Action, can, get_visible
from ..placements.models import Placement
from ..placements.views.staff import show as show_placement_page
from ..web import current_actor, current_session, requires
from ..web.labels import label
from ..web.steps import show_lost
from . import telling
from .forms import CallForm, NoteForm
from .models import CALLS, KIND_LABELS, Note, Subject
from .service import list_notes, write_note

blueprint = Blueprint("notes", __name__)
SHOWN = 10  # notes that are not folded


@dataclass(frozen=True, slots=True)
class Line:
    """proposal: what the note is about, where its page is that of the person."""

    note: Note
    proposal: Placement | None

    @property
    def author(self) -> str:
        return self.note.author.display_name if self.note.author else ""

    @property
    def kind(self) -> str:
        return label(KIND_LABELS[self.note.kind])

    @property
    def icon(self) -> str:
        return "phone" if self.note.kind in CALLS else "record"


@dataclass(frozen=True, slots=True)
class Section:
    """form: for those who may write."""

    lines: Sequence[Line]
    form: NoteForm | None
    url: str

    @property
    def shown(self) -> Sequence[Line]:
        return self.lines[:SHOWN]

    @property
    def folded(self) -> Sequence[Line]:
        return self.lines[SHOWN:]


@blueprint.app_template_global("notes_of")
def notes_of(thing: Subject | Engagement) -> Section | None:
    """None for readers who see no notes. Those of work stand with its proposal."""
    session, actor = current_session(), current_actor()
    if not can(session, actor, Action.VIEW_NOTE):
        return None
    url = _url_of(thing)
    if isinstance(thing, Engagement):
        thing = session.get_one(Placement, thing.placement_id)
    is_person = isinstance(thing, Candidate)
    lines = [
        Line(note, note.placement if is_person else None)
        for note in list_notes(session, actor, thing)
    ]
    return Section(lines, _form(), url)


def _form() -> NoteForm | None:
    """The one that was refused, where it was this one."""
    if not can(current_session(), current_actor(), Action.WRITE_NOTE):
        return None
    if "note_form" in g:
        refused: NoteForm = g.note_form
        return refused
    return NoteForm() if request.method == "GET" else NoteForm(formdata=None)


def _url_of(thing: Subject | Engagement) -> str:
    if isinstance(thing, Engagement):
        return url_for("notes.write_about_work", engagement_id=thing.id)
    if isinstance(thing, Candidate):
        return url_for("notes.write_about_person", ident=thing.id)
    if isinstance(thing, Need):
        return url_for("notes.write_about_need", need_id=thing.id)
    return url_for("notes.write_about_placement", placement_id=thing.id)


@blueprint.post("/candidates/<int:ident>/notes")
@requires(Action.WRITE_NOTE)
def write_about_person(ident: int) -> ResponseReturnValue:
    candidate = candidates.get_profile(current_session(), current_actor(), ident)
    back = url_for("candidates.show_candidate", ident=ident)
    return _write(candidate, lambda: show_person_page(candidate), back)


@blueprint.post("/needs/<int:need_id>/notes")
@requires(Action.WRITE_NOTE)
def write_about_need(need_id: int) -> ResponseReturnValue:
    need = get_visible(current_session(), current_actor(), Need, need_id)
    back = url_for("needs.show_need", need_id=need_id)
    return _write(need, lambda: show_need_page(need), back)


@blueprint.post("/placements/<int:placement_id>/notes")
@requires(Action.WRITE_NOTE)
def write_about_placement(placement_id: int) -> ResponseReturnValue:
    placement = get_visible(current_session(), current_actor(), Placement, placement_id)
    back = url_for("placements.show_placement", placement_id=placement_id)
    return _write(placement, lambda: show_placement_page(placement), back)


@blueprint.post("/engagements/<int:engagement_id>/notes")
@requires(Action.WRITE_NOTE)
def write_about_work(engagement_id: int) -> ResponseReturnValue:
    session = current_session()
    engagement = get_visible(session, current_actor(), Engagement, engagement_id)
    placement = session.get_one(Placement, engagement.placement_id)
    back = url_for("engagements.show_engagement", engagement_id=engagement_id)
    return _write(placement, lambda: show_engagement_page(engagement), back)


blueprint.add_app_template_global(telling.is_about_something, "can_be_told_by_telephone")


@blueprint.route("/mails/<int:ident>/call", methods=["GET", "POST"])
@requires(Action.RESEND_MAIL)
def note_call(ident: int) -> ResponseReturnValue:
    """Somebody whom a mail did not reach was told by telephone."""
    session, actor, form = current_session(), current_actor(), CallForm()
    order = get_visible(session, actor, MailOrder, ident, lock=form.is_submitted())
    thing = telling.find_subject(session, actor, order)
    if not form.is_submitted() and not order.is_resendable:
        raise NotFound
    if form.validate_on_submit():
        try:
            telling.note_call(session, order, form.value(), actor=actor, now=clock.now())
        except Conflict as error:
            sent = [(field.label.text, field.data) for field in (form.party, form.text)]
            stands = [(_("状態"), label(order.state))]
            return show_lost(error, sent, stands, url_for("accounts.list_mails"))
        flash(_("電話で知らせたことを記録しました。"), "success")
        return redirect(url_for("accounts.list_mails"))
    named = name_accounts(session, [order.recipient_id]).get(order.recipient_id)
    page = render_template(
        "notes/note_call.html", form=form, subject=subject_of(order.template),
        recipient=name_of(named), url=_page_of(thing), starts_days=telling.starts_days(session, order, thing),
    )  # fmt: skip
    return page, form.status


def _page_of(thing: Subject) -> str:
    if isinstance(thing, Candidate):
        return url_for("candidates.show_candidate", ident=thing.id)
    if isinstance(thing, Need):
        return url_for("needs.show_need", need_id=thing.id)
    return url_for("placements.show_placement", placement_id=thing.id)


def _write(thing: Subject, page: Callable[[], str], back: str) -> ResponseReturnValue:
    """A refused form stands on the page of the thing as it was filled in."""
    form = NoteForm()
    if not form.validate():
        g.note_form = form
        return page(), form.status
    write_note(current_session(), thing, form.value(), actor=current_actor(), now=clock.now())
    flash(_("記録しました。"), "success")
    return redirect(f"{back}#notes")
