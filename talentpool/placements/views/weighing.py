"""What a need asks of skills, held against the pool: musts that nobody has together, and weights ten points off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from flask import render_template
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date, month_of
from ...matching import Rule
from ...needs.content import SkillRequirement
from ...needs.models import Need
from ...needs.service import load_whole
from ...pay import UNPAID
from ...permissions import Action, Role, get_visible
from ...pool.assemble import request_of
from ...pool.counting import list_able
from ...pool.kept import crowd_of
from ...pool.musts import Group, find_impossible, read_levels
from ...pool.surveying import UNTOLD
from ...pool.told import FEW
from ...pool.weighing import TOP, Move, weigh
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.labels import term
from .blueprint import blueprint

MOST_NAMED = 3  # sets of skills


class Asked(Protocol):
    """A row of a need, or of its form."""

    @property
    def skill(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def must(self) -> bool: ...
    @property
    def group(self) -> str | None: ...
    @property
    def used_within(self) -> int | None: ...


@blueprint.app_template_global("must_warnings")
def must_warnings(
    prefecture_code: str, skills: Iterable[Asked], first_month: int | None
) -> list[str]:
    """A sentence for each set of required skills that nobody in the pool has together.

    first_month: of the work; where it is not said yet, this month.
    """
    asked = [
        SkillRequirement(s.skill, s.level, must=s.must, group=s.group, used_within=s.used_within)
        for s in skills
    ]
    if not any(skill.must for skill in asked):
        return []
    month = first_month or month_of(local_date(clock.now()))
    sets = find_impossible(asked, read_levels(current_session(), prefecture_code), month)
    return [_sentence(groups) for groups in sets[:MOST_NAMED]]


def _sentence(groups: Sequence[Group]) -> str:
    named = str(_("と")).join(_named(group) for group in groups)
    if len(groups) == 1:
        return str(
            _(
                "必須の%(what)sを満たす人は、いまの登録者に一人もいません。水準を下げるか、希望にしてください。",
                what=named,
            )
        )
    return str(
        _(
            "必須の%(what)sをすべて満たす人は、いまの登録者に一人もいません。どれかの水準を下げるか、希望にしてください。",
            what=named,
        )
    )


def _named(group: Group) -> str:
    alternatives = (
        str(_("%(skill)s（水準%(n)s以上）", skill=term(s.skill, "skill"), n=s.level))
        if s.used_within is None
        else str(_("%(skill)s（水準%(n)s以上・%(years)s年以内に使用）", skill=term(s.skill, "skill"), n=s.level, years=s.used_within))
        for s in group
    )  # fmt: skip
    return str(_("「%(what)s」", what=str(_("または")).join(alternatives)))


@blueprint.get("/needs/<int:need_id>/weights")
@requires(Action.VIEW_NEED)
def weigh_need(need_id: int) -> str:
    session = current_session()
    need, _standing = load_whole(session, get_visible(session, current_actor(), Need, need_id))
    is_town = current_actor().role is Role.MUNICIPALITY
    unread = {*_undecided(need), *(UNTOLD if is_town else ())}
    request, catalogue = request_of(need), current_catalogue()
    crowd, counted = crowd_of(session, need.prefecture_code, catalogue, clock.now())
    able = [crowd.profiles[i] for i in list_able(crowd, counted, request, catalogue, unread)]
    able.sort(key=lambda profile: profile.code)
    weighing = weigh(request, able, catalogue, unread)
    return render_template(
        "placements/weigh_need.html", need=need, weighing=weighing, top=TOP,
        is_hidden=is_town and weighing.people < FEW,
        shifts=[(shift, [_told(move) for move in shift.moves]) for shift in weighing.shifts],
    )  # fmt: skip


def _undecided(need: Need) -> list[Rule]:
    """What the need does not say yet rules nobody out."""
    rules = [] if need.forms else [Rule.FORM]
    is_pay_open = not need.pay_amount and need.pay_basis != UNPAID
    return [*rules, Rule.PAY] if is_pay_open else rules


def _told(move: Move) -> str:
    return str(_("%(now)s→%(then)s", now=_rank(move[0]), then=_rank(move[1])))


def _rank(rank: int) -> str:
    return str(_("%(n)s位", n=rank) if rank <= TOP else _("%(n)s位より下", n=TOP))
