"""Cases from a file into the library, and out of it into one: those that the prefecture writes, not the reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from ..accounts.models import Pool
from ..cases.models import Case
from ..cases.service import NAMES, CaseContent, content_of, faults, write_case
from ..dates import local_date
from ..db import Session
from ..errors import BadCell
from ..files.writing import check_suffix
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from .entries import Entry
from .exporting import Exported
from .importing import lock_imports
from .layout import CASES
from .sheets import tables_of
from .tables import refuse


def import_cases(
    session: Session,
    entries: Sequence[Entry],
    *,
    prefecture_code: str,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    is_without_placements: bool = False,
) -> int:
    """How many are new or changed: a row with the number of a case changes it, one that says the same is passed over.

    Raises BadFile. `is_without_placements` is of other sheets.
    """
    require(session, actor, Action.EXCHANGE)
    lock_imports(session, prefecture_code)
    here = Actor(actor.user_id, actor.role, prefecture_code)
    written = sa.select(Case).where(
        Case.prefecture_code == prefecture_code, Case.report_id.is_(None)
    )
    known = {case.code: case for case in session.scalars(written.order_by(Case.id))}
    contents = {content_of(case) for case in known.values()}
    faulty: list[BadCell] = []
    for entry in entries:
        found = faults(content_in(entry), catalogue, prefecture_code, local_date(now))
        faulty += CASES.bad_cells(entry.row, found)
    refuse(faulty)
    rows = {content_in(entry): entry for entry in reversed(entries)}  # of two alike, the first
    taken = [rows[content] for content in reversed(rows) if content not in contents]

    for entry in taken:
        case = known.get(entry.code)  # whole: a number alone is one of the file's own
        write_case(session, content_in(entry), case, catalogue=catalogue, actor=here, now=now)
    return len(taken)


def content_in(entry: Entry) -> CaseContent:
    values = {name: value for name, value in entry.values.items() if name in NAMES}
    day = values.get("checked_on")
    if isinstance(day, str):
        values["checked_on"] = date.fromisoformat(day)
    return CaseContent(**values)


def export_cases(session: Session, path: Path, pool: Pool, *, actor: Actor) -> Exported:
    """What the prefecture has written and not taken down."""
    require(session, actor, Action.EXCHANGE)
    check_suffix(path)
    query = sa.select(Case).where(
        Case.prefecture_code == pool.prefecture_code, Case.report_id.is_(None),
        Case.retired_at.is_(None),
    )  # fmt: skip
    entries = [
        Entry(case.code, 0, {name: getattr(case, name) for name in NAMES})
        for case in session.scalars(query.order_by(Case.id))
    ]
    tables = tables_of(path, CASES, entries, load_catalogue(session))
    return Exported("cases", tables, len(entries))
