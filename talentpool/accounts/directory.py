"""Who has an account: look-up by address, and the lists that administrators and auditors see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..errors import NotFound
from ..permissions import ROLE_LABELS, Action, Actor, Role, require, visible
from ..reference.models import Municipality
from ..text import BadEmail, fold_email
from .models import Pool, User

PAGE = 50  # rows


def list_pools(session: Session) -> list[Pool]:
    return list(session.scalars(sa.select(Pool).order_by(Pool.prefecture_code)))


def find_user(session: Session, email: str) -> User | None:
    """By mail address in any spelling of it; None also for what is no address."""
    try:
        lookup = session.info["keyring"].lookup(fold_email(email))
    except BadEmail:
        lookup = ""
    return session.scalar(sa.select(User).where(User.email_lookup == lookup))


def get_user_by_email(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise NotFound("このメールアドレスのアカウントはありません。")
    return user


@dataclass(frozen=True, slots=True)
class Account:
    """What administrators and auditors see; of candidates neither name nor address."""

    id: int
    role: Role
    display_name: str = ""
    email: str = ""
    municipality: str = ""
    has_password: bool = False
    created_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    disabled_at: datetime | None = None
    version: int = 0

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role][0]


def list_accounts(
    session: Session, actor: Actor, *, role: Role | None = None, page: int = 1
) -> tuple[list[Account], int]:
    """One page of the accounts `actor` may see, and how many there are in all."""
    require(session, actor, Action.VIEW_ACCOUNT)
    users = visible(actor, User)
    if role is not None:
        users = users.where(User.role == role)
    total = session.scalar(users.with_only_columns(sa.func.count())) or 0
    rows = users.order_by(User.role, User.id).limit(PAGE).offset((page - 1) * PAGE)
    found = session.scalars(rows).all()
    towns = _town_names(session, found)
    return [_account(user, towns) for user in found], total


def show_account(session: Session, user: User) -> Account:
    return _account(user, _town_names(session, [user]))


def _town_names(session: Session, users: Sequence[User]) -> dict[str, str]:
    codes = {user.municipality_code for user in users if user.municipality_code}
    query = sa.select(Municipality.code, Municipality.name_ja).where(Municipality.code.in_(codes))
    return dict(session.execute(query).all()) if codes else {}


def _account(user: User, towns: dict[str, str]) -> Account:
    is_staff = user.role is not Role.CANDIDATE
    return Account(
        id=user.id,
        role=user.role,
        display_name=user.display_name if is_staff else "",
        email=user.email if is_staff else "",
        municipality=towns.get(user.municipality_code or "", ""),
        has_password=user.password_hash is not None,
        created_at=user.created_at,
        last_sign_in_at=user.last_sign_in_at,
        disabled_at=user.disabled_at,
        version=user.version,
    )


def list_towns(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the municipalities of the actor's prefecture."""
    query = sa.select(Municipality.code, Municipality.name_ja).where(
        Municipality.prefecture_code == actor.prefecture_code
    )
    return [(code, name) for code, name in session.execute(query.order_by(Municipality.code))]


def get_own(session: Session, actor: Actor) -> User:
    user = session.get(User, actor.user_id)
    if user is None:
        raise NotFound
    return user


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What a person sees of their own account."""

    email: str
    display_name: str
    role_label: str
    last_sign_in_at: datetime | None
    previous_sign_in_at: datetime | None


def show_own(user: User) -> OwnAccount:
    return OwnAccount(
        user.email,
        user.display_name,
        user.role_label,
        user.last_sign_in_at,
        user.previous_sign_in_at,
    )
