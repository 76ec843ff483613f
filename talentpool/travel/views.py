"""The page on which staff correct the travel time between two towns."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext
from wtforms import SelectField

from .. import clock
from ..accounts.directory import name_accounts
from ..errors import Refused
from ..geo import MOST_MINUTES
from ..permissions import Action
from ..typed.quantities import MINUTES
from ..web import current_actor, current_session, requires
from ..web.fields import CatalogueForm, Required, WholeNumber, option
from ..web.forms import text_field
from ..web.labels import label
from . import service

blueprint = Blueprint("travel", __name__)


class TravelForm(CatalogueForm):
    home = SelectField(lazy_gettext("住まいの市町"), [Required()], default="")
    hall = SelectField(lazy_gettext("活動する市町"), [Required()], default="")
    minutes = WholeNumber(
        lazy_gettext("片道の移動時間（分）"), Required(), measure=MINUTES, most=MOST_MINUTES
    )
    reason = text_field(
        lazy_gettext("理由"),
        Required(),
        most=service.LONGEST,
        description=lazy_gettext("例：乗換えがなく、目安より早く着く"),
    )
    source = text_field(
        lazy_gettext("根拠"),
        Required(),
        most=service.LONGEST,
        description=lazy_gettext("例：本人の実績、鉄道の時刻表（2026年3月）"),
    )

    def set_choices(self) -> None:
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        for field in (self.home, self.hall):
            none = option("", str(_("選んでください")))
            field.choices = [none, *(option(town.code, label(town)) for town in towns)]


@blueprint.route("/travel-times", methods=["GET", "POST"])
@requires(Action.SET_TRAVEL)
def correct_travel() -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), TravelForm()
    if form.validate_on_submit():
        try:
            service.correct_travel(
                session, form.home.data, form.hall.data, minutes=form.minutes.data,
                reason=form.reason.data, source=form.source.data, actor=actor, now=clock.now(),
            )  # fmt: skip
        except Refused as error:
            session.rollback()
            form.refuse(error)
        else:
            flash(_("移動時間を保存しました。次のマッチング回から使われます。"), "success")
            return redirect(url_for(".correct_travel"))
    lines = service.list_corrections(session, actor)
    names = name_accounts(session, [line.row.entered_by for line in lines])
    page = render_template("travel/correct_travel.html", form=form, lines=lines, names=names)
    return page, form.status
