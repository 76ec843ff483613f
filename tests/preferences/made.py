"""Preferences, for tests of other rooms."""

from __future__ import annotations

from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.needs.models import Need
from talentpool.permissions import Actor, Role
from talentpool.placements.models import Placement
from talentpool.preferences.models import Answer, Interest, TownRank
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


def make_rank(session: Session, placement: Placement, rank: int = 1) -> TownRank:
    row = TownRank(
        need_id=placement.need_id, placement_id=placement.id, candidate_id=placement.candidate_id,
        prefecture_code=placement.prefecture_code, municipality_code=placement.municipality_code,
        rank=rank, ranked_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
