"""Where other features learn that a person is no longer there for a pool, to end what rested on it.

Placements stand above candidates and register themselves here; the call is part of the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ..db import Session
from ..permissions import Actor
from .models import Candidate

LEFT = "candidate_left"  # codes of the vocabulary supersede_reason
CONSENT_WITHDRAWN = "consent_withdrawn"


class Listener(Protocol):
    def __call__(
        self,
        session: Session,
        candidate: Candidate,
        prefecture_code: str,
        reason: str,
        *,
        actor: Actor,
        now: datetime,
    ) -> None: ...


_listeners: list[Listener] = []


def when_gone(listener: Listener) -> Listener:
    """Register `listener` (as a decorator): called when a person leaves or withdraws a required consent."""
    _listeners.append(listener)
    return listener


def announce(
    session: Session,
    candidate: Candidate,
    prefecture_code: str,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    for listener in _listeners:
        listener(session, candidate, prefecture_code, reason, actor=actor, now=now)
