"""A town writes what troubles it: saved as a draft as often as it likes, then sent."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import Conflict, LostRace, Refused
from ...permissions import Action
from ...states import ConsultationState
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale
from .. import finding, writing
from ..forms import ConsultationForm
from ..models import ENDINGS, Consultation
from .blueprint import blueprint, get, take


@blueprint.route("/consultations/new", methods=["GET", "POST"])
@requires(Action.WRITE_CONSULTATION)
def new_consultation() -> ResponseReturnValue:
    return _write(None)


@blueprint.route("/consultations/<int:ident>/edit", methods=["GET", "POST"])
@requires(Action.WRITE_CONSULTATION)
def edit_consultation(ident: int) -> ResponseReturnValue:
    consultation = get(ident)
    if consultation.state is not ConsultationState.DRAFT:
        raise Conflict(_("この相談は、もう送られています。続けて伝えてください。"))
    return _write(consultation)


def _write(consultation: Consultation | None) -> ResponseReturnValue:
    form = ConsultationForm(data=ConsultationForm.contents(consultation) if consultation else None)
    if request.method == "GET":
        return _page(form, consultation)
    if consultation is not None and is_stale(str(consultation.version)):
        stored = ConsultationForm(formdata=None, data=ConsultationForm.contents(consultation))
        return _page(form, consultation, differences(form, stored)), LostRace.status
    if not form.validate():
        return _page(form, consultation), 422
    try:
        saved = _save(form, consultation)
    except (Refused, Conflict) as error:
        current_session().rollback()
        form.refuse(error)
        return _page(form, get(consultation.id) if consultation else None), form.status
    if "send" in request.form:
        flash(_("県に送りました。返事があると、お知らせが届きます。"), "success")
    else:
        flash(_("下書きを保存しました。"), "success")
    return redirect(url_for(".show_consultation", ident=saved.id))


def _save(form: ConsultationForm, consultation: Consultation | None) -> Consultation:
    session, actor, now = current_session(), current_actor(), clock.now()
    saved = writing.write_consultation(
        session, form.value(), consultation, catalogue=form.catalogue, actor=actor, now=now
    )
    if "send" in request.form:
        writing.send_consultation(session, saved, actor=actor, now=now)
    return saved


def _page(
    form: ConsultationForm,
    consultation: Consultation | None,
    overtaken: list[Difference] | None = None,
) -> str:
    session, actor = current_session(), current_actor()
    theme = consultation.theme if consultation else None
    return render_template(
        "consultations/write_consultation.html", form=form, consultation=consultation,
        overtaken=overtaken, endings=ENDINGS,
        alike=finding.list_alike(
            session, actor, theme=theme, municipality_code=actor.municipality_code,
            catalogue=current_catalogue(),
        ),
    )  # fmt: skip


@blueprint.post("/consultations/<int:ident>/discard")
@requires(Action.WRITE_CONSULTATION)
def discard_consultation(ident: int) -> ResponseReturnValue:
    writing.discard_consultation(
        current_session(), take(ident), actor=current_actor(), now=clock.now()
    )
    flash(_("下書きを削除しました。"), "success")
    return redirect(url_for(".list_consultations"))
