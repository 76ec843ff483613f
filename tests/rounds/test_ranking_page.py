"""The ranking of a need: what fixing somebody would do, who is left out and why, and the smallest change, tried."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import clock, matching as m
from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, Mode, ProfileView
from talentpool.db import Database
from talentpool.needs.models import Need, NeedMode
from talentpool.permissions import Role
from talentpool.rounds.easing import try_change
from talentpool.rounds.models import Round
from talentpool.rounds.plan import empty_seats
from talentpool.rounds.preparing import create_round
from talentpool.rounds.running import run_here
from talentpool.rounds.why import explain_pair, price_pairs
from talentpool.web.filters import show_points
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in


def run(database: Database, needs: Sequence[Need], title: str = "春の回") -> int:
    now = clock.now()
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        made = create_round(
            session, prefecture_code=make.HYOGO, title=title, need_ids=[need.id for need in needs],
            policy=m.Policy(), time_limit=20, actor=officer.actor, now=now,
        )  # fmt: skip
        ident = made.id
    run_here(database, ident)
    return ident


def busy_market(database: Database) -> tuple[int, Need, list[Candidate]]:
    """A need with three people, the best of whom another town has; somebody lacks the skill."""
    with database.writing() as session:
        wanted = make.make_need(session, title="窓口改革", musts={"bpr": 2})
        other = make.make_need(
            session, title="基盤の見直し", musts={"bpr": 4}, municipality_code=make.SAYO
        )
        levels = (4, 3, 2, 1)
        people = [make.make_candidate(session, half_days=4, skills={"bpr": n}) for n in levels]
        late = make.make_candidate(session, half_days=1, skills={"bpr": 4})
        people.append(late)
    return run(database, [wanted, other]), wanted, people


def test_the_prices_of_fixing_are_those_of_solving_again(
    app: TalentpoolFlask, database: Database
) -> None:
    ident, need, people = busy_market(database)
    coordinator = signed_in(app, Role.COORDINATOR)
    address = f"/rounds/{ident}/needs/{need.id}"
    assert "固定すると合計" not in coordinator.get(address).text
    page = coordinator.get(f"{address}?prices=1").text
    with database.reading() as session:
        round_ = session.get_one(Round, ident)
        prices = price_pairs(session, round_, need, [person.code for person in people])
        for person in people:
            why = explain_pair(session, round_, need, person)
            priced = prices.get(person.code)
            assert (why is None) == (priced is None)
            if why is not None and priced is not None:
                assert (priced.loss, priced.towns) == (why.loss, why.towns)
                assert f"固定すると合計 −{show_points(why.loss)}点" in page
    assert set(prices) == {people[0].code, people[2].code}
    assert "佐用町 -1枠" in page


def test_the_summary_counts_who_is_where(app: TalentpoolFlask, database: Database) -> None:
    ident, need, people = busy_market(database)
    page = signed_in(app, Role.COORDINATOR).get(f"/rounds/{ident}/needs/{need.id}").text
    (told,) = re.findall(r'<p class="council">(.*?)</p>', page)
    assert "条件を満たす人は<strong>3</strong>名です。" in told
    assert f"2位の{people[1].name}さん" in told
    assert "<strong>1</strong>名は、ほかの募集に割り当てています。" in told
    assert "空きます" not in told
    english = signed_in(app, Role.COORDINATOR).get(f"/rounds/{ident}/needs/{need.id}?lang=en").text
    assert "<strong>3</strong> people meet every condition." in english
    assert "<strong>1</strong> serves other vacancies." in english


@pytest.mark.parametrize("place", range(5))
def test_whoever_is_looked_up_is_told_from_the_round(
    app: TalentpoolFlask, database: Database, place: int
) -> None:
    ident, need, people = busy_market(database)
    auditor = signed_in(app, Role.AUDITOR)
    found = {
        0: "条件を満たしています：1位",
        1: "条件を満たしています：2位",
        2: "条件を満たしています：3位",
        3: "合わない条件：必須の技能",
        4: "合わない条件：稼働",
    }
    page = auditor.get(f"/rounds/{ident}/needs/{need.id}?who={people[place].code}").text
    told = page.split('id="who"')[1]
    assert found[place] in told
    assert people[place].name in told
    with database.reading() as session:
        seen = session.scalars(sa.select(ProfileView.candidate_id)).all()
        assert people[place].id in seen


def test_who_came_later_and_who_does_not_exist_are_told_apart(
    app: TalentpoolFlask, database: Database
) -> None:
    ident, need, _ = busy_market(database)
    with database.writing() as session:
        later = make.make_candidate(session)
    coordinator = signed_in(app, Role.COORDINATOR)
    address = f"/rounds/{ident}/needs/{need.id}"
    assert (
        "この回の計算には、入っていませんでした。"
        in coordinator.get(f"{address}?who={later.code}").text
    )
    nobody = coordinator.get(f"{address}?who=<b>C-999999").text
    assert "「&lt;b&gt;C-999999」に当たる登録者はいません。" in nobody
    stranger = signed_in(app, Role.COORDINATOR, prefecture_code=make.OSAKA)
    assert stranger.get(f"{address}?who={later.code}").status_code == 404


def test_the_smallest_change_is_tried_and_changes_nothing(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make.make_need(session, half_days=4)
        person = make.make_candidate(session, half_days=3)
    ident = run(database, [need])
    coordinator = signed_in(app, Role.COORDINATOR)
    with database.reading() as session:
        before = session.query(AuditEvent).count()
    plan = coordinator.get(f"/rounds/{ident}").text
    assert f'href="/rounds/{ident}/needs/{need.id}/change"' in plan
    page = coordinator.get(f"/rounds/{ident}/needs/{need.id}/change").text
    assert "1か月の半日コマ：4コマ → <strong>3コマ</strong>" in page
    assert "+1枠" in page
    assert "変更の前も後も、最もよい案であることを証明しました。" in page
    assert f"<strong>{person.name}</strong>" in page
    ranking = coordinator.get(f"/rounds/{ident}/needs/{need.id}").text
    near = ranking[ranking.index('id="near"') :]
    assert f">{person.code}</a>" in near
    assert "稼働" in near
    assert "本人に聞けます" in near
    with database.writing() as session:
        eased = try_change(session, session.get_one(Round, ident), session.get_one(Need, need.id))
        assert eased is not None
        assert session.query(AuditEvent).count() == before
        assert session.get_one(Need, need.id).half_days == 4
        session.get_one(Need, need.id).half_days = 3
    again = run(database, [need], "次の回")
    with database.reading() as session:
        made, first = session.get_one(Round, again), session.get_one(Round, ident)
        assert made.objective is not None
        assert eased.value == made.objective - (first.objective or 0)
        assert eased.seats == len(made.pairs) - len(first.pairs) == 1


def test_one_more_form_is_shown_beside_those_of_the_town_alone(database: Database) -> None:
    with database.writing() as session:
        need = make.make_need(session, forms=("commission",))
        make.make_candidate(session, forms=("concurrent",))
        make.make_employee(session, half_days=1)
    ident = run(database, [need])
    with database.writing() as session:
        eased = try_change(session, session.get_one(Round, ident), session.get_one(Need, need.id))
    assert eased is not None
    assert (eased.before, eased.after) == ({"commission"}, {"commission", "concurrent"})


def test_a_filled_need_has_no_change_to_try(app: TalentpoolFlask, database: Database) -> None:
    ident, need, _ = busy_market(database)
    coordinator = signed_in(app, Role.COORDINATOR)
    assert coordinator.get(f"/rounds/{ident}/needs/{need.id}/change").status_code == 404
    assert coordinator.get(f"/rounds/{ident}/needs/999999/change").status_code == 404


Market = tuple[dict[str, Any], dict[str, Any]]  # columns of the need, of the person
MARKETS: dict[str, Market] = {  # where one change of a kind is the smallest that fills a seat
    "level": ({"musts": {"bpr": 3}}, {"skills": {"bpr": 2}}),
    "recency": ({}, {}),
    "travel": ({"mode": NeedMode.ONSITE, "municipality_code": make.SAYO}, {"travel_limit": 60}),
    "half_days": ({"half_days": 4}, {"half_days": 3}),
    "later": ({}, {"first_month": make.FIRST + 1, "last_month": make.LAST + 1}),
    "mode": ({"mode": NeedMode.HYBRID}, {}),
    "form": ({"forms": ("commission",)}, {"forms": ("concurrent",)}),
    "engagements": ({"half_days": 2}, {"most_at_once": 1}),
}


@pytest.mark.parametrize("kind", m.CHANGES)
def test_every_kind_of_smallest_change_is_tried_from_the_plan(
    app: TalentpoolFlask, database: Database, kind: str
) -> None:
    of_need, of_person = MARKETS[kind]
    with database.writing() as session:
        needs = [make.make_need(session, **of_need)]
        person = make.make_candidate(session, **of_person)
        if kind == "recency":
            needs[0].skills[0].used_within = 3
            for skill in person.skills:
                skill.last_used = 2019
        if kind == "mode":
            for window in person.windows:
                window.mode = Mode.ONLINE
        if kind == "engagements":
            needs.append(make.make_need(session, **of_need))
    ident = run(database, needs)
    with database.reading() as session:
        entries = empty_seats(session.get_one(Round, ident))
    (code,) = entries
    assert entries[code]["change"]["kind"] == kind
    need = next(need for need in needs if need.code == code)
    coordinator = signed_in(app, Role.COORDINATOR)
    path = f"/rounds/{ident}/needs/{need.id}/change"
    assert f'href="{path}"' in coordinator.get(f"/rounds/{ident}").text
    assert f'href="{path}"' in coordinator.get(f"/rounds/{ident}/needs/{need.id}").text
    page = coordinator.get(path).text
    assert "+1枠" in page
    assert ("<dd>本人</dd>" in page) == (kind in m.OF_PERSON)
