from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, url_for
from flask_babel import gettext as _

from ...accounts.postal import PostalTask
from ...candidates.models import Membership
from ...consultations.models import Consultation
from ...db import Base
from ...engagements.models import Engagement
from ...engagements.month_additions import MonthAddition
from ...engagements.plan_changes import PlanChange
from ...language import Words
from ...needs.models import Need
from ...placements.counters.models import CounterProposal
from ...placements.models import Placement
from ...rounds.models import Round
from ...web.labels import in_town, label, town
from ..models import Owned, about

blueprint = Blueprint("desk", __name__)
KINDS: Mapping[type[Base], Words] = {
    CounterProposal: ("条件の提案", "Proposed conditions"),
    PlanChange: ("活動の延長", "Extension"),
    MonthAddition: ("半日コマの追加", "More half-days"),
}
_PAGES: Mapping[
    type[Base], tuple[str, str]
] = {  # where it is worked on, and what its number is called there
    Membership: ("candidates.show_candidate", "ident"),
    Need: ("needs.show_need", "need_id"),
    Placement: ("placements.show_placement", "placement_id"),
    Round: ("rounds.show_round", "round_id"),
    Consultation: ("consultations.show_consultation", "ident"),
    PostalTask: ("placements.show_letter", "ident"),
    CounterProposal: ("placements.show_counter", "counter_id"),
    PlanChange: ("placements.show_extension", "change_id"),
    MonthAddition: ("placements.show_addition", "addition_id"),
}


def title_of(thing: Owned) -> str:
    """Without a name: a person stands there by number."""
    if isinstance(thing, Membership):
        return thing.candidate.code
    if isinstance(thing, PostalTask):
        return str(_("%(person)sへの手紙", person=thing.candidate.code))
    if isinstance(thing, Need):
        return in_town(thing)
    if isinstance(thing, Round | Consultation):
        return _numbered(thing)
    if isinstance(thing, Placement):
        return _of_both(thing)
    made_for = about(thing)
    assert made_for is not None
    return str(_("%(kind)s：%(of)s", kind=label(KINDS[type(thing)]), of=_of_both(made_for)))


def _numbered(thing: Round | Consultation) -> str:
    if isinstance(thing, Round):
        return str(_("第%(n)s回 %(title)s", n=thing.number, title=thing.title))
    words = {"town": town(thing.municipality_code), "code": thing.code}
    return str(_("%(town)sの相談 %(code)s", **words))


def _of_both(thing: Placement | Engagement) -> str:
    code = thing.candidate.code
    return str(_("%(need)s ／ %(person)s", need=in_town(thing.need), person=code))


def url_of(thing: Owned) -> str:
    endpoint, name = _PAGES[type(thing)]
    ident = thing.candidate_id if isinstance(thing, Membership) else thing.id
    return url_for(endpoint, **{name: ident})  # type: ignore[arg-type]
