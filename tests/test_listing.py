"""What a list counts is what it then holds; its order is whole, and no row is on two of its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from talentpool import audit
from talentpool.accounts import directory, trail
from talentpool.accounts.outbox import list_mails
from talentpool.candidates import finding
from talentpool.candidates.forms import CandidateListForm
from talentpool.dates import month_number
from talentpool.db import Session
from talentpool.listing import WITHOUT, Asked
from talentpool.mail import MailState, order_mail
from talentpool.needs import finding as needs
from talentpool.paging import Listed
from talentpool.permissions import SYSTEM, Role
from talentpool.placements import finding as placements
from talentpool.reference.catalogue import Catalogue
from talentpool.rounds import service as rounds
from talentpool.states import MembershipState, NeedState, PlacementState

from . import factories as make

CATALOGUE = Catalogue.shipped()
DECEMBER = month_number(2026, 12)
GROUPS = CandidateListForm.together
Ask = Callable[[Asked], Listed]  # type: ignore[type-arg]


def _people(session: Session) -> Ask:
    """People who differ in everything that they are listed by."""
    homes = (make.HIMEJI, make.SAYO, make.ASAGO, "271403", None)
    for k in range(14):
        person = make.make_candidate(
            session, has_account=False, family_kana=f"カナ{k % 5}", home_code=homes[k % 5],
            kind=("official", "freelance", "specialist")[k % 3], half_days=2 + k,
            first_month=DECEMBER + k % 4, last_month=DECEMBER + k,
            forms=("commission", "special_part_time")[: 1 + k % 2],
            skills={"bpr": 1 + k % 4, "data": 1 + k % 3}, now=make.NOW,
            state=MembershipState.APPLIED if k % 6 == 5 else MembershipState.ACTIVE,
        )  # fmt: skip
        person.skills[0].evidence = ("self", "documented", "confirmed")[k % 3]
        if k % 6 != 5:
            person.memberships[0].active_until = date(2027, 1 + k % 4, 10)
    session.flush()
    actor = make.make_user(session, Role.COORDINATOR).actor
    return lambda asked: finding.list_candidates(
        session, actor, asked, catalogue=CATALOGUE, now=make.NOW
    )


def _needs(session: Session) -> Ask:
    for k in range(9):
        make.make_need(
            session, municipality_code=(make.HIMEJI, make.SAYO)[k % 2], title=f"件名{k % 4}",
            state=(NeedState.OPEN, NeedState.SUBMITTED, NeedState.CLOSED)[k % 3], seats=1 + k % 3,
            forms=("commission", "special_part_time")[: 1 + k % 2], musts={"bpr": 2},
        )  # fmt: skip
    actor = make.make_user(session, Role.COORDINATOR).actor
    return lambda asked: needs.list_needs(session, actor, asked, catalogue=CATALOGUE)


def _placements(session: Session) -> Ask:
    states = (
        PlacementState.SUGGESTED, PlacementState.OFFERED, PlacementState.INTRODUCED,
        PlacementState.DECLINED_BY_TOWN,
    )  # fmt: skip
    for k in range(8):
        need = make.make_need(session, municipality_code=(make.HIMEJI, make.SAYO)[k % 2])
        person = make.make_candidate(session, has_account=False)
        make.make_placement(session, need, person, state=states[k % 4], now=make.NOW)
    actor = make.make_user(session, Role.COORDINATOR).actor
    later = make.NOW + timedelta(days=9)
    return lambda asked: placements.list_placements(
        session, actor, asked, catalogue=CATALOGUE, now=later
    )


def _rounds(session: Session) -> Ask:
    need, person = make.make_need(session), make.make_candidate(session, has_account=False)
    for _ in range(6):
        make.make_round_with_plan(session, [(need, person)])
    actor = make.make_user(session, Role.COORDINATOR).actor
    return lambda asked: rounds.list_rounds(session, actor, asked)


def _accounts(session: Session) -> Ask:
    roles = (Role.CANDIDATE, Role.MUNICIPALITY, Role.APPROVER)
    for k in range(7):
        make.make_user(session, roles[k % 3]).disabled_at = make.NOW if k % 2 else None
    actor = make.make_user(session, Role.ADMIN).actor
    session.flush()
    return lambda asked: directory.list_accounts(session, actor, asked, catalogue=CATALOGUE)


def _mails(session: Session) -> Ask:
    for k in range(7):
        recipient = make.make_user(session, (Role.CANDIDATE, Role.APPROVER)[k % 2])
        order = order_mail(
            session, event=f"e{k}", recipient_id=recipient.id, link="/", now=make.NOW,
            template=("need.publish", "account.invite")[k % 2], prefecture_code=make.HYOGO,
        )  # fmt: skip
        order.state = (MailState.KEPT, MailState.FAILED, MailState.SENT)[k % 3]
    session.flush()
    actor = make.make_user(session, Role.COORDINATOR).actor
    return lambda asked: list_mails(session, actor, asked)


def _audit(session: Session) -> Ask:
    officer = make.make_user(session, Role.COORDINATOR)
    for k in range(5):
        audit.record(
            session, (audit.Deed.NEED_SAVE, audit.Deed.NEED_CREATE)[k % 2], make.make_need(session),
            actor=(officer.actor, SYSTEM)[k % 2], now=make.NOW,
        )  # fmt: skip
    audit.seal(session)
    actor = make.make_user(session, Role.AUDITOR).actor
    return lambda asked: trail.list_events(session, actor, asked)


LISTS: dict[str, tuple[Callable[[Session], Ask], list[dict[str, str]]]] = {
    "people": (
        _people,
        [
            {},
            {"state": "active"},
            {"skill": "bpr", "level": "3", "kind": "official"},
            {"evidence": "documented", "skill": "bpr"},
            {"months": "3", "half_days": "8", "region": "中播磨"},
            {"ending": "60", "form": "special_part_time"},
        ],
    ),
    "needs": (_needs, [{}, {"state": "open", "form": "special_part_time"}, {"region": "西播磨"}]),
    "placements": (
        _placements,
        [{}, {"state": "under_way", "municipality": make.SAYO}, {"state": "all", "due": "7"}],
    ),
    "rounds": (_rounds, [{}, {"state": "optimal"}]),
    "accounts": (_accounts, [{}, {"role": "staff"}, {"role": "all", "state": "disabled"}]),
    "mails": (_mails, [{}, {"state": "failed"}]),
    "audit": (_audit, [{}, {"object_type": "need"}]),
}


@pytest.fixture(params=LISTS)
def listed(request: pytest.FixtureRequest, session: Session) -> tuple[Ask, list[dict[str, str]]]:
    make_rows, combinations = LISTS[request.param]
    return make_rows(session), combinations


def test_a_count_is_what_the_list_then_holds(listed: tuple[Ask, list[dict[str, str]]]) -> None:
    ask, combinations = listed
    seen = 0
    for values in combinations:
        found = ask(Asked(values))
        for name, counts in found.count_values().items():
            for value, rows in counts.items():
                asked = {**values, name: value}
                if name.startswith(WITHOUT):  # skill, level and evidence, or months and half-days
                    group = next(g for g in GROUPS if name.removeprefix(WITHOUT) in g)
                    asked = {other: kept for other, kept in values.items() if other not in group}
                narrowed = ask(Asked(asked))
                assert narrowed.page().total == rows, (values, name, value)
                seen += 1
    assert seen > len(combinations)


def _all(found: Listed[object]) -> Iterator[int]:
    for row in found.rows():
        yield sa.inspect(row).identity[0]


def test_every_order_holds_each_row_once(listed: tuple[Ask, list[dict[str, str]]]) -> None:
    ask, _ = listed
    everything = set(_all(ask(Asked())))
    assert len(everything) > 5
    assert list(_all(ask(Asked(sort="nonsense")))) == list(_all(ask(Asked())))
    for sort in (*ORDERS, *(f"-{name}" for name in ORDERS)):
        rows = list(_all(ask(Asked(sort=sort))))
        assert len(rows) == len(everything) and set(rows) == everything, sort


ORDERS = (
    "name", "state", "until", "kind", "home", "free", "title", "town", "theme", "seats", "half_days",
    "months", "number", "person", "rank", "fit", "due", "created", "role", "seen", "template", "action",
)  # fmt: skip


def test_people_are_found_by_what_is_true_of_them(session: Session) -> None:
    ask = _people(session)
    everybody = list(ask(Asked()).rows())

    def codes(**values: str) -> list[str]:
        return [row.code for row in ask(Asked(values)).rows()]

    assert codes(skill="bpr", level="3", evidence="confirmed") == [
        row.code
        for row in everybody
        if any(
            (claim.skill, claim.evidence) == ("bpr", "confirmed") and claim.level >= 3
            for claim in row.skills
        )
    ]
    free = finding.free_half_days(session, everybody, make.NOW.date())
    assert codes(months="6", half_days="8") == [
        row.code
        for row in everybody
        for window in row.windows
        if window.half_days >= 8
        and min(window.last_month, DECEMBER + 11) - window.first_month + 1 >= 6
    ]
    assert free == {
        row.id: window.half_days * (min(window.last_month, DECEMBER + 11) - window.first_month + 1)
        for row in everybody
        for window in row.windows
    }
    by_free = [free[row.id] for row in ask(Asked(sort="-free")).rows()]
    assert by_free == sorted(free.values(), reverse=True)


def test_empty_values_come_last_in_either_direction(session: Session) -> None:
    ask = _people(session)
    for sort in ("until", "-until"):
        days = [row.memberships[0].active_until for row in ask(Asked(sort=sort)).rows()]
        known = [day for day in days if day is not None]
        assert days[len(known) :] == [None, None]
        assert known == sorted(known, reverse=sort.startswith("-"))
