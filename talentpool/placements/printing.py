"""The decision paper as PDF/A: made by a job after the decision, and again whenever the paper says more.

The same sheet and layout give the same bytes, so that a print that is lost can be made again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from .. import audit, clock, jobs
from ..db import Session
from ..errors import Conflict
from ..language import say
from ..permissions import Action, Actor, require
from . import lettering
from .models import DecisionPaper, PaperPrint
from .papers import PRINT
from .sheet import read_sheet
from .sheet_parts import Sheet

LAYOUT = 1  # grows with every change of the template or the fonts
STANDARD: Final = "a-2a"  # PDF/A with tags
_TEMPLATE = Path(__file__).parent / "data" / "paper.typ"


@dataclass(frozen=True, slots=True)
class Printed:
    """The file of a paper, where there is one, and what became of its last order."""

    pdf: bytes | None
    state: jobs.JobState | None


def find_print(session: Session, paper: DecisionPaper) -> Printed:
    """The file, unless it says something else than the paper does now."""
    job = jobs.get_latest(session, PRINT, paper.id)
    stored = session.get(PaperPrint, paper.id)
    is_current = stored is not None and (stored.layout, stored.source) == (
        LAYOUT,
        digest(read_sheet(session, paper)),
    )
    pdf = base64.b64decode(stored.content) if stored is not None and is_current else None
    return Printed(pdf, job.state if job else None)


def order_print(session: Session, paper: DecisionPaper, *, actor: Actor, now: datetime) -> jobs.Job:
    """Make the file again: the layout has changed, or an order has failed."""
    require(session, actor, Action.DRAFT_PLACEMENT, paper)
    if paper.frozen_at is None:
        raise Conflict(say("決裁の前の起案書からは、PDFを作れません。"))
    audit.record(session, audit.Deed.PAPER_PRINT, paper, actor=actor, now=now)
    return jobs.enqueue(session, PRINT, paper.id, now=now)


def print_paper(lease: jobs.Lease) -> None:
    """The work of the job."""
    with lease.database.reading() as session:
        paper = session.get_one(DecisionPaper, lease.object_id)
        sheet = read_sheet(session, paper)
        at = paper.frozen_at or paper.drafted_at
    made = compile_sheet(sheet, at, is_fiction=lease.database.config.is_demo)
    with lease.database.writing() as session:
        row = session.get(PaperPrint, lease.object_id) or PaperPrint(paper_id=lease.object_id)
        row.layout, row.source, row.made_at = LAYOUT, digest(sheet), clock.now()
        row.content = base64.b64encode(made).decode()
        session.add(row)
        lease.finish(session, jobs.JobState.DONE, now=clock.now())


def compile_sheet(sheet: Sheet, at: datetime, *, is_fiction: bool = False) -> bytes:
    """`at`: the time that the file says it was made."""
    import typst  # noqa: PLC0415 - 50 MB, for the worker only

    missing = lettering.find_missing(_texts(_plain(sheet)))
    document = _replaced(_plain(sheet), missing)
    document["fiction"] = document["fiction"] if is_fiction else ""
    return bytes(
        typst.compile(
            _TEMPLATE,
            font_paths=[lettering.FOLDER],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=int(at.timestamp()),
            sys_inputs={"sheet": json.dumps(document, ensure_ascii=False)},
        )
    )


def digest(sheet: Sheet) -> str:
    """SHA-256 of what the sheet says (hex)."""
    text = json.dumps(_plain(sheet), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(sheet: Sheet) -> dict[str, Any]:
    plain = asdict(sheet)
    del plain["people"]
    for section, original in zip(plain["sections"], sheet.sections, strict=True):
        section["bars"] = [
            {"label": bar.label, "share": bar.share, "shown": bar.text} for bar in original.bars
        ]
    return plain


def _texts(value: Any) -> list[str]:
    """Every text of a plain value."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _replaced(value: Any, missing: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(inner, missing) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(inner, missing) for inner in value]
    return lettering.replace_missing(value, missing) if isinstance(value, str) else value


def _give_up(session: Session, paper_id: int, sentence: str) -> None:
    """Nothing waits for the file but its page, which reads the job."""


jobs.KINDS[PRINT] = jobs.Kind(print_paper, _give_up)
