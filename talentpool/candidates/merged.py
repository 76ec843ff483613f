"""Which registrations stand for the same person, and which were said to be two people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..db import Base, EncryptedText, Session, UtcDateTime
from ..permissions import Action, Actor, Scope, viewed_by, within
from .models import Candidate

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class PersonMerge(Base):
    """`gone` stands for the person of `kept`, until it is undone."""

    __tablename__ = "person_merge"
    __table_args__ = (
        sa.CheckConstraint("kept_id <> gone_id", name="of_two"),
        sa.CheckConstraint("undone_at IS NULL OR undone_at >= merged_at", name="in_order"),
        sa.Index(
            "uq_person_merge_in_force", "gone_id", unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    gone_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"))
    points: Mapped[int]  # of likeness, as shown then
    comment: Mapped[str] = mapped_column(EncryptedText, default="")
    before: Mapped[str] = mapped_column(EncryptedText)  # JSON: what an undoing needs
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    kept: Mapped[Candidate] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Candidate] = relationship(foreign_keys=[gone_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


class DistinctPair(Base):
    """Two registrations that staff said are two people: they are not suggested again."""

    __tablename__ = "distinct_pair"
    __table_args__ = (sa.CheckConstraint("first_id < second_id", name="in_order"),)

    first_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate.id"), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


viewed_by(PersonMerge, Action.VIEW_MERGE)
_M = (
    PersonMerge.__table__.alias().c
)  # not aliased(): that would settle all mappers before all are known


@within(PersonMerge, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return PersonMerge.prefecture_code == actor.prefecture_code


def is_merged(candidate_id: sa.ColumnElement[int] | sa.orm.InstrumentedAttribute[int]) -> sa.Exists:
    """Whether a registration stands for that of another, for queries."""
    return sa.exists().where(_M.gone_id == candidate_id, _M.undone_at.is_(None))


def survivor_of(
    candidate_id: sa.ColumnElement[int] | sa.orm.InstrumentedAttribute[int],
) -> sa.ColumnElement[int]:
    """The registration by which the person goes on, for queries."""
    kept = sa.select(_M.kept_id).where(_M.gone_id == candidate_id, _M.undone_at.is_(None))
    return sa.func.coalesce(kept.scalar_subquery(), candidate_id)


def find_merge(session: Session, candidate: Candidate) -> PersonMerge | None:
    """Into which registration this one was merged."""
    query = sa.select(PersonMerge).where(
        PersonMerge.gone_id == candidate.id, PersonMerge.undone_at.is_(None)
    )
    return session.scalar(query.options(joinedload(PersonMerge.kept)))


def list_merged_into(session: Session, candidate: Candidate) -> Sequence[PersonMerge]:
    query = sa.select(PersonMerge).where(
        PersonMerge.kept_id == candidate.id, PersonMerge.undone_at.is_(None)
    )
    return session.scalars(
        query.options(joinedload(PersonMerge.gone)).order_by(PersonMerge.id)
    ).all()
