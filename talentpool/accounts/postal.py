"""The outbox of letters (郵送): what a mail would say to somebody without an account is posted by an officer.

A row of the unit of work that caused it, like the order of a mail. It names the text and the page; the letter itself is
made when it is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Session, Text, UtcDateTime
from ..permissions import Action, Actor, Scope, viewed_by, within
from .models import User


class PostalTask(Base):
    """At most one letter for an event and a person. posted_on, told_on: by post, or by telephone instead."""

    __tablename__ = "postal_task"
    __table_args__ = (
        sa.UniqueConstraint("event", "candidate_id"),
        sa.Index("ix_postal_task_link", "link"),
        sa.CheckConstraint("posted_on IS NULL OR told_on IS NULL", name="posted_or_told"),
        sa.CheckConstraint(
            "(handled_at IS NULL) = (posted_on IS NULL AND told_on IS NULL)"
            " AND (handled_at IS NULL) = (handled_by IS NULL)",
            name="handled_by_somebody",
        ),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    event: Mapped[str] = mapped_column(Text(80))  # "placement/12/offer/1"
    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), index=True
    )
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    template: Mapped[str] = mapped_column(Text(60))  # "placement.offer"
    link: Mapped[str] = mapped_column(Text(200))  # the page that a mail would lead to
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_on: Mapped[date | None]
    told_on: Mapped[date | None]
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    officer: Mapped[User | None] = relationship()
    candidate: Mapped[Any] = relationship("Candidate", viewonly=True)  # of a room above

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way


Rows = list[tuple[str, str]]
ENCLOSED: dict[str, Callable[[Session, int], Rows]] = {}  # by table: what a letter says of its row


def enclosed(session: Session, task: PostalTask) -> Rows:
    """Label and text of what a letter is about, where its own feature knows more than the letter does."""
    name, _, rest = task.event.partition("/")
    ident = rest.partition("/")[0]
    found = ENCLOSED.get(name)
    return found(session, int(ident)) if found is not None and ident.isdecimal() else []


viewed_by(PostalTask, Action.VIEW_MAIL)


@within(PostalTask, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return PostalTask.prefecture_code == actor.prefecture_code


def order_letter(
    session: Session,
    *,
    event: str,
    candidate_id: int,
    prefecture_code: str,
    template: str,
    link: str,
    now: datetime,
) -> None:
    """Order a letter in the present unit of work; the same event and person again is no second one."""
    known = sa.select(PostalTask.id).where(
        PostalTask.event == event, PostalTask.candidate_id == candidate_id
    )
    if session.scalar(known) is None:
        session.add(
            PostalTask(
                event=event, candidate_id=candidate_id, prefecture_code=prefecture_code,
                template=template, link=link, ordered_at=now,
            )
        )  # fmt: skip
