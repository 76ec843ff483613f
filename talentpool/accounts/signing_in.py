"""Signing in and out, and changing one's own password."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import Forbidden, Refused
from ..language import say
from ..permissions import Actor
from . import passwords
from .directory import find_user
from .models import User
from .service import end_sessions, hash_password

REFUSED = say("メールアドレスまたはパスワードが正しくありません。")


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof that its holder knew the account's password at that moment."""

    user_id: int
    password_hash: str = field(repr=False)


def prove_identity(session: Session, email: str, password: str) -> Proof:
    """Verify a password; Refused with the same words after the same work, whatever the reason.

    It only reads, so that the slow verification holds no lock.
    """
    user = find_user(session, email)
    is_open = user is not None and user.disabled_at is None and user.confirmed_at is not None
    is_right = passwords.of(session).verify(user.password_hash if user else None, password)
    if user is None or user.password_hash is None or not is_open or not is_right:
        raise Refused(REFUSED)
    return Proof(user.id, user.password_hash)


def sign_in(session: Session, proof: Proof, *, now: datetime) -> User:
    """Record the sign-in; Refused if the account was disabled or its password changed meanwhile."""
    # The version is left alone because two browsers may sign in at the same moment.
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
    audit.record(session, audit.Deed.ACCOUNT_SIGN_IN, user, actor=user.actor, now=now)
    return user


def sign_out(session: Session, *, actor: Actor, now: datetime) -> None:
    """Record the sign-out; the session interface deletes the row of the session."""
    user = session.get_one(User, actor.user_id)
    audit.record(session, audit.Deed.ACCOUNT_SIGN_OUT, user, actor=actor, now=now)


def change_password(
    session: Session,
    user: User,
    *,
    present: str,
    password: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Change one's own password after checking the present one, and end all sessions of the account."""
    if actor.user_id != user.id:
        raise Forbidden(say("この操作を行う権限がありません。"))
    if not passwords.of(session).verify(user.password_hash, present):
        raise Refused.at("present", say("今のパスワードが正しくありません。"))
    user.password_hash = hash_password(session, password, email=user.email)
    end_sessions(session, user)
    audit.record(session, audit.Deed.ACCOUNT_PASSWORD, user, actor=actor, now=now)
