"""The pages of meetings: an officer calls one, towns and people say that they come, towns find towns."""

from __future__ import annotations

from datetime import timedelta

from talentpool import clock
from talentpool.dates import local_date
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.counting import counted_queries
from tests.pages import version_in


def test_a_meeting_from_its_call_to_its_end(app: TalentpoolFlask, database: Database) -> None:
    staff, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    own, auditor = signed_in(app, Role.CANDIDATE), signed_in(app, Role.AUDITOR)
    day = local_date(clock.now()) + timedelta(days=9)
    typed = {
        "kind": "gathering", "circle": "both", "title": "つながる場 冬", "day": day.isoformat(),
        "begins": "１４時半", "ends": "16:00", "place": "県庁", "theme": "bpr",
    }  # fmt: skip
    refused = staff.post("/meetings/new", **typed | {"begins": "昼", "ends": "25:00"})
    assert refused.status_code == 422
    assert 'value="昼"' in refused.text
    path = staff.post("/meetings/new", **typed).location
    assert "つながる場 冬" in town.get("/meetings").text
    assert "14:30～16:00" in own.get("/meetings").text
    for browser in (town, own):
        assert browser.post(f"{path}/come").status_code == 302
    for reader, told in ((auditor, "1名"), (staff, "1名"), (town, "3名未満"), (own, "3名未満")):
        assert f"登録者：{told}<" in reader.get(path).text
    page = auditor.get(path).text
    assert "市町：姫路市" in page
    assert f'action="{path}/come"' not in page
    assert "参加したいことを伝えています。" in town.get(path).text
    file = own.get(f"{path}/calendar.ics")
    assert file.mimetype == "text/calendar"
    assert "SUMMARY:つながる場 冬" in file.text
    version = version_in(staff.get(f"{path}/edit").text, f"{path}/edit")
    assert (
        staff.post(f"{path}/edit", version=version, **typed | {"place": "公民館"}).location == path
    )
    assert staff.post(f"{path}/edit", version=version, **typed).status_code == 409
    assert "参加を希望した集まりの内容" in own.get("/notices").text
    for browser, address in ((staff, "/meetings"), (town, path), (own, "/meetings")):
        with counted_queries(database) as seen:
            assert browser.get(address).status_code == 200
        assert len(seen) <= 15, (address, seen)
    version = version_in(staff.get(path).text, f"{path}/cancel")
    assert staff.post(f"{path}/cancel", version=version).status_code == 302
    assert own.post(f"{path}/stay").status_code == 409
    assert "つながる場 冬" in staff.get("/meetings?when=cancelled&format=csv").data.decode(
        "utf-8-sig"
    )


def test_towns_with_a_theme_find_each_other(app: TalentpoolFlask) -> None:
    town = signed_in(app, Role.MUNICIPALITY)
    other = signed_in(app, Role.MUNICIPALITY, municipality_code="285013")
    typed = {"theme": "bpr", "contact": "デジタル課 0790-00-0000"}
    assert other.post("/companions", **typed).status_code == 302
    assert "見える市町はありません" in town.get("/companions").text
    refused = town.post("/companions", **typed | {"contact": ""})
    assert refused.status_code == 422
    assert town.post("/companions", **typed).status_code == 302
    page = town.get("/companions").text
    assert "佐用町" in page
    assert 'action="/companions/1/drop"' not in page
    assert town.post("/companions/2/drop").status_code == 302
    assert "佐用町" not in town.get("/companions").text
    assert "佐用町" in signed_in(app, Role.COORDINATOR).get("/companions").text
