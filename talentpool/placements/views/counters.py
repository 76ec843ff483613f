"""条件の提案: the form of the one who is asked, the page of a proposal for all who may see it, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...costs import pay_by_year
from ...errors import Conflict, NotFound, Problem, Refused, raise_first
from ...permissions import Action, Actor, Role, get_visible
from ...standing import AUDIENCE_LABELS
from ...states import COUNTER, CounterState, Transition
from ...web import after_view, check_version, current_actor, current_session, requires
from ...web.filters import show_months
from ...web.labels import choices, label, term
from ...web.steps import Rows, StepForm, describe_sent, show_lost
from ..conditions import EXCESS_LABELS, Conditions, Excess, work_of
from ..counters import answering, finding, proposing
from ..counters.models import CounterProposal, Side
from ..counters.notices import AUDIENCES, LINK, audiences
from ..forms import CounterForm
from ..locking import lock_placements
from ..models import Placement
from ..reach import mark_read
from .blueprint import blueprint

_PAGES = {
    Role.CANDIDATE: "placements.show_offer",
    Role.MUNICIPALITY: "placements.show_introduction",
}
_SIDES = {Role.CANDIDATE: Side.PERSON, Role.MUNICIPALITY: Side.TOWN}
VERB = ", ".join(f'"{verb}"' for verb in sorted(answering.SERVICES))
DONE: Mapping[str, Any] = {
    "draft": lazy_gettext("決裁に回しました。"),
    "turn_back": lazy_gettext("相手に尋ねずに終えました。"),
    "approve": lazy_gettext("承認しました。相手に尋ねます。"),
    "refuse": lazy_gettext("却下しました。"),
    "accept": lazy_gettext("この条件に合意しました。"),
    "decline": lazy_gettext("この条件にしないと答えました。"),
    "withdraw": lazy_gettext("提案を取り下げました。"),
}
_GO_BACK = lazy_gettext("元の条件に戻り、止めていた回答期限が再び進みます。")
CHANGES: Mapping[str, Any] = {
    "draft": lazy_gettext("別の決裁者が承認すると、相手に尋ねます。"),
    "turn_back": _GO_BACK,
    "approve": lazy_gettext("相手に尋ね、返事の期限が決まります。"),
    "refuse": _GO_BACK,
    "accept": lazy_gettext(
        "推薦の条件が変わり、起案書に書き加えます。提案した側に、あらためて返事を尋ねます。"
    ),
    "decline": _GO_BACK,
    "withdraw": _GO_BACK,
}


@blueprint.route("/offers/<int:placement_id>/counter", methods=["GET", "POST"])
@requires(Action.ANSWER_OFFER)
def counter_offer(placement_id: int) -> ResponseReturnValue:
    return _propose(placement_id)


@blueprint.route("/introductions/<int:placement_id>/counter", methods=["GET", "POST"])
@requires(Action.ANSWER_INTRODUCTION)
def counter_introduction(placement_id: int) -> ResponseReturnValue:
    return _propose(placement_id)


def _propose(placement_id: int) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), clock.now()
    placement = get_visible(session, actor, Placement, placement_id)
    form = CounterForm(data=CounterForm.data_of(placement.conditions))
    form.set_choices()
    if not form.is_submitted():
        return _form(placement, form)
    try:
        lock_placements(session, [placement])
        check_version(placement)
        if not form.validate():
            return _form(placement, form)
        row = proposing.propose_counter(
            session, placement, form.value(placement.need), form.words.data or "", actor=actor,
            now=now,
        )  # fmt: skip
    except Refused as error:
        form.refuse(error)
        session.rollback()
        return _form(get_visible(session, actor, Placement, placement_id), form)
    except Conflict as error:
        session.rollback()
        stands = get_visible(session, actor, Placement, placement_id)
        sent: Rows = [*form.sent(), (_("理由や補足"), form.words.data)]
        back = url_for(_PAGES[actor.role], placement_id=placement_id)
        return show_lost(error, sent, _rows(stands.conditions), back)
    is_asked = row.state is CounterState.ASKED
    flash(
        _("条件を提案しました。相手の返事をお待ちください。")
        if is_asked
        else _("条件を提案しました。県が確かめてから、相手に尋ねます。"),
        "success",
    )
    return redirect(url_for(".show_counter", counter_id=row.id))


def _form(placement: Placement, form: CounterForm) -> ResponseReturnValue:
    actor = current_actor()
    if placement.state not in proposing.SIDES or placement.answer_until is None:
        raise NotFound
    if proposing.SIDES[placement.state] is not _SIDES[actor.role]:
        raise NotFound
    page = render_template(
        "placements/propose_counter.html", placement=placement, form=form,
        is_person=actor.role is Role.CANDIDATE, present=_rows(placement.conditions),
        back=url_for(_PAGES[actor.role], placement_id=placement.id),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/counters")
@requires(Action.VIEW_COUNTER)
def list_counters() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    found = finding.list_counters(session, actor)
    return render_template("placements/list_counters.html", counters=found)


@blueprint.get("/counters/<int:counter_id>")
@requires(Action.VIEW_COUNTER)
def show_counter(counter_id: int) -> ResponseReturnValue:
    return _show(get_visible(current_session(), current_actor(), CounterProposal, counter_id))


def _show(row: CounterProposal, error: Problem | None = None, verb: str | None = None) -> str:
    """Without a name: the town may not know it yet."""
    session, actor = current_session(), current_actor()
    side, placement = _SIDES.get(actor.role), row.placement
    if side is row.side.other and row.state is CounterState.ASKED:
        link, now = LINK.format(row.id), clock.now()
        after_view(lambda unit: mark_read(unit, actor, link, now))
    is_read = side is None or side is row.side or row.side is Side.TOWN
    return render_template(
        "placements/show_counter.html", counter=row, placement=placement, need=placement.need,
        side=side, differences=_differences(row), pay=_pay(row),
        excess=[label(EXCESS_LABELS[Excess(one)]) for one in row.excess],
        words=row.words if is_read else None, back=_back(actor, placement),
        buttons=[_button(row, step, actor) for step in finding.list_steps(session, row, actor)],
        records=side is None and finding.is_answered_by_officers(row), error=error, refused_verb=verb,
    )  # fmt: skip


def _back(actor: Actor, placement: Placement) -> str | None:
    """The page of the placement; none for a town that does not know of the person yet."""
    if actor.role is Role.MUNICIPALITY and placement.introduced_at is None:
        return None
    return url_for(_PAGES.get(actor.role, "placements.show_placement"), placement_id=placement.id)


def _button(row: CounterProposal, step: Transition, actor: Actor) -> dict[str, Any]:
    told = audiences(row, step)
    if step.verb == "approve":
        told = [*told, AUDIENCES[row.side.other]]
    own = {Role.CANDIDATE: "candidate"}.get(actor.role)
    return {
        "verb": step.verb,
        "label": label(step),
        "kind": "danger" if step.is_danger else "primary",
        "reasons": choices(step.reasons) if step.reasons else (),
        "asks_comment": step.asks_comment,
        "told": [label(AUDIENCE_LABELS[audience]) for audience in told if audience != own],
        "changes": [CHANGES[step.verb]],
    }


def _rows(conditions: Conditions) -> Rows:
    """In words, by what it is."""
    return [
        (_("1か月の半日コマ数"), _("%(n)sコマ", n=conditions.half_days)),
        (_("期間"), show_months(conditions.first_month, conditions.last_month)),
        (_("働き方"), term(conditions.mode, "mode")),
    ]


def _differences(row: CounterProposal) -> list[tuple[str, Any, Any, bool]]:
    """What it is, as it stands, as it is proposed, whether they differ. Of one that is over: as the need says."""
    stands = row.placement.conditions if row.ended_at is None else Conditions.of(row.placement.need)
    pairs = zip(_rows(stands), _rows(row.conditions), strict=True)
    return [(name, before, after, before != after) for (name, before), (_n, after) in pairs]


def _pay(row: CounterProposal) -> list[tuple[int, int, int]]:
    """Fiscal year, yen as the need says, yen as it is proposed."""
    need, person = row.placement.need, row.placement.candidate
    asked = Conditions.of(need), row.conditions
    before, after = (pay_by_year(work_of(need, person, one)) for one in asked)
    return [
        (year, before.get(year, 0), after.get(year, 0)) for year in sorted(before.keys() | after)
    ]


@blueprint.post(f"/counter_proposals/<int:counter_id>/<any({VERB}):verb>")
@requires(*sorted({step.action for step in COUNTER.by_hand()}))
def take_counter_step(counter_id: int, verb: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), StepForm()
    row = get_visible(session, actor, CounterProposal, counter_id)
    try:
        answering.lock(session, row)
        check_version(row)
        if not form.validate():
            raise_first((str(name), str(texts[0])) for name, texts in form.errors.items())
        answering.take_step(
            session, row, verb, actor=actor, now=clock.now(), reason=form.reason.data or None,
            comment=form.comment.data or "",
        )  # fmt: skip
    except Refused as error:
        session.rollback()
        stands = get_visible(session, actor, CounterProposal, counter_id)
        return _show(stands, error, verb), error.status
    except Conflict as error:
        session.rollback()
        stands = get_visible(session, actor, CounterProposal, counter_id)
        sent = describe_sent(COUNTER.steps[verb], form)
        back = url_for(".show_counter", counter_id=counter_id)
        return show_lost(error, sent, [(_("提案の状態"), label(stands.state))], back)
    flash(DONE[verb], "success")
    return redirect(url_for(".show_counter", counter_id=counter_id))


@blueprint.app_template_global("counters_of")
def counters_of(placement_id: int) -> list[CounterProposal]:
    """For the pages of a placement: the proposals that the reader may see, newest first."""
    session, actor = current_session(), current_actor()
    placement = session.get(Placement, placement_id)
    if placement is None:
        return []
    return list(finding.list_of_placement(session, actor, placement))[::-1]
