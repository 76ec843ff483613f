"""Who sees to a thing: one page for each kind of thing that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...accounts.postal import PostalTask
from ...candidates.models import Membership
from ...consultations.models import Consultation
from ...credentials.models import Credential
from ...dates import local_date
from ...db import Base
from ...engagements.models import Engagement, WorkLog
from ...engagements.month_additions import MonthAddition
from ...engagements.plan_changes import PlanChange
from ...errors import LostRace, Refused
from ...mail import MailOrder
from ...needs.models import Need
from ...permissions import Action, can, get_visible
from ...placements.counters.models import CounterProposal
from ...placements.models import Placement
from ...placements.questions.models import Question
from ...reviews.models import Review
from ...rounds.models import Round
from ...web import current_actor, current_session, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale
from ..forms import DutyForm
from ..models import Duty, Owned
from ..service import Plan, find_duty, list_owners, set_duty
from .blueprint import blueprint, title_of, url_of

T = TypeVar(
    "T", Membership, Need, Placement, Round, Consultation, PostalTask, CounterProposal, PlanChange,
    MonthAddition, MailOrder, Question, WorkLog, Review, Credential, Engagement,
)  # fmt: skip
_PAGES: Mapping[type[Base], tuple[str, str]] = {
    Membership: ("desk.assign_membership", "ident"),
    Need: ("desk.assign_need", "need_id"),
    Placement: ("desk.assign_placement", "placement_id"),
    Round: ("desk.assign_round", "round_id"),
    Consultation: ("desk.assign_consultation", "ident"),
    PostalTask: ("desk.assign_letter", "ident"),
    CounterProposal: ("desk.assign_counter", "counter_id"),
    PlanChange: ("desk.assign_extension", "change_id"),
    MonthAddition: ("desk.assign_addition", "addition_id"),
    MailOrder: ("desk.assign_mail", "ident"),
    Question: ("desk.assign_question", "question_id"),
    WorkLog: ("desk.assign_log", "log_id"),
    Review: ("desk.assign_review", "review_id"),
    Credential: ("desk.assign_credential", "ident"),
    Engagement: ("desk.assign_engagement", "engagement_id"),
}
UNSET = "0"  # version of a duty that nobody has set yet


@dataclass(frozen=True, slots=True)
class Owning:
    """For the page of a thing, which lies below this room. url: for those who may change it."""

    duty: Duty | None
    url: str
    today: date

    @property
    def owner(self) -> str:
        return self.duty.owner.display_name if self.duty and self.duty.owner else ""


@blueprint.app_template_global("duty_of")
def duty_of(thing: Owned | None) -> Owning | None:
    """None for readers who are not told, and where there is nothing to see to."""
    session, actor = current_session(), current_actor()
    if thing is None or not can(session, actor, Action.VIEW_DUTY):
        return None
    url = duty_url(thing) if can(session, actor, Action.ASSIGN_DUTY) else ""
    return Owning(find_duty(session, thing), url, local_date(clock.now()))


@blueprint.route("/memberships/<int:ident>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_membership(ident: int) -> ResponseReturnValue:
    return _answer(_get(Membership, ident))


@blueprint.route("/needs/<int:need_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_need(need_id: int) -> ResponseReturnValue:
    return _answer(_get(Need, need_id))


@blueprint.route("/placements/<int:placement_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_placement(placement_id: int) -> ResponseReturnValue:
    return _answer(_get(Placement, placement_id))


@blueprint.route("/rounds/<int:round_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_round(round_id: int) -> ResponseReturnValue:
    return _answer(_get(Round, round_id))


@blueprint.route("/consultations/<int:ident>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_consultation(ident: int) -> ResponseReturnValue:
    return _answer(_get(Consultation, ident))


@blueprint.route("/letters/<int:ident>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_letter(ident: int) -> ResponseReturnValue:
    return _answer(_get(PostalTask, ident))


@blueprint.route("/counters/<int:counter_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_counter(counter_id: int) -> ResponseReturnValue:
    return _answer(_get(CounterProposal, counter_id))


@blueprint.route("/plan_changes/<int:change_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_extension(change_id: int) -> ResponseReturnValue:
    return _answer(_get(PlanChange, change_id))


@blueprint.route("/month_additions/<int:addition_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_addition(addition_id: int) -> ResponseReturnValue:
    return _answer(_get(MonthAddition, addition_id))


@blueprint.route("/mails/<int:ident>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_mail(ident: int) -> ResponseReturnValue:
    return _answer(_get(MailOrder, ident))


@blueprint.route("/questions/<int:question_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_question(question_id: int) -> ResponseReturnValue:
    return _answer(_get(Question, question_id))


@blueprint.route("/work_logs/<int:log_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_log(log_id: int) -> ResponseReturnValue:
    return _answer(_get(WorkLog, log_id))


@blueprint.route("/reviews/<int:review_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_review(review_id: int) -> ResponseReturnValue:
    return _answer(_get(Review, review_id))


@blueprint.route("/credentials/<int:ident>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_credential(ident: int) -> ResponseReturnValue:
    return _answer(_get(Credential, ident))


@blueprint.route("/engagements/<int:engagement_id>/duty", methods=["GET", "POST"])
@requires(Action.ASSIGN_DUTY)
def assign_engagement(engagement_id: int) -> ResponseReturnValue:
    return _answer(_get(Engagement, engagement_id))


def _get(model: type[T], ident: int) -> T:
    """Locked before it is given away, so that two officers are told of each other."""
    is_sent = request.method == "POST"
    return get_visible(current_session(), current_actor(), model, ident, lock=is_sent)


def _answer(thing: Owned) -> ResponseReturnValue:
    session = current_session()
    duty = find_duty(session, thing)
    form = _form(duty)
    if request.method == "GET":
        return _page(thing, form, duty)
    if is_stale(_version(duty)):
        overtaken = differences(form, _form(duty, formdata=None))
        return _page(thing, form, duty, overtaken), LostRace.status
    if not form.validate():
        return _page(thing, form, duty), 422
    try:
        set_duty(session, thing, form.value(), actor=current_actor(), now=clock.now())
    except Refused as error:
        form.refuse(error)
        return _page(thing, form, duty), form.status
    flash(_("担当と次に見る日を保存しました。"), "success")
    return redirect(url_for("home.show_home"))


def _form(duty: Duty | None, **more: None) -> DutyForm:
    form = DutyForm(data=DutyForm.data_of(Plan.of(duty)), **more)
    owner = duty.owner if duty else None
    present = (owner.id, owner.display_name) if owner else None
    form.offer(list_owners(current_session(), current_actor()), present)
    return form


def _version(duty: Duty | None) -> str:
    return str(duty.version) if duty else UNSET


def _page(
    thing: Owned,
    form: DutyForm,
    duty: Duty | None,
    overtaken: Sequence[Difference] | None = None,
) -> str:
    """Without a name: it says of whom by number."""
    plan, me = Plan.of(duty), current_actor().user_id
    return render_template(
        "desk/assign.html", form=form, version=_version(duty), overtaken=overtaken,
        title=title_of(thing), url=url_of(thing), is_mine=plan.owner == me,
        take={"owner": me, "follow_up": plan.follow_up or "", "line": plan.line},
    )  # fmt: skip


@blueprint.app_template_global("duty_url")
def duty_url(thing: Owned) -> str:
    endpoint, name = _PAGES[type(thing)]
    return url_for(endpoint, **{name: thing.id})  # type: ignore[arg-type]
