"""What the pool tells the page of a need, which lies below it and finds the function by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask
from flask_babel import gettext

from .. import clock
from ..dates import local_date
from ..matching import Rule, rule_text
from ..needs.models import Need
from ..pay import UNPAID
from ..permissions import Role
from ..states import NeedState
from ..web import current_actor, current_catalogue, current_session
from ..web.labels import term
from ..web.languages import locale
from .assemble import request_of
from .lint import Survey, survey_pool
from .reading import read_profiles

blueprint = Blueprint("pool", __name__)
FEW = 3  # a town is not told smaller counts exactly


@dataclass(frozen=True, slots=True)
class ShownSurvey:
    people: int
    shown: str
    is_impossible: bool
    costliest: str | None
    gain: str | None
    undecided: Sequence[str]  # conditions that are not said yet and so not counted


def init_app(app: Flask) -> None:
    app.extensions["talentpool_survey"] = survey_of


def survey_of(need: Need) -> ShownSurvey | None:
    """How many could do it now; None for a closed need."""
    if need.state is NeedState.CLOSED:
        return None
    now = clock.now()
    found = read_profiles(
        current_session(), need.prefecture_code, registered_on=local_date(now), confirmed_at=now
    )
    profiles = list(found.values())
    open_rules = _undecided(need)
    survey = survey_pool(request_of(need), profiles, current_catalogue(), open_rules)
    return _shown(survey, open_rules)


def _undecided(need: Need) -> list[Rule]:
    """What the town has not answered yet says nothing of anybody."""
    rules = [] if need.forms else [Rule.FORM]
    is_pay_open = not need.pay_amount and need.pay_basis != UNPAID
    return [*rules, Rule.PAY] if is_pay_open else rules


def _shown(survey: Survey, undecided: Sequence[Rule]) -> ShownSurvey:
    best = survey.costliest
    costliest = None
    if best is not None:
        costliest = rule_text(best.rule, lang=locale())
        if best.skill:
            costliest = f"{costliest}：{term(best.skill, 'skill')}"
    gain = None if best is None else _count(best.gain)
    return ShownSurvey(
        survey.people, _count(survey.feasible), survey.is_impossible, costliest, gain,
        [rule_text(rule, lang=locale()) for rule in undecided],
    )  # fmt: skip


def _count(people: int) -> str:
    """Exact for the prefecture; a town is not told that it is one or two."""
    if current_actor().role is Role.MUNICIPALITY and 0 < people < FEW:
        return str(gettext("%(n)s名未満", n=FEW))
    return str(gettext("%(n)s名", n=people))
