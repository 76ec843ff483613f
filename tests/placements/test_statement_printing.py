"""The statement as PDF: made by a job, tagged PDF/A, the same bytes twice, new when what is signed changes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

import talentpool
from talentpool import clock, jobs, serving
from talentpool.candidates.content import EMPLOYED
from talentpool.candidates.models import ProfileView
from talentpool.db import Database
from talentpool.engagements.logs import reopen_log, sign_log
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.errors import Conflict
from talentpool.permissions import Role
from talentpool.placements import statement_printing as printing
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in

RARE = "髙﨑"


def _signed(database: Database, *, name: str = RARE) -> tuple[int, int]:
    """An engagement with a log that the town has signed, and the log."""
    with database.writing() as session:
        log = make.make_sent_log(session, make.make_candidate(session, family_name=name))
        log.engagement.form = "commission"
        town = make.make_user(session, Role.MUNICIPALITY)
        sign_log(session, log, actor=town.actor, now=clock.now())
        return log.engagement_id, log.id


def _print(database: Database, ident: int) -> bytes:
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        engagement = session.get_one(Engagement, ident)
        job = printing.order_print(session, engagement, actor=officer.actor, now=clock.now())
    assert jobs.run(database, job.id)
    with database.reading() as session:
        pdf = printing.find_print(session, session.get_one(Engagement, ident)).pdf
    assert pdf is not None
    return pdf


def test_the_file_is_tagged_and_says_what_was_signed(database: Database) -> None:
    ident, _ = _signed(database)
    pdf = PdfReader(io.BytesIO(_print(database, ident)))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the file
    assert "/StructTreeRoot" in pdf.trailer["/Root"]
    assert pdf.trailer["/Root"]["/Lang"] == "ja"
    assert "計算書" in str(pdf.metadata.title if pdf.metadata else "")
    text = "".join(page.extract_text() for page in pdf.pages)
    assert RARE in text
    assert "12,500" in text  # a half-day of 25,000 yen a day
    assert len(pdf.pages) == 1


def test_the_same_months_give_the_same_bytes(database: Database) -> None:
    ident, _ = _signed(database)
    assert _print(database, ident) == _print(database, ident)


def test_of_whom_the_prefecture_pays_it_calculates_no_pay(database: Database) -> None:
    ident, _ = _signed(database)
    with database.writing() as session:
        engagement = session.get_one(Engagement, ident)
        engagement.candidate.kind = EMPLOYED
        sheet = printing.read_sheet(session, engagement)
    assert sheet is not None
    assert "募集の報酬" not in sheet.note
    assert "県が給与を支払う" in sheet.note


def test_what_is_reopened_is_no_longer_on_it(database: Database) -> None:
    ident, log = _signed(database)
    _print(database, ident)
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        row = session.get_one(WorkLog, log)
        reopen_log(session, row, reason="days", actor=officer.actor, now=clock.now())
    with database.reading() as session:
        engagement = session.get_one(Engagement, ident)
        assert printing.find_print(session, engagement).pdf is None
        assert printing.read_sheet(session, engagement) is None


def test_the_worker_loads_every_module_that_registers_a_kind_of_job() -> None:
    """A kind that only the web knows would wait for ever."""
    package = Path(talentpool.__file__).parent
    registering = {
        ".".join(path.relative_to(package).with_suffix("").parts)
        for path in package.rglob("*.py")
        if "jobs.KINDS[" in path.read_text("utf-8")
    }
    assert registering == set(serving.WORKING)


def test_without_a_signed_month_there_is_nothing_to_print(database: Database) -> None:
    with database.writing() as session:
        log = make.make_sent_log(session, make.make_candidate(session))
        officer = make.make_user(session, Role.COORDINATOR)
        with pytest.raises(Conflict):
            printing.order_print(session, log.engagement, actor=officer.actor, now=clock.now())


def test_a_character_that_no_font_has_is_replaced(database: Database) -> None:
    ident, _ = _signed(database, name="\U0001f600田")
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(_print(database, ident))).pages
    )
    assert "〓田" in text


def test_the_page_orders_and_then_gives_the_file(app: TalentpoolFlask, database: Database) -> None:
    ident, _ = _signed(database)
    town, path = signed_in(app, Role.MUNICIPALITY), f"/engagements/{ident}/statement.pdf"
    elsewhere = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.post(f"/engagements/{ident}/statement/print").status_code == 404
    waiting = town.get(path)
    assert waiting.status_code == 202
    assert "PDFを作る" in waiting.text
    assert path in town.get(f"/engagements/{ident}/statement").text
    assert town.post(f"/engagements/{ident}/statement/print").status_code == 302
    with database.reading() as session:
        job = jobs.get_latest(session, printing.PRINT, ident)
    assert job is not None
    jobs.run(database, job.id)
    answer = town.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")
    with database.reading() as session:
        assert session.query(ProfileView).count() > 0
