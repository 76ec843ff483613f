from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..candidates.content import LEVELS
from ..candidates.models import Candidate
from ..db import Base, EncryptedText, Text, UtcDateTime, choice
from ..language import Words
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..states import CredentialState

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Kind(StrEnum):
    """What a credential is about."""

    TRAINING = "training"
    SKILL = "skill"
    EXAM = "exam"


class Verifier(StrEnum):
    """Who outside the prefecture can say that it is right."""

    EMPLOYER = "employer"
    HOST = "host"


KINDS: Mapping[Kind, Words] = {
    Kind.TRAINING: ("必須研修", "Required training"),
    Kind.SKILL: ("技能", "Skill"),
    Kind.EXAM: ("試験・資格", "Exam or qualification"),
}
VERIFIERS: Mapping[Verifier, Words] = {
    Verifier.EMPLOYER: ("以前の勤め先", "Former employer"),
    Verifier.HOST: ("活動の受入先", "Host of an assignment"),
}


class Credential(Base):
    """What shows a skill, an exam or a training: said by the person, checked by an officer or by who was there."""

    __tablename__ = "credential"
    __table_args__ = (
        sa.CheckConstraint(f"level IS NULL OR level BETWEEN 1 AND {LEVELS}", name="level_of_four"),
        sa.CheckConstraint(
            f"(kind = '{Kind.SKILL}') = (level IS NOT NULL)"
            f" AND (kind <> '{Kind.TRAINING}' OR valid_until IS NOT NULL)",
            name="fits_its_kind",
        ),
        sa.CheckConstraint("done_on IS NULL OR valid_until >= done_on", name="days_in_order"),
        sa.CheckConstraint("(verifier_kind IS NULL) = (verifier = '')", name="verifier_named"),
        sa.CheckConstraint(
            "(token_hash IS NULL) = (token_until IS NULL)"
            " AND (token_hash IS NULL OR verifier_kind IS NOT NULL)",
            name="link_has_an_end",
        ),
        sa.CheckConstraint(
            f"state <> '{CredentialState.REFUSED}' OR reason IS NOT NULL"
            " OR answered_at IS NOT NULL",
            name="refused_for_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    subject: Mapped[str] = mapped_column(
        Text(100)
    )  # code of the training or skill, name of the exam
    level: Mapped[int | None]  # of the skill, as it was claimed then
    title: Mapped[str] = mapped_column(Text(100), default="")  # of the course or the document
    link: Mapped[str] = mapped_column(Text(300), default="")
    done_on: Mapped[date | None]
    valid_until: Mapped[date | None]  # included
    note: Mapped[str] = mapped_column(EncryptedText, default="")
    verifier_kind: Mapped[Verifier | None] = mapped_column(choice(Verifier))
    verifier: Mapped[str] = mapped_column(Text(100), default="")  # the office
    contact: Mapped[str] = mapped_column(EncryptedText, default="")  # its telephone or address
    state: Mapped[CredentialState] = mapped_column(
        choice(CredentialState), default=CredentialState.SAID
    )
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    reason: Mapped[str | None] = mapped_column(Text(40))  # vocabulary credential_refusal_reason
    comment: Mapped[str] = mapped_column(EncryptedText, default="")  # an officer's, shown
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the office, last
    token_hash: Mapped[str | None] = mapped_column(Text(64), unique=True)
    token_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the office
    answered_by: Mapped[str] = mapped_column(EncryptedText, default="")  # post and name, as typed
    answer: Mapped[str | None] = mapped_column(EncryptedText)  # its words, shown
    version: Mapped[int] = mapped_column(sa.Integer)

    candidate: Mapped[Candidate] = relationship()

    __mapper_args__ = {"version_id_col": version}


viewed_by(Credential, Action.VIEW_CREDENTIAL)


@within(Credential, Scope.OWN)
def _own(actor: Actor) -> sa.ColumnElement[bool]:
    people = sa.select(Candidate.id).where(Candidate.user_id == actor.user_id)
    return Credential.candidate_id.in_(people)


@within(Credential, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Credential.prefecture_code == actor.prefecture_code
