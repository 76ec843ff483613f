"""The secret address of a calendar, and the calendar itself, which needs no session."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext as _

from ... import clock, ical
from ...permissions import Action
from ...web import current_actor, current_catalogue, current_session, public, requires
from ...web.languages import in_readers_language
from .. import feeds
from .blueprint import blueprint


@blueprint.get("/calendar")
@requires(Action.VIEW_ENGAGEMENT, roles=feeds.READERS)
def show_calendar() -> ResponseReturnValue:
    issued_at = feeds.find_issued(current_session(), current_actor())
    return render_template("engagements/show_calendar.html", issued_at=issued_at)


@blueprint.post("/calendar")
@requires(Action.VIEW_ENGAGEMENT, roles=feeds.READERS)
def issue_calendar() -> ResponseReturnValue:
    """The address is said once, on the next page."""
    secret = feeds.issue_feed(current_session(), actor=current_actor(), now=clock.now())
    address = url_for("engagements.read_calendar", secret=secret, _external=True)
    flash(
        _("カレンダーの住所：%(address)s この住所は、もう一度は表示されません。", address=address),
        "success",
    )
    return redirect(url_for("engagements.show_calendar"))


@blueprint.post("/calendar/revoke")
@requires(Action.VIEW_ENGAGEMENT, roles=feeds.READERS)
def revoke_calendar() -> ResponseReturnValue:
    feeds.revoke_feed(current_session(), actor=current_actor(), now=clock.now())
    flash(_("カレンダーの住所を無効にしました。"), "success")
    return redirect(url_for("engagements.show_calendar"))


@blueprint.get("/calendar/<secret>.ics")
@public
def read_calendar(secret: str) -> ResponseReturnValue:
    session = current_session()
    reader, language = feeds.get_reader(session, secret)
    events = feeds.list_events(session, reader, current_catalogue(), now=clock.now())
    with force_locale(language):
        said = [replace(event, summary=in_readers_language(event.summary)) for event in events]
        text = ical.write_calendar(_("DX人材プールの活動"), said)
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="talentpool.ics"'
    return answer
