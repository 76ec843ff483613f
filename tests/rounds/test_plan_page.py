"""The page of a plan: what a council is told, what is empty, and every pair with its own reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import g

from talentpool.db import Database, Session
from talentpool.permissions import Role
from talentpool.rounds import spread
from talentpool.rounds.models import DirectiveKind, Round, RoundDirective
from talentpool.rounds.plan import Cast, list_passed_over
from talentpool.rounds.views.plan_page import SHOWN, SHOWS, Choice, PlanPage
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser
from tests.factories import (
    make_candidate,
    make_need,
    make_round_with_plan,
    make_user,
)

TOYOOKA, SAYO, KOBE = "282090", "285013", "281000"
BASELINE = {"half_days": 8, "mean_fit": 7000, "value": 9_000, "worst_served": 50, "blocking": 0}


@pytest.fixture
def session(app: TalentpoolFlask, database: Database) -> Iterator[Session]:
    with app.test_request_context("/"), database.writing() as session:
        g.session = session
        yield session


def page_of(session: Session, round_: Round, query: Mapping[str, str] | None = None) -> PlanPage:
    return PlanPage(
        round_,
        Cast.of(session, round_),
        [],
        passed_over=list_passed_over(session, round_),
        choice=Choice.of(query or {}, 1),
    )


def three_towns(session: Session) -> Round:
    """Kobe is full, Toyooka half, Sayo empty."""
    kobe = make_need(session, municipality_code=KOBE)
    toyooka = make_need(session, municipality_code=TOYOOKA, seats=2)
    sayo = make_need(session, municipality_code=SAYO)
    people = [make_candidate(session), make_candidate(session)]
    round_ = make_round_with_plan(session, [(kobe, people[0]), (toyooka, people[1])], needs=[sayo])
    empty = {"seats": 1, "busy": 0, "rules": {"skill": 3}, "is_complete": True}
    change = {"kind": "travel", "cost": 1, "subject": None, "fit": 5000, "candidate": "C-1"}
    round_.result = {
        "empty_seats": [
            {"need": toyooka.code, "change": change, **empty},
            {"need": sayo.code, "change": None, **empty},
        ]
    }
    round_.summary = (round_.summary or {}) | {
        "baselines": {
            "plan": BASELINE | {"filled": 2, "value": 10_000},
            "first_come": BASELINE | {"filled": 1},
        }
    }
    return round_


def test_a_council_reads_what_the_rows_say(session: Session) -> None:
    page = page_of(session, three_towns(session))
    told = re.sub("<[^>]+>", "", page.council)
    assert told.startswith("4枠のうち2枠を埋める案です。先着順より1枠多く埋まります。")
    assert "最も埋まらないのは人口5万人未満の市町で、0%が埋まります。" in told
    assert told.endswith("県が手で固定した組は0組です。")


def test_towns_stand_from_the_north_and_sizes_from_the_smallest(session: Session) -> None:
    page = page_of(session, three_towns(session))
    assert [(share.code, share.filled, share.seats) for share in page.towns] == [
        (TOYOOKA, 1, 2), (SAYO, 0, 1), (KOBE, 1, 1),
    ]  # fmt: skip
    assert [(share.code, share.percent) for share in page.sizes] == [
        ("0", 0),
        ("1", 50),
        ("2", 100),
    ]
    assert spread.worst_served([]) is None


def test_how_evenly_the_towns_are_served_is_drawn_and_said(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        ident = three_towns(session).id
        officer = make_user(session, Role.COORDINATOR)
    browser = Browser(app)
    browser.enter(officer)
    text = browser.get(f"/rounds/{ident}").text
    # of four places those of Sayo and half of Toyooka come to half, and have a quarter of the two that are filled
    assert "市町の間の偏り：ジニ係数 0.38" in text
    assert "募集枠の半分までが、埋まる枠の25%を占めます。" in text
    assert (
        '<polyline class="curve-line" points="0.0,160.0 40.0,160.0 120.0,80.0 160.0,0.0"/>' in text
    )


def test_every_town_has_a_tile_and_only_those_with_a_need_lead_somewhere(session: Session) -> None:
    drawn = str(page_of(session, three_towns(session)).tile_map)
    assert drawn.count('class="tile tile-') == 41
    assert set(re.findall(r"<a [^>]*municipality=(\d+)", drawn)) == {KOBE, SAYO, TOYOOKA}
    assert "豊岡市：2枠のうち1枠が埋まる" in drawn and "姫路市：募集なし" in drawn
    tones = {tone: drawn.count(f"tile tile-{tone}") for tone in ("full", "part", "empty", "none")}
    assert tones == {"full": 1, "part": 1, "empty": 1, "none": 38}


def test_an_empty_seat_says_who_could_change_it(session: Session) -> None:
    page = page_of(session, three_towns(session))
    assert [(row.row.need.municipality_code, row.who, row.fit) for row in page.empties] == [
        (TOYOOKA, "person", 5000), (SAYO, "nobody", None),
    ]  # fmt: skip
    assert [(icon, count) for _words, icon, count in page.changers] == [("person", 1), ("ban", 1)]


REASONS: list[tuple[dict[str, Any], str]] = [
    (
        {"code": "taken", "needs": ["KOBE"], "more": 310},
        "1位の人は神戸市に割当（適合度は最大3.1点高い）",
    ),
    ({"code": "taken", "needs": ["KOBE"], "more": 0}, "1位の人は神戸市に割当"),
    ({"code": "forbidden"}, "1位の人：この組合せを除外したため。"),
]


@pytest.mark.parametrize(("reason", "told"), REASONS)
def test_who_is_not_first_has_the_reason_of_the_first(
    session: Session, reason: dict[str, Any], told: str
) -> None:
    need, other = make_need(session), make_need(session, municipality_code=KOBE)
    first, second = make_candidate(session), make_candidate(session)
    round_ = make_round_with_plan(session, [(need, second), (other, first)])
    (row,) = [row for row in round_.needs if row.need_id == need.id]
    named = [other.code if code == "KOBE" else code for code in reason.get("needs", [])]
    entry = {
        "candidate": first.code,
        "rank": 1,
        "placed": False,
        "reason": reason | {"needs": named},
    }
    row.ranking = [entry, *(row.ranking or [])]
    round_.pairs[0].reason = {"code": "placed", "rank": 2, "of": 2, "elsewhere": 1}
    session.flush()
    page = page_of(session, round_)
    (shown,) = [row for row in page.placed if row.need is need]
    assert page.why(shown) == told


def test_the_first_has_the_distance_to_the_second_and_the_only_one_says_so(
    session: Session,
) -> None:
    round_ = three_towns(session)
    round_.pairs[0].reason = {"code": "placed", "rank": 1, "of": 5, "lead": 120}
    round_.pairs[1].reason = {"code": "placed", "rank": 1, "of": 1}
    page = page_of(session, round_)
    assert {page.why(row) for row in page.placed} == {
        "2位より1.2点高い", "条件を満たすのはこの人だけです。",
    }  # fmt: skip


def test_chips_count_and_keep_what_they_say(session: Session) -> None:
    need, other = make_need(session), make_need(session, municipality_code=KOBE)
    busy, calm = make_candidate(session), make_candidate(session)
    officer = make_user(session, Role.COORDINATOR)
    round_ = make_round_with_plan(session, [(need, busy), (other, busy), (other, calm)])
    places = ({"rank": 1, "of": 1}, {"rank": 2, "of": 4}, {"rank": 1, "of": 4, "lead": 5})
    for pair, place in zip(round_.pairs, places, strict=True):
        pair.reason = {"code": "placed"} | place
    round_.directives.append(
        RoundDirective(
            need_id=other.id, candidate_id=calm.id, kind=DirectiveKind.PIN, reason="面談で合意",
            given_by=officer.id, given_at=round_.created_at,
        )
    )  # fmt: skip
    session.flush()
    counts = {"": 3, "behind": 1, "only": 1, "pinned": 1, "shared": 2}
    for show in SHOWS:
        page = page_of(session, round_, {"show": show})
        assert page.pairs.total == counts[show]
        assert [chip[2:] for chip in page.chips] == [(name == show, counts[name]) for name in SHOWS]
    kept = page_of(session, round_, {"show": "shared", "municipality": KOBE})
    assert [row.need for row in kept.pairs.rows] == [other]


@pytest.mark.parametrize(
    "query",
    [
        "?show=everything&sort=size&municipality=999999",
        "?page=1000000000",
        "?page=-3&all=2",
        "?municipality=%00&show=%F0%9F%98%80",
    ],
)
def test_what_the_query_does_not_know_counts_as_nothing(
    coordinator: Browser, database: Database, query: str
) -> None:
    with database.writing() as session:
        round_ = three_towns(session)
        ident = round_.id
    answer = coordinator.get(f"/rounds/{ident}{query}")
    assert answer.status_code == 200
    assert "組合せ 2" in answer.text


def test_more_pairs_than_fit_are_turned_over_or_shown_at_once(
    coordinator: Browser, database: Database
) -> None:
    with database.writing() as session:
        person = make_candidate(session)
        pairs = [(make_need(session), person) for _ in range(SHOWN + 1)]
        round_ = make_round_with_plan(session, pairs)
        ident, codes = round_.id, [need.id for need, _ in pairs]

    def shown(query: str) -> int:
        page = coordinator.get(f"/rounds/{ident}{query}").text
        return sum(f'/needs/{code}"' in page for code in codes)

    assert (shown(""), shown("?page=2"), shown("?all=1")) == (SHOWN, 1, SHOWN + 1)
