"""What adding one thing to a profile would bring, by the rules, against the needs that are open."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.candidates.content import SkillClaim, Window
from talentpool.conflicts.models import KnownConflict
from talentpool.db import Database, Session
from talentpool.needs.content import SkillRequirement
from talentpool.needs.models import NeedKind, NeedMode, NeedRole
from talentpool.permissions import Role
from talentpool.pool.assemble import list_open_needs, list_requests
from talentpool.pool.reach import Addition, Kind, reach
from talentpool.pool.records import Profile, Request
from talentpool.pool.requests import read_open
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser
from tests.conflicts.made import make_conflict
from tests.factories import FIRST, HIMEJI, HYOGO, make_candidate, make_need, make_placement
from tests.pool.random_needs import CATALOGUE

PERSON = Profile(
    code="C-1", kind="official", member_from=0, member_until=FIRST + 8, consents=True, home_code=HIMEJI,
    forms=("commission",), skills=(SkillClaim("bpr", 1),), travel_limit=10, pay_minimum=0,
    windows=(Window(FIRST, FIRST + 2, 4, weekdays=1, mode="online"),),
)  # fmt: skip
REQUEST = Request(
    code="N-1", municipality_code="285013", title="", theme="", half_days=4, first_month=FIRST,
    last_month=FIRST + 2, mode="online", place_code="285013", pay_basis="day", forms=("commission",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "kind", "subject", "level"),
    [
        ({"skills": (SkillRequirement("bpr", 3, must=True),)}, Kind.SKILL, "bpr", 3),
        (
            {"skills": (SkillRequirement("data", 2, must=True, used_within=5),)},
            Kind.SKILL,
            "data",
            2,
        ),
        (
            {"skills": (SkillRequirement("bpr", 1, must=True, used_within=5),)},
            Kind.USED,
            "bpr",
            None,
        ),
        ({"forms": ("concurrent",)}, Kind.FORM, "concurrent", None),
        ({"requires_training": True}, Kind.TRAINING, None, None),
        ({"mode": "onsite", "place_code": HIMEJI}, Kind.MODE, None, None),
        ({"weekdays": 2}, Kind.WEEKDAYS, None, None),
        ({"last_month": FIRST + 5}, Kind.MONTHS, None, None),
        ({"half_days": 6}, Kind.HALF_DAYS, None, None),
    ],
)
def test_an_addition_brings_what_the_rules_say(
    changes: dict[str, object], kind: Kind, subject: str | None, level: int | None
) -> None:
    other = replace(REQUEST, code="N-2", **changes)  # type: ignore[arg-type]
    found = reach(PERSON, [REQUEST, other], CATALOGUE)
    assert (found.needs, found.could) == (2, 1)
    assert found.additions == [Addition(kind, subject, level, 1)]
    full = replace(other, seats=1, filled=1)
    assert reach(PERSON, [REQUEST, full], CATALOGUE).additions == []


def test_open_needs_are_read_as_the_rounds_read_them(session: Session) -> None:
    need = make_need(session, seats=2, musts={"bpr": 2, "security": 1})
    need.skills[0].used_within = 5
    need.mode, need.on_site_share = NeedMode.HYBRID, 25
    need.roles, need.kinds = [NeedRole(role="advisor")], [NeedKind(kind="retired")]
    make_need(session, state=NeedState.DRAFT)
    make_placement(session, need, make_candidate(session), state=PlacementState.CONFIRMED)
    session.flush()
    expected = list_requests(session, list_open_needs(session, HYOGO))
    assert list(read_open(session, HYOGO).values()) == expected


def test_a_person_reads_what_would_add_vacancies_and_no_town(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make_candidate(session, skills={"bpr": 2})
        waiting = make_candidate(session, state=MembershipState.APPLIED)
        make_need(session, title="秘密の募集")
        make_need(session, title="秘密の募集", musts={"bpr": 3})
        make_conflict(session).candidate_id = person.id  # a record is not told by a smaller number
        recorded = session.scalars(sa.select(KnownConflict)).one()
        recorded.vendor, recorded.municipality_code = None, HIMEJI
        ids = person.user_id, waiting.user_id
    pages = []
    for ident in ids:
        with database.reading() as session:
            user = session.get_one(User, ident)
        assert user.role is Role.CANDIDATE
        browser = Browser(app)
        browser.enter(user)
        pages.append(browser.get("/profile/reach").text)
        pages.append(browser.get("/profile").text)
    for page in pages[:2]:
        assert ">1件<" in page
        assert "1件の募集が新しくあなたを候補にできます" in page
        assert "秘密の募集" not in page
        assert "姫路市から" not in page
    assert "登録が認められると" in pages[2]
    assert "新しくあなたを候補に" not in pages[3]
