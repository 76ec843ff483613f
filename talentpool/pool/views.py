"""What the pool tells the page of a need, which lies below it: a function the template calls."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask

from ..matching import rule_text
from ..needs.models import Need
from ..permissions import Role
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..states import NeedState
from ..web import current_actor, current_session
from .assemble import list_active, list_profiles, request_of
from .lint import Survey, survey_pool

blueprint = Blueprint("pool", __name__)
FEW = 3  # a town is not told smaller counts exactly


@dataclass(frozen=True, slots=True)
class ShownSurvey:
    people: int
    shown: str
    is_impossible: bool
    costliest: str | None
    gain: int


def init_app(app: Flask) -> None:
    app.jinja_env.globals["survey_of"] = survey_of


def survey_of(need: Need) -> ShownSurvey | None:
    """How many could do it now; nothing for a need that is closed."""
    if need.state is NeedState.CLOSED:
        return None
    session = current_session()
    catalogue = load_catalogue(session)
    people = list_active(session, need.prefecture_code)
    profiles = list_profiles(session, need.prefecture_code, people)
    return _shown(survey_pool(request_of(need), profiles, catalogue), catalogue)


def _shown(survey: Survey, catalogue: Catalogue) -> ShownSurvey:
    is_town = current_actor().role is Role.MUNICIPALITY
    count = f"{survey.feasible}名"
    if is_town and 0 < survey.feasible < FEW:
        count = f"{FEW}名未満"
    best = survey.costliest
    label = None
    if best is not None:
        label = rule_text(best.rule)
        if best.skill:
            label = f"{label}：{catalogue.label('skill', best.skill)}"
    return ShownSurvey(survey.people, count, survey.is_impossible, label, best.gain if best else 0)
