"""Preferences, for tests of other rooms."""

from __future__ import annotations

from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.needs.models import Need
from talentpool.permissions import Actor, Role
from talentpool.preferences.models import Answer, Interest
from tests import factories as make


def actor_of(person: Candidate) -> Actor:
    return Actor(person.user_id, Role.CANDIDATE, make.HYOGO)


def make_interest(
    session: Session, need: Need, person: Candidate, answer: Answer = Answer.INTERESTED
) -> Interest:
    row = Interest(
        candidate_id=person.id, need_id=need.id, prefecture_code=need.prefecture_code,
        municipality_code=need.municipality_code, answer=answer,
        reason=None if answer is Answer.INTERESTED else "schedule", said_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
