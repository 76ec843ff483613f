"""The calendar of meetings: a list, a page for each with its entry for calendars, the form of those who call them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...dates import JST
from ...db import Session
from ...ical import write_calendar
from ...permissions import Action, Role, can
from ...pool.told import FEW
from ...web import check_version, current_actor, current_catalogue, current_session, requires
from ...web.editing import Changes, answer
from ...web.filters import show_moment
from ...web.labels import label, term, town
from ...web.lists import Column, ListPage
from .. import service
from ..calendar import event_of
from ..forms import MeetingForm, MeetingListForm, contents
from ..models import CIRCLES, KINDS, Meeting
from ..service import WHENS, When
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Line:
    meeting: Meeting
    now: datetime
    reader: int | None

    @property
    def when(self) -> When:
        return service.when_of(self.meeting, self.now)

    @property
    def state(self) -> str:
        return label(WHENS[self.when])

    @property
    def kind(self) -> str:
        return label(KINDS[self.meeting.kind])

    @property
    def circle(self) -> str:
        return label(CIRCLES[self.meeting.circle])

    @property
    def span(self) -> str:
        return f"{show_moment(self.meeting.begins_at)}\uff5e{self.meeting.ends_at.astimezone(JST):%H:%M}"

    @property
    def comes(self) -> bool:
        return self.reader in {row.user_id for row in self.meeting.interests}

    @property
    def towns(self) -> list[str]:
        codes = {row.municipality_code for row in self.meeting.interests if row.municipality_code}
        return [town(code) for code in sorted(codes)]

    @property
    def people(self) -> int:
        return sum(row.municipality_code is None for row in self.meeting.interests)

    @property
    def told_people(self) -> str:
        """Of few, no town and no person of the pool reads how many; who calls the meeting does."""
        is_guest = current_actor().role in {Role.MUNICIPALITY, Role.CANDIDATE}
        if is_guest and 0 < self.people < FEW:
            return str(_("%(n)s名未満", n=FEW))
        return str(_("%(n)s名", n=self.people))


def _lines(session: Session, rows: Sequence[Meeting]) -> Iterator[Line]:
    now, reader = clock.now(), current_actor().user_id
    return (Line(row, now, reader) for row in rows)


MEETINGS = ListPage[Meeting, Line](
    "meetings",
    lazy_gettext("集まり"),
    "meetings/list_meetings.html",
    [
        Column(lazy_gettext("集まりの名前"), lambda line: line.meeting.title, "", "title"),
        Column(lazy_gettext("日時"), lambda line: line.span, "w-12", "begins"),
        Column(lazy_gettext("種類"), lambda line: line.kind, "w-7"),
        Column(lazy_gettext("対象"), lambda line: line.circle, "w-9"),
        Column(
            lazy_gettext("テーマ"),
            lambda line: term(line.meeting.theme, "theme") if line.meeting.theme else "", None,
        ),
        Column(lazy_gettext("場所"), lambda line: line.meeting.place, "w-12"),
        Column(lazy_gettext("時期"), lambda line: line.state, "w-6"),
    ],
    _lines,
)  # fmt: skip


@blueprint.get("/meetings")
@requires(Action.VIEW_MEETING)
def list_meetings() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), MeetingListForm(request.args)
    form.set_choices()
    found = service.list_meetings(session, actor, form.asked(), now=clock.now())
    return MEETINGS.answer(
        found, form, may_manage=can(session, actor, Action.MANAGE_MEETING),
        sees_companions=can(session, actor, Action.VIEW_COMPANION),
    )  # fmt: skip


@blueprint.get("/meetings/<int:ident>")
@requires(Action.VIEW_MEETING)
def show_meeting(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row = service.get_meeting(session, actor, ident)
    return render_template(
        "meetings/show_meeting.html",
        meeting=row,
        line=Line(row, clock.now(), actor.user_id),
        may_manage=can(session, actor, Action.MANAGE_MEETING, row),
        may_join=can(session, actor, Action.JOIN_MEETING, row),
    )


@blueprint.get("/meetings/<int:ident>/calendar.ics")
@requires(Action.VIEW_MEETING)
def download_meeting(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row = service.get_meeting(session, actor, ident)
    text = write_calendar(row.title, [event_of(row, actor.user_id)])
    file = Response(text, mimetype="text/calendar")
    file.headers["Content-Disposition"] = f"attachment; filename=meeting-{row.id}.ics"
    return file


@blueprint.route("/meetings/new", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETING)
def new_meeting() -> ResponseReturnValue:
    return _edit(None)


@blueprint.route("/meetings/<int:ident>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETING)
def edit_meeting(ident: int) -> ResponseReturnValue:
    is_sent = request.method == "POST"
    return _edit(service.get_meeting(current_session(), current_actor(), ident, lock=is_sent))


def _edit(row: Meeting | None) -> ResponseReturnValue:
    present = partial(MeetingForm, data=contents(row) if row else {})
    form = present()

    def save() -> Meeting:
        return service.save_meeting(
            current_session(), row, form.value(), catalogue=current_catalogue(),
            actor=current_actor(), now=clock.now(),
        )  # fmt: skip

    def page(changes: Changes) -> str:
        return render_template(
            "meetings/edit_meeting.html", form=form, meeting=row, overtaken=changes
        )

    return answer(
        form, mark=str(row.version) if row else None, present=partial(present, formdata=None),
        save=save, page=page, done=_saved,
    )  # fmt: skip


def _saved(row: Meeting) -> ResponseReturnValue:
    flash(_("集まりを保存しました。"), "success")
    return redirect(url_for(".show_meeting", ident=row.id))


@blueprint.post("/meetings/<int:ident>/cancel")
@requires(Action.MANAGE_MEETING)
def cancel_meeting(ident: int) -> ResponseReturnValue:
    row = service.get_meeting(current_session(), current_actor(), ident, lock=True)
    check_version(row)
    service.cancel_meeting(current_session(), row, actor=current_actor(), now=clock.now())
    flash(_("集まりを中止しました。"), "success")
    return redirect(url_for(".show_meeting", ident=ident))


@blueprint.post("/meetings/<int:ident>/<any(come, stay):said>")
@requires(Action.JOIN_MEETING)
def say_interest(ident: int, said: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row, comes = service.get_meeting(session, actor, ident, lock=True), said == "come"
    service.say_interest(session, row, comes=comes, actor=actor, now=clock.now())
    flash(
        _("参加したいことを伝えました。") if comes else _("参加の希望を取り消しました。"), "success"
    )
    return redirect(url_for(".show_meeting", ident=ident))
