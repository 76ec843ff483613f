"""Papers that wait for an approver: decided one by one, or several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from ... import clock
from ...candidates.views.blueprint import log_names
from ...errors import LostRace, Refused
from ...permissions import Action, Role, get_visible
from ...web import current_actor, current_session, requires
from ...web.paging import this_page
from .. import deciding, overview, service
from ..forms import ApprovalForm
from ..locking import lock_needs
from ..models import DecisionPaper, Placement
from ..overview import Flag
from ..papers import list_rows
from .blueprint import blueprint
from .columns import APPROVALS, lines_of_papers
from .lost import present, show_lost_list
from .staff import facts

APPROVER = frozenset({Role.APPROVER})


@blueprint.route("/approvals", methods=["GET", "POST"])
@requires(Action.APPROVE_PLACEMENT)
def list_approvals() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    form = ApprovalForm()
    if form.is_submitted():
        return _decide(form)
    rows = overview.look_over(session, service.list_papers(session, actor), actor.user_id)
    groups = overview.group(session, _kept(rows))
    papers = [row.paper for group in groups for row in group.rows]
    file = APPROVALS.answer(lines_of_papers(session, papers))
    return file if file is not None else _list(rows, groups, form)


SHOWS: Mapping[
    str, tuple[Any, Callable[[overview.Row], bool]]
] = {  # what a chip keeps of the papers
    "": (_l("すべて"), lambda _row: True),
    "conflict": (_l("利益相反"), lambda row: Flag.CONFLICT in row.flags),
    "behind": (_l("1位でない"), lambda row: Flag.BEHIND in row.flags),
    "pinned": (_l("固定"), lambda row: Flag.PINNED in row.flags),
    "unpaid": (_l("無償"), lambda row: Flag.UNPAID in row.flags),
    "alternates": (_l("次点あり"), lambda row: row.alternates > 0),
    "plain": (_l("注意なし"), lambda row: not row.flags),
}


def _shown() -> str:
    asked = request.args.get("show", "")
    return asked if asked in SHOWS else ""


def _kept(rows: Sequence[overview.Row]) -> list[overview.Row]:
    """Those that the query asks for."""
    return [row for row in rows if SHOWS[_shown()][1](row)]


def _list(
    rows: Sequence[overview.Row], groups: Sequence[overview.Group], form: ApprovalForm
) -> str:
    """`tick=all` in the query ticks all that may be approved together. groups: of the rows that are kept."""
    kept = _kept(rows)
    tickable = [row for row in kept if row.is_tickable]
    chosen = set(form.chosen.data or ())
    if request.args.get("tick") == "all" and not form.is_submitted():
        chosen = {row.paper.record.id for row in tickable}
    chips = [
        (words, this_page(show=name or None, tick=None), name == _shown(), sum(map(rule, rows)))
        for name, (words, rule) in SHOWS.items()
    ]
    log_names({row.first.candidate_id for row in kept})
    return render_template(
        "placements/list_approvals.html", groups=groups, kept=kept, total=len(rows),
        form=form, chips=chips, chosen=chosen, tickable=tickable,
    )  # fmt: skip


def _decide(form: ApprovalForm) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    sent = [get_visible(session, actor, DecisionPaper, ident) for ident in form.chosen.data or []]
    lock_needs(session, [paper.need_id for paper in sent])
    chosen = [paper for paper in sent if _is_as_shown(service.look_at_paper(session, paper))]
    lost = [row for paper in sent if paper not in chosen for row in list_rows(session, paper)]
    if lost and not chosen:
        back = url_for("placements.list_approvals")
        return show_lost_list(LostRace(), lost, form.comment.data or "", back)
    if not chosen or not form.comment.validate(form):
        form.chosen.errors = [_("承認する起案を1件以上選んでください。")] if not chosen else []
        rows = overview.look_over(session, service.list_papers(session, actor), actor.user_id)
        return _list(rows, overview.group(session, _kept(rows)), form), 422
    decision = deciding.decide_papers(
        session, chosen, {}, actor=actor, now=clock.now(), comment=form.comment.data or ""
    )
    if decision.approved:
        flash(_("%(n)s件を承認しました。", n=len(decision.approved)), "success")
    for ident, why in decision.left.items():
        code = next(paper.need.code for paper in chosen if paper.id == ident)
        flash(_("%(code)sは承認されませんでした：%(why)s", code=code, why=why), "warning")
    for name, text in present(lost):
        flash(
            _(
                "表示したあとで変わったため承認していません。%(name)s：%(text)s",
                name=name,
                text=text,
            ),
            "warning",
        )
    return redirect(url_for("placements.list_approvals"))


def _is_as_shown(paper: service.Paper) -> bool:
    """It waits, and is as the page of this form showed it."""
    shown = request.form.get(f"shown_{paper.record.id}")
    return bool(paper.placements) and shown == paper.shown


@blueprint.get("/approvals/<int:placement_id>")
@requires(Action.APPROVE_PLACEMENT)
def show_approval(placement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    return show(service.get_whole(session, actor, placement_id))


def show(placement: Placement, error: Refused | None = None, verb: str | None = None) -> str:
    paper = placement.paper
    proposed = service.look_at_paper(current_session(), paper).placements if paper else []
    return render_template(
        "placements/show_approval.html", **facts(placement), error=error, refused_verb=verb,
        is_own=placement.drafted_by == current_actor().user_id,
        others_on_paper=len([row for row in proposed if row.id != placement.id]),
    )  # fmt: skip
