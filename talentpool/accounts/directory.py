"""Accounts looked up by address, and the lists that administrators and auditors see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

import sqlalchemy as sa

from ..db import Session
from ..errors import NotFound
from ..language import Words, say
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Action, Actor, Role, require, visible
from ..reference.catalogue import Catalogue
from ..reference.models import Municipality
from ..searching import Condition, every_word, number_in
from ..text import search_key
from ..typed import Unreadable
from ..typed.contacts import read_mail_address
from .models import Pool, User

PAGE = 25  # rows
STAFF, EVERYBODY = "staff", "all"  # roles together; the list begins with the first
_IS_STAFF = User.role != Role.CANDIDATE


# People lie above this package, so their table is named here.
CANDIDATE = sa.table("candidate", sa.column("id"), sa.column("user_id"), sa.column("code"))


class Standing(StrEnum):
    IN_USE = "in_use"
    INVITED = "invited"  # no password yet
    DISABLED = "disabled"


STANDING_LABELS: Mapping[Standing, Words] = {
    Standing.IN_USE: ("利用中", "In use"),
    Standing.INVITED: ("招待中", "Invited"),
    Standing.DISABLED: ("停止中", "Disabled"),
}


def list_pools(session: Session) -> list[Pool]:
    return list(session.scalars(sa.select(Pool).order_by(Pool.prefecture_code)))


def find_user(session: Session, email: str, *, lock: bool = False) -> User | None:
    """The account with this mail address in any spelling; None also if it is not an address. `lock` makes others wait."""
    try:
        lookup = session.info["keyring"].lookup(read_mail_address(email))
    except Unreadable:
        lookup = ""
    query = sa.select(User).where(User.email_lookup == lookup)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def get_user_by_email(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise NotFound(say("このメールアドレスのアカウントはありません。"))
    return user


@dataclass(frozen=True, slots=True)
class Account:
    """What administrators and auditors see: no names and addresses of candidates."""

    id: int
    role: Role
    display_name: str = ""
    email: str = ""
    municipality: str = ""
    standing: Standing = Standing.IN_USE
    created_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    disabled_at: datetime | None = None
    version: int = 0


def list_accounts(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, catalogue: Catalogue
) -> Listed[User]:
    """The accounts that `actor` may see."""
    require(session, actor, Action.VIEW_ACCOUNT)
    typed = {search_key(word): word for word in asked.words.split()}
    places = partial(_places, session, actor, catalogue, typed)
    query = visible(actor, User).where(*every_word(asked.words, places))
    return _LISTING.ask(session, query, asked, size=PAGE)


def standing() -> sa.ColumnElement[str]:
    """Whether an account can be used, for queries."""
    return sa.case(
        (User.disabled_at.is_not(None), str(Standing.DISABLED)),
        (User.password_hash.is_(None), str(Standing.INVITED)),
        else_=str(Standing.IN_USE),
    )


def _listing() -> Listing:
    own = sa.select(User.id)
    roles = sa.union_all(
        own.add_columns(sa.cast(User.role, sa.String)),
        own.add_columns(sa.literal(STAFF, sa.String)).where(_IS_STAFF),
        own.add_columns(sa.literal(EVERYBODY, sa.String)),
    )
    return Listing(
        User.id,
        filters={
            "role": Filter(roles),
            "state": Filter(own.add_columns(standing())),
            "municipality": Filter(own.add_columns(User.municipality_code)),
        },
        orders={
            "role": (in_order(Role, User.role), User.municipality_code),
            "name": (sa.case((_IS_STAFF, User.display_name)),),
            "town": (User.municipality_code,),
            "seen": (User.last_sign_in_at,),
            "state": (standing(),),
        },
        first_order="role",
    )


def _places(
    session: Session, actor: Actor, catalogue: Catalogue, typed: Mapping[str, str], key: str
) -> Iterator[Condition]:
    """Names and addresses find staff alone: those of persons are nobody's to look up here."""
    yield User.id.in_(officers_like(session, actor, key))
    if (number := number_in(key, "")) is not None:
        yield User.id == number
    if towns := catalogue.towns_like(key):
        yield User.municipality_code.in_(towns)
    with suppress(Unreadable):
        lookup = session.info["keyring"].lookup(read_mail_address(typed[key]))
        yield (User.email_lookup == lookup) & _IS_STAFF


_LISTING = _listing()


def show_accounts(session: Session, users: Sequence[User]) -> list[Account]:
    towns, found = _town_names(session, users), _standings(session, users)
    return [_account(user, towns, found[user.id]) for user in users]


def show_account(session: Session, user: User) -> Account:
    return show_accounts(session, [user])[0]


def _town_names(session: Session, users: Sequence[User]) -> dict[str, str]:
    codes = {user.municipality_code for user in users if user.municipality_code}
    query = sa.select(Municipality.code, Municipality.name_ja).where(Municipality.code.in_(codes))
    return dict(session.execute(query).all()) if codes else {}


def _standings(session: Session, users: Sequence[User]) -> dict[int, Standing]:
    query = sa.select(User.id, standing()).where(User.id.in_([user.id for user in users]))
    return {ident: Standing(found) for ident, found in session.execute(query)}


def _account(user: User, towns: Mapping[str, str], standing: Standing) -> Account:
    is_staff = user.role is not Role.CANDIDATE
    return Account(
        id=user.id,
        role=user.role,
        display_name=user.display_name if is_staff else "",
        email=user.email if is_staff else "",
        municipality=towns.get(user.municipality_code or "", ""),
        standing=standing,
        created_at=user.created_at,
        last_sign_in_at=user.last_sign_in_at,
        disabled_at=user.disabled_at,
        version=user.version,
    )


@dataclass(frozen=True, slots=True)
class Named:
    """Who an account is to others of the office: officers by name, persons by their code."""

    role: Role
    name: str


def name_accounts(session: Session, ids: Iterable[int | None]) -> Mapping[int, Named]:
    """By id of the account, in one query that decrypts nothing; in none where nobody is asked for."""
    wanted = {ident for ident in ids if ident is not None}
    if not wanted:
        return {}
    query = (
        sa.select(User.id, User.role, User.display_name, CANDIDATE.c.code)
        .outerjoin(CANDIDATE, CANDIDATE.c.user_id == User.id)
        .where(User.id.in_(wanted))
    )
    return {
        ident: Named(role, (code or "") if role is Role.CANDIDATE else name)
        for ident, role, name, code in session.execute(query)
    }


def list_officers(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the staff of the actor's prefecture, in the order of their roles."""
    query = sa.select(User.id, User.display_name).where(
        User.prefecture_code == actor.prefecture_code, _IS_STAFF
    )
    query = query.order_by(in_order(Role, User.role), User.display_name, User.id)
    return [(ident, name) for ident, name in session.execute(query)]


def officers_like(session: Session, actor: Actor, key: str) -> list[int]:
    """Ids of the staff who have a folded word in their names."""
    return [ident for ident, name in list_officers(session, actor) if key in search_key(name)]


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
    """What people see of their own account."""

    email: str
    display_name: str
    role: Role
    last_sign_in_at: datetime | None
    previous_sign_in_at: datetime | None


def show_own(user: User) -> OwnAccount:
    return OwnAccount(
        user.email,
        user.display_name,
        user.role,
        user.last_sign_in_at,
        user.previous_sign_in_at,
    )
