"""Preparing, directing, running and ending rounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from ... import clock, matching as m
from ...candidates.freshness import count_left_out
from ...candidates.models import Candidate
from ...candidates.views.blueprint import log_names
from ...errors import NotFound, Refused
from ...permissions import Action, get_visible
from ...pool.policy import first_policy
from ...pool.standing import has_ratings
from ...states import ROUND, RoundState
from ...web import after_commit, current_actor, current_session, requires
from .. import history, plan, preparing, service, suggesting
from ..forms import DirectiveForm, NextForm, RoundForm, WhatIfForm
from ..models import DirectiveKind, Round, RoundDirective
from ..why import explain_pair, people_of
from .blueprint import blueprint
from .presenting import RoundPage


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Action.RUN_ROUND)
def new_round() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    assert actor.prefecture_code is not None
    if "from" in request.args:
        return _next_round(request.args.get("from", 0, type=int))
    needs = preparing.list_open_needs(session, actor.prefecture_code)
    policy, bonus = _first(actor.prefecture_code)
    defaults = RoundForm.defaults(policy, bonus)
    form = RoundForm(data=defaults | suggesting.suggest_defaults(session, actor, needs))
    form.offer(needs, suggesting.find_full(session, needs))
    create = partial(preparing.create_round, session, prefecture_code=actor.prefecture_code)
    made = _create(form, create)
    if made is not None:
        return redirect(url_for(".show_round", round_id=made.id))
    left_out = count_left_out(session, actor.prefecture_code, clock.now())
    return render_template(
        "rounds/new_round.html", form=form, needs=needs, left_out=left_out
    ), form.status


def _first(prefecture_code: str) -> tuple[m.Policy, int]:
    """The policy and the carry-over of a first form: no weight for what nothing feeds."""
    session = current_session()
    changes: dict[str, int] = {}
    if history.has_plan(session, prefecture_code):
        changes["in_force_bonus"] = history.IN_FORCE_BONUS
    has_last = history.find_last(session, prefecture_code) is not None
    policy = first_policy(has_ratings=has_ratings(session, prefecture_code), **changes)
    return policy, history.CARRY_OVER_BONUS if has_last else 0


def _next_round(base_id: int) -> ResponseReturnValue:
    """The form of a new round with the choices of another."""
    session, actor = current_session(), current_actor()
    base = get_visible(session, actor, Round, base_id, lock=request.method == "POST")
    if base.what_if is not None:
        return redirect(url_for(".try_round", round_id=base.id))
    needs = preparing.list_open_needs(session, base.prefecture_code)
    policy = m.Policy.from_dict(base.policy)
    form = NextForm(
        data=NextForm.defaults(policy, base.carry_over_bonus)
        | suggesting.suggest_next(session, base, needs)
    )
    form.offer(needs, suggesting.find_full(session, needs))
    cast = plan.Cast.of(session, base)
    form.directives.choices = [_directive(row, cast) for row in base.directives]
    made = _create(form, partial(preparing.prepare_next, session, base), policy)
    if made is not None:
        return redirect(url_for(".show_round", round_id=made.id))
    log_names([row.candidate_id for row in base.directives])
    known = {need.id for need in needs}
    gone = [need for ident, need in cast.needs.items() if ident not in known]
    left_out = count_left_out(session, base.prefecture_code, clock.now())
    return render_template(
        "rounds/new_round.html", form=form, needs=needs, base=base, gone=gone, left_out=left_out
    ), form.status


def _directive(row: RoundDirective, cast: plan.Cast) -> tuple[str, str]:
    need, person = cast.needs[row.need_id], cast.people[row.candidate_id]
    kind = _("固定") if row.kind is DirectiveKind.PIN else _("除外")
    text = _(
        "%(kind)s：%(code)s %(title)s — %(person)s（%(reason)s）",
        kind=kind, code=need.code, title=need.title, person=person.name, reason=row.reason,
    )  # fmt: skip
    return suggesting.key_of(row.need_id, row.candidate_id), str(text)


def _create(
    form: RoundForm, create: Callable[..., Round], policy: m.Policy | None = None
) -> Round | None:
    """The created round, or None if nothing was submitted or the form now shows a refusal."""
    if not form.validate_on_submit():
        return None
    try:
        return create(**form.chosen(policy), actor=current_actor(), now=clock.now())
    except Refused as error:
        form.refuse(error)
        return None


@blueprint.route("/<int:round_id>/what-if", methods=["GET", "POST"])
@requires(Action.RUN_ROUND)
def try_round(round_id: int) -> ResponseReturnValue:
    """The same round under other conditions, never to be adopted."""
    session, actor = current_session(), current_actor()
    base = get_visible(session, actor, Round, round_id, lock=request.method == "POST")
    needs = preparing.list_needs_for(session, base.prefecture_code, is_what_if=True)
    policy = m.Policy.from_dict(base.policy)
    form = WhatIfForm(
        data=WhatIfForm.defaults(policy, base.carry_over_bonus)
        | suggesting.suggest_what_if(session, base, needs)
    )
    form.offer(needs)
    made = _create(form, partial(preparing.prepare_what_if, session, base), policy)
    if made is not None:
        return redirect(url_for(".show_round", round_id=made.id))
    return render_template("rounds/try_round.html", form=form, round=base), form.status


@blueprint.post("/<int:round_id>/run")
@requires(Action.RUN_ROUND)
def run_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = _take(round_id)
    job = preparing.order_run(session, round_, actor=actor, now=clock.now())
    after_commit(partial(current_app.extensions["talentpool_engine"].wake, job.id))
    return redirect(url_for(".show_round", round_id=round_id))


@blueprint.post("/<int:round_id>/cancel")
@requires(Action.RUN_ROUND)
def cancel_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = _take(round_id)
    service.cancel_round(session, round_, actor=actor, now=clock.now())
    is_over = round_.state is RoundState.CANCELLED
    flash(_("中止しました。") if is_over else _("中止を求めました。計算の区切りで止まります。"))
    return redirect(url_for(".show_round", round_id=round_id))


@blueprint.get("/<int:round_id>/discard")
@requires(Action.RUN_ROUND)
def ask_discard(round_id: int) -> ResponseReturnValue:
    """What discarding changes, and the button."""
    round_ = get_visible(current_session(), current_actor(), Round, round_id)
    if ROUND.transition("discard", round_.state) is None:
        return redirect(url_for(".show_round", round_id=round_id))
    return render_template("rounds/discard_round.html", round=round_)


@blueprint.post("/<int:round_id>/discard")
@requires(Action.RUN_ROUND)
def discard_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = _take(round_id)
    service.discard_round(session, round_, actor=actor, now=clock.now())
    flash(_("破棄しました。"))
    return redirect(url_for(".list_rounds"))


@blueprint.post("/<int:round_id>/rerun")
@requires(Action.RUN_ROUND)
def rerun_round(round_id: int) -> ResponseReturnValue:
    """Prepare the next run with the same choices."""
    session, actor = current_session(), current_actor()
    round_ = _take(round_id)
    follower = preparing.prepare_rerun(session, round_, actor=actor, now=clock.now())
    return redirect(url_for(".show_round", round_id=follower.id))


@blueprint.route(
    "/<int:round_id>/needs/<int:need_id>/candidates/<int:candidate_id>/direct",
    methods=["GET", "POST"],
)
@requires(Action.RUN_ROUND)
def direct_pair(round_id: int, need_id: int, candidate_id: int) -> ResponseReturnValue:
    """Fix a pair or rule it out, for the next run."""
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id, lock=request.method == "POST")
    candidate = get_visible(session, actor, Candidate, candidate_id)
    form = DirectiveForm(kind=request.args.get("kind", DirectiveKind.PIN.value))
    if form.validate_on_submit():
        target = preparing.direct_pair(
            session, round_, need_id=need_id, candidate_id=candidate_id,
            kind=DirectiveKind(form.kind.data), reason=form.reason.data, actor=actor,
            now=clock.now(),
        )  # fmt: skip
        flash(_("次の計算に加えました。実行すると新しい割当案ができます。"))
        return redirect(url_for(".show_round", round_id=target.id))
    need = plan.Cast.of(session, round_).needs.get(need_id)
    if need is None:
        raise NotFound
    why = explain_pair(session, round_, need, candidate)
    log_names([candidate.id, *people_of(why)])
    return render_template(
        "rounds/direct_pair.html", form=form, page=RoundPage(round_), need=need, candidate=candidate,
        entry=plan.find_entry(session, round_, need_id, candidate.code),
        why=why,
    ), form.status  # fmt: skip


@blueprint.post("/<int:round_id>/needs/<int:need_id>/candidates/<int:candidate_id>/drop")
@requires(Action.RUN_ROUND)
def drop_directive(round_id: int, need_id: int, candidate_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = _take(round_id)
    preparing.drop_directive(
        session, round_, need_id=need_id, candidate_id=candidate_id, actor=actor, now=clock.now()
    )
    return redirect(url_for(".show_round", round_id=round_id))


def _take(round_id: int) -> Round:
    return get_visible(current_session(), current_actor(), Round, round_id, lock=True)
