"""The panel beside the form of a need: with and without scripts, for towns and for staff."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.counting import counted_queries
from tests.factories import HYOGO, SAYO, make_candidate, make_need, make_need_draft

TYPED = {
    "title": "窓口", "half_days": "4", "first_month": "2027-04", "last_month": "令和9年9月", "mode": "online",
    "weekdays": ["0", "1", "2"], "forms": "contract_person", "pay_amount": "25,000", "pay_basis": "day",
    "skills-0-skill": "bpr", "skills-0-kind": "must", "skills-0-level": "3",
    "skills-1-skill": "security", "skills-1-kind": "want", "skills-1-level": "2",
}  # fmt: skip


def _figure(page: str) -> str:
    found = re.search(r'class="figure">([^<]*)<', page)
    assert found is not None
    return found[1]


def _people(database: Database) -> None:
    with database.writing() as session:
        for level in (2, 3, 3, 3, 4):
            make_candidate(session, skills={"bpr": level}, forms=("contract_person",))
        make_candidate(session, skills={"bpr": 3}, forms=("commission",))


def test_what_is_typed_is_counted_with_and_without_scripts(
    app: TalentpoolFlask, database: Database
) -> None:
    town = signed_in(app, Role.MUNICIPALITY)
    _people(database)
    blank = town.get("/needs/new").text
    assert _figure(blank) == "6〜8名"
    assert "次の条件では数えていません：" in blank
    # without scripts: the button carries what is typed, and the page shows it again
    sent = town.client.post(
        "/needs/new", data={"csrf_token": town.token(), "count": "1", **TYPED},
        headers={"Referer": "http://localhost/needs/new"},
    )  # fmt: skip
    assert sent.status_code == 303
    page = town.get(sent.location).text
    assert _figure(page) == "3〜5名"
    assert 'value="令和9年9月"' in page
    assert "field-error" not in page
    for said in ("業務フロー見直し(BPR)", "希望：並べ替えだけ", "1段下げると＋3名未満", "かつ"):
        assert said in page, said
    # with scripts: the same fields in the address
    with counted_queries(database) as seen:
        answer = town.get("/needs/count?" + urlencode(TYPED, doseq=True))
    assert _figure(answer.text) == "3〜5名"
    assert len(seen) <= 15
    assert "C-0000" not in page + answer.text  # nobody by name or number
    # whatever comes in is answered: what cannot be read counts nobody out
    for name, value in (("half_days", "たくさん"), ("first_month", "99999-01"), ("place", "どこか"), ("skills-0-level", "9"),
                        ("pay_amount", "-1"), ("weekdays", "x"), ("forms", "'--"), ("last_month", "2020-01"), ("vendors-0-name", "\0")):  # fmt: skip
        hostile: dict[str, Any] = TYPED | {name: value}
        assert town.get("/needs/count?" + urlencode(hostile, doseq=True)).status_code == 200, name


def test_a_stored_need_is_counted_for_its_own_town_and_exactly_for_staff(
    app: TalentpoolFlask, database: Database
) -> None:
    town, staff = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.COORDINATOR)
    stranger = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    _people(database)
    with database.writing() as session:
        draft = make_need(
            session, musts={"bpr": 3}, forms=("contract_person",), state=NeedState.DRAFT
        )
        opened = make_need(session, musts={"bpr": 3}, forms=("contract_person",))
        first = make_candidate(
            session, prefecture_code=HYOGO, skills={"bpr": 4}, forms=("concurrent",)
        )
        code = first.code
    assert _figure(town.get(f"/needs/{draft.id}/edit").text) == "3〜5名"
    assert stranger.get(f"/needs/count?need={draft.id}").status_code == 404
    assert staff.get("/needs/count").status_code == 403
    page = staff.get(f"/needs/{opened.id}").text
    assert _figure(page) == "4名"
    assert "いちばん減らしているのは「任用形態」です。外すと＋2名" in page
    near = page[page.index("あと一つの条件で合う人") :]
    assert f">{code}</a>" in near
    assert "市町が変えられます" in near
    seen = town.get(f"/needs/{opened.id}").text
    assert "あと一つの条件で合う人" in seen
    assert "＋3名未満" in seen
    assert code not in seen


def test_chosen_filters_of_people_say_what_each_costs(
    app: TalentpoolFlask, database: Database
) -> None:
    staff = signed_in(app, Role.COORDINATOR)
    _people(database)
    assert "選んだ条件をすべて満たす" not in staff.get("/candidates").text
    page = staff.get("/candidates?skill=bpr&level=4&form=contract_person").text
    card = page[page.index("選んだ条件をすべて満たす") : page.index("条件どうしは「かつ」です")]
    assert "<strong>1名</strong>" in card
    assert card.index("いちばん減らしています") < card.index("任用形態")
    assert "外すと＋4名" in card  # skill and level together: all five who take the form
    assert "外すと＋0名" in card  # the form
    one = staff.get("/candidates?form=commission").text
    assert "「業務委託" in one or "なら＋4名" in one


def test_topic_by_topic_the_other_answers_count_too(
    app: TalentpoolFlask, database: Database
) -> None:
    town = signed_in(app, Role.MUNICIPALITY)
    stranger = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    _people(database)
    typed = {name: [value] if isinstance(value, str) else value for name, value in TYPED.items()}
    with database.writing() as session:
        ident = make_need_draft(session, typed=typed).id
    page = town.get(f"/needs/drafts/{ident}/skills").text
    assert _figure(page) == "3〜5名"
    assert f'data-count="/needs/count?draft={ident}&amp;step=skills"' in page
    eased = {"skills-0-skill": "bpr", "skills-0-kind": "want", "skills-0-level": "3"}
    answer = town.get(f"/needs/count?draft={ident}&step=skills&{urlencode(eased)}").text
    assert _figure(answer) == "3〜5名"  # five who take the form
    assert "任用形態" in answer  # of another topic
    wide = town.get(f"/needs/count?draft={ident}&step=place&forms=commission&forms=contract_person&weekdays=any&pay_basis=none&mode=online")  # fmt: skip
    assert wide.status_code == 200
    assert stranger.get(f"/needs/count?draft={ident}&step=skills").status_code == 404
