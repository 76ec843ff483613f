"""The rows behind browser sessions. Each change is a short unit of work of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from ..db import Database, Session
from ..permissions import Actor
from ..troubles import Trouble
from .models import Office, User, WebSession
from .noticing import unread_of
from .office import Contact

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
REMEMBERED = timedelta(days=1)  # a session that is over is known so long, for what is typed in it
TRIAL = "trial"  # no hash, so no browser's
# Profiles lie above this package, so their table is named here.
_CANDIDATE = sa.table(
    "candidate", sa.column("user_id"), sa.column("family_name"), sa.column("given_name")
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account as pages see it, in the form that Flask-Login needs. Its repr holds only ids."""

    actor: Actor
    mark: str
    display_name: str = ""
    office: Contact | None = None  # of the account's prefecture
    unread: int = 0  # notices, when the request came in
    language: str | None = None
    last_sign_in_at: datetime | None = None
    previous_sign_in_at: datetime | None = None

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """The account and its state at sign-in: a change of password or role changes this id."""
        return f"{self.actor.user_id}.{self.mark}"

    def __repr__(self) -> str:
        return f"<SignedIn {self.actor.user_id}>"

    @classmethod
    def of(
        cls, user: User, office: Office | None = None, name: str = "", unread: int = 0
    ) -> SignedIn:
        """`name`: of a person, whose account has none of its own."""
        return cls(
            actor=user.actor,
            mark=_mark(user),
            display_name=user.display_name or name,
            office=Contact.of(office) if office else None,
            unread=unread,
            language=user.language,
            last_sign_in_at=user.last_sign_in_at,
            previous_sign_in_at=user.previous_sign_in_at,
        )


@dataclass(frozen=True, slots=True)
class StoredSession:
    content: dict[str, Any]
    created_at: datetime
    seen_at: datetime
    account: SignedIn | None


def ends_in(created_at: datetime, *, now: datetime) -> int:
    """Seconds until a session seen just now is over, if nothing further comes."""
    return int(min(IDLE, created_at + ABSOLUTE - now).total_seconds())


class SessionStore:
    """Stores sessions under the SHA-256 of their secrets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, token_hash: str, *, now: datetime) -> StoredSession | None:
        """An unexpired session, with its account unless that has been disabled."""
        return self._load(
            token_hash, WebSession.seen_at > now - IDLE, WebSession.created_at > now - ABSOLUTE
        )

    def load_over(self, token_hash: str, *, now: datetime) -> StoredSession | None:
        """A session that expired less than a day ago and was not signed out."""
        is_over = (WebSession.seen_at <= now - IDLE) | (WebSession.created_at <= now - ABSOLUTE)
        return self._load(token_hash, is_over, WebSession.seen_at > now - IDLE - REMEMBERED)

    def _load(self, token_hash: str, *conditions: sa.ColumnElement[bool]) -> StoredSession | None:
        person = _CANDIDATE.c
        query = (
            sa.select(
                WebSession, User, Office, unread_of(User.id), person.family_name, person.given_name
            )
            .outerjoin(User, (User.id == WebSession.user_id) & User.disabled_at.is_(None))
            .outerjoin(Office, Office.prefecture_code == User.prefecture_code)
            .outerjoin(_CANDIDATE, person.user_id == User.id)
            .where(WebSession.token_hash == token_hash, *conditions)
        )
        with self._database.reading() as session:
            found = session.execute(query).one_or_none()
            if found is None:
                return None
            row, user, office, unread, *names = found
            name = " ".join(filter(None, names))
            account = SignedIn.of(user, office, name, unread) if user else None
            return StoredSession(dict(row.content), row.created_at, row.seen_at, account)

    def begin(
        self,
        token_hash: str,
        content: Mapping[str, Any],
        *,
        now: datetime,
        replaces: str | None,
    ) -> None:
        """Insert a row, and delete the one it replaces and all expired ones."""

        def unit(session: Session) -> None:
            gone = WebSession.seen_at <= now - IDLE - REMEMBERED
            if replaces is not None:
                gone |= WebSession.token_hash == replaces
            session.execute(sa.delete(WebSession).where(gone))
            session.add(
                WebSession(
                    token_hash=token_hash,
                    user_id=_user_id(content),
                    content=dict(content),
                    created_at=now,
                    seen_at=now,
                )
            )

        self._database.repeat(unit)

    def update(self, token_hash: str, content: Mapping[str, Any], *, now: datetime) -> bool:
        """Update a row, or return False if the session has ended meanwhile; it is not restored."""

        def unit(session: Session) -> bool:
            values = {
                "content": dict(content),
                "user_id": _user_id(content),
                "seen_at": now,
            }
            return _change(session, token_hash, values)

        return self._database.repeat(unit)

    def touch(self, token_hash: str, *, now: datetime) -> None:
        """Left out where it would have to wait: reading needs no write lock."""
        self._database.attempt(lambda session: _change(session, token_hash, {"seen_at": now}))

    def try_out(self, *, now: datetime) -> Trouble | None:
        """What keeps the database from storing a session, the smallest thing that needs room."""

        def unit(session: Session) -> None:
            row = WebSession(
                token_hash=TRIAL, content={"": "x" * 8192}, created_at=now, seen_at=now
            )
            session.add(row)
            session.flush()
            session.delete(row)

        return self._database.attempt(unit)

    def end(self, token_hash: str) -> None:
        rows = sa.delete(WebSession).where(WebSession.token_hash == token_hash)
        self._database.repeat(lambda session: session.execute(rows))


def _change(session: Session, token_hash: str, values: dict[str, Any]) -> bool:
    changed = session.execute(
        sa.update(WebSession)
        .where(WebSession.token_hash == token_hash)
        .values(values)
        .returning(WebSession.token_hash)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None


def _user_id(content: Mapping[str, Any]) -> int | None:
    """The id in Flask-Login's entry, which holds the result of `SignedIn.get_id`."""
    ident = content.get("_user_id")
    return int(str(ident).partition(".")[0]) if ident else None


def _mark(user: User) -> str:
    plain = f"{user.password_hash} {user.role} {user.prefecture_code} {user.municipality_code}"
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
