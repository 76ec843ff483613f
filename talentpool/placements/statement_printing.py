"""The statement of pay and travel as PDF/A, made by a job when somebody asks for it.

The same signed months and layout give the same bytes, so that a file that is lost can be made again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .. import audit, clock, jobs
from ..candidates.terms import is_employed
from ..dates import month_text, show_date, show_fiscal_year, show_month
from ..db import Base, EncryptedText, Session, Text, UtcDateTime
from ..engagements.models import Engagement, WorkLog
from ..engagements.statement import Row, by_year, list_rows
from ..errors import Conflict
from ..language import say
from ..needs.costing import fee_of
from ..pay import MONTHLY
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from ..states import WorkLogState
from . import lettering
from .printing import STANDARD, Printed

PRINT = "statement_print"  # kind of the job
LAYOUT: Final = 1  # grows with every change of the template or the fonts
_TEMPLATE = Path(__file__).parent / "data" / "statement.typ"
_RECORDED = "※"  # the month was entered by staff
_FICTION = "架空データ：人物・団体はすべて架空です"


class StatementPrint(Base):
    """The file as it was last made."""

    __tablename__ = "statement_print"

    engagement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), primary_key=True
    )
    layout: Mapped[int]
    source: Mapped[str] = mapped_column(Text(64))  # digest of what it shows
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(EncryptedText)  # base64 of the file: it names somebody


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """What the file says, as plain texts. `at`: when the last month on it was signed."""

    head: list[tuple[str, str]]
    years: list[tuple[str, list[list[str]], list[str]]]  # title, rows, sum
    note: str
    foot: str
    at: str


def read_sheet(session: Session, engagement: Engagement) -> StatementSheet | None:
    """None where no month is signed yet."""
    rows = list_rows(session, engagement)
    signed = sa.select(sa.func.max(WorkLog.signed_at)).where(
        WorkLog.engagement_id == engagement.id, WorkLog.state == WorkLogState.CLOSED
    )
    at = session.scalar(signed)
    if not rows or at is None:
        return None
    catalogue, need = load_catalogue(session), engagement.need
    person = engagement.candidate
    fee = fee_of(need, person)
    pay = catalogue.label(Vocabulary.PAY_BASIS, fee.basis)
    if fee.amount:
        pay += f" {fee.amount:,}円"
    if is_employed(person):
        pay = "市町の報酬なし（県が給与を支払う）"
    return StatementSheet(
        head=[
            ("市町", catalogue.municipality(engagement.municipality_code).ja),
            ("登録者", f"{person.name}（{person.code}）"),
            ("募集", need.title),
            ("任用形態", _form(catalogue, engagement)),
            ("報酬", pay),
            ("期間", _period(engagement)),
        ],
        years=[
            (
                show_fiscal_year(year.year),
                [_cells(row) for row in year.rows],
                [
                    "計",
                    "",
                    f"{year.half_days}",
                    f"{year.pay:,}",
                    f"{year.travel:,}",
                    f"{year.total:,}",
                ],
            )
            for year in by_year(rows)
        ],
        note=_note(fee.basis, is_lent=is_employed(person)) + _said_of_recorded(rows),
        foot=f"活動 {engagement.code}　{month_text(rows[-1].month)} まで",
        at=at.isoformat(),
    )


def _period(engagement: Engagement) -> str:
    months = f"{show_month(engagement.first_month)}から{show_month(engagement.last_month)}まで"
    return f"{months}（最後の日 {show_date(engagement.last_day)}）"


def _form(catalogue: Catalogue, engagement: Engagement) -> str:
    if engagement.form is None:
        return "選ばれていない"
    return catalogue.label(Vocabulary.FORM, engagement.form)


def _cells(row: Row) -> list[str]:
    return [
        show_month(row.month) + (_RECORDED if row.is_recorded else ""), f"{row.days}", f"{row.half_days}", f"{row.pay:,}",
        f"{row.travel:,}", f"{row.total:,}",
    ]  # fmt: skip


def _note(basis: str, *, is_lent: bool) -> str:
    if is_lent:
        return "市町が確認した月だけを示している。市町の報酬はない（県が給与を支払う）。"
    said = "市町が確認した月だけを、募集の報酬で計算している。税などは引いていない。"
    if basis == MONTHLY:
        return said + "月額は、活動があった月に1か月分である。"
    return said + "1回を1半日コマとして数えている。" if basis == "time" else said


def _said_of_recorded(rows: Sequence[Row]) -> str:
    is_recorded = any(row.is_recorded for row in rows)
    said = f"{_RECORDED}は、本人の紙か電話から県の担当者が記録した月である。"
    return said if is_recorded else ""


def find_print(session: Session, engagement: Engagement) -> Printed:
    """The file, unless it says something else than the signed months do now."""
    job = jobs.get_latest(session, PRINT, engagement.id)
    stored, sheet = session.get(StatementPrint, engagement.id), read_sheet(session, engagement)
    is_current = (
        stored is not None
        and sheet is not None
        and (stored.layout, stored.source) == (LAYOUT, digest(sheet))
    )
    pdf = base64.b64decode(stored.content) if stored is not None and is_current else None
    return Printed(pdf, job.state if job else None)


def order_print(
    session: Session, engagement: Engagement, *, actor: Actor, now: datetime
) -> jobs.Job:
    require(session, actor, Action.VIEW_ENGAGEMENT, engagement)
    if read_sheet(session, engagement) is None:
        raise Conflict(say("市町が確認した月がまだないため、PDFを作れません。"))
    audit.record(session, audit.Deed.STATEMENT_PRINT, engagement, actor=actor, now=now)
    return jobs.enqueue(session, PRINT, engagement.id, now=now)


def print_statement(lease: jobs.Lease) -> None:
    """The work of the job."""
    with lease.database.reading() as session:
        sheet = read_sheet(session, session.get_one(Engagement, lease.object_id))
    made = compile_sheet(sheet, is_fiction=lease.database.config.is_demo) if sheet else b""
    with lease.database.writing() as session:
        if sheet is not None:
            row = session.get(StatementPrint, lease.object_id)
            row = row or StatementPrint(engagement_id=lease.object_id)
            row.layout, row.source, row.made_at = LAYOUT, digest(sheet), clock.now()
            row.content = base64.b64encode(made).decode()
            session.add(row)
        lease.finish(session, jobs.JobState.DONE, now=clock.now())


def compile_sheet(sheet: StatementSheet, *, is_fiction: bool = False) -> bytes:
    import typst  # noqa: PLC0415 - 50 MB, for the worker only

    text = json.dumps(
        asdict(sheet) | {"fiction": _FICTION if is_fiction else ""}, ensure_ascii=False
    )
    text = lettering.replace_missing(text, lettering.find_missing([text]))
    return bytes(
        typst.compile(
            _TEMPLATE,
            font_paths=[lettering.FOLDER],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=int(datetime.fromisoformat(sheet.at).timestamp()),
            sys_inputs={"sheet": text},
        )
    )


def digest(sheet: StatementSheet) -> str:
    """SHA-256 of what the sheet says (hex)."""
    text = json.dumps(asdict(sheet), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _give_up(session: Session, engagement_id: int, sentence: str) -> None:
    """Nothing waits for the file but its page, which reads the job."""


jobs.KINDS[PRINT] = jobs.Kind(print_statement, _give_up)
