"""What a town may know of a person. The rule itself belongs to placements, which register it here."""

from __future__ import annotations

from typing import Protocol

from ..db import Session
from ..permissions import Actor, Role
from .models import Candidate


class ContactRule(Protocol):
    def __call__(self, session: Session, actor: Actor, candidate_id: int) -> bool: ...


_rules: list[ContactRule] = []


def contact_when(rule: ContactRule) -> ContactRule:
    """Register (as a decorator) when an officer of a town may have the telephone number and mail address."""
    _rules.append(rule)
    return rule


def may_see_contact(session: Session, actor: Actor, candidate: Candidate) -> bool:
    """Everybody who may see the person may, but an officer of a town only when a rule says so."""
    if actor.role is not Role.MUNICIPALITY:
        return True
    return any(rule(session, actor, candidate.id) for rule in _rules)
