"""Handing over everything that an officer sees to (引継ぎ)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...accounts.models import User
from ...dates import fiscal_year, fiscal_year_days, local_date
from ...errors import Conflict, LostRace, Problem, Refused
from ...language import Words
from ...permissions import Action
from ...web import current_actor, current_session, requires
from ...web.filters import show_day
from ...web.labels import label
from ..forms import HandoverForm
from ..handing import Group, Handing, Holding, hand_over, list_givers, list_holdings
from ..service import list_owners
from .blueprint import blueprint, title_of, url_of

CROSSING = "crossing"
WORDS: Mapping[Group, Words] = {
    Group.CONSULTATION: ("相談", "Consultations"),
    Group.PERSON: ("登録者", "People"),
    Group.NEED: ("募集と推薦", "Vacancies and proposals"),
    Group.WORK: ("活動", "Assignments"),
}


@blueprint.route("/handover", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def hand_over_all() -> ResponseReturnValue:
    """`from` in the query says whose work it is: the reader's own, or a colleague's; `only`, which part of it."""
    session, actor = current_session(), current_actor()
    giver, day = _giver(), _first_day()
    is_sent = request.method == "POST"
    everything = list_holdings(session, actor, giver.id, day, lock=is_sent)
    holdings = [one for one in everything if _is_asked(one, day)]
    form = _form(holdings, giver)
    if not is_sent:
        return _page(giver, day, everything, holdings, form)
    if _shown() != {_mark(one) for one in holdings}:
        return _page(giver, day, everything, holdings, form, LostRace()), LostRace.status
    if not form.validate():
        return _page(giver, day, everything, holdings, form), 422
    handings = [
        Handing(one, form.to_of(one.duty.id), form.note_of(one.duty.id)) for one in holdings
    ]
    try:
        hand_over(session, giver, handings, actor=actor, now=clock.now())
    except (Refused, Conflict) as error:
        session.rollback()
        return _page(giver, day, everything, holdings, form, error), error.status
    flash(_("%(n)s件を引き継ぎました。", n=len(handings)), "success")
    return redirect(url_for("home.show_home"))


def _giver() -> User:
    session, actor = current_session(), current_actor()
    known = {str(ident): ident for ident, _name in list_givers(session, actor)}
    ident = known.get(request.args.get("from", ""), actor.user_id)
    return session.get_one(User, ident)


def _is_asked(holding: Holding, day: date) -> bool:
    only = request.args.get("only", "")
    if only == CROSSING:
        return holding.crosses(day)
    return only not in set(Group) or holding.group == only


def _parts(giver: User, day: date, holdings: Sequence[Holding]) -> list[tuple[str, str, bool, int]]:
    """Chips: what can be handed over by itself, of those parts that have something."""
    only = request.args.get("only", "")
    counts = Counter[str](one.group for one in holdings)
    counts[CROSSING] = sum(one.crosses(day) for one in holdings)
    words = {str(one): label(WORDS[one]) for one in Group}
    words = {CROSSING: _("%(day)s以後にかかる", day=show_day(day)), **words}
    here: dict[str, Any] = {"from": giver.id}
    found = [(_("すべて"), url_for(".hand_over_all", **here), only not in words, len(holdings))]
    for part, text in words.items():
        if counts[part]:
            url = url_for(".hand_over_all", only=part, **here)
            found.append((text, url, part == only, counts[part]))
    return found


def _first_day() -> date:
    """When officers change their posts: the first of the next fiscal year."""
    year = fiscal_year(local_date(clock.now()))
    return fiscal_year_days(year + 1)[0]


def _form(holdings: Sequence[Holding], giver: User) -> HandoverForm:
    names = {one.duty.id: title_of(one.thing) for one in holdings}
    form = HandoverForm.of(holdings, names)()
    owners = list_owners(current_session(), current_actor())
    form.offer((ident, name) for ident, name in owners if ident != giver.id)
    return form


def _mark(holding: Holding) -> str:
    return f"{holding.duty.id}:{holding.duty.version}"


def _shown() -> set[str]:
    """What the page had, each thing with its version."""
    prefix = "version_"
    sent = request.form.items()
    return {f"{name.removeprefix(prefix)}:{v}" for name, v in sent if name.startswith(prefix)}


def _page(
    giver: User,
    day: date,
    everything: Sequence[Holding],
    holdings: Sequence[Holding],
    form: HandoverForm,
    error: Problem | None = None,
) -> str:
    """What was written about something that is no longer there stands above the form."""
    here = {f"note_{one.duty.id}" for one in holdings}
    gone = [
        text for name, text in request.form.items()
        if name.startswith("note_") and name not in here and text.strip()
    ]  # fmt: skip
    if error is not None:
        form.refuse(error)
    return render_template(
        "desk/hand_over.html", giver=giver, day=day, form=form, gone=gone,
        today=local_date(clock.now()), parts=_parts(giver, day, everything),
        givers=list_givers(current_session(), current_actor()),
        rows=[(one, title_of(one.thing), url_of(one.thing), one.crosses(day)) for one in holdings],
        crossing=sum(one.crosses(day) for one in holdings),
    )  # fmt: skip
