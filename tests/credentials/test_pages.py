"""The pages of credentials, from the person who shows something to the office that confirms it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate, ProfileView
from talentpool.credentials.models import Credential
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries

VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')
LINK = re.compile(r"http://[^ <]+(/office-answer/[\w-]+)")
OWN, NEW = "/profile/credentials", "/profile/credentials/new"
SKILL = {
    "about": "skill:bpr", "title": "<b>報告書</b>", "link": "https://example.jp/a?b=1&c=2",
    "verifier_kind": "employer", "verifier": "姫路市 人事課", "contact": "079-000-0000",
}  # fmt: skip


def test_from_the_person_to_the_office(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, skills={"bpr": 3}, training_until=None)
        code, name = person.code, person.family_name
        ident, user = person.id, session.get_one(User, person.user_id)
    own, staff, visitor = Browser(app), signed_in(app, Role.COORDINATOR), Browser(app)
    own.enter(user)
    assert "必須研修がまだそろっていません" in own.get("/home").text
    assert "届けた証明はありません" in own.get(OWN).text
    wrong = own.post(NEW, **SKILL | {"link": "ftp://x.jp", "verifier": "", "title": "残る字"})
    assert wrong.status_code == 422
    assert all(
        text in wrong.text
        for text in ("残る字", "ftp://x.jp", "https:// から始まる", "079-000-0000")
    )
    assert own.post(NEW, **SKILL | {"about": "skill:nothing"}).status_code == 422
    assert own.post(NEW, **SKILL).location == OWN
    mine = own.get(OWN).text
    assert "&lt;b&gt;報告書&lt;/b&gt;" in mine
    assert "県の確認待ち" in mine

    assert "確認を待っている証明" in staff.get("/home").text
    listed = staff.get("/credentials?state=said").text
    assert f"/candidates/{ident}/credentials" in listed
    assert name not in listed
    page = f"/candidates/{ident}/credentials"
    with counted_queries(app.database) as queries:
        text = staff.get(page).text
    assert len(queries) <= 15
    assert "079-000-0000" in text
    with app.database.reading() as session:
        row = session.scalars(sa.select(Credential)).one()
        assert set(session.scalars(sa.select(ProfileView.candidate_id))) == {ident}
    path, version = f"/credentials/{row.id}", VERSION.findall(text)[0]
    refused = staff.post(f"{path}/refuse", version=version, reason="other", comment="")
    assert refused.status_code == 422
    past = staff.post(f"{path}/check", version=version, **{f"c{row.id}-until": "2020-01-01"})
    assert past.status_code == 422
    assert "2020-01-01" in past.text
    assert staff.post(f"{path}/ask", version=version).location == page
    shown = LINK.search(staff.get(page).text)
    assert shown is not None
    assert LINK.search(staff.get(page).text) is None  # said once

    office = visitor.get(shown[1]).text
    assert name in office
    assert not any(text in office for text in ("079-000-0000", "C-0", "example.jp/a"))
    assert visitor.post(shown[1], who="課長").status_code == 422
    assert visitor.post(shown[1], is_right="no", who="課長").status_code == 422
    assert visitor.post(shown[1], is_right="yes", who="人事課長 山田").status_code == 302
    assert visitor.get(shown[1]).status_code == 404
    lost = visitor.post(shown[1], is_right="no", who="総務課 係長", comment="退職した人です。")
    assert lost.status_code == 409
    assert "総務課 係長" in lost.text
    assert "退職した人です。" in lost.text
    assert name not in lost.text
    with app.database.reading() as session:
        looks = session.scalars(sa.select(ProfileView).where(ProfileView.viewer_id.is_(None)))
        assert {(look.candidate_id, look.purpose) for look in looks} == {(ident, "verifier")}
    views = own.get("/views").text
    assert "証明を確かめる画面を3回開きました" in views
    assert "証明を確かめる先" in own.get("/views?who=verifier").text
    assert "証明を確かめる画面を開きました" in own.get("/home").text
    auditor = signed_in(app, Role.AUDITOR)
    assert "証明を確かめる画面" in auditor.get(f"/oversight?person={code}").text
    assert "確かめる先が認めました" in own.get(OWN).text
    assert "人事課長 山田" in staff.get(page).text
    assert "人事課長 山田" not in own.get(OWN).text
    version = VERSION.findall(own.get(OWN).text)[0]
    assert own.post(f"{path}/withdraw", version=version).location == OWN


def test_who_is_registered_on_paper_is_written_down_by_staff(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, has_account=False, training_until=None)
        ident = person.id
    staff, auditor = signed_in(app, Role.COORDINATOR), signed_in(app, Role.AUDITOR)
    page = f"/candidates/{ident}/credentials"
    typed = {"about": "training:privacy", "title": "修了証（紙）", "done_on": "令和8年6月1日"}
    assert staff.post(f"{page}/new", **typed).location == page
    with app.database.reading() as session:
        row = session.scalars(sa.select(Credential)).one()
        assert (str(row.done_on), str(row.valid_until)) == ("2026-06-01", "2027-06-01")
        assert session.get_one(Candidate, ident).training_until is None
    text = staff.get(page).text
    done = staff.post(f"/credentials/{row.id}/check", version=VERSION.findall(text)[0])
    assert done.location == page
    read = auditor.get(page).text
    assert "修了証（紙）" in read
    assert 'action="/credentials' not in read
    assert signed_in(app, Role.MUNICIPALITY).get(page).status_code == 403
