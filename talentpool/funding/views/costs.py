"""What a need costs by fiscal year, on its page; the price of a kilometre; the years after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...costs import Work
from ...dates import local_date
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
from ...web.editing import Changes, answer
from ...web.versions import mark_of
from .. import costing
from ..forms import RateForm, running_form
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
    form, mark = RateForm(data=present), mark_of(present)

    def save() -> TravelRate:
        typed = {name: form[name].data for name in names}
        return costing.set_rate(session, **typed, actor=actor, now=clock.now())

    def page(changes: Changes) -> str:
        return render_template("funding/set_rate.html", form=form, version=mark, overtaken=changes)

    def done(_row: TravelRate) -> ResponseReturnValue:
        flash(_("旅費の単価を保存しました。"), "success")
        return redirect(url_for(".set_rate"))

    present_form = partial(RateForm, data=present, formdata=None)
    return answer(form, mark=mark, present=present_form, save=save, page=page, done=done)


@blueprint.route("/needs/<int:need_id>/running-cost", methods=["GET", "POST"])
@requires(Action.PLAN_COST)
def plan_running(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    need = get_visible(session, actor, Need, need_id, lock=request.method == "POST")
    present = {row.year: row for row in costing.list_expected(session, need)}
    present_form = partial(running_form, years_after(need), present)
    mark, form = mark_of(present), present_form()

    def save() -> None:
        costing.plan_running(
            session, need, form.value(), catalogue=current_catalogue(), actor=actor, now=clock.now()
        )

    def page(changes: Changes) -> str:
        return render_template(
            "funding/plan_running.html", need=need, form=form, version=mark, overtaken=changes
        )

    def done(_saved: None) -> ResponseReturnValue:
        flash(_("翌年度からの経費を保存しました。"), "success")
        return redirect(url_for("needs.show_need", need_id=need_id, _anchor="cost"))

    now = partial(present_form, formdata=None)
    return answer(form, mark=mark, present=now, save=save, page=page, done=done)
