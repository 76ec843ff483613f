"""Taking a mistaken step back in silence, on a page of its own."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from .. import clock
from ..engagements.models import Engagement
from ..errors import Conflict, Refused
from ..needs.models import Need
from ..permissions import Action, Role, get_visible
from ..web import current_actor, current_session, requires
from ..web.fields import Required
from ..web.forms import Form, text_field
from ..web.labels import in_town, label
from ..web.steps import show_lost
from . import service

blueprint = Blueprint("corrections", __name__)
COORDINATOR = frozenset({Role.COORDINATOR})


class CorrectionForm(Form):
    why = text_field(
        lazy_gettext("知らせずに戻す理由"),
        Required(),
        most=service.LONGEST,
        description=lazy_gettext("氏名や連絡先は書かないでください。監査記録に残ります。"),
    )


@blueprint.app_template_global("correction_of")
def correction_of(thing: service.Thing) -> service.Correction | None:
    """Of officers; none for other readers."""
    actor = current_actor()
    if actor.role is not Role.COORDINATOR:
        return None
    return service.find_correction(current_session(), thing, actor=actor, now=clock.now())


@blueprint.route("/needs/<int:need_id>/correction", methods=["GET", "POST"])
@requires(Action.REVIEW_NEED, roles=COORDINATOR)
def correct_need(need_id: int) -> ResponseReturnValue:
    is_post = request.method == "POST"
    need = get_visible(current_session(), current_actor(), Need, need_id, lock=is_post)
    return _correct(need, url_for("needs.show_need", need_id=need_id))


@blueprint.route("/engagements/<int:engagement_id>/correction", methods=["GET", "POST"])
@requires(Action.RUN_ENGAGEMENT, roles=COORDINATOR)
def correct_engagement(engagement_id: int) -> ResponseReturnValue:
    is_post = request.method == "POST"
    work = get_visible(current_session(), current_actor(), Engagement, engagement_id, lock=is_post)
    return _correct(work, url_for("engagements.show_engagement", engagement_id=engagement_id))


def _correct(thing: service.Thing, back: str) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    form = CorrectionForm()
    found = correction_of(thing)
    if request.method == "GET" and found is None:
        return redirect(back)
    if not form.validate_on_submit() and (request.method == "GET" or found is not None):
        return _page(thing, found, form, back), form.status
    try:
        service.take_back(
            session, thing, form.why.data or "", event=request.form.get("version", type=int),
            actor=actor, now=now,
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _page(thing, correction_of(thing), form, back), form.status
    except Conflict as error:
        session.rollback()
        sent = [(str(form.why.label.text), form.why.data)]
        return show_lost(error, sent, [(_("状態"), label(thing.state))], back)
    flash(_("だれにも知らせずに戻しました。理由は監査記録に残りました。"), "success")
    return redirect(back)


def _page(
    thing: service.Thing, found: service.Correction | None, form: CorrectionForm, back: str
) -> str:
    need = thing if isinstance(thing, Need) else thing.need
    return render_template(
        "corrections/correct.html", form=form, found=found, title=in_town(need), back=back,
        state=thing.state, days=service.WINDOW.days,
    )  # fmt: skip
