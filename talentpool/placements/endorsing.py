"""回議: a second coordinator looks at a paper before the approver does, where the prefecture wants it."""

from __future__ import annotations

from datetime import datetime

from .. import audit
from ..accounts.models import Pool
from ..db import Session
from ..errors import Conflict, Forbidden
from ..language import say
from ..permissions import Action, Actor, require
from ..states import PlacementState
from .locking import lock_needs
from .models import DecisionPaper
from .papers import list_rows


def is_wanted(session: Session, paper: DecisionPaper) -> bool:
    """Whether the prefecture has its papers endorsed."""
    return session.get_one(Pool, paper.prefecture_code).has_endorsement


def lacks_endorsement(session: Session, paper: DecisionPaper) -> bool:
    return paper.endorsed_by is None and is_wanted(session, paper)


def endorse_paper(session: Session, paper: DecisionPaper, *, actor: Actor, now: datetime) -> None:
    """Who has drafted anybody on it does not endorse it."""
    require(session, actor, Action.ENDORSE_PAPER, paper)
    lock_needs(session, [paper.need_id])
    waiting = [row for row in list_rows(session, paper) if row.state is PlacementState.PROPOSED]
    if not waiting:
        raise Conflict(say("この起案書は、決裁を待っていません。"))
    if not is_wanted(session, paper):
        raise Conflict(say("この都道府県では、回議を行わない設定です。"))
    if paper.endorsed_by is not None:
        raise Conflict(say("この起案書は、すでに回議されています。"))
    if actor.user_id in {paper.drafted_by, *(row.drafted_by for row in waiting)}:
        raise Forbidden(say("起案した本人は回議できません。別の県担当者が回議します。"))
    paper.endorsed_by, paper.endorsed_at = actor.user_id, now
    audit.record(session, audit.Deed.PAPER_ENDORSE, paper, actor=actor, now=now)
