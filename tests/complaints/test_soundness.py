"""What `check` finds wrong with a complaint."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool.complaints import service
from talentpool.complaints.models import Complaint
from talentpool.complaints.soundness import violations
from talentpool.db import Session
from talentpool.permissions import Actor, Role
from tests import factories as make


@pytest.fixture
def complaint(session: Session) -> Complaint:
    work = make.make_engagement(session)
    actor = Actor(work.candidate.user_id, Role.CANDIDATE, make.HYOGO)
    return service.file_complaint(session, "内容", work, actor=actor, now=make.NOW)


def test_nothing_is_wrong_with_a_complaint(session: Session, complaint: Complaint) -> None:
    town = make.make_user(session, Role.MUNICIPALITY).actor
    service.file_complaint(session, "内容", actor=town, now=make.NOW)
    assert list(violations(session)) == []


def test_another_prefecture_is_found(session: Session, complaint: Complaint) -> None:
    make.make_prefecture_pool(session, make.OSAKA)
    complaint.prefecture_code = make.OSAKA
    session.flush()
    assert list(violations(session)) == [
        f"complaint {complaint.id}: not of the prefecture of its engagement"
    ]


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.MUNICIPALITY])
def test_an_owner_who_is_no_officer_is_found(
    session: Session, complaint: Complaint, role: Role
) -> None:
    complaint.owner_id = make.make_user(session, role).id
    session.flush()
    assert list(violations(session)) == [
        f"complaint {complaint.id}: its owner is no officer of its prefecture"
    ]


@pytest.mark.parametrize(
    "change",
    [
        "side = 'town'",
        "municipality_code = '282014'",
        "candidate_id = NULL",
        "closed_at = filed_at",
        "answered_at = filed_at",
        "channel = 'fax'",
    ],
)
def test_the_database_refuses_what_cannot_be(
    session: Session, complaint: Complaint, change: str
) -> None:
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(sa.text(f"UPDATE complaint SET {change}"))
