from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, url_for
from flask_babel import gettext as _

from ...accounts.postal import PostalTask
from ...candidates.models import Membership
from ...consultations.models import Consultation
from ...credentials.models import Credential
from ...dates import month_text
from ...db import Base
from ...engagements.models import Engagement, WorkLog
from ...engagements.month_additions import MonthAddition
from ...engagements.plan_changes import PlanChange
from ...language import Words
from ...mail import MailOrder
from ...needs.models import Need
from ...notes.telling import is_about_something
from ...permissions import Action, can
from ...placements.counters.models import CounterProposal
from ...placements.models import Placement
from ...placements.questions.models import Question
from ...reviews.models import Review
from ...rounds.models import Round
from ...states import PlacementState
from ...web import current_actor, current_session
from ...web.labels import in_town, label, town
from ..models import Owned, about

blueprint = Blueprint("desk", __name__)
KINDS: Mapping[type[Base], Words] = {
    CounterProposal: ("条件の提案", "Proposed conditions"),
    PlanChange: ("活動の延長", "Extension"),
    MonthAddition: ("半日コマの追加", "More half-days"),
    Question: ("質問", "Question"),
    WorkLog: ("活動記録", "Work log"),
    Review: ("振り返り", "Review"),
}
_PAGES: Mapping[
    type[Base], tuple[str, str]
] = {  # where it is worked on, and what its number is called there
    Need: ("needs.show_need", "need_id"),
    Placement: ("placements.show_placement", "placement_id"),
    Round: ("rounds.show_round", "round_id"),
    Consultation: ("consultations.show_consultation", "ident"),
    PostalTask: ("placements.show_letter", "ident"),
    CounterProposal: ("placements.show_counter", "counter_id"),
    PlanChange: ("placements.show_extension", "change_id"),
    MonthAddition: ("placements.show_addition", "addition_id"),
    Question: ("placements.show_question", "question_id"),
    Review: ("reviews.show_review", "review_id"),
    Engagement: ("engagements.show_engagement", "engagement_id"),
}


@blueprint.app_template_global("thing_title")
def title_of(thing: Owned) -> str:
    """Without a name: a person stands there by number, as the recipient of a mail does."""
    if isinstance(thing, MailOrder):
        return str(_("%(who)sへのメール", who=recipient_of(thing)))
    if isinstance(thing, Membership | PostalTask | Credential):
        return _of_person(thing)
    if isinstance(thing, Need):
        return in_town(thing)
    if isinstance(thing, Round | Consultation):
        return _numbered(thing)
    if isinstance(thing, Placement | Engagement):
        return _of_both(thing)
    made_for = about(thing)
    assert made_for is not None
    return str(_("%(kind)s：%(of)s", kind=label(KINDS[type(thing)]), of=_of_both(made_for)))


def _of_person(thing: Membership | PostalTask | Credential) -> str:
    code = thing.candidate.code
    if isinstance(thing, PostalTask):
        return str(_("%(person)sへの手紙", person=code))
    return str(_("%(person)sの証明", person=code)) if isinstance(thing, Credential) else code


def _numbered(thing: Round | Consultation) -> str:
    if isinstance(thing, Round):
        return str(_("第%(n)s回 %(title)s", n=thing.number, title=thing.title))
    words = {"town": town(thing.municipality_code), "code": thing.code}
    return str(_("%(town)sの相談 %(code)s", **words))


def _of_both(thing: Placement | Engagement) -> str:
    code = thing.candidate.code
    return str(_("%(need)s ／ %(person)s", need=in_town(thing.need), person=code))


@blueprint.app_template_global("recipient_of")
def recipient_of(order: MailOrder) -> str:
    """A person by number, an officer by name."""
    if order.candidate is not None:
        return str(order.candidate.code)
    return str(order.recipient.display_name) or label(order.recipient.role)


@blueprint.app_template_global("thing_url")
def url_of(thing: Owned) -> str:
    """The page where the reader works on it: a placement has one for each side of the desk."""
    if isinstance(thing, Membership):
        return url_for("candidates.show_candidate", ident=thing.candidate_id)
    if isinstance(thing, Credential):
        return url_for("credentials.list_of_person", ident=thing.candidate_id)
    if isinstance(thing, MailOrder):
        return _url_of_mail(thing)
    if isinstance(thing, WorkLog):
        month = month_text(thing.month)
        return url_for("engagements.show_log", engagement_id=thing.engagement_id, month=month)
    if isinstance(thing, Placement):
        return _url_of_placement(thing)
    endpoint, name = _PAGES[type(thing)]
    return url_for(endpoint, **{name: thing.id})  # type: ignore[arg-type]


def _url_of_mail(order: MailOrder) -> str:
    """Where a call is written down; a daily mail is about nothing of its own."""
    if is_about_something(order) and can(current_session(), current_actor(), Action.RESEND_MAIL):
        return url_for("notes.note_call", ident=order.id)
    return url_for("accounts.list_mails", state="lost")


def _url_of_placement(placement: Placement) -> str:
    session, actor, ident = current_session(), current_actor(), placement.id
    if placement.paper_id and can(session, actor, Action.APPROVE_PLACEMENT):
        return url_for("placements.show_paper", paper_id=placement.paper_id)
    if can(session, actor, Action.EDIT_NEED):
        return url_for("placements.show_introduction", placement_id=ident)
    if placement.state is PlacementState.SUGGESTED:
        return url_for("placements.draft_placements", need_id=placement.need_id)
    return url_for("placements.show_placement", placement_id=ident)
