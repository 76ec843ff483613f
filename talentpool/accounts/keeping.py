"""What was typed into forms that were not accepted, and which forms have been accepted already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..db import Database, Session
from .models import KeptForm, OneTimeLink, Operation, User

LIFETIME = timedelta(days=1)
ASKED_ABOUT = timedelta(days=30)  # how long a link that is over can still say so
MOST = 5  # forms of one account
Typed = Sequence[tuple[str, str]]


class KeptForms:
    """The store behind `web.kept`; each change is a short unit of work of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, user_id: int, page: str, typed: Typed, *, now: datetime) -> None:
        """In place of what was kept of the same page before; the oldest beyond five are dropped."""

        def unit(session: Session) -> None:
            one_at_a_time = sa.select(User.id).where(User.id == user_id)
            session.scalars(one_at_a_time.with_for_update(key_share=True)).one()
            session.execute(
                sa.delete(KeptForm).where(KeptForm.user_id == user_id, KeptForm.page == page)
            )
            content = json.dumps(list(typed), ensure_ascii=False)
            session.add(KeptForm(user_id=user_id, page=page, typed=content, kept_at=now))
            session.flush()
            newest = sa.select(KeptForm.id).where(KeptForm.user_id == user_id)
            kept = newest.order_by(KeptForm.id.desc()).limit(MOST)
            session.execute(
                sa.delete(KeptForm).where(KeptForm.user_id == user_id, KeptForm.id.not_in(kept))
            )

        self._database.repeat(unit)

    def count(self, user_id: int, *, without: str, now: datetime) -> int:
        """`without`: what stands in the addresses of forms that are not counted."""
        query = sa.select(sa.func.count(KeptForm.id)).where(
            *_living(user_id, now), ~KeptForm.page.contains(without, autoescape=True)
        )
        with self._database.reading() as session:
            return session.scalar(query) or 0

    def take(self, user_id: int, page: str, *, now: datetime) -> Typed | None:
        """Give it back, once: of two simultaneous requests one gets it."""

        def unit(session: Session) -> Typed | None:
            kept = session.scalars(
                sa.delete(KeptForm)
                .where(*_living(user_id, now), KeptForm.page == page)
                .returning(KeptForm.typed)
                .execution_options(synchronize_session=False)
            ).one_or_none()
            return None if kept is None else [(name, value) for name, value in json.loads(kept)]

        return self._database.repeat(unit)

    def find(self, user_id: int, page: str, *, now: datetime) -> Typed | None:
        query = sa.select(KeptForm.typed).where(*_living(user_id, now), KeptForm.page == page)
        with self._database.reading() as session:
            typed = session.scalar(query)
        return None if typed is None else [(name, value) for name, value in json.loads(typed)]

    def drop(self, user_id: int, page: str) -> None:
        """The form was accepted."""

        def unit(session: Session) -> None:
            session.execute(
                sa.delete(KeptForm).where(KeptForm.user_id == user_id, KeptForm.page == page)
            )

        self._database.repeat(unit)


def _living(user_id: int, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return KeptForm.user_id == user_id, KeptForm.kept_at > now - LIFETIME


def prune(session: Session, *, now: datetime) -> None:
    """Drop what is older than a day, and links that nobody can ask about any more."""
    session.execute(sa.delete(KeptForm).where(KeptForm.kept_at <= now - LIFETIME))
    session.execute(sa.delete(Operation).where(Operation.begun_at <= now - LIFETIME))
    session.execute(sa.delete(OneTimeLink).where(OneTimeLink.expires_at <= now - ASKED_ABOUT))


# --- Forms that have been accepted


def find_location(session: Session, key: str) -> str | None:
    """Where the same form led to when it was accepted."""
    return session.scalar(sa.select(Operation.location).where(Operation.key == key))


def begin_operation(session: Session, key: str, *, now: datetime) -> Operation:
    """Hold the place: a second form of the same key waits here, and IntegrityError sends it back to look."""
    operation = Operation(key=key, begun_at=now)
    session.add(operation)
    session.flush()
    return operation
