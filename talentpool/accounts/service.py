"""Accounts and tenants, managed by administrators and the command line."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import Conflict, Forbidden, Refused, UnknownCode
from ..language import LANGUAGES, say
from ..permissions import Action, Actor, Role, require
from ..reference.models import Municipality, Prefecture
from ..reference.revising import list_mail_domains
from ..text import UnsafeText, clean
from ..typed import Unreadable
from ..typed.contacts import read_mail_address
from . import letters, links, passwords
from .directory import find_user
from .models import OneTimeLink, Pool, User, WebSession

STAFF = tuple(role for role in Role if role not in {Role.CANDIDATE, Role.SYSTEM})


def lock_pool(session: Session, prefecture_code: str) -> None:
    """Who takes the next number of a prefecture holds its row, so that two at once get two numbers."""
    session.execute(
        sa.select(Pool.prefecture_code)
        .where(Pool.prefecture_code == prefecture_code)
        .with_for_update(key_share=True)
    )


def open_pool(session: Session, prefecture_code: str, *, actor: Actor, now: datetime) -> Pool:
    """Open the pool of a prefecture; Conflict if it is open already."""
    if actor.role is not Role.SYSTEM:
        raise Forbidden(say("この操作を行う権限がありません。"))
    prefecture = session.get(Prefecture, prefecture_code)
    if prefecture is None:
        raise UnknownCode(say("都道府県コードが正しくありません。"))
    if session.get(Pool, prefecture_code) is not None:
        raise Conflict(
            say("%(prefecture)sの人材プールはすでにあります。", prefecture=prefecture.name_ja)
        )
    pool = Pool(
        prefecture_code=prefecture_code,
        name=f"{prefecture.name_ja}DX人材プール",
        opened_at=now,
        lottery_seed=secrets.randbelow(2**31),
    )
    session.add(pool)
    session.flush()
    audit.record(session, audit.Deed.POOL_OPEN, pool, actor=actor, now=now)
    return pool


def create_user(
    session: Session,
    *,
    email: str,
    role: Role,
    actor: Actor,
    now: datetime,
    display_name: str = "",
    prefecture_code: str | None = None,
    municipality_code: str | None = None,
    password_hash: str | None = None,
    is_foreign_domain_allowed: bool = False,
) -> User:
    """Create an account, which can sign in if a `password_hash` is given (passwords.of(session).hash(...)).

    A town's officer needs an address in the town's mail domains. `is_foreign_domain_allowed` is the
    administrator's exception, which the audit event records.
    """
    require(session, actor, Action.MANAGE_ACCOUNT)
    folded = fold_address(email)
    prefecture_code = _prefecture_of(session, role, prefecture_code, municipality_code)
    if role is Role.MUNICIPALITY and not is_foreign_domain_allowed:
        _check_domain(session, folded, municipality_code or "")
    if find_user(session, folded) is not None:
        raise Refused.at("email", say("このメールアドレスはすでに使われています。"))
    user = User(
        email=folded,
        email_lookup=session.info["keyring"].lookup(folded),
        display_name=_clean_name(display_name),
        role=role,
        prefecture_code=prefecture_code,
        municipality_code=municipality_code,
        password_hash=password_hash,
        confirmed_at=now if password_hash else None,
        created_at=now,
    )
    session.add(user)
    require(session, actor, Action.MANAGE_ACCOUNT, user)
    detail = {"role": str(role), "municipality": municipality_code}
    if is_foreign_domain_allowed:
        detail["domain"] = "any"
    audit.record(session, audit.Deed.ACCOUNT_CREATE, user, actor=actor, now=now, detail=detail)
    return user


def invite_user(session: Session, user: User, *, actor: Actor, now: datetime) -> letters.Letter:
    """Issue a one-time link that sets the (first) password, and revoke the previous one."""
    require(session, actor, Action.MANAGE_ACCOUNT, user)
    if user.disabled_at is not None:
        raise Conflict(say("停止中のアカウントには招待を送れません。"))
    audit.record(session, audit.Deed.ACCOUNT_INVITE, user, actor=actor, now=now)
    return letters.write_letter(session, user, links.Purpose.INVITE, now=now)


def disable_user(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Disable an account and end its sessions and links in the same transaction."""
    require(session, actor, Action.MANAGE_ACCOUNT, user)
    if user.id == actor.user_id:
        raise Refused(say("自分のアカウントは停止できません。"))
    if user.disabled_at is not None:
        raise Conflict(say("このアカウントはすでに停止されています。"))
    user.disabled_at = now
    end_sessions(session, user)
    session.execute(
        sa.delete(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    )
    audit.record(session, audit.Deed.ACCOUNT_DISABLE, user, actor=actor, now=now)


def enable_user(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.MANAGE_ACCOUNT, user)
    if user.disabled_at is None:
        raise Conflict(say("このアカウントは停止されていません。"))
    user.disabled_at = None
    audit.record(session, audit.Deed.ACCOUNT_ENABLE, user, actor=actor, now=now)


def change_role(
    session: Session,
    user: User,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    municipality_code: str | None = None,
) -> None:
    """Change the role of a member of staff and end all sessions. Candidates cannot become staff or vice versa."""
    require(session, actor, Action.MANAGE_ACCOUNT, user)
    if user.id == actor.user_id:
        raise Refused(say("自分の役割は変更できません。"))
    if role not in STAFF or user.role not in STAFF:
        raise Refused.at("role", say("この役割には変更できません。"))
    _prefecture_of(session, role, user.prefecture_code, municipality_code)
    if role is Role.MUNICIPALITY:
        _check_domain(session, user.email, municipality_code or "")
    change = {
        "from": str(user.role),
        "to": str(role),
        "municipality": municipality_code,
    }
    user.role, user.municipality_code = role, municipality_code
    end_sessions(session, user)
    audit.record(session, audit.Deed.ACCOUNT_ROLE, user, actor=actor, now=now, detail=change)


def end_sessions(session: Session, user: User) -> None:
    """Sign the person out of every browser when this unit commits."""
    session.execute(sa.delete(WebSession).where(WebSession.user_id == user.id))


def fold_address(email: str) -> str:
    """The form in which addresses are stored and compared; Refused at the field `email`."""
    try:
        return read_mail_address(email)
    except Unreadable as error:
        raise Refused.at("email", str(error)) from error


def _clean_name(name: str) -> str:
    try:
        plain = clean(name)
    except UnsafeText as error:
        raise Refused.at("display_name", str(error)) from error
    if len(plain) > 100:
        raise Refused.at("display_name", say("100文字以内で入力してください。"))
    return plain


def _prefecture_of(
    session: Session,
    role: Role,
    prefecture_code: str | None,
    municipality_code: str | None,
) -> str:
    """The prefecture of a new account, given or derived from its town; Refused if the two differ."""
    if role is Role.SYSTEM:
        raise Refused.at("role", say("この役割のアカウントは作れません。"))
    if (role is Role.MUNICIPALITY) != (municipality_code is not None):
        raise Refused.at("municipality_code", say("市町担当者だけに、市町を一つ指定してください。"))
    if municipality_code is not None:
        town = session.get(Municipality, municipality_code)
        if town is None or prefecture_code not in {None, town.prefecture_code}:
            raise Refused.at("municipality_code", say("市町のコードが正しくありません。"))
        prefecture_code = town.prefecture_code
    if prefecture_code is None or session.get(Pool, prefecture_code) is None:
        raise Refused.at("prefecture_code", say("人材プールのある都道府県を指定してください。"))
    return prefecture_code


def _check_domain(session: Session, email: str, municipality_code: str) -> None:
    if email.partition("@")[2] not in list_mail_domains(session, municipality_code):
        raise Refused.at("email", say("市町のメールアドレスを入力してください。"))


def hash_password(session: Session, password: str, *, email: str, field: str = "password") -> str:
    """The hash of a password; Refused at `field` if it is not acceptable."""
    passwords.check_acceptable(password, email=email, field=field)
    return passwords.of(session).hash(password)


def choose_language(
    session: Session, user: User, language: str | None, *, actor: Actor, now: datetime
) -> None:
    """The language in which the account's own pages come, on every browser; None for the browser's."""
    if actor.user_id != user.id:
        raise Forbidden(say("この操作を行う権限がありません。"))
    if language is not None and language not in LANGUAGES:
        raise Refused.at("language", say("一覧から選んでください。"))
    if language != user.language:
        user.language = language
        audit.record(
            session,
            audit.Deed.ACCOUNT_LANGUAGE,
            user,
            actor=actor,
            now=now,
            detail={"to": language},
        )
