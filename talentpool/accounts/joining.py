"""How people get an account or regain access to it: sign-up, invitation and reset, each by one-time link."""

from __future__ import annotations

from datetime import datetime

from .. import audit
from ..db import Session
from ..errors import Refused
from ..language import say
from ..permissions import Role
from . import letters, links, passwords
from .directory import find_user
from .links import Purpose
from .models import Pool, User
from .service import end_sessions, fold_address, hash_password
from .signing_in import Proof


def sign_up(
    session: Session, *, email: str, password: str, prefecture_code: str, now: datetime
) -> letters.Letter | None:
    """Create a candidate's account that is still to be confirmed. Returns the letter to send, if any.

    A known address gets the same response after the same work, and its owner a reminder instead. Signing
    up again before confirming replaces the password, so that only the last mail works.
    """
    folded = fold_address(email)
    password_hash = hash_password(session, password, email=folded)
    if session.get(Pool, prefecture_code) is None:
        raise Refused.at("prefecture_code", say("都道府県を選んでください。"))
    user = find_user(session, folded, lock=True)
    if user is None:
        user = _add_candidate(session, folded, prefecture_code, password_hash, now)
    elif user.disabled_at is not None:
        return None
    elif user.confirmed_at is not None or user.role is not Role.CANDIDATE:
        return letters.write_reminder(session, user, now=now)
    else:
        user.password_hash, user.prefecture_code = password_hash, prefecture_code
    audit.record(session, audit.Deed.ACCOUNT_SIGN_UP, user, actor=user.actor, now=now)
    return letters.write_letter(session, user, Purpose.CONFIRM, now=now)


def send_again(session: Session, *, email: str, now: datetime) -> letters.Letter | None:
    """The letter of a sign-up once more; None when nobody waits for one: the page says the same."""
    user = find_user(session, fold_address(email), lock=True)
    if user is None or user.disabled_at is not None:
        return None
    if user.confirmed_at is not None or user.role is not Role.CANDIDATE:
        return letters.write_reminder(session, user, now=now)
    audit.record(session, audit.Deed.ACCOUNT_SIGN_UP, user, actor=user.actor, now=now)
    return letters.write_letter(session, user, Purpose.CONFIRM, now=now)


def _add_candidate(
    session: Session,
    email: str,
    prefecture_code: str,
    password_hash: str,
    now: datetime,
) -> User:
    user = User(
        email=email,
        email_lookup=session.info["keyring"].lookup(email),
        display_name="",
        role=Role.CANDIDATE,
        prefecture_code=prefecture_code,
        password_hash=password_hash,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def confirm_address(session: Session, secret: str, *, password: str, now: datetime) -> Proof:
    """Confirm the address behind a link. The password of the sign-up is required again, so that nobody can
    sign up with another person's address and have it confirmed by that person's click.
    """
    user = links.get_link_user(session, secret, Purpose.CONFIRM, now=now)
    if not passwords.of(session).verify(user.password_hash, password):
        raise Refused.at("password", say("新規登録のときに決めたパスワードと違います。"))
    links.take_link(session, secret, Purpose.CONFIRM, now=now)
    user.confirmed_at = now
    audit.record(session, audit.Deed.ACCOUNT_CONFIRM, user, actor=user.actor, now=now)
    return _proof(session, user)


def use_link(
    session: Session, secret: str, purpose: Purpose, *, password: str, now: datetime
) -> Proof:
    """Set the password by an invitation or a reset; every session of the account ends."""
    user = links.get_link_user(session, secret, purpose, now=now)
    password_hash = hash_password(session, password, email=user.email)
    links.take_link(session, secret, purpose, now=now)
    user.password_hash = password_hash
    user.confirmed_at = user.confirmed_at or now
    end_sessions(session, user)
    deed = audit.Deed.ACCOUNT_ACCEPT if purpose is Purpose.INVITE else audit.Deed.ACCOUNT_RESET
    audit.record(session, deed, user, actor=user.actor, now=now)
    return _proof(session, user)


def request_reset(session: Session, *, email: str, now: datetime) -> letters.Letter | None:
    """The letter with the reset link, or None when there is nobody to send it to: the page says the same."""
    user = find_user(session, fold_address(email), lock=True)
    if user is None or user.disabled_at is not None:
        return None
    audit.record(session, audit.Deed.ACCOUNT_REQUEST_RESET, user, actor=user.actor, now=now)
    return letters.write_letter(session, user, Purpose.RESET, now=now)


def _proof(session: Session, user: User) -> Proof:
    session.flush()
    return Proof(user.id, user.password_hash or "")
