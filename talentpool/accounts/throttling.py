"""How often somebody may try a password or cause a mail: per account and per source, counted before the work.

Each key has a bucket of tries that refills at a steady pace (GCRA: a row holds the moment at which the bucket is full
again, ITU-T I.371). One statement counts a try, so that simultaneous ones cannot slip through together. A bucket that
is empty takes nothing more, so nobody is locked out for longer than one refill.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..crypto import Keyring
from ..db import Session
from ..errors import TooMany
from ..typed import Unreadable
from ..typed.contacts import read_mail_address
from .models import TryBucket


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` tries at once, then one more each `refill`."""

    name: str
    burst: int
    refill: timedelta


# A source may be a whole office behind one address: a right password gives its try back, so that only
# mistakes add up there. The figures stand in docs/operation.md, too.
PASSWORD_FROM_SOURCE = Limit("password of account from source", 10, timedelta(minutes=1))
PASSWORD = Limit("password of account", 18, timedelta(minutes=1))
PASSWORDS_OF_SOURCE = Limit("passwords from source", 120, timedelta(seconds=6))
LETTERS = Limit("letters to address", 8, timedelta(minutes=10))
LETTERS_OF_SOURCE = Limit("letters from source", 60, timedelta(seconds=10))
CODES = Limit("codes of person", 10, timedelta(minutes=10))
CODES_OF_SOURCE = Limit("codes from source", 30, timedelta(minutes=1))
OVERTAKEN = 1000  # milliseconds by which one of several at once may come to the row later; less than any refill
LIMITS = (
    PASSWORD_FROM_SOURCE, PASSWORD, PASSWORDS_OF_SOURCE, LETTERS, LETTERS_OF_SOURCE, CODES,
    CODES_OF_SOURCE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Try:
    """One try against one bucket; `key` is a keyed hash, so that the table names nobody."""

    limit: Limit
    key: str


def password_tries(keyring: Keyring, account: str, source: str) -> tuple[Try, ...]:
    """What a password for `account` (its address), typed at `source`, counts against."""
    account, source = _folded(account), network_of(source)
    return _tries(
        keyring,
        (PASSWORD_FROM_SOURCE, f"{account}\0{source}"),
        (PASSWORD, account),
        (PASSWORDS_OF_SOURCE, source),
    )


def letter_tries(keyring: Keyring, address: str, source: str) -> tuple[Try, ...]:
    """What a mail to `address` that a stranger asks for at `source` counts against."""
    return _tries(keyring, (LETTERS, _folded(address)), (LETTERS_OF_SOURCE, network_of(source)))


def code_tries(keyring: Keyring, person: str, source: str) -> tuple[Try, ...]:
    """What the code of a letter, typed for the number `person` at `source`, counts against."""
    return _tries(keyring, (CODES, person), (CODES_OF_SOURCE, network_of(source)))


def _tries(keyring: Keyring, *buckets: tuple[Limit, str]) -> tuple[Try, ...]:
    tries = (Try(limit, keyring.lookup(f"{limit.name}\0{key}")) for limit, key in buckets)
    return tuple(sorted(tries, key=lambda one: one.key))  # rows are locked in one order


def _folded(address: str) -> str:
    """One key for all spellings of an address; what is none cannot be right and counts all the same."""
    try:
        return read_mail_address(address)
    except Unreadable:
        return address


def network_of(source: str) -> str:
    """An IPv4 address as it is; of an IPv6 address the /64, which one machine has to itself."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


def count(session: Session, tries: Iterable[Try], *, now: datetime) -> None:
    """Take one try from each bucket, or from none: TooMany, with the wait, when one of them is empty."""
    for one in tries:
        if session.execute(_taking(session, one, now)).one_or_none() is None:
            raise TooMany(_wait(session, one, now))


def give_back(session: Session, tries: Iterable[Try]) -> None:
    """A right password does not count."""
    for one in tries:
        session.execute(
            sa.update(TryBucket)
            .where(TryBucket.key == one.key)
            .values(full_at=TryBucket.full_at - _milliseconds(one.limit.refill))
            .execution_options(synchronize_session=False)
        )


def prune(session: Session, *, now: datetime) -> None:
    """A full bucket needs no row."""
    session.execute(sa.delete(TryBucket).where(TryBucket.full_at <= _instant(now)))


def _taking(session: Session, one: Try, now: datetime) -> Any:
    """Count one try; returns a row when there was one left."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    refill, moment = _milliseconds(one.limit.refill), _instant(now)
    later = sa.case((TryBucket.full_at > moment, TryBucket.full_at), else_=moment) + refill
    return (
        insert(TryBucket)
        .values(key=one.key, full_at=moment + refill)
        .on_conflict_do_update(
            index_elements=[TryBucket.key],
            set_={"full_at": later},
            where=later <= moment + one.limit.burst * refill + OVERTAKEN,
        )
        .returning(TryBucket.key)
    )


def _wait(session: Session, one: Try, now: datetime) -> timedelta:
    """Until the bucket has a try again."""
    full_at = session.scalar(sa.select(TryBucket.full_at).where(TryBucket.key == one.key))
    refill = _milliseconds(one.limit.refill)
    wait = (full_at or 0) - _instant(now) - (one.limit.burst - 1) * refill
    return timedelta(milliseconds=max(wait, 1000))


def _instant(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
