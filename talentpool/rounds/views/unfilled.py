"""What the newest adopted round said of a need's empty seats, on the page of the need, which is below this room."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from ... import matching as m
from ...needs.models import Need
from ...permissions import Action, can
from ...web import current_actor, current_session
from ..trials import find_unfilled
from .blueprint import blueprint
from .presenting import RoundPage, change_label


@dataclass(frozen=True, slots=True)
class Unfilled:
    """change: what the town could change; the wishes of a person are not told to a town. url: to try it, for staff."""

    number: int
    seats: int
    why: str
    change: str
    url: str


@blueprint.app_template_global("unfilled_of")
def unfilled_of(need: Need) -> Unfilled | None:
    session, actor = current_session(), current_actor()
    found = find_unfilled(session, need)
    if found is None:
        return None
    round_, entry = found
    change, is_staff = entry["change"], can(session, actor, Action.VIEW_ROUND)
    is_told = change is not None and (is_staff or change["kind"] not in m.OF_PERSON)
    url = url_for("rounds.show_change", round_id=round_.id, need_id=need.id)
    return Unfilled(
        number=round_.number,
        seats=entry["seats"],
        why=RoundPage(round_).obstacles(entry),
        change=change_label(change) if is_told else "",
        url=url if is_told and is_staff else "",
    )
