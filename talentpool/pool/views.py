"""What the pool tells the page of a need, which lies below it: a function the template calls."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask
from flask_babel import get_locale, gettext

from ..matching import rule_text
from ..needs.models import Need
from ..permissions import Role
from ..reference.catalogue import Catalogue
from ..states import NeedState
from ..web import current_actor, current_session
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


def init_app(app: Flask) -> None:
    app.jinja_env.globals["survey_of"] = survey_of


def survey_of(need: Need, catalogue: Catalogue) -> ShownSurvey | None:
    """How many could do it now; nothing for a need that is closed."""
    if need.state is NeedState.CLOSED:
        return None
    profiles = list(read_profiles(current_session(), need.prefecture_code).values())
    return _shown(survey_pool(request_of(need), profiles, catalogue), catalogue)


def _shown(survey: Survey, catalogue: Catalogue) -> ShownSurvey:
    lang = str(get_locale() or "ja")
    best = survey.costliest
    label = None
    if best is not None:
        label = rule_text(best.rule, lang=lang)
        if best.skill:
            label = f"{label}：{catalogue.label('skill', best.skill, lang)}"
    gain = None if best is None else _count(best.gain)
    return ShownSurvey(survey.people, _count(survey.feasible), survey.is_impossible, label, gain)


def _count(people: int) -> str:
    """Exact for the prefecture; a town is not told that it is one or two."""
    if current_actor().role is Role.MUNICIPALITY and 0 < people < FEW:
        return str(gettext("%(n)s名未満", n=FEW))
    return str(gettext("%(n)s名", n=people))
