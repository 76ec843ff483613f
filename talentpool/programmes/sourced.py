"""What is known from outside: where it is said, when somebody last looked, from when to when it holds.

Nothing of it is certain: an entry that nobody has checked, or not for a year, is marked as to be checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from ..db import Json, Session, Text
from ..errors import Fault
from ..language import Words, say
from ..permissions import Actor, visible
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary

CHECKED_FOR = timedelta(days=365)


class Validity(StrEnum):
    COMING = "coming"
    VALID = "valid"
    ENDED = "ended"


VALIDITY_LABELS: Mapping[Validity, Words] = {
    Validity.VALID: ("期間内", "In force"),
    Validity.COMING: ("開始前", "Not begun"),
    Validity.ENDED: ("終了", "Ended"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """As an officer enters it. themes, sizes, forms: codes; none at all where nothing is said about them."""

    source: str = ""
    address: str = ""
    checked_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    themes: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


class Sourced:
    """The columns of an `Origin`, of an entry that another one can succeed."""

    if TYPE_CHECKING:  # of each catalogue itself
        id: Mapped[int]
        prefecture_code: Mapped[str]
        name: Mapped[str]
        successor_id: Mapped[int | None]

    source: Mapped[str] = mapped_column(Text(300), default="")
    address: Mapped[str] = mapped_column(Text(300), default="")
    checked_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # last day, included
    themes: Mapped[list[str]] = mapped_column(Json, default=list)
    sizes: Mapped[list[str]] = mapped_column(Json, default=list)
    forms: Mapped[list[str]] = mapped_column(Json, default=list)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[sa.schema.SchemaItem, ...]:  # noqa: N805 - SQLAlchemy calls it so
        return (
            sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
            sa.UniqueConstraint("prefecture_code", "key"),
        )

    def validity(self, today: date) -> Validity:
        if self.valid_to is not None and self.valid_to < today:
            return Validity.ENDED
        is_coming = self.valid_from is not None and self.valid_from > today
        return Validity.COMING if is_coming else Validity.VALID

    def is_to_check(self, today: date) -> bool:
        return self.checked_on is None or self.checked_on < today - CHECKED_FOR

    @property
    def origin(self) -> Origin:
        return Origin(
            self.source, self.address, self.checked_on, self.valid_from, self.valid_to,
            tuple(self.themes), tuple(self.sizes), tuple(self.forms),
        )  # fmt: skip

    def take(self, origin: Origin) -> None:
        self.source, self.address, self.checked_on = (
            origin.source, origin.address, origin.checked_on,
        )  # fmt: skip
        self.valid_from, self.valid_to = origin.valid_from, origin.valid_to
        self.themes, self.sizes, self.forms = (
            list(origin.themes), list(origin.sizes), list(origin.forms),
        )  # fmt: skip


S = TypeVar("S", bound=Sourced)


def validity_on(model: type[Sourced], today: date) -> sa.ColumnElement[str]:
    """The validity of a row, for queries."""
    return sa.case(
        (model.valid_to < today, str(Validity.ENDED)),
        (model.valid_from > today, str(Validity.COMING)),
        else_=str(Validity.VALID),
    )


def list_successors(session: Session, actor: Actor, model: type[S], row: S | None) -> Sequence[S]:
    """What can be named as the successor of `row`, of a new entry where there is none."""
    query = visible(actor, _stored(model)).where(model.id != (row.id if row else 0))
    return session.scalars(query.order_by(model.name, model.id)).all()


def can_follow(
    session: Session, actor: Actor, model: type[S], row: S | None, successor: int
) -> bool:
    """Whether the successor is known and does not lead back to the entry itself."""
    query = visible(actor, _stored(model)).with_only_columns(model.id, model.successor_id)
    nexts = dict(session.execute(query).all())
    at: int | None = successor
    for _ in nexts:
        if at is None or at not in nexts or (row is not None and at == row.id):
            break
        at = nexts[at]
    return successor in nexts and at is None


def bad_successors(session: Session, model: type[Sourced]) -> Iterator[str]:
    """Entries whose successor is of another prefecture, or leads back to them."""
    kind = _stored(model).__tablename__
    rows = session.execute(sa.select(model.id, model.prefecture_code, model.successor_id)).all()
    homes = {ident: home for ident, home, _next in rows}
    nexts = {ident: successor for ident, _home, successor in rows}
    for ident, first in nexts.items():
        if first is not None and homes[first] != homes[ident]:
            yield f"{kind} {ident}: its successor is of another prefecture"
        seen, at = {ident}, first
        while at is not None and at not in seen:
            seen.add(at)
            at = nexts[at]
        if at == ident:
            yield f"{kind} {ident}: it succeeds itself"


def _stored(model: type[Sourced]) -> type[Any]:
    """As a table."""
    return model


def origin_faults(origin: Origin, catalogue: Catalogue, today: date) -> Iterator[Fault]:
    begins, ends = origin.valid_from, origin.valid_to
    if begins is not None and ends is not None and ends < begins:
        yield "valid_to", say("終わりの日が、始まりの日より前になっています。")
    if origin.checked_on is not None and origin.checked_on > today:
        yield "checked_on", say("確認した日は、今日までの日を入力してください。")
    if origin.checked_on is not None and not origin.source:
        yield "source", say("確認した日を入力するときは、出典も入力してください。")
    if origin.address and not origin.address.startswith(("https://", "http://")):
        yield "address", say("https:// で始まる住所を入力してください。")
    for field, vocabulary, codes in (
        ("themes", Vocabulary.THEME, origin.themes),
        ("sizes", Vocabulary.SIZE_CLASS, origin.sizes),
        ("forms", Vocabulary.FORM, origin.forms),
    ):
        if not all(catalogue.is_valid(vocabulary, code) for code in codes):
            yield field, say("一覧にない値が選ばれています。")
