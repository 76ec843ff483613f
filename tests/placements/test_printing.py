"""The PDF of a decided paper: made by a job, tagged PDF/A, with every character or a word about it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from talentpool import jobs
from talentpool.candidates.models import ProfileView
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.placements import lettering, printing
from talentpool.placements.models import DecisionPaper, PaperPrint, Placement
from talentpool.placements.papers import PRINT
from talentpool.placements.sheet import Section, Sheet, read_sheet
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from .cast import Cast

RARE = "髙﨑", "𠮷邉"
NOBODY_HAS = "\U0001f600"  # no font of a ministry has it


def _decided(database: Database, *names: str) -> tuple[int, list[int]]:
    """A paper that has been approved, of people with these family names."""
    with database.writing() as session:
        cast = Cast.of(session)
        need = make.make_need(session, title="窓口改革")
        rows = [cast.suggested(need) for _ in names]
        for row, name in zip(rows, names, strict=True):
            row.candidate.family_name = name
        cast.walk_all(cast.walk_all(rows, "propose"), "approve")
        assert rows[0].paper_id is not None
        return rows[0].paper_id, [row.id for row in rows]


def _print(database: Database, ident: int) -> None:
    with database.reading() as session:
        job = jobs.get_latest(session, PRINT, ident)
    assert job is not None
    assert jobs.run(database, job.id)


def _stored(database: Database, ident: int) -> bytes:
    with database.reading() as session:
        pdf = printing.find_print(session, session.get_one(DecisionPaper, ident)).pdf
    assert pdf is not None
    return pdf


def _sheet(database: Database, ident: int) -> Sheet:
    with database.reading() as session:
        return read_sheet(session, session.get_one(DecisionPaper, ident))


def _text(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages)


def test_the_decision_orders_the_file_and_a_job_makes_it(database: Database) -> None:
    ident, _ = _decided(database, *RARE)
    with database.reading() as session:
        assert printing.find_print(session, session.get_one(DecisionPaper, ident)).pdf is None
    _print(database, ident)
    reader = PdfReader(io.BytesIO(_stored(database, ident)))
    assert len(reader.pages) == 1
    assert round(float(reader.pages[0].mediabox.width)) == 595  # A4 portrait
    assert round(float(reader.pages[0].mediabox.height)) == 842
    text = _text(_stored(database, ident))
    assert all(name in text for name in RARE)
    assert lettering.STAND_IN not in text


def test_it_says_that_it_is_tagged_pdf_a(database: Database) -> None:
    ident, _ = _decided(database, *RARE)
    _print(database, ident)
    pdf = _stored(database, ident)
    root = PdfReader(io.BytesIO(pdf)).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ja"
    assert root["/OutputIntents"]
    about = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in about
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in about


def test_what_is_stored_makes_the_same_bytes_again(database: Database) -> None:
    ident, _ = _decided(database, *RARE)
    _print(database, ident)
    first = _stored(database, ident)
    with database.writing() as session:
        session.delete(session.get_one(PaperPrint, ident))
        jobs.enqueue(session, PRINT, ident, now=make.NOW)
    _print(database, ident)
    assert _stored(database, ident) == first


def test_it_is_encrypted_at_rest(database: Database) -> None:
    ident, _ = _decided(database, *RARE)
    _print(database, ident)
    with database.engine.connect() as connection:
        raw = bytes(connection.execute(sa.text("SELECT content FROM paper_print")).scalar_one())
    assert b"%PDF" not in raw
    assert raw.startswith(b"gAAAA")


def test_an_outcome_is_printed_too(database: Database) -> None:
    ident, rows = _decided(database, RARE[0])
    _print(database, ident)
    with database.writing() as session:
        row = session.get_one(Placement, rows[0])
        Cast.of(session).walk(row, "accept", "welcome", "confirm")
    with database.reading() as session:
        assert printing.find_print(session, session.get_one(DecisionPaper, ident)).pdf is None
    _print(database, ident)
    assert "確定" in _text(_stored(database, ident))


def test_a_character_that_the_font_lacks_is_said_on_page_and_file(
    app: TalentpoolFlask,
) -> None:
    ident, _ = _decided(app.database, f"山{NOBODY_HAS}")
    page = signed_in(app, Role.AUDITOR).get(f"/papers/{ident}").text
    assert f"{NOBODY_HAS}（U+1F600）" in page
    _print(app.database, ident)
    text = _text(_stored(app.database, ident))
    assert f"山{lettering.STAND_IN}" in text
    assert "U+1F600" in text


@pytest.mark.parametrize("text", ["髙﨑𠮷邉", "〓→／＝—～・「」", "漢字かなカナabc 0-9"])
def test_the_font_has_what_papers_are_written_with(text: str) -> None:
    assert lettering.find_missing([text]) == []


def test_what_a_font_lacks_is_found_once_and_in_order() -> None:
    assert lettering.find_missing([f"あ{NOBODY_HAS}", f"\ufdfa{NOBODY_HAS}"]) == [
        NOBODY_HAS,
        "\ufdfa",
    ]


def test_a_long_text_goes_on_on_a_second_page_with_a_header(database: Database) -> None:
    ident, _ = _decided(database, *RARE)
    sheet = _sheet(database, ident)
    words = "".join(f"第{n}項、" for n in range(900))
    long = replace(sheet, sections=[*sheet.sections, Section("補足", words)])
    reader = PdfReader(io.BytesIO(printing.compile_sheet(long, make.NOW)))
    assert len(reader.pages) >= 2
    second = reader.pages[1].extract_text()
    assert sheet.number.replace(" ", "") in second.replace(" ", "")
    assert "第899項" in "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    first = reader.pages[0].extract_text().replace(" ", "")
    assert f"1／{len(reader.pages)}" in first


def test_a_page_says_that_the_file_is_not_ready_and_then_gives_it(app: TalentpoolFlask) -> None:
    ident, _ = _decided(app.database, *RARE)
    auditor = signed_in(app, Role.AUDITOR)
    waiting = auditor.get(f"/papers/{ident}.pdf")
    assert waiting.status_code == 202
    assert "PDFを作っています" in waiting.text
    _print(app.database, ident)
    ready = auditor.get(f"/papers/{ident}.pdf")
    assert ready.status_code == 200
    assert ready.content_type == "application/pdf"
    assert ready.data.startswith(b"%PDF-1.7")
    with app.database.reading() as session:
        seen = session.query(ProfileView).filter_by(viewer_role="auditor").all()
    assert len({row.candidate_id for row in seen}) == len(RARE)


def test_nobody_else_gets_the_file(app: TalentpoolFlask) -> None:
    ident, _ = _decided(app.database, *RARE)
    _print(app.database, ident)
    for role in (Role.ADMIN, Role.MUNICIPALITY, Role.CANDIDATE):
        assert signed_in(app, role).get(f"/papers/{ident}.pdf").status_code == 403
    stranger = signed_in(app, Role.AUDITOR, prefecture_code=make.OSAKA)
    assert stranger.get(f"/papers/{ident}.pdf").status_code == 404


def test_before_the_decision_there_is_none_and_none_can_be_ordered(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        cast = Cast.of(session)
        row = cast.step(cast.suggested(), "propose")
        ident = row.paper_id
    coordinator = signed_in(app, Role.COORDINATOR)
    page = coordinator.get(f"/papers/{ident}.pdf")
    assert page.status_code == 202
    assert "決裁のあとに作ります" in page.text
    assert coordinator.post(f"/papers/{ident}/print").status_code == 409


def test_a_coordinator_orders_a_lost_file_again(app: TalentpoolFlask) -> None:
    ident, _ = _decided(app.database, *RARE)
    _print(app.database, ident)
    with app.database.writing() as session:
        session.delete(session.get_one(PaperPrint, ident))
    coordinator = signed_in(app, Role.COORDINATOR)
    assert "PDFを作る" in coordinator.get(f"/papers/{ident}.pdf").text
    assert signed_in(app, Role.AUDITOR).post(f"/papers/{ident}/print").status_code == 403
    assert coordinator.post(f"/papers/{ident}/print").status_code == 302
    _print(app.database, ident)
    assert coordinator.get(f"/papers/{ident}.pdf").status_code == 200
