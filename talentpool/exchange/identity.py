"""Codes of imported rows: those of the database stay, those that somebody made up are replaced."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa

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

    def ident(self, entry: Entry) -> int | None:
        """The number of the code, so that codes given later never meet it; None: the next free one."""
        found = self.pattern.fullmatch(entry.code)
        number = 0 if found is None else int(found[1])
        return number if number and number not in self.idents else None

    def in_order(self, entries: Sequence[Entry]) -> list[Entry]:
        """Rows with a number of their own first: the others take what follows."""
        return sorted(entries, key=lambda entry: (not self.keeps(entry), entry.row))

    def advance(self) -> None:
        """PostgreSQL counts on from where it gave the last number itself."""
        self.session.flush()
        if self.session.get_bind().dialect.name != "postgresql":
            return
        table = self.model.__tablename__
        self.session.execute(
            sa.select(
                sa.func.setval(
                    sa.func.pg_get_serial_sequence(table, "id"), sa.func.max(self.model.id)
                )
            )
        )
