"""People who are introduced for one need, beside each other: what differs, and all answers in one step."""

from __future__ import annotations

import re

import pytest

from talentpool.candidates.models import ProfileView
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in

PS = PlacementState
SAYO = make.SAYO


def introduced(
    app: TalentpoolFlask, people: int = 3, **levels: int
) -> tuple[Need, list[Placement]]:
    with app.database.writing() as session:
        need = make.make_need(
            session, municipality_code=SAYO, seats=people, musts={"bpr": 2, "bridging": 1}
        )
        rows = [
            make.make_placement(
                session, need, make.make_candidate(session, skills={"bpr": 2 + n % 3, "bridging": 2}),
                state=PS.INTRODUCED, seat=n + 1,
            )
            for n in range(people)
        ]  # fmt: skip
    return need, rows


def fields(rows: list[Placement], *answers: str, reason: str = "schedule") -> dict[str, object]:
    sent: dict[str, object] = {f"version_{row.id}": row.version for row in rows}
    for row, verb in zip(rows, answers, strict=False):
        sent[f"answer_{row.id}"] = verb
        if verb == "turn_down":
            sent[f"reason_{row.id}"] = reason
    return sent


def states(app: TalentpoolFlask, rows: list[Placement]) -> list[PlacementState]:
    with app.database.reading() as session:
        return [session.get_one(Placement, row.id).state for row in rows]


def test_only_what_differs_is_shown_and_the_most_is_marked(app: TalentpoolFlask) -> None:
    need, rows = introduced(app)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    page = town.get(f"/introductions/needs/{need.id}").text
    lines = dict(re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL))
    (bpr,) = [cells for name, cells in lines.items() if "業務フロー見直し" in name]
    assert [("最もよい" in cell) for cell in bpr.split("<td>")[1:]] == [False, False, True]
    same = page.partition("同じ項目")[2]
    assert "橋渡し" in same
    assert "橋渡し" not in page.partition("同じ項目")[0]
    assert " checked" not in page
    with app.database.reading() as session:
        seen = {(view.candidate_id, view.purpose) for view in session.query(ProfileView)}
        assert seen == {(row.candidate_id, "profile") for row in rows}


def test_all_answers_are_sent_in_one_step(app: TalentpoolFlask) -> None:
    need, rows = introduced(app)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    sent = fields(rows, "welcome", "turn_down", "turn_down")
    answer = town.post(f"/introductions/needs/{need.id}", **sent)
    assert answer.status_code == 302
    assert "1名を受け入れ、2名を見送りました。" in town.get(answer.location).text
    assert states(app, rows) == [PS.AGREED, PS.DECLINED_BY_TOWN, PS.DECLINED_BY_TOWN]
    with app.database.reading() as session:
        assert list(check.violations(session)) == []


def test_who_is_not_answered_waits_on(app: TalentpoolFlask) -> None:
    need, rows = introduced(app)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    assert (
        town.post(f"/introductions/needs/{need.id}", **fields(rows, "welcome")).status_code == 302
    )
    assert states(app, rows) == [PS.AGREED, PS.INTRODUCED, PS.INTRODUCED]


@pytest.mark.parametrize(
    ("answers", "reason", "said"),
    [
        ((), "schedule", "「見送る」を選ぶか、消してください"),
        (("welcome", "turn_down"), "", "見送る理由を選んでください。"),
        (("welcome", "nonsense"), "schedule", ""),
        (("welcome", "turn_down"), "nonsense", ""),
        (("welcome",), "schedule", "「見送る」を選ぶか、消してください"),
    ],
)
def test_what_cannot_be_sent_keeps_everything_as_it_was(
    app: TalentpoolFlask, answers: tuple[str, ...], reason: str, said: str
) -> None:
    need, rows = introduced(app)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    sent = fields(rows, *answers, reason=reason) | {f"comment_{rows[1].id}": "書いた補足"}
    answer = town.post(f"/introductions/needs/{need.id}", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "書いた補足" in answer.text
    assert states(app, rows) == [PS.INTRODUCED] * 3


def test_an_answer_is_asked_for_where_there_is_none(app: TalentpoolFlask) -> None:
    need, rows = introduced(app)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    answer = town.post(f"/introductions/needs/{need.id}", **fields(rows))
    assert answer.status_code == 422
    assert "1人以上について選んでください" in answer.text


def test_what_changed_meanwhile_is_shown_before_anything_is_sent(app: TalentpoolFlask) -> None:
    need, rows = introduced(app)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    sent = fields(rows, "welcome", "turn_down", "turn_down") | {
        f"comment_{rows[0].id}": "書いた補足"
    }
    with app.database.writing() as session:
        session.get_one(Placement, rows[2].id).draft_comment = "変わった"
    answer = town.post(f"/introductions/needs/{need.id}", **sent)
    assert answer.status_code == 409
    assert "まだ何も送っていません" in answer.text
    assert "書いた補足" in answer.text
    assert states(app, rows) == [PS.INTRODUCED] * 3
    town.post(f"/placements/{rows[0].id}/turn_down", version=rows[0].version, reason="schedule")
    assert town.post(f"/introductions/needs/{need.id}", **sent).status_code == 409


def test_a_town_is_not_told_where_somebody_lives_or_what_they_ask_for(app: TalentpoolFlask) -> None:
    need, rows = introduced(app, people=2)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    for path in (f"/introductions/needs/{need.id}", f"/introductions/{rows[0].id}"):
        page = town.get(path).text
        for word in ("移動</", "報酬</", "本人の希望", "任用形態"):
            assert word not in page.partition("<main")[2], (path, word)


def test_another_town_and_an_ended_introduction_have_no_comparison(app: TalentpoolFlask) -> None:
    need, rows = introduced(app, people=1)
    other = signed_in(app, Role.MUNICIPALITY, municipality_code=make.ASAGO)
    assert other.get(f"/introductions/needs/{need.id}").status_code == 404
    assert (
        other.post(f"/introductions/needs/{need.id}", **fields(rows, "welcome")).status_code == 404
    )
    assert states(app, rows) == [PS.INTRODUCED]
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    assert "名を比べる" not in town.get(f"/introductions/{rows[0].id}").text
    town.post(f"/introductions/needs/{need.id}", **fields(rows, "turn_down"))
    assert town.get(f"/introductions/needs/{need.id}").status_code == 404
    for role in (Role.COORDINATOR, Role.CANDIDATE, Role.AUDITOR):
        assert signed_in(app, role).get(f"/introductions/needs/{need.id}").status_code == 403


def test_the_introduction_shows_fit_and_skills_and_leads_to_the_comparison(
    app: TalentpoolFlask,
) -> None:
    need, rows = introduced(app, people=2)
    town = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    page = town.get(f"/introductions/{rows[0].id}").text
    assert "2名を比べる" in page
    assert "求める技能と本人の水準" in page
    assert f'href="/introductions/needs/{need.id}"' in town.get("/introductions").text
