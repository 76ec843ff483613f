"""The town's comparison of those who are introduced for one need, and its answers in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates import viewing
from ...candidates.views.blueprint import log_names
from ...errors import Conflict, NotFound, Refused
from ...needs.models import Need, NeedSkill
from ...permissions import Action, get_visible
from ...states import PLACEMENT
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.labels import term
from .. import comparing
from ..comparing import Answer, Person
from ..forms import CompareForm
from ..locking import lock_placements
from ..models import Placement
from .blueprint import blueprint
from .skills import recency_of


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the comparison. best: places of those who have the most, where not everybody has it."""

    label: str
    cells: Sequence[str]
    best: frozenset[int] = frozenset()

    @property
    def is_same(self) -> bool:
        return len(set(self.cells)) == 1


@blueprint.get("/introductions/needs/<int:need_id>")
@requires(Action.ANSWER_INTRODUCTION)
def compare_introduced(need_id: int) -> ResponseReturnValue:
    rows = _list(need_id)
    if not rows:
        raise NotFound
    return _show(rows, CompareForm.of(rows)(formdata=None), purpose=viewing.PROFILE)


@blueprint.post("/introductions/needs/<int:need_id>")
@requires(Action.ANSWER_INTRODUCTION)
def answer_introduced(need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    get_visible(session, actor, Need, need_id)
    lock_placements(session, _list(need_id))
    rows = _list(need_id)  # of those who are left, as they are now
    shown = [row for row in rows if request.form.get(f"version_{row.id}") == str(row.version)]
    form = CompareForm.of(rows)()
    if len(shown) < len(_sent()):
        said = _(
            "表示したあとで変わった紹介があるため、まだ何も送っていません。内容を確かめて、もう一度送ってください。"
        )
        return _show_again(need_id, form, said, Conflict.status)
    if not form.validate():
        return _show_again(need_id, form, "", Refused.status)
    answers = [_answer(form, row) for row in shown if form[f"answer_{row.id}"].data]
    if not answers:
        said = _("受け入れるか見送るかを、1人以上について選んでください。")
        return _show_again(need_id, form, said, Refused.status)
    try:
        comparing.answer_all(session, answers, actor=actor, now=clock.now())
    except (Refused, Conflict) as error:
        session.rollback()
        return _show_again(need_id, form, error.message, error.status)
    welcome = sum(answer.verb == "welcome" for answer in answers)
    flash(
        _("%(a)s名を受け入れ、%(b)s名を見送りました。", a=welcome, b=len(answers) - welcome),
        "success",
    )
    return redirect(url_for("placements.list_introductions"))


def _show_again(need_id: int, form: CompareForm, said: str, status: int) -> ResponseReturnValue:
    """The page with what was typed, for those who still wait; the list where nobody does."""
    rows = _list(need_id)
    if not rows:
        flash(_("この募集に、返事を待っている紹介はもうありません。"), "warning")
        return redirect(url_for("placements.list_introductions"))
    is_same = tuple(row.id for row in rows) == tuple(form.idents)
    return _show(rows, form if is_same else CompareForm.of(rows)(), said), status


def _list(need_id: int) -> list[Placement]:
    return comparing.list_introduced(current_session(), current_actor(), need_id)


def _sent() -> list[str]:
    """The ids that the page had."""
    return [name for name in request.form if name.startswith("version_")]


def _answer(form: CompareForm, row: Placement) -> Answer:
    verb = form[f"answer_{row.id}"].data
    reason, comment = form[f"reason_{row.id}"].data, form[f"comment_{row.id}"].data
    is_asked = PLACEMENT.steps[verb].reasons is not None
    return Answer(
        row, verb, (reason or None) if is_asked else None, (comment or "") if is_asked else ""
    )


def _show(
    rows: Sequence[Placement], form: CompareForm, said: str = "", purpose: str = viewing.LIST
) -> str:
    """purpose: of the log of views; shown again, the names are nothing new."""
    people = comparing.compare(current_session(), rows, current_catalogue())
    log_names([person.candidate.id for person in people], purpose)
    lines = list(_lines(people, rows[0].need))
    is_alone = len(people) == 1
    return render_template(
        "placements/compare_introduced.html", people=people, need=rows[0].need, form=form, said=said,
        lines=[line for line in lines if is_alone or not line.is_same],
        same=[line for line in lines if line.is_same and not is_alone],
    )  # fmt: skip


def _lines(people: Sequence[Person], need: Need) -> Iterator[Line]:
    line = partial(_line, people)
    for row in need.skills:
        yield line(_asked(row), partial(_level, row.skill), partial(_number, row.skill))
    yield line(_("根拠（求める技能）"), _evidence, _proved)
    yield line(_("区分"), _kind)
    yield line(_("職歴"), _posts)
    yield line(_("この募集に使える半日コマ（月の最少）"), _free, _least)


def _line(
    people: Sequence[Person],
    name: str,
    value: Callable[[Person], str],
    score: Callable[[Person], int | None] | None = None,
) -> Line:
    """score: the more, the better."""
    scores = [score(person) for person in people] if score else []
    known = [found for found in scores if found is not None]
    if len(set(scores)) < 2 or not known:
        return Line(str(name), [value(person) for person in people])
    best = frozenset(place for place, found in enumerate(scores) if found == max(known))
    return Line(str(name), [value(person) for person in people], best)


def _asked(row: NeedSkill) -> str:
    skill, kind = term(row.skill, "skill"), _("必須") if row.must else _("希望")
    if row.used_within is None:
        return str(
            _("%(skill)s（%(kind)s・水準%(level)s）", skill=skill, kind=kind, level=row.level)
        )
    return str(
        _(
            "%(skill)s（%(kind)s・水準%(level)s・%(n)s年以内に使用）",
            skill=skill, kind=kind, level=row.level, n=row.used_within,
        )
    )  # fmt: skip


def _number(skill: str, person: Person) -> int:
    return person.skills[skill].own_level or 0


def _level(skill: str, person: Person) -> str:
    row = person.skills[skill]
    if row.own_level is None:
        return "—"
    level = f"{row.own_level} {term(str(row.own_level), 'skill_level')}"
    recency = recency_of(row)
    return f"{level}{_('・')}{recency}" if recency else level


def _evidence(person: Person) -> str:
    told = [
        _("%(state)s%(n)s", state=term(state, "evidence_state"), n=n)
        for state, n in sorted(person.evidence.items())
    ]
    return str(_("・").join(told)) or "—"


def _proved(person: Person) -> int:
    return sum(n for state, n in person.evidence.items() if state != "self")


def _kind(person: Person) -> str:
    kind = person.candidate.kind
    return term(kind, "candidate_kind") if kind else "—"


def _posts(person: Person) -> str:
    posts = [
        " ".join(filter(None, [post.body, post.department, post.title]))
        for post in person.candidate.posts
    ]
    return str(_("、").join(posts)) or "—"


def _least(person: Person) -> int | None:
    return min((month.free + month.asked for month in person.months), default=None)


def _free(person: Person) -> str:
    if not person.months:
        return "—"
    return str(_("%(n)sコマ", n=_least(person)))
