"""起案 of a whole round: every need that waits for a draft on one page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...candidates.views.blueprint import log_names
from ...dates import local_date, month_of
from ...permissions import Action, get_visible
from ...rounds.models import Round
from ...rounds.spread import north_first
from ...web import current_actor, current_session, requires
from ...web.fields import option
from .. import bulk, service
from ..forms import BulkDraftForm
from ..together import Beyond, list_beyond_together
from .blueprint import blueprint


@blueprint.app_template_global("beyond_together")
def beyond_together(round_: Round) -> list[Beyond]:
    """For the page of a plan, which lies below this room."""
    return list_beyond_together(current_session(), round_, month_of(local_date(clock.now())))


@blueprint.route("/rounds/<int:round_id>/draft", methods=["GET", "POST"])
@requires(Action.DRAFT_PLACEMENT)
def draft_round(round_id: int) -> ResponseReturnValue:
    """Draft what an adopted round suggests, many needs at once; `tick=all` in the query ticks them all."""
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id)
    drafts = bulk.list_draftable(session, actor, round_)
    form = BulkDraftForm()
    form.chosen.choices = [option(draft.need.id, draft.need.code) for draft in drafts]
    if form.is_submitted():
        changed = [draft for draft in drafts if _is_chosen(form, draft) and not _is_as_shown(draft)]
        gone = len(set(form.chosen.data or ()) - {draft.need.id for draft in drafts})
        wanted = [draft for draft in drafts if _is_chosen(form, draft) and draft not in changed]
        if wanted and form.alternates.validate(form) and form.comment.validate(form):
            return _draft_round(round_, wanted, form, late=len(changed) + gone)
        if not wanted:
            late = _("表示したあとで変わりました。もう一度選んでください。")
            none = _("起案する募集を1件以上選んでください。")
            form.chosen.errors = [late if changed or gone else none]
    return _bulk_page(round_, drafts, form), form.status


def _is_chosen(form: BulkDraftForm, draft: bulk.Draftable) -> bool:
    return draft.need.id in (form.chosen.data or ())


def _is_as_shown(draft: bulk.Draftable) -> bool:
    return request.form.get(f"shown_{draft.need.id}") == draft.shown


def _draft_round(
    round_: Round, drafts: Sequence[bulk.Draftable], form: BulkDraftForm, *, late: int
) -> ResponseReturnValue:
    done = bulk.draft_round(
        current_session(), round_, drafts, form.alternates.data,
        actor=current_actor(), now=clock.now(), comment=form.comment.data or "",
    )  # fmt: skip
    if done.needs:
        flash(_("%(n)s件の募集を起案しました。決裁を待っています。", n=done.needs), "success")
    codes = {draft.need.id: draft.need.code for draft in drafts}
    for ident, why in done.left.items():
        flash(_("%(code)sは起案されませんでした：%(why)s", code=codes[ident], why=why), "warning")
    if late:
        flash(_("%(n)s件は、表示したあとで変わったため起案していません。", n=late), "warning")
    return redirect(url_for("placements.draft_round", round_id=round_.id))


def _bulk_page(round_: Round, drafts: Sequence[bulk.Draftable], form: BulkDraftForm) -> str:
    people = [row for draft in drafts for row in draft.suggestions]
    log_names(
        {row.candidate_id for row in people}
        | {one.candidate.id for draft in drafts for one in draft.alternates}
    )
    chosen = set(form.chosen.data or ())
    if request.args.get("tick") == "all" and not form.is_submitted():
        chosen = {draft.need.id for draft in drafts}
    return render_template(
        "placements/draft_round.html", round=round_, form=form, chosen=chosen,
        drafts=sorted(drafts, key=lambda draft: north_first(draft.need.municipality_code)),
        pinned=service.list_pinned(current_session(), people),
        most=bulk.MOST_ALTERNATES,
    )  # fmt: skip
