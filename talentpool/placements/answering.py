"""The two who say yes: the person to an offer, the town to an introduction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..candidates.consenting import INTRODUCTION, give_consent
from ..db import Session
from ..deadlines.service import read_terms
from ..errors import Conflict
from ..language import say
from ..permissions import Action, Actor, require
from ..states import PlacementState, move
from ..waits import Wait
from .guards import check_pair
from .locking import lock_placements
from .models import Placement
from .notices import notify

TOO_LATE = say("回答期限を過ぎているため、この操作は行えません。")
IS_PROPOSED = say("条件の提案への返事を待っているため、この操作は行えません。")


def accept_offer(
    session: Session,
    placement: Placement,
    *,
    actor: Actor,
    now: datetime,
    right: Action = Action.ANSWER_OFFER,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """引き受ける: the consent to this town, and to the members of a joint need, is given, and it is told the name.

    `right`: RECORD_ANSWER of an officer who writes the answer down, and `detail` how it was given.
    """
    require(session, actor, right, placement)
    lock_placements(session, [placement])
    if placement.state is PlacementState.OFFERED:
        check_in_time(placement, now)
        check_pair(session, placement, now, actor.role)
        for town in towns_of(placement):
            give_consent(session, placement.candidate, INTRODUCTION, town, actor=actor, now=now)
    proxy = right if right is not Action.ANSWER_OFFER else None
    step = move(session, placement, "accept", actor=actor, now=now, detail=detail, right=proxy)
    placement.introduced_at = now
    terms = read_terms(session, placement.prefecture_code)
    placement.introduction_until = terms.due(Wait.INTRODUCTION, now)
    notify(session, placement, step, actor=actor, now=now)


def welcome_person(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    """受け入れる: both have said yes."""
    require(session, actor, Action.ANSWER_INTRODUCTION, placement)
    lock_placements(session, [placement])
    if placement.state is PlacementState.INTRODUCED:
        check_in_time(placement, now)
        check_pair(session, placement, now, actor.role)
    step = move(session, placement, "welcome", actor=actor, now=now)
    placement.agreed_at = now
    notify(session, placement, step, actor=actor, now=now)


def towns_of(placement: Placement) -> list[str]:
    """The towns that learn of the person by it: the one of the need, and the members of a joint one."""
    members = (row.municipality_code for row in placement.need.members)
    return [placement.municipality_code, *members]


def check_in_time(placement: Placement, now: datetime) -> None:
    """An answer waits as long as other conditions are proposed: its deadline stands still."""
    if placement.answer_until is None:
        raise Conflict(IS_PROPOSED)
    if placement.answer_until < now:
        raise Conflict(TOO_LATE)
