from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from .. import clock, jobs, matching as m, states
from ..candidates.models import Candidate
from ..errors import NotFound, Refused
from ..permissions import Action, Role, get_visible
from ..states import RoundState
from ..web import after_commit, current_actor, current_session, requires
from . import plan, preparing, service, words
from .forms import DirectiveForm, RoundForm, WhatIfForm
from .models import DirectiveKind, Round
from .why import explain_pair

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")
UNFINISHED = {RoundState.QUEUED, RoundState.RUNNING}


def init_app(app: Flask) -> None:
    staff = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
    menu = app.extensions["talentpool_navigation"]
    menu.add(_("マッチング"), "rounds.list_rounds", *staff, position=30)
    words.init_app(app)


@blueprint.get("/")
@requires(Action.VIEW_ROUND)
def list_rounds() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    found = service.list_rounds(current_session(), current_actor(), page=page)
    return render_template("rounds/list_rounds.html", found=found, machine=states.ROUND)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Action.RUN_ROUND)
def new_round() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    assert actor.prefecture_code is not None
    needs = preparing.list_open_needs(session, actor.prefecture_code)
    form = RoundForm(data=RoundForm.defaults() | preparing.suggest_defaults(session, actor, needs))
    form.offer(needs)
    create = partial(preparing.create_round, session, prefecture_code=actor.prefecture_code)
    made = _create(form, create)
    if made is not None:
        return redirect(url_for("rounds.show_round", round_id=made.id))
    status = 422 if form.is_submitted() else 200
    return render_template("rounds/new_round.html", form=form, needs=needs), status


def _create(
    form: RoundForm, create: Callable[..., Round], policy: m.Policy | None = None
) -> Round | None:
    """The round that was typed; none where nothing was, or it is refused, which the form then says."""
    if not form.validate_on_submit():
        return None
    try:
        return create(**form.chosen(policy), actor=current_actor(), now=clock.now())
    except Refused as error:
        form.refuse(error)
        return None


@blueprint.get("/<int:round_id>")
@requires(Action.VIEW_ROUND)
def show_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    cast = plan.Cast.of(session, round_)
    context = {
        "round": round_,
        "cast": cast,
        "steps": states.available(session, round_, actor),
        "machine": states.ROUND,
        "job": jobs.get_latest(session, preparing.JOB, round_.id),
    }
    if round_.state in UNFINISHED or round_.result is None:
        return render_template("rounds/show_waiting.html", **context)
    return render_template(
        "rounds/show_plan.html", seats=plan.list_seats(round_, cast), **context,
        others=service.list_compared(session, actor, round_),
    )  # fmt: skip


@blueprint.route("/<int:round_id>/what-if", methods=["GET", "POST"])
@requires(Action.RUN_ROUND)
def try_round(round_id: int) -> ResponseReturnValue:
    """The same round with something different, to be looked at only."""
    session, actor = current_session(), current_actor()
    base = get_visible(session, actor, Round, round_id, lock=request.method == "POST")
    needs = preparing.list_needs_for(session, base.prefecture_code, is_what_if=True)
    policy = m.Policy.from_dict(base.policy)
    form = WhatIfForm(data=WhatIfForm.defaults(policy) | preparing.suggest_what_if(base, needs))
    form.offer(needs)
    made = _create(form, partial(preparing.prepare_what_if, session, base), policy)
    if made is not None:
        return redirect(url_for("rounds.show_round", round_id=made.id))
    status = 422 if form.is_submitted() else 200
    return render_template("rounds/try_round.html", form=form, round=base), status


@blueprint.post("/<int:round_id>/run")
@requires(Action.RUN_ROUND)
def run_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id, lock=True)
    job = preparing.order_run(session, round_, actor=actor, now=clock.now())
    after_commit(partial(current_app.extensions["talentpool_engine"].wake, job.id))
    return redirect(url_for("rounds.show_round", round_id=round_id))


@blueprint.post("/<int:round_id>/cancel")
@requires(Action.RUN_ROUND)
def cancel_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id, lock=True)
    service.cancel_round(session, round_, actor=actor, now=clock.now())
    flash(_("中止しました。"))
    return redirect(url_for("rounds.show_round", round_id=round_id))


@blueprint.post("/<int:round_id>/discard")
@requires(Action.RUN_ROUND)
def discard_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id, lock=True)
    service.discard_round(session, round_, actor=actor, now=clock.now())
    flash(_("破棄しました。"))
    return redirect(url_for("rounds.list_rounds"))


@blueprint.get("/<int:round_id>/needs/<int:need_id>")
@requires(Action.VIEW_ROUND)
def show_ranking(round_id: int, need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    row = service.get_round_need(session, round_, need_id)
    if row is None:
        raise NotFound
    cast, ranking = plan.list_ranking(session, round_, row)
    page = plan.Page.of(ranking, request.args.get("page", 1, type=int))
    return render_template(
        "rounds/show_ranking.html", round=round_, need=cast.needs[need_id], page=page,
        excluded=plan.count_rules(row), cast=cast, empty=plan.empty_seats(round_),
    )  # fmt: skip


@blueprint.get("/<int:round_id>/candidates/<int:candidate_id>")
@requires(Action.VIEW_ROUND)
def show_options(round_id: int, candidate_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    candidate = get_visible(session, actor, Candidate, candidate_id)
    options = plan.list_options(session, round_, candidate)
    return render_template(
        "rounds/show_options.html", round=round_, candidate=candidate, options=options,
        months=plan.months_of(round_, candidate),
    )  # fmt: skip


@blueprint.get("/<int:round_id>/needs/<int:need_id>/candidates/<int:candidate_id>")
@requires(Action.VIEW_ROUND)
def show_pair(round_id: int, need_id: int, candidate_id: int) -> ResponseReturnValue:
    """One person for one need: parts, reason, and what would move if the pair were fixed."""
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    candidate = get_visible(session, actor, Candidate, candidate_id)
    cast = plan.Cast.of(session, round_)
    entry = plan.find_entry(session, round_, need_id, candidate.code)
    if entry is None:
        raise NotFound
    need = cast.needs[need_id]
    return render_template(
        "rounds/show_pair.html", round=round_, need=need, candidate=candidate, entry=entry,
        cast=cast, why=explain_pair(session, round_, need, candidate),
    )  # fmt: skip


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
        return redirect(url_for("rounds.show_round", round_id=target.id))
    need = plan.Cast.of(session, round_).needs.get(need_id)
    if need is None:
        raise NotFound
    status = 422 if form.is_submitted() else 200
    return render_template(
        "rounds/direct_pair.html", form=form, round=round_, need=need, candidate=candidate,
        entry=plan.find_entry(session, round_, need_id, candidate.code),
        why=explain_pair(session, round_, need, candidate),
    ), status  # fmt: skip


@blueprint.post("/<int:round_id>/needs/<int:need_id>/candidates/<int:candidate_id>/drop")
@requires(Action.RUN_ROUND)
def drop_directive(round_id: int, need_id: int, candidate_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id, lock=True)
    preparing.drop_directive(
        session, round_, need_id=need_id, candidate_id=candidate_id, actor=actor, now=clock.now()
    )
    return redirect(url_for("rounds.show_round", round_id=round_id))


@blueprint.post("/<int:round_id>/rerun")
@requires(Action.RUN_ROUND)
def rerun_round(round_id: int) -> ResponseReturnValue:
    """Prepare the next run with the same choices."""
    session, actor = current_session(), current_actor()
    round_ = get_visible(session, actor, Round, round_id, lock=True)
    follower = preparing.prepare_rerun(session, round_, actor=actor, now=clock.now())
    return redirect(url_for("rounds.show_round", round_id=follower.id))


@blueprint.get("/<int:round_id>/compare")
@requires(Action.VIEW_ROUND)
def compare_rounds(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    after = service.get_finished(session, actor, round_id)
    before = service.get_finished(session, actor, request.args.get("with", 0, type=int))
    if before.summary is None or after.summary is None:
        raise NotFound
    changes = plan.compare_rounds(session, before, after)
    return render_template(
        "rounds/compare_rounds.html", before=before, after=after, changes=changes
    )
