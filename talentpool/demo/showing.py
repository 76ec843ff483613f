"""What people have shown for their training and skills: one waits, one was refused, one is asked of an office."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..candidates.models import Candidate, CandidateSkill, Membership
from ..credentials.content import Content
from ..credentials.models import Kind, Verifier
from ..credentials.service import (
    answer_link,
    check_credential,
    issue_link,
    refuse_credential,
    say_credential,
)
from ..dates import local_date
from ..db import Session
from ..permissions import Actor, Role
from ..states import MembershipState
from .accounts import Officers
from .people import HYOGO

_TRAINED = "県の情報セキュリティ研修（eラーニング）"


def show(session: Session, officers: Officers, midnight: datetime) -> None:
    people = _without_training(session)[:3]
    day, staff = timedelta(days=1), officers.coordinator
    for number, person in enumerate(people):
        content = Content(
            Kind.TRAINING, "security", title=_TRAINED, done_on=local_date(midnight - 20 * day)
        )
        row = say_credential(
            session, person, content, actor=_own(person), now=midnight - (10 - number) * day
        )
        if number == 1:
            refuse_credential(
                session, row, reason="not_shown", comment="修了証の写しを送ってください。", actor=staff,
                now=midnight - 5 * day,
            )  # fmt: skip
        if number == 2:
            check_credential(session, row, until=None, actor=staff, now=midnight - 4 * day)
    claims = _confirmed(session)
    for number, claim in enumerate(claims[:2]):
        person = session.get_one(Candidate, claim.candidate_id)
        content = Content(
            Kind.SKILL, claim.skill, title="担当した事業の完了報告書", done_on=local_date(midnight - 400 * day),
            verifier_kind=Verifier.EMPLOYER, verifier="総務部 人事課", contact="0790-00-0000",
        )  # fmt: skip
        row = say_credential(session, person, content, actor=_own(person), now=midnight - 9 * day)
        secret = issue_link(session, row, actor=staff, now=midnight - 8 * day)
        if number == 0:
            answer_link(session, secret, is_right=True, who="人事課長", now=midnight - 6 * day)


def _own(person: Candidate) -> Actor:
    return Actor(person.user_id, Role.CANDIDATE, HYOGO)


def _active() -> sa.Select[Candidate]:
    return (
        sa.select(Candidate)
        .join(Membership, Membership.candidate_id == Candidate.id)
        .where(Membership.state == MembershipState.ACTIVE, Candidate.user_id.is_not(None))
        .order_by(Candidate.code)
    )


def _without_training(session: Session) -> list[Candidate]:
    query = _active().where(Candidate.training_until.is_(None)).limit(3)
    return list(session.scalars(query.options(selectinload(Candidate.memberships))))


def _confirmed(session: Session) -> list[CandidateSkill]:
    """Of skills that an officer has confirmed: rounds weigh them as before."""
    people = _active().with_only_columns(Candidate.id)
    query = sa.select(CandidateSkill).where(
        CandidateSkill.candidate_id.in_(people), CandidateSkill.evidence == "confirmed"
    )
    return list(
        session.scalars(query.order_by(CandidateSkill.candidate_id, CandidateSkill.skill).limit(2))
    )
