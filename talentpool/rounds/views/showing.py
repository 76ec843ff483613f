"""What rounds found: a plan, the ranking of a need, the options of a person, the difference between two plans."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ... import clock, jobs, states
from ...candidates.freshness import count_left_out
from ...candidates.models import Candidate
from ...candidates.views.blueprint import log_names
from ...errors import NotFound
from ...needs.joint.reading import shares_of
from ...paging import cut_page
from ...permissions import Action, get_visible
from ...states import RoundState
from ...web import current_actor, current_session, requires
from ...web.paging import page_number
from .. import blocking, easing, plan, preparing, service, stability, validity
from ..directed import codes_moved, list_directed
from ..forms import RoundListForm
from ..why import explain_pair, people_of, price_pairs
from .blueprint import blueprint
from .columns import ROUNDS
from .plan_page import Choice, PlanPage
from .presenting import ComparisonPage, RoundPage, WaitingPage, condition_label
from .ranking_page import Asked, RankingPage

RANKED = 20  # rows of a ranking on one page
UNFINISHED = {RoundState.QUEUED, RoundState.RUNNING}


@blueprint.get("/")
@requires(Action.VIEW_ROUND)
def list_rounds() -> ResponseReturnValue:
    form = RoundListForm(request.args)
    rounds = service.list_rounds(current_session(), current_actor(), form.asked())
    return ROUNDS.answer(rounds, form)


@blueprint.get("/<int:round_id>")
@requires(Action.VIEW_ROUND)
def show_round(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    cast = plan.Cast.of(session, round_, codes=codes_moved(round_))
    directed = list_directed(session, round_.id, cast=cast)
    if round_.state in UNFINISHED or round_.result is None:
        job = jobs.get_latest(session, preparing.JOB, round_.id)
        waiting = WaitingPage(round_, cast, directed, job=job, now=clock.now())
        log_names(waiting.people_directed)
        left_out = count_left_out(session, round_.prefecture_code, clock.now())
        return render_template("rounds/show_waiting.html", page=waiting, left_out=left_out)
    page = PlanPage(
        round_, cast, directed,
        passed_over=plan.list_passed_over(session, round_),
        choice=Choice.of(request.args, page_number()),
        joint=shares_of(session, [ident for ident, need in cast.needs.items() if need.joint]),
        explaining=service.find_explaining(session, round_),
    )  # fmt: skip
    log_names(page.people)
    return render_template(
        "rounds/show_plan.html", page=page,
        steps=states.available(session, round_, actor),
        obstacles=validity.list_known_obstacles(session, round_),
        others=service.list_compared(session, actor, round_),
    )  # fmt: skip


@blueprint.get("/<int:round_id>/moves")
@requires(Action.VIEW_ROUND)
def show_moves(round_id: int) -> ResponseReturnValue:
    """The difference to the plan in force."""
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    found = stability.list_moves(session, round_, plan.Cast.of(session, round_))
    if found is None:
        raise NotFound
    cast, moves = found
    log_names(moves.people)
    return render_template("rounds/show_moves.html", page=RoundPage(round_, cast), moves=moves)


@blueprint.get("/<int:round_id>/blocking")
@requires(Action.VIEW_ROUND)
def show_blocking(round_id: int) -> ResponseReturnValue:
    """The pairs that the comparison of the plan counts."""
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    codes = blocking.list_codes(session, round_)
    if codes is None:
        raise NotFound
    found = cut_page(codes, page_number(), size=RANKED)
    rows = blocking.name_codes(session, found.rows)
    log_names({person.id for row in rows for person, _fit in ((row.person, 0), *row.taken)})
    return render_template(
        "rounds/show_blocking.html", page=RoundPage(round_), rows=rows, found=found
    )


@blueprint.get("/<int:round_id>/needs/<int:need_id>")
@requires(Action.VIEW_ROUND)
def show_ranking(round_id: int, need_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    row = service.get_round_need(session, round_, need_id)
    if row is None:
        raise NotFound
    ranking, asked = plan.list_ranking(session, round_, row), Asked.of(request.args)
    need, found = ranking[0].needs[need_id], cut_page(ranking[1], page_number(), size=RANKED)
    codes = [one.candidate.code for one in found.rows if asked.prices]
    page = RankingPage(
        round_, row, ranking, found,
        asked=asked, prices=price_pairs(session, round_, need, codes),
        looked=plan.look_up(session, actor, row, asked.words) if asked.words else (),
    )  # fmt: skip
    log_names(page.people)
    return render_template("rounds/show_ranking.html", page=page, need=need)


@blueprint.get("/<int:round_id>/needs/<int:need_id>/change")
@requires(Action.VIEW_ROUND)
def show_change(round_id: int, need_id: int) -> ResponseReturnValue:
    """The smallest change for an empty seat, tried."""
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    row = service.get_round_need(session, round_, need_id)
    if row is None:
        raise NotFound
    cast = plan.Cast.of(session, round_)
    eased = easing.try_change(session, round_, cast.needs[need_id])
    if eased is None:
        raise NotFound
    log_names([move.person.id for move in eased.moves])
    return render_template(
        "rounds/show_change.html", page=RoundPage(round_, cast), need=cast.needs[need_id], eased=eased,
        condition=condition_label(eased),
    )  # fmt: skip


@blueprint.get("/<int:round_id>/candidates/<int:candidate_id>")
@requires(Action.VIEW_ROUND)
def show_options(round_id: int, candidate_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    candidate = get_visible(session, actor, Candidate, candidate_id)
    cast = plan.Cast.of_needs(session, round_)
    options = plan.list_options(session, round_, candidate, cast.needs)
    log_names([candidate.id])
    return render_template(
        "rounds/show_options.html", page=RoundPage(round_, cast), candidate=candidate, options=options,
        months=plan.months_of(round_, candidate),
    )  # fmt: skip


@blueprint.get("/<int:round_id>/needs/<int:need_id>/candidates/<int:candidate_id>")
@requires(Action.VIEW_ROUND)
def show_pair(round_id: int, need_id: int, candidate_id: int) -> ResponseReturnValue:
    """One person for one need: parts, reason, and what would move if the pair were fixed."""
    session, actor = current_session(), current_actor()
    round_ = service.get_finished(session, actor, round_id)
    candidate = get_visible(session, actor, Candidate, candidate_id)
    cast = plan.Cast.of(session, round_, codes=codes_moved(round_))
    entry = plan.find_entry(session, round_, need_id, candidate.code)
    if entry is None:
        raise NotFound
    need = cast.needs[need_id]
    why = explain_pair(session, round_, need, candidate)
    directed = list_directed(session, round_.id, need_id, cast=cast)
    own = [row for row in directed if row.person.id == candidate.id]
    page = RoundPage(round_, cast, own)
    log_names([candidate.id, *people_of(why), *page.people_directed])
    return render_template(
        "rounds/show_pair.html", page=page, need=need, candidate=candidate, entry=entry, why=why
    )


@blueprint.get("/<int:round_id>/compare")
@requires(Action.VIEW_ROUND)
def compare_rounds(round_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    after = service.get_finished(session, actor, round_id)
    before = service.get_finished(session, actor, request.args.get("with", 0, type=int))
    if before.summary is None or after.summary is None:
        raise NotFound
    found = plan.compare_rounds(session, before, after)
    log_names([person.id for row in found.changes for person in (*row.before, *row.after)])
    page = ComparisonPage(RoundPage(before), RoundPage(after), found)
    return render_template("rounds/compare_rounds.html", page=page)
