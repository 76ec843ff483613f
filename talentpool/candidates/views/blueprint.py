from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Blueprint

from ... import clock
from ...dates import local_date
from ...standing import MembershipStanding
from ...states import Transition, available
from ...web import after_view, current_actor, current_session
from .. import viewing
from ..models import Membership
from ..standing import standings

blueprint = Blueprint("candidates", __name__)


def buttons_of(membership: Membership | None) -> Mapping[str, Transition]:
    """The steps that the reader may take, by verb."""
    if membership is None:
        return {}
    steps = available(current_session(), membership, current_actor())
    return {step.verb: step for step in steps}


def standing_of(membership: Membership | None) -> MembershipStanding | None:
    """Where the membership stands today."""
    if membership is None:
        return None
    return standings(current_session(), [membership], local_date(clock.now()))[membership.id]


def log_names(candidate_ids: Collection[int], purpose: str = viewing.LIST) -> None:
    """Log that the reader saw these names, in a unit of its own after the view."""
    session, actor, now = current_session(), current_actor(), clock.now()
    seen = candidate_ids
    if purpose == viewing.LIST:
        seen = viewing.unlogged(session, actor, candidate_ids, now=now)
    if seen:
        after_view(lambda unit: viewing.record_views(unit, actor, seen, purpose, now=now))
