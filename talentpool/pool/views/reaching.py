"""What a person reads of the own reach: how many open needs could have them, and what would add some. No need is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...candidates.models import Candidate
from ...candidates.service import find_own
from ...candidates.steps import Step
from ...errors import NotFound
from ...permissions import Action, Role
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.labels import term
from .. import reach as reaching
from ..reach import Addition, Kind, Reach
from .counting import blueprint

PERSON = frozenset({Role.CANDIDATE})
TEXTS: Mapping[Kind, Any] = {
    Kind.TRAINING: lazy_gettext("必須研修を受ける"),
    Kind.MODE: lazy_gettext("オンラインと現地のどちらでも働けることにする"),
    Kind.WEEKDAYS: lazy_gettext("平日ならいつでも働けることにする"),
    Kind.MONTHS: lazy_gettext("働ける月を6か月延ばす"),
    Kind.HALF_DAYS: lazy_gettext("1か月の半日コマを2つ増やす"),
    Kind.TRAVEL: lazy_gettext("移動時間の上限を30分延ばす"),
    Kind.AT_ONCE: lazy_gettext("同時に引き受ける活動を1つ増やす"),
    Kind.RENEWAL: lazy_gettext("登録を更新する"),
}
STEPS: Mapping[Kind, Step] = {  # where it is written
    Kind.SKILL: Step.SKILLS,
    Kind.USED: Step.SKILLS,
    Kind.FORM: Step.WISHES,
    Kind.TRAVEL: Step.WISHES,
    Kind.AT_ONCE: Step.WISHES,
    Kind.MODE: Step.AVAILABILITY,
    Kind.WEEKDAYS: Step.AVAILABILITY,
    Kind.MONTHS: Step.AVAILABILITY,
    Kind.HALF_DAYS: Step.AVAILABILITY,
}


@blueprint.app_template_filter("addition")
def addition_text(addition: Addition) -> str:
    if addition.kind is Kind.SKILL:
        skill, level = term(addition.subject or "", "skill"), str(addition.level)
        words = _(
            "%(skill)sが水準%(level)s（%(name)s）なら",
            skill=skill,
            level=level,
            name=term(level, "skill_level"),
        )
    elif addition.kind is Kind.USED:
        skill = term(addition.subject or "", "skill")
        words = _("%(skill)sを最後に使った年を書く（最近なら）", skill=skill)
    elif addition.kind is Kind.FORM:
        words = _("任用形態に「%(form)s」を加える", form=term(addition.subject or "", "form"))
    else:
        words = TEXTS[addition.kind]
    return str(words)


@blueprint.app_template_filter("addition_step")
def addition_step(addition: Addition) -> str:
    """The step of the registration in which it is written; "" where it is not the person's to write."""
    return str(STEPS.get(addition.kind, ""))


@blueprint.app_template_global("reach_of")
def reach_of(person: Candidate) -> Reach | None:
    actor = current_actor()
    return reaching.reach_of(
        current_session(), person, actor.prefecture_code or "",
        catalogue=current_catalogue(), actor=actor, now=clock.now(),
    )  # fmt: skip


@blueprint.get("/profile/reach")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_reach() -> ResponseReturnValue:
    person = find_own(current_session(), current_actor())
    if person is None:
        raise NotFound
    return render_template("candidates/show_reach.html", found=reach_of(person))
