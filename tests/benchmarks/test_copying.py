"""A copy of everything keeps what belongs together, on both databases."""

from __future__ import annotations

import sqlalchemy as sa

from benchmarks.copying import STRIDE, copy_all
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState

from .. import factories as make


def test_copies_belong_to_copies(session: Session) -> None:
    town = make.make_user(session, Role.MUNICIPALITY)
    need, person = make.make_need(session), make.make_candidate(session)
    placement = make.make_placement(session, need, person, state=PlacementState.OFFERED)
    mails = sa.select(sa.func.count()).select_from(MailOrder)
    before = session.scalar(mails)
    assert person.user_id is not None
    copy_all(session, 2)
    for shift in (STRIDE, 2 * STRIDE):
        copy = session.get_one(Placement, placement.id + shift)
        assert (copy.need_id, copy.candidate_id) == (need.id + shift, person.id + shift)
        assert session.get_one(Candidate, copy.candidate_id).user_id == person.user_id + shift
        assert session.get_one(Need, copy.need_id).municipality_code == need.municipality_code
    assert session.get(User, town.id + STRIDE) is None  # officers stay who they are
    assert session.scalar(mails) == (before or 0) * 3
    assert len({row.code for row in session.scalars(sa.select(Need))}) == 3


def test_what_comes_next_is_numbered_behind_the_copies(session: Session) -> None:
    first = make.make_need(session)
    copy_all(session, 1)
    assert make.make_need(session).id > first.id + STRIDE
