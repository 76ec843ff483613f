"""Codes of imported rows: those of the database stay, those that somebody made up are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

from ..candidates.models import Candidate
from ..db import Session
from ..errors import BadCell
from ..needs.models import Need
from .entries import Entry
from .layout import KEY, Layout

Model = type[Candidate] | type[Need]


class Codes:
    """Which code and row number each entry gets."""

    def __init__(self, session: Session, model: Model, layout: Layout) -> None:
        self.session = session
        self.model = model
        self.layout = layout
        self.pattern = re.compile(rf"{layout.prefix}([0-9]{{6,7}})")
        self._is_counted = session.get_bind().dialect.name == "postgresql"
        if self._is_counted:  # one file at a time, also of two prefectures: SQLite has one writer
            name = f"codes of {model.__tablename__}"
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))
        rows = session.execute(sa.select(model.id, model.code)).all()
        self.idents = {ident for ident, _ in rows}
        self.codes = {code for _, code in rows}

    def faults(self, entries: Sequence[Entry]) -> list[BadCell]:
        return [
            BadCell(self.layout.name, entry.row, KEY, f"{entry.code} はすでに登録されています。")
            for entry in entries
            if entry.code in self.codes
        ]

    def keeps(self, entry: Entry) -> bool:
        return self.pattern.fullmatch(entry.code) is not None

    def draw(self, entries: Sequence[Entry]) -> dict[int, int]:
        """Row of the file → id of its row in the database, before any is stored; a code keeps its number where it can."""
        kept: dict[int, int] = {}
        used = set(self.idents)
        for entry in entries:
            found = self.pattern.fullmatch(entry.code)
            number = 0 if found is None else int(found[1])
            if number and number not in used:
                kept[entry.row] = number
                used.add(number)
        rest = [entry.row for entry in entries if entry.row not in kept]
        beyond = self._beyond(max(used, default=0), len(rest))
        return kept | dict(zip(rest, beyond, strict=True))

    def _beyond(self, last: int, count: int) -> Iterable[int]:
        """Numbers behind `last` that nobody else gets; PostgreSQL's counter goes on behind them, and never back."""
        if not self._is_counted:
            return range(last + 1, last + 1 + count)
        counter = sa.func.pg_get_serial_sequence(self.model.__tablename__, "id")
        reached = sa.func.pg_sequence_last_value(sa.cast(counter, REGCLASS))
        forward = sa.select(sa.func.setval(counter, last))
        self.session.execute(forward.where(last > sa.func.coalesce(reached, 0)))
        numbers = sa.func.generate_series(1, count).table_valued("n")
        return self.session.scalars(sa.select(sa.func.nextval(counter)).select_from(numbers)).all()
