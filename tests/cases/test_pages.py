"""The pages of the library, and the cases that stand beside a vacancy and a consultation."""

from __future__ import annotations

import re

from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.cases.made import CONTENT, make_case
from tests.counting import counted_queries


def version_on(page: str, path: str) -> str:
    found = re.search(rf'action="{path}".*?name="version" value="(\d+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_staff_write_a_town_says_whom_to_ask_and_another_town_reads(
    app: TalentpoolFlask, database: Database
) -> None:
    staff, own = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    assert "公表されている事例を入れる（6件）" in staff.get("/cases").text
    assert staff.post("/cases/documented").status_code == 302
    assert "公表されている事例を入れる" not in staff.get("/cases").text
    typed = {
        name: getattr(CONTENT, name)
        for name in ("municipality_code", "theme", "title", "did", "result", "source")
    }
    made = staff.post("/cases/new", **typed, cost_yen="30万円", fiscal_year="2026")
    assert made.status_code == 302
    path = made.location
    page = staff.get(path).text
    assert "300,000円" in page
    assert "出典" in page
    edit = staff.get(f"{path}/edit").text
    assert CONTENT.did in edit
    stale = staff.post(f"{path}/edit", version="0", **typed | {"title": "別の名前"})
    assert stale.status_code == 409
    assert "別の名前" in stale.text
    offered = own.post(
        f"{path}/contact", version=version_on(own.get(path).text, f"{path}/contact"), contact="企画課 内線12"
    )  # fmt: skip
    assert offered.status_code == 302
    reader = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    page = reader.get(path).text
    assert "企画課 内線12" in page
    assert f'action="{path}/contact"' not in page
    with counted_queries(database) as asked:
        page = reader.get("/cases").text
    assert len(asked) <= 15
    assert "佐用町と同じ規模の事例" in page
    assert "多可町" in page
    assert "待ち時間が22分" in reader.get("/cases?format=csv&purpose=x&words=書かない").text
    assert (
        staff.post(
            f"{path}/retire", version=version_on(staff.get(path).text, f"{path}/retire")
        ).status_code
        == 302
    )
    assert reader.get(path).status_code == 404
    assert staff.get(path).status_code == 200


def test_cases_stand_beside_a_vacancy_its_form_and_a_consultation(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        make_case(session, town="285854", theme="frontyard")  # 香美町, as small as 佐用町
        need = make.make_need(session, municipality_code=make.SAYO, theme="frontyard").id
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    for path in (f"/needs/{need}", "/needs/new", "/consultations/new"):
        page = town.get(path).text
        assert "同じテーマか同じ規模の事例" in page, path
        assert CONTENT.title in page, path
    assert CONTENT.title in signed_in(app, Role.COORDINATOR).get(f"/needs/{need}").text
