"""The towns post their needs, and the prefecture publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from .. import audit
from ..db import Session
from ..needs.models import Need
from ..states import move
from .accounts import Officers


def save_needs(
    session: Session, needs: Sequence[Need], first_number: int, officers: Officers
) -> None:
    """Drafts with codes, each written by the officer of its town at its `created_at`."""
    for number, need in enumerate(needs, first_number):
        need.code = f"N-{number:06d}"
        need.updated_at = need.created_at
    session.add_all(needs)
    session.flush()
    for need in needs:
        actor = officers.towns[need.municipality_code]
        audit.record(session, audit.Deed.NEED_CREATE, need, actor=actor, now=need.created_at)


def submit_needs(session: Session, needs: Sequence[Need], officers: Officers) -> None:
    """Three days after they were begun."""
    for need in needs:
        now = need.created_at + timedelta(days=3)
        move(session, need, "submit", actor=officers.towns[need.municipality_code], now=now)
        need.submitted_at = need.updated_at = now
    session.flush()


def publish_needs(session: Session, needs: Sequence[Need], officers: Officers) -> None:
    """Two days after they were handed in."""
    for need in needs:
        now = (need.submitted_at or need.created_at) + timedelta(days=2)
        move(session, need, "publish", actor=officers.coordinator, now=now)
        need.opened_at = need.answered_at = need.updated_at = now
    session.flush()
