"""The two answers: the person's to an offer, the town's to an introduction."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..candidates.models import Consent
from ..db import Session
from ..errors import Conflict
from ..permissions import Action, Actor, require
from ..reference.service import load_catalogue
from ..states import PlacementState, move
from . import terms
from .ending import advance, end_placement
from .guards import check_pair
from .locking import lock_placements
from .models import Placement
from .notices import notify

INTRODUCTION = "introduction"  # code of the vocabulary consent_purpose
TOO_LATE = "回答期限を過ぎているため、この操作は行えません。"


def accept_offer(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    """引き受ける: the consent to this town is given and the town is told the name."""
    require(session, actor, Action.ANSWER_OFFER, placement)
    lock_placements(session, [placement])
    if placement.state is PlacementState.OFFERED:
        _check_in_time(placement.offer_until, now)
        check_pair(session, placement)
        _give_consent(session, placement, actor=actor, now=now)
    step = move(session, placement, "accept", actor=actor, now=now)
    placement.introduced_at = now
    placement.introduction_until = terms.end_of_term(now, terms.INTRODUCTION_DAYS)
    notify(session, placement, step, actor=actor, now=now)


def decline_offer(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """辞退する, at any time before the confirmation; the next alternate is offered."""
    require(session, actor, Action.ANSWER_OFFER, placement)
    lock_placements(session, [placement])
    end_placement(
        session,
        placement,
        "decline",
        reason=reason,
        actor=actor,
        now=now,
        comment=comment,
    )
    advance(session, placement.need, now=now)


def welcome_person(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    """受け入れる: both have said yes."""
    require(session, actor, Action.ANSWER_INTRODUCTION, placement)
    lock_placements(session, [placement])
    if placement.state is PlacementState.INTRODUCED:
        _check_in_time(placement.introduction_until, now)
        check_pair(session, placement)
    step = move(session, placement, "welcome", actor=actor, now=now)
    placement.agreed_at = now
    notify(session, placement, step, actor=actor, now=now)


def turn_down(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """見送る; the next alternate is offered."""
    require(session, actor, Action.ANSWER_INTRODUCTION, placement)
    lock_placements(session, [placement])
    end_placement(
        session,
        placement,
        "turn_down",
        reason=reason,
        actor=actor,
        now=now,
        comment=comment,
    )
    advance(session, placement.need, now=now)


def _check_in_time(until: datetime | None, now: datetime) -> None:
    if until is not None and now > until:
        raise Conflict(TOO_LATE)


def _give_consent(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    """Consent to be named to this town, in today's text; one that stands in that text stays."""
    term = load_catalogue(session).term("consent_purpose", INTRODUCTION)
    version = str(term.attributes["version"])
    standing = session.scalars(
        sa.select(Consent).where(
            Consent.candidate_id == placement.candidate_id,
            Consent.purpose == INTRODUCTION,
            Consent.audience == placement.municipality_code,
            Consent.withdrawn_at.is_(None),
        )
    ).one_or_none()
    if standing is not None:
        if standing.text_version == version:
            return
        standing.withdrawn_at = now
        session.flush()
    placement.candidate.consents.append(
        Consent(
            purpose=INTRODUCTION,
            audience=placement.municipality_code,
            text_version=version,
            given_at=now,
        )
    )
    session.flush()
    detail = {
        "purpose": INTRODUCTION,
        "audience": placement.municipality_code,
        "version": version,
    }
    audit.record(
        session,
        "consent.give",
        placement.candidate,
        actor=actor,
        now=now,
        detail=detail,
    )
