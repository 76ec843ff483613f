"""What a need costs by fiscal year, on its page; the price of a kilometre; the years after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...costs import Work
from ...dates import local_date
from ...errors import LostRace, Refused
from ...needs.costing import (
    Outlook,
    TravelRate,
    find_rate,
    look_ahead,
    work_of,
    years_after,
)
from ...needs.models import Need
from ...permissions import Action, can, get_visible
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import differences
from ...web.versions import is_stale, mark_of
from .. import costing
from ..forms import RateForm, RunningForm, running_form
from ..matching_needs import CONDITIONS, Hint, read_money
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class NeedCost:
    """visits: a month and person; may_plan: the reader says what the years after cost."""

    years: Sequence[Outlook]
    work: Work
    rate: TravelRate | None
    hints: Sequence[tuple[Hint, bool]]  # and whether the measure is to be checked
    after: range
    may_plan: bool

    @property
    def has_travel(self) -> bool:
        return bool(self.work.visits)

    def most_of(self, hint: Hint) -> tuple[int, int] | None:
        """The first fiscal year of which a measure's most is known, and that in yen."""
        works = (row.work for row in self.years if row.work)
        sums = ((work.year, hint.most_of(work)) for work in works)
        return next(((year, yen) for year, yen in sums if yen is not None), None)

    @property
    def lacking(self) -> list[int]:
        """Years after the first of which nothing is said."""
        said = {row.year for row in self.years if row.running}
        return [year for year in self.after if year not in said]


@blueprint.app_template_global("cost_of_need")
def cost_of_need(need: Need) -> NeedCost:
    session, actor, today = current_session(), current_actor(), local_date(clock.now())
    money = read_money(session, need, catalogue=current_catalogue(), actor=actor)
    return NeedCost(
        look_ahead(need, money.rate, money.running),
        work_of(need),
        money.rate,
        [(hint, hint.funding.is_to_check(today)) for hint in money.hints],
        years_after(need),
        actor.municipality_code == need.municipality_code and can(session, actor, Action.PLAN_COST),
    )


@blueprint.app_template_global("condition_words")
def condition_words() -> object:
    return CONDITIONS


@blueprint.route("/funding/rate", methods=["GET", "POST"])
@requires(Action.MANAGE_FUNDING)
def set_rate() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row = find_rate(session, actor.prefecture_code or "", lock=request.method == "POST")
    names = ("yen_per_km", "usual_km", "basis")
    present = {name: getattr(row, name) for name in names} if row else {}
    form = RateForm(data=present)
    if form.is_submitted() and is_stale(mark_of(present)):
        overtaken = differences(form, RateForm(data=present, formdata=None))
        return _rate_page(form, mark_of(present), overtaken), LostRace.status
    if form.validate_on_submit():
        try:
            costing.set_rate(
                session, **{name: form[name].data for name in names}, actor=actor, now=clock.now()
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("旅費の単価を保存しました。"), "success")
            return redirect(url_for(".set_rate"))
    return _rate_page(form, mark_of(present)), form.status


def _rate_page(form: RateForm, version: str, overtaken: object = None) -> str:
    return render_template("funding/set_rate.html", form=form, version=version, overtaken=overtaken)


@blueprint.route("/needs/<int:need_id>/running-cost", methods=["GET", "POST"])
@requires(Action.PLAN_COST)
def plan_running(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id, lock=request.method == "POST")
    present = {row.year: row for row in costing.list_expected(session, need)}
    mark, form = mark_of(present), running_form(years_after(need), present)
    if form.is_submitted() and is_stale(mark):
        overtaken = differences(form, running_form(years_after(need), present, formdata=None))
        return _running_page(need, form, mark, overtaken), LostRace.status
    if form.validate_on_submit():
        try:
            costing.plan_running(
                session, need, form.value(), catalogue=current_catalogue(), actor=actor,
                now=clock.now(),
            )  # fmt: skip
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("翌年度からの経費を保存しました。"), "success")
            return redirect(url_for("needs.show_need", need_id=need_id, _anchor="cost"))
    return _running_page(need, form, mark), form.status


def _running_page(need: Need, form: RunningForm, version: str, overtaken: object = None) -> str:
    return render_template(
        "funding/plan_running.html", need=need, form=form, version=version, overtaken=overtaken
    )
