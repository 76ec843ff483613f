"""Everything that belongs to people, needs and towns' work, again under other ids: a demo becomes a prefecture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from talentpool import models
from talentpool.audit import AuditEvent
from talentpool.db import Base, Session, Text
from talentpool.permissions import Role

STRIDE = 1_000_000  # between the ids of a row and of its copy: no id of a demo is as great
MARK = 4  # characters that tell the copies of a unique text apart
ONCE = frozenset({  # of the prefecture, of a round, of somebody's browser or of a machine
    "audit_head", "calendar_feed", "companion", "deadline_days", "funding", "job", "kept_form",
    "mail_choice", "mail_domain", "one_time_link", "plan_pair", "programme", "programme_deadline",
    "quiet_hours", "reference_revision", "round", "round_directive", "round_input", "round_need",
    "web_session",
})  # fmt: skip

assert models.__name__  # every table is known
_USERS = Base.metadata.tables["user_account"]
_EVENTS = Base.metadata.tables[AuditEvent.__tablename__]
_IS_PERSON = _USERS.c.role == Role.CANDIDATE
_PEOPLE = sa.select(_USERS.c.id).where(_IS_PERSON)


def copy_all(session: Session, copies: int) -> None:
    """Add `copies` of all that has ids of its own. Accounts of officers and the chain of the audit stay as they are."""
    plan = list(_plan(Base.metadata.sorted_tables))
    for number in range(1, copies + 1):
        for one in plan:
            session.execute(one.copy(number))
    if session.get_bind().dialect.name == "postgresql":
        _count_on(session, [one.table for one in plan if "id" in one.table.c])


@dataclass(frozen=True)
class _Copied:
    """One table, with its columns that hold ids of what is copied, and of accounts, of which only people's are."""

    table: sa.Table
    ids: Collection[sa.Column[Any]]
    users: Collection[sa.Column[Any]]

    def copy(self, number: int) -> sa.Insert:
        names = [column.name for column in self.table.c]
        key = next(column for column in self.table.primary_key if column in self.ids)
        rows = sa.select(*(self._value(column, number) for column in self.table.c))
        rows = rows.where(key < STRIDE, *(column.is_(None) for column in self._only_once()))
        if self.table is _USERS:
            rows = rows.where(_IS_PERSON)
        return sa.insert(self.table).from_select(names, rows)

    def _value(self, column: sa.Column[Any], number: int) -> sa.ColumnElement[Any]:
        shift = number * STRIDE
        if column is _EVENTS.c.object_id:
            return _object_of_event(shift)
        if column in self.ids:
            is_copied = column.in_(_PEOPLE) if column in self.users else sa.true()
            return sa.case((is_copied, column + shift), else_=column)
        is_last = any(column is free[-1] for _, free in self._open_rules() if free)
        return _told_apart(column, number) if is_last else column

    def _only_once(self) -> Iterator[sa.Column[Any]]:
        """What is unique and refers to something of which there is no copy."""
        for columns, free in self._open_rules():
            if not free:
                yield from (column for column in columns if column not in self.ids)

    def _open_rules(self) -> Iterator[tuple[list[sa.Column[Any]], list[sa.Column[Any]]]]:
        """The columns of each rule of uniqueness that no id keeps, and those of them that can be told apart."""
        for rule in self.table.constraints:
            columns = list(rule.columns) if isinstance(rule, sa.UniqueConstraint) else []
            if columns and set(columns).isdisjoint(set(self.ids) - set(self.users)):
                yield columns, [column for column in columns if not column.foreign_keys]


def _plan(tables: Sequence[sa.Table]) -> Iterator[_Copied]:
    """What others refer to comes first."""
    ids: set[sa.Column[Any]] = {_EVENTS.c.seq}
    users: set[sa.Column[Any]] = set()
    for table in tables:
        if table.name in ONCE:
            continue
        ids |= {column for column in table.primary_key if column.name == "id"}
        ids |= {column for column in table.c if _refers(column, ids)}
        users |= {column for column in table.c if _refers(column, users | {_USERS.c.id})}
        if any(column in ids for column in table.primary_key):
            yield _Copied(table, ids & set(table.c), users & set(table.c))


def _refers(column: sa.Column[Any], columns: Collection[sa.Column[Any]]) -> bool:
    return any(key.column in columns for key in column.foreign_keys)


def _told_apart(column: sa.Column[Any], number: int) -> sa.ColumnElement[Any]:
    if isinstance(column.type, Text):
        return sa.func.substr(column, 1, column.type.most - MARK).concat(f"-{number}")
    return column + number * STRIDE


def _object_of_event(shift: int) -> sa.ColumnElement[str]:
    """What an event is about, where that is a number."""
    ident, digits = _EVENTS.c.object_id, "0123456789"
    is_number = sa.func.trim(ident, digits) == ""
    moved = sa.cast(sa.cast(ident, sa.BigInteger) + shift, sa.String)
    return sa.case((is_number, moved), else_=ident)


def _count_on(session: Session, tables: Sequence[sa.Table]) -> None:
    """PostgreSQL numbers new rows behind the ids that were given."""
    for table in tables:
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        last = sa.select(sa.func.setval(sequence, sa.func.max(table.c.id)))
        session.execute(last)
