"""Whether a file is taken, and rows as a page and as a file have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from talentpool import clock
from talentpool.db import Database
from talentpool.errors import BadFile
from talentpool.exchange.entries import read_entries
from talentpool.exchange.importing import import_needs
from talentpool.exchange.joining import import_candidates
from talentpool.exchange.layout import Layout
from talentpool.exchange.tables import make_sheet
from talentpool.permissions import SYSTEM
from talentpool.reference.service import load_catalogue
from tests import factories as make

Fields = Mapping[str, Any]
IMPORTS = {"登録者": import_candidates, "募集": import_needs}


def is_imported(
    database: Database,
    layout: Layout,
    main: Fields,
    *,
    now: datetime | None = None,
    **leaves: Sequence[Fields],
) -> bool:
    """Whether a file with this row and these leaves would be taken; nothing is stored."""
    rows = {layout.name: [main], **leaves}
    sheets = {}
    for name, lines in rows.items():
        headers = list(dict.fromkeys(["コード", *(key for line in lines for key in line)]))
        cells = [
            [_written((line | {"コード": "新1"}).get(key)) for key in headers] for line in lines
        ]
        sheets[name], faults = make_sheet(name, [headers, *cells])
        assert faults == []
    session = database.session(read_only=False)
    catalogue = load_catalogue(session)
    try:
        entries = read_entries(layout, sheets, catalogue, is_import=True)
        IMPORTS[layout.name](
            session, entries, prefecture_code=make.HYOGO, catalogue=catalogue,
            actor=SYSTEM, now=now or clock.now(),
        )  # fmt: skip
        session.flush()
    except BadFile:
        return False
    finally:
        session.rollback()
        session.close()
    return True


def _written(value: object) -> str:
    return "" if value is None else str(value)


def rows(list_: str, lines: Sequence[Fields]) -> Fields:
    """Rows of a list as the fields of a page."""
    return {f"{list_}-{n}-{name}": v for n, line in enumerate(lines) for name, v in line.items()}


def translated(lines: Sequence[Fields], headers: Mapping[str, str]) -> list[Fields]:
    """The same rows under the headers of a sheet."""
    return [{headers[name]: value or None for name, value in line.items()} for line in lines]
