"""Before anybody waits in vain: how many could do a need as it is written so far, for whoever may ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from ..db import Session
from ..matching.scoring.rules import Rule
from ..needs.content import MOST_MONTHS, Sketch
from ..pay import MONTHLY, UNPAID
from ..permissions import Action, Actor, Role, require
from ..reference.catalogue import Catalogue
from .counting import count
from .crowd import AHEAD
from .kept import crowd_of
from .records import Request
from .told import Told, tell

# No town learns who has a conflict of interest, nor for whom its vacancy has come to nothing.
UNTOLD = frozenset({Rule.CONFLICT, Rule.HOLD, Rule.FORBIDDEN, Rule.INCOME})
ONE_MONTH = 1  # half-day: any amount does where none is written
PERIOD = frozenset(
    {
        Rule.MEMBERSHIP, Rule.MODE, Rule.WEEKDAYS, Rule.CAPACITY, Rule.ENGAGEMENTS, Rule.TRAINING,
        Rule.HOLD, Rule.ON_SITE, Rule.INCOME,
    }
)  # fmt: skip


def survey(
    session: Session,
    sketch: Sketch,
    prefecture_code: str,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Told:
    """What `actor` is told: the prefecture exact figures and who is nearest, towns steps and nobody.

    For towns nobody is counted out for what they may not learn.
    """
    require(session, actor, Action.VIEW_COUNT)
    crowd, counted = crowd_of(session, prefecture_code, catalogue, now)
    request, undecided = request_of_sketch(sketch, crowd.start)
    is_exact = actor.role is not Role.MUNICIPALITY
    if is_exact:
        found = count(crowd, counted, request, catalogue, undecided=undecided, has_nearest=True)
        return tell(found, _in_order(undecided), is_exact=True)
    found = count(crowd, counted, request, catalogue, undecided=undecided | UNTOLD)
    return tell(found, _in_order(undecided - UNTOLD), is_exact=False)


def _in_order(rules: Collection[Rule]) -> list[Rule]:
    return sorted(rules, key=list(Rule).index)


def request_of_sketch(sketch: Sketch, this_month: int) -> tuple[Request, frozenset[Rule]]:
    """The request, and the rules about which it says nothing that can be counted: they count nobody out.

    Of work that has begun, the months from this one on are asked for.
    """
    undecided: set[Rule] = set()
    months = _months(sketch, this_month)
    first, last = months or (this_month, this_month)
    if months is None:
        undecided |= PERIOD
    if sketch.half_days is None:
        undecided |= {Rule.CAPACITY, Rule.WEEKDAYS, Rule.ON_SITE, Rule.INCOME}
        if sketch.pay_basis == MONTHLY:  # what a half-day is paid depends on how many there are
            undecided.add(Rule.PAY)
    if not sketch.weekdays:
        undecided.add(Rule.WEEKDAYS)
    if sketch.mode is None:
        undecided |= {Rule.MODE, Rule.TRAVEL, Rule.ON_SITE}
    if sketch.place_code is None:
        undecided.add(Rule.TRAVEL)
    if not sketch.forms:
        undecided.add(Rule.FORM)
    if sketch.pay_basis is None or (not sketch.pay_amount and sketch.pay_basis != UNPAID):
        undecided |= {Rule.PAY, Rule.INCOME}
    request = Request(
        code=sketch.code, municipality_code=sketch.municipality_code, title="", theme="",
        half_days=sketch.half_days or ONE_MONTH, first_month=first, last_month=last,
        mode=sketch.mode or "online", place_code=sketch.place_code or sketch.municipality_code,
        pay_basis=sketch.pay_basis or UNPAID, pay_amount=sketch.pay_amount or 0,
        weekdays=sketch.weekdays or 127, forms=sketch.forms, skills=sketch.skills,
        vendors=sketch.vendors, members=sketch.members, touches_procurement=sketch.touches_procurement,
        requires_training=sketch.requires_training, on_site_share=sketch.on_site_share,
        begins=sketch.first_month if months else None,
    )  # fmt: skip
    return request, frozenset(undecided)


def _months(sketch: Sketch, this_month: int) -> tuple[int, int] | None:
    """The first and last that are asked for; None where they say nothing, or lie where no crowd is numbered."""
    first, last = sketch.first_month, sketch.last_month
    if first is None or last is None or not 0 <= last - first < MOST_MONTHS:
        return None
    if not this_month <= last < this_month + AHEAD - 1:  # the month after the last has a number too
        return None
    return max(first, this_month), last
