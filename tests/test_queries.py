"""No page of a need or a round asks the database more often when there is more to show."""

from __future__ import annotations

from itertools import count

import pytest

from talentpool import matching as m
from talentpool.db import Database
from talentpool.needs.models import Need, NeedKind, NeedVendor
from talentpool.needs.service import load_whole
from talentpool.permissions import SYSTEM, Role
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.preparing import create_round, direct_pair
from talentpool.rounds.running import run_here
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.counting import counted_queries
from tests.factories import HYOGO, NOW, make_candidate, make_need

MOST = 15
_NUMBERS = count(1)
MOST_WITH_SURVEY = 15


def _round(database: Database, size: int) -> int:
    """A round of `size` needs and people that has not run, with one pair ruled out."""
    with database.writing() as session:
        people = [make_candidate(session) for _ in range(size)]
        needs = [make_need(session, musts={"bpr": 2 + k % 3}) for k in range(size)]
        made = create_round(
            session, prefecture_code=HYOGO, title=f"回 {next(_NUMBERS)}", need_ids=[need.id for need in needs],
            policy=m.Policy(), time_limit=60, actor=SYSTEM, now=NOW,
        )  # fmt: skip
        direct_pair(
            session, made, need_id=needs[0].id, candidate_id=people[0].id, kind=DirectiveKind.FORBID,
            reason="本人の都合", actor=SYSTEM, now=NOW,
        )  # fmt: skip
        return made.id


def _count(database: Database, browser: Browser, path: str, most: int = MOST) -> int:
    assert browser.get(path).status_code == 200, path  # fills what is kept between requests
    with counted_queries(database) as seen:
        browser.get(path)
    assert len(seen) <= most, f"{path}: " + "\n".join(seen)
    return len(seen)


def test_the_pages_of_a_round_take_few_queries_at_any_size(
    app: TalentpoolFlask, database: Database
) -> None:
    coordinator = signed_in(app, Role.COORDINATOR)
    counts = []
    for size in (3, 9):
        first, second = _round(database, size), _round(database, size)
        waiting = _count(database, coordinator, f"/rounds/{first}")
        for ident in (first, second):
            run_here(database, ident)
        with database.reading() as session:
            pair = session.get_one(Round, first).pairs[0]
            need, person = pair.need_id, pair.candidate_id
        paths = (
            "/rounds/",
            "/rounds/new",
            f"/rounds/{first}",
            f"/rounds/{first}/needs/{need}",
            f"/rounds/{first}/candidates/{person}",
            f"/rounds/{first}/needs/{need}/candidates/{person}/direct",
            f"/rounds/{second}/compare?with={first}",
        )
        counts.append([waiting, *(_count(database, coordinator, path) for path in paths)])
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.COORDINATOR])
def test_the_pages_of_a_need_take_few_queries_at_any_size(
    app: TalentpoolFlask, database: Database, role: Role
) -> None:
    browser = signed_in(app, role)
    counts = []
    for size in (1, 40):
        with database.writing() as session:
            for _ in range(size):
                make_candidate(session)
            need: Need = make_need(
                session,
                musts=dict.fromkeys(("bpr", "security", "administration")[: 1 + size // 20], 2),
                forms=("commission", "special_part_time", "pro_bono")[: 1 + size // 20],
            )
            ident = need.id
        listed = _count(database, browser, "/needs/")
        counts.append((listed, _count(database, browser, f"/needs/{ident}", MOST_WITH_SURVEY)))
    assert counts[0] == counts[1]


def test_the_lists_of_a_need_are_not_joined_with_each_other(database: Database) -> None:
    with database.writing() as session:
        made = make_need(
            session, roles=("adviser", "facilitator"), forms=("commission", "pro_bono"),
            kinds=[NeedKind(kind=kind) for kind in ("specialist", "official")],
            vendors=[NeedVendor(name=name, name_key=name) for name in ("b", "a")],
            musts={"security": 2, "bpr": 3},
        )  # fmt: skip
        made.skills[0].used_within, ident = 5, made.id
    with database.reading() as session, counted_queries(database) as seen:
        need, _ = load_whole(session, session.get_one(Need, ident))
        assert [row.role for row in need.roles] == ["adviser", "facilitator"]
        assert [row.kind for row in need.kinds] == ["official", "specialist"]
        assert [row.form for row in need.forms] == ["commission", "pro_bono"]
        assert [row.name for row in need.vendors] == ["b", "a"]
        told = [(s.skill, s.must, s.level, s.weight, s.group, s.used_within) for s in need.skills]
        assert told == [("security", True, 2, 50, None, 5), ("bpr", True, 3, 50, None, None)]
        assert not session.dirty
    assert len(seen) == 2
    lists = ("role", "form", "kind", "vendor", "skill")
    assert not [one for one in seen if any(f"JOIN need_{name}" in one for name in lists)]
