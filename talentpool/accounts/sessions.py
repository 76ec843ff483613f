"""The rows behind browsers' sessions, each change a short unit of work of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from ..db import Database, Session
from ..permissions import Actor
from .models import User, WebSession

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account as pages know it, in the shape Flask-Login asks for. Its repr holds ids only."""

    actor: Actor
    mark: str
    display_name: str = ""
    role_label: str = ""
    last_sign_in_at: datetime | None = None
    previous_sign_in_at: datetime | None = None

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """Names the account and what it was when the session began: another password or role is another id."""
        return f"{self.actor.user_id}.{self.mark}"

    def __repr__(self) -> str:
        return f"<SignedIn {self.actor.user_id}>"

    @classmethod
    def of(cls, user: User) -> SignedIn:
        return cls(
            actor=user.actor,
            mark=_mark(user),
            display_name=user.display_name,
            role_label=user.role_label,
            last_sign_in_at=user.last_sign_in_at,
            previous_sign_in_at=user.previous_sign_in_at,
        )


@dataclass(frozen=True, slots=True)
class StoredSession:
    content: dict[str, Any]
    created_at: datetime
    seen_at: datetime
    account: SignedIn | None


class SessionStore:
    """`load`, `begin`, `update`, `touch`, `end`; a session is named by the SHA-256 of its secret."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, token_hash: str, *, now: datetime) -> StoredSession | None:
        """The living session, with its account unless that was disabled or changed since."""
        query = (
            sa.select(WebSession, User)
            .outerjoin(User, (User.id == WebSession.user_id) & User.disabled_at.is_(None))
            .where(
                WebSession.token_hash == token_hash,
                WebSession.seen_at > now - IDLE,
                WebSession.created_at > now - ABSOLUTE,
            )
        )
        with self._database.reading() as session:
            found = session.execute(query).one_or_none()
            if found is None:
                return None
            row, user = found
            account = SignedIn.of(user) if user else None
            return StoredSession(dict(row.content), row.created_at, row.seen_at, account)

    def begin(
        self,
        token_hash: str,
        content: Mapping[str, Any],
        *,
        now: datetime,
        replaces: str | None,
    ) -> None:
        """A new row; the one it replaces and those that nobody came back to are deleted."""

        def unit(session: Session) -> None:
            gone = WebSession.seen_at <= now - IDLE
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
        """False when the session has ended meanwhile: it is not brought back."""

        def unit(session: Session) -> bool:
            values = {
                "content": dict(content),
                "user_id": _user_id(content),
                "seen_at": now,
            }
            return _change(session, token_hash, values)

        return self._database.repeat(unit)

    def touch(self, token_hash: str, *, now: datetime) -> None:
        self._database.repeat(lambda session: _change(session, token_hash, {"seen_at": now}))

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
    """From Flask-Login's entry, which holds what `SignedIn.get_id` gave."""
    ident = content.get("_user_id")
    return int(str(ident).partition(".")[0]) if ident else None


def _mark(user: User) -> str:
    plain = f"{user.password_hash} {user.role} {user.prefecture_code} {user.municipality_code}"
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
