"""Papers that wait for an approver: decided one by one, or several at once."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import Refused
from ...permissions import Action, Role, get_visible
from ...states import PLACEMENT
from ...web import current_actor, current_session, requires
from .. import deciding, service
from ..forms import ApprovalForm
from ..models import Placement
from .blueprint import blueprint, catalogue_of, log_names
from .staff import facts

APPROVER = frozenset({Role.APPROVER})


@blueprint.route("/approvals", methods=["GET", "POST"])
@requires(Action.APPROVE_PLACEMENT)
def list_approvals() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    waiting = service.list_papers(session, actor)
    rows = {row.id: row for paper in waiting for row in paper.placements}
    form = ApprovalForm()
    form.offer(list(rows))
    if form.is_submitted():
        return _decide(form, rows)
    log_names([row.candidate_id for row in rows.values()])
    return _list(waiting, form)


def _list(papers: list[service.Paper], form: ApprovalForm) -> str:
    own = current_actor().user_id
    return render_template(
        "placements/list_approvals.html", papers=papers, form=form, own=own,
        catalogue=catalogue_of(current_session()), count=sum(len(paper.placements) for paper in papers),
    )  # fmt: skip


def _decide(form: ApprovalForm, rows: dict[int, Placement]) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    gone = [ident for ident in form.chosen.data or [] if ident not in rows]
    chosen = [rows[ident] for ident in form.chosen.data or [] if ident in rows]
    if not chosen or not form.comment.validate(form):
        form.chosen.errors = [_("承認する起案を1件以上選んでください。")] if not chosen else []
        return _list(service.list_papers(session, actor), form), 422
    decision = deciding.approve_many(
        session, chosen, {}, actor=actor, now=clock.now(), comment=form.comment.data or ""
    )
    flash(_("%(n)s件を承認しました。", n=len(decision.approved)), "success")
    for need_id, why in decision.left.items():
        code = next(row.need.code for row in chosen if row.need_id == need_id)
        flash(_("%(code)sは承認されませんでした：%(why)s", code=code, why=why), "warning")
    if gone:
        flash(_("%(n)s件は、ほかの人が先に決裁しました。", n=len(gone)), "warning")
    return redirect(url_for("placements.list_approvals"))


@blueprint.get("/approvals/<int:placement_id>")
@requires(Action.APPROVE_PLACEMENT)
def show_approval(placement_id: int) -> ResponseReturnValue:
    return show(get_visible(current_session(), current_actor(), Placement, placement_id))


def show(placement: Placement, error: Refused | None = None, verb: str | None = None) -> str:
    log_names([placement.candidate_id])
    return render_template(
        "placements/show_approval.html", **facts(placement), error=error, refused_verb=verb,
        is_own=placement.drafted_by == current_actor().user_id, labels=PLACEMENT.labels,
    )  # fmt: skip
