"""Signing in and out, and the change of one's own password."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import Forbidden, Refused
from ..permissions import Actor
from . import passwords
from .directory import find_user
from .models import User
from .service import end_sessions, hash_password, refused

REFUSED = "メールアドレスまたはパスワードが正しくありません。"


@dataclass(frozen=True, slots=True)
class Proof:
    """Whoever holds it knew the password of the account at that moment."""

    user_id: int
    password_hash: str = field(repr=False)


def prove_identity(session: Session, email: str, password: str) -> Proof:
    """Refused with the same words and the same work for every reason. Reads only: the slow part holds no lock."""
    user = find_user(session, email)
    is_open = user is not None and user.disabled_at is None and user.confirmed_at is not None
    is_right = passwords.of(session).verify(user.password_hash if user else None, password)
    if user is None or user.password_hash is None or not is_open or not is_right:
        raise Refused(REFUSED)
    return Proof(user.id, user.password_hash)


def sign_in(session: Session, proof: Proof, *, now: datetime) -> User:
    """Note the sign-in; Refused when the account was disabled or its password changed meanwhile."""
    # Written without the version: two browsers may sign in at the same moment.
    noted = session.execute(
        sa.update(User)
        .where(
            User.id == proof.user_id,
            User.password_hash == proof.password_hash,
            User.disabled_at.is_(None),
        )
        .values(previous_sign_in_at=User.last_sign_in_at, last_sign_in_at=now)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if noted is None:
        raise Refused(REFUSED)
    user = session.get_one(User, proof.user_id, populate_existing=True)
    audit.record(session, "account.sign_in", user, actor=user.actor, now=now)
    return user


def sign_out(session: Session, *, actor: Actor, now: datetime) -> None:
    """The row of the browser's session is deleted by the session interface; this is the record of it."""
    user = session.get_one(User, actor.user_id)
    audit.record(session, "account.sign_out", user, actor=actor, now=now)


def change_password(
    session: Session,
    user: User,
    *,
    present: str,
    password: str,
    actor: Actor,
    now: datetime,
) -> None:
    """One's own password, against the present one; every session of the account ends."""
    if actor.user_id != user.id:
        raise Forbidden("この操作を行う権限がありません。")
    if not passwords.of(session).verify(user.password_hash, present):
        raise refused("present", "今のパスワードが正しくありません。")
    user.password_hash = hash_password(session, password, email=user.email)
    end_sessions(session, user)
    audit.record(session, "account.password", user, actor=actor, now=now)
