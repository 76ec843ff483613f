"""Whom people can ask: the office of a prefecture's pool, its telephone and its hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from .. import audit
from ..db import Database, Session
from ..errors import Refused
from ..language import say
from ..permissions import Action, Actor, require
from .models import Office, Pool


@dataclass(frozen=True, slots=True)
class Contact:
    """As pages show it."""

    name: str
    telephone: str
    hours: str

    @classmethod
    def of(cls, office: Office) -> Contact:
        return cls(office.name, office.telephone, office.hours)


def list_contacts(session: Session) -> Sequence[Contact]:
    """Of all pools, for visitors: nobody knows yet to which one they belong."""
    offices = session.scalars(sa.select(Office).order_by(Office.prefecture_code))
    return [Contact.of(office) for office in offices]


def try_contacts(database: Database) -> Sequence[Contact]:
    """The same for a page that goes without them if the database cannot be asked."""
    try:
        with database.reading() as session:
            return list_contacts(session)
    except SQLAlchemyError:
        return []


def find_office(session: Session, prefecture_code: str, *, lock: bool) -> Office | None:
    """`lock`: so that two who save it are told of each other."""
    query = sa.select(Office).where(Office.prefecture_code == prefecture_code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def save_office(
    session: Session, pool: Pool, contact: Contact, *, actor: Actor, now: datetime
) -> None:
    """Nothing is recorded when nothing changed."""
    require(session, actor, Action.MANAGE_OFFICE, pool)
    for name in ("name", "telephone", "hours"):
        if not getattr(contact, name).strip():
            raise Refused.at(name, say("入力してください。"))
    office = find_office(session, pool.prefecture_code, lock=True)
    if office is not None and Contact.of(office) == contact:
        return
    if office is None:
        office = Office(prefecture_code=pool.prefecture_code)
        session.add(office)
    office.name, office.telephone, office.hours = contact.name, contact.telephone, contact.hours
    office.saved_at = now
    session.flush()
    audit.record(session, audit.Deed.OFFICE_SAVE, office, actor=actor, now=now)
