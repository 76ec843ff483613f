"""The pages of complaints, from the person who files one to the auditor who counts them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.complaints import service
from talentpool.complaints.models import Complaint
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries


def person(app: TalentpoolFlask, database: Database) -> tuple[Browser, int]:
    with database.writing() as session:
        work = make.make_engagement(session)
        user = session.get_one(User, work.candidate.user_id)
        ident = work.id
    browser = Browser(app)
    browser.enter(user)
    return browser, ident


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_person_complains_and_reads_the_answer(app: TalentpoolFlask, database: Database) -> None:
    own, work = person(app, database)
    town, staff = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.COORDINATOR)
    auditor = signed_in(app, Role.AUDITOR)
    assert f'value="engagement-{work}"' in own.get("/complaints/new").text
    refused = own.post("/complaints/new", about=f"engagement-{work}", text=" ")
    assert refused.status_code == 422
    filed = own.post("/complaints/new", about=f"engagement-{work}", text="連絡がない。")
    assert filed.status_code == 302
    path = filed.location
    assert "連絡がない。" in own.get(path).text
    assert town.get(path).status_code == 404
    assert path not in town.get("/complaints").text
    assert "返事を待っている苦情" in staff.get("/home").text
    page = staff.get(path).text
    assert staff.post(f"{path}/close", version=version_on(page)).status_code == 409
    assert staff.post(f"{path}/answer", version=version_on(page), answer="").status_code == 422
    done = staff.post(f"{path}/answer", version=version_on(page), answer="町に伝えました。")
    assert done.status_code == 302
    late = staff.post(f"{path}/answer", version=version_on(page), answer="重ねて")
    assert late.status_code == 409
    assert "町に伝えました。" in own.get(path).text
    assert own.post(f"{path}/close", version="2").status_code == 403
    version = version_on(staff.get(path).text)
    assert staff.post(f"{path}/close", version=version).status_code == 302
    counted = auditor.get("/complaints").text
    assert "最初の返事まで（平均）" in counted
    assert "0.0日" in counted
    assert "連絡がない。" in auditor.get(path).text
    assert f'action="{path}/answer"' not in auditor.get(path).text


def test_an_officer_records_a_call(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        work = make.make_engagement(session)
        code, number = work.candidate.code, work.code
    staff = signed_in(app, Role.COORDINATOR)
    typed = {"channel": "telephone", "person": code.lower(), "about": number, "text": "電話"}
    wrong = staff.post("/complaints/new", **typed | {"about": "E-999"})
    assert wrong.status_code == 422
    assert 'value="E-999"' in wrong.text
    assert staff.post("/complaints/new", **typed).status_code == 302
    with database.reading() as session:
        complaint = session.scalars(sa.select(Complaint)).one()
        assert complaint.engagement_id is not None


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_the_register_is_taken_away_with_a_purpose(
    app: TalentpoolFlask, database: Database, encoding: str
) -> None:
    own, _ = person(app, database)
    own.post("/complaints/new", about="", text="漏らさない")
    auditor = signed_in(app, Role.AUDITOR)
    address = f"/complaints?format=csv&encoding={encoding}"
    assert "ダウンロードの目的" in auditor.get(address).text
    file = auditor.get(f"{address}&purpose=監査")
    text = file.data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    assert "K-000001" in text
    assert "漏らさない" not in text
    with database.reading() as session:
        query = sa.select(AuditEvent.detail).where(AuditEvent.action == "list.download")
        assert session.scalars(query).one()["list"] == "complaints"


def test_nobody_without_a_registration_complains(app: TalentpoolFlask) -> None:
    browser = signed_in(app, Role.CANDIDATE)
    assert browser.post("/complaints/new", about="", text="内容").status_code == 409


def test_the_list_takes_few_queries(app: TalentpoolFlask, database: Database) -> None:

    with database.writing() as session:
        for _ in range(20):
            work = make.make_engagement(session)
            actor = session.get_one(User, work.candidate.user_id).actor
            service.file_complaint(session, "内容", work, actor=actor, now=clock.now())
    auditor = signed_in(app, Role.AUDITOR)
    with counted_queries(database) as seen:
        assert auditor.get("/complaints").status_code == 200
    assert len(seen) <= 15, seen
