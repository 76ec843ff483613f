"""The pages of consultations, from a town that has a trouble to another that reads what was done about it."""

from __future__ import annotations

import re
from datetime import date

from talentpool.consultations.models import Sharing
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.consultations.made import WORDS, make_closed, make_consultation
from tests.counting import counted_queries
from tests.programmes.made import make_programme


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_town_consults_and_comes_away_with_a_draft_vacancy(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        programme = make_programme(session, deadlines=((date(2020, 3, 31), ""),)).id
    town, staff = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.COORDINATOR)
    assert "相談する" in town.get("/consultations").text
    assert "相談する" not in staff.get("/consultations").text
    kept = town.post("/consultations/new", words="", urgency="", theme="", sharing="none", save="1")
    assert kept.status_code == 302
    path = kept.location
    edit = f"{path}/edit"
    typed = {"words": WORDS, "urgency": "month", "theme": "bpr", "sharing": "named"}
    stale = town.post(edit, version="0", **typed, send="1")
    assert stale.status_code == 409
    assert WORDS in stale.text
    assert (
        town.post(
            edit, version=version_on(town.get(edit).text), words="", sharing="none", send="1"
        ).status_code
        == 422
    )
    sent = town.post(edit, version=version_on(town.get(edit).text), **typed, send="1")
    assert sent.status_code == 302
    assert town.get(edit).status_code == 409
    assert "返事を待っている相談" in staff.get("/home").text
    assert "県の返事を待っている相談" in town.get("/home").text
    page = staff.get(path).text
    assert WORDS in page
    past = staff.post(
        f"{path}/respond", version=version_on(page), verb="refer", text="申し込めます。", programme=programme,
    )  # fmt: skip
    assert past.status_code == 422
    assert "締切（2020年3月31日" in past.text
    assert "申し込めます。" in past.text  # nothing typed is lost
    begun = staff.post(
        f"{path}/respond", version=version_on(past.text), verb="sort", text="話しましょう。"
    )  # fmt: skip
    assert begun.status_code == 302
    page = town.get(path).text
    assert "話しましょう。" in page
    answers = {
        "outcome_wanted": "後任が回せる",
        "tasks": "手順書づくり",
        "background": "",
        "team": "",
        "decided": "",
    }
    assert town.post(f"{path}/interview", version=version_on(page), **answers).status_code == 302
    late = staff.post(
        f"{path}/interview", version=version_on(page), **answers | {"tasks": "操作の研修"}
    )
    assert late.status_code == 409
    for text in ("保存していません：", "手順書づくり", "操作の研修"):
        assert text in late.text
    assert late.text.count("ほかの人が先に変更しました") == 1
    handed = staff.post(f"{path}/hand_over", version=version_on(staff.get(path).text))
    assert handed.status_code == 302
    page = town.get(path).text
    link = re.search(r'href="(/needs/drafts/\d+)"', page)
    assert link is not None
    draft = town.get(link[1]).text
    assert "手順書づくり" in draft
    assert "後任が回せる" in draft
    again = {"comment": "もう一つあります。", "version": version_on(page)}
    assert town.post(f"{path}/reopen", **again).status_code == 302
    assert link[0] in town.get(path).text  # the draft is there still
    assert staff.post(f"{path}/unknown", version="1").status_code == 404


def test_another_town_reads_what_is_allowed_and_nothing_else(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        named = make_closed(session, sharing=Sharing.NAMED).id
        unnamed = make_closed(session, sharing=Sharing.UNNAMED).id
        hidden = make_closed(session, words="だれにも言わない困りごと").id
        waiting = make_consultation(session).id
    reader = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    with counted_queries(database) as asked:
        page = reader.get("/consultations/shared?words=システム").text
    assert len(asked) <= 15
    assert f"/consultations/shared/{named}" in page
    assert page.count("姫路市") == 1
    assert "町名なし" in page
    assert reader.get(f"/consultations/shared/{named}").status_code == 200
    assert "姫路市" not in reader.get(f"/consultations/shared/{unnamed}").text
    for ident in (hidden, waiting):
        assert reader.get(f"/consultations/shared/{ident}").status_code == 404
        assert reader.get(f"/consultations/{ident}").status_code == 404
    file = reader.get("/consultations/shared?format=csv&purpose=x").text
    assert "手順書から始めましょう。" in file
    assert "だれにも言わない" not in file
    with counted_queries(database) as asked:
        assert "同じことで困った市町" in reader.get("/consultations/new").text
    assert len(asked) <= 15
    overview = reader.get("/consultations/overview?year=x").text
    assert "3〜5件" in overview
    assert "幅で示します" in overview
    staff = signed_in(app, Role.COORDINATOR)
    with counted_queries(database) as asked:
        assert staff.get(f"/consultations/{waiting}").status_code == 200
    assert len(asked) <= 15
    assert "困りごとの一覧" in staff.get("/consultations/overview").text
