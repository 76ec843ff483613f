"""The pages of programmes: an officer writes one and refers a town, the town says what came of it."""

from __future__ import annotations

from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.programmes.models import Programme
from talentpool.programmes.service import content_of
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in, stored_user
from tests.counting import counted_queries
from tests.factories import PASSWORD
from tests.pages import version_in
from tests.programmes.made import make_referral
from tests.web.test_kept import go_away

TYPED = {
    "name": "伴走の制度", "deadlines": "令和9年1月29日 第1次\n2027-02-26　第2次", "report_days": "７",
    "themes": ["bpr"], "source": "要綱", "address": "https://example.lg.jp/", "checked_on": "2026-11-30",
}  # fmt: skip


def test_a_programme_is_written_and_a_town_is_referred(
    app: TalentpoolFlask, database: Database
) -> None:
    staff, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    assert "まだ登録されていません" in town.get("/programmes").text
    assert "用意された制度" not in town.get("/programmes").text
    assert staff.post("/programmes/shipped").status_code == 302
    refused = staff.post("/programmes/new", **TYPED | {"deadlines": "2027-02-30 第1次"})
    assert refused.status_code == 422
    assert "2027-02-30 第1次</textarea>" in refused.text
    unsafe = staff.post("/programmes/new", **TYPED | {"deadlines": "2027-02-26 第\0次"})
    assert unsafe.status_code == 422
    assert "使えない文字" in unsafe.text
    written = staff.post("/programmes/new", **TYPED)
    assert written.status_code == 302, written.text
    path = written.location
    page = town.get(path).text
    assert "2027年1月29日" in page
    assert "条件の記載なし（要確認）" in page
    version = version_in(staff.get(f"{path}/edit").text, f"{path}/edit")
    assert staff.post(f"{path}/edit", version=version, **TYPED | {"cost": "無償"}).location == path
    late = staff.post(f"{path}/edit", version=version, **TYPED | {"cost": "有償"})
    assert late.status_code == 409
    assert "今の内容：" in late.text
    with database.reading() as session:
        row = session.get_one(Programme, int(path.rpartition("/")[2]))
        assert (content_of(row).cost, len(row.deadlines)) == ("無償", 2)
    again = staff.post(f"{path}/refer", town="282014", need="N-1", reason="役立つ")
    assert again.status_code == 422
    assert "役立つ</textarea>" in again.text
    referral = staff.post(f"{path}/refer", town="282014", reason="役立つ").location
    assert "案内された支援制度" in town.get("/home").text
    assert "役立つ" in town.get(referral).text
    assert (
        signed_in(app, Role.MUNICIPALITY, municipality_code="285013").get(referral).status_code
        == 404
    )
    version = version_in(town.get(referral).text, f"{referral}/course")
    done = town.post(
        f"{referral}/course", version=version, applied_on="2026-11-30", note="申し込んだ"
    )
    assert done.status_code == 302
    raced = staff.post(f"{referral}/course", version=version, note="不採択と聞いた")
    assert raced.status_code == 409
    assert "申し込んだ</span>" in raced.text
    assert "不採択と聞いた</textarea>" in raced.text
    assert "申し込んだ" in staff.get(referral).text
    assert "結果待ち" in staff.get("/referrals?state=applied").text
    assert "伴走の制度" in staff.get("/referrals?format=csv").data.decode("utf-8-sig")
    assert "要確認" in staff.get("/programmes?format=csv").data.decode("utf-8-sig")
    for browser, address in (
        (staff, "/programmes"),
        (town, "/referrals"),
        (town, path),
        (town, "/home"),
    ):
        with counted_queries(database) as seen:
            assert browser.get(address).status_code == 200
        assert len(seen) <= 15, (address, seen)


def test_the_course_of_a_referral_survives_the_end_of_the_session(app: TalentpoolFlask) -> None:
    clerk = stored_user(app.database, Role.MUNICIPALITY)
    with app.database.writing() as session:
        path = f"/referrals/{make_referral(session).id}"
    town = Browser(app)
    town.enter(clerk)
    token = town.token()
    go_away(app)
    typed = {"csrf_token": token, "note": "相談の記録"}
    address = town.client.post(
        f"{path}/course", data=typed, headers={"Referer": f"http://localhost{path}"}
    ).location
    town.get(address)
    assert town.post(address, email=clerk.email, password=PASSWORD).location == path
    assert "相談の記録</textarea>" in town.get(path).text
