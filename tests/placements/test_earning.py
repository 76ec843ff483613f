"""Limits that people set for the work: income of a fiscal year over all bookings, and days on site."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from talentpool import matching as m
from talentpool.dates import (
    first_day,
    fiscal_year_of_month,
    local_date,
    month_number,
    month_of,
    months,
    start_of_day,
)
from talentpool.db import Session
from talentpool.needs.models import NeedMode
from talentpool.permissions import Role
from talentpool.placements.conditions import Conditions
from talentpool.placements.earning import list_beyond, read_limits
from talentpool.placements.extending import find_broken
from talentpool.placements.guards import WITHHELD, Rules, broken_rules
from talentpool.placements.models import Placement
from talentpool.placements.together import list_beyond_together
from talentpool.pool.assemble import list_requests
from talentpool.pool.reading import read_profiles
from talentpool.pool.translate import translate
from talentpool.reference.service import load_catalogue
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

FIRST = make.FIRST  # of the pool's months


def faults(session: Session, row: Placement, now: datetime = make.NOW) -> list[str]:
    session.flush()
    found = Rules.read(session, [row], now).faults(row)
    beyond = list_beyond(session, row, month_of(local_date(now)))
    assert beyond == [text for text in found if "上限" in text]
    return found


def test_income_counts_every_booking_of_the_fiscal_year_once(session: Session) -> None:
    person = make.make_candidate(session, half_days=20)
    # 40,000 yen a month
    terms: dict[str, Any] = {"half_days": 4, "pay_basis": "day", "pay_amount": 20_000}
    other = make.make_placement(
        session, make.make_need(session, **terms), person, state=PlacementState.OFFERED
    )
    row = make.make_placement(
        session, make.make_need(session, **terms), person, state=PlacementState.APPROVED
    )
    assert faults(session, row) == []
    both = read_limits(session, [person.id])
    assert both == {}  # nobody set a limit
    person.income_ceiling = 1
    session.flush()
    earned = read_limits(session, [person.id])[person.id].earned
    (held,) = {yen for (_year, placement), yen in earned.items() if placement == other.id}
    assert held == 40_000 * len(other.conditions.months)
    person.income_ceiling = 2 * held
    assert faults(session, row) == []
    person.income_ceiling = 2 * held - 1
    (said,) = faults(session, row)
    assert f"{2 * held:,}円" in said
    assert f"{2 * held - 1:,}円" in said
    person.income_ceiling = held
    assert faults(session, other) == []  # its own hold is not counted twice


@pytest.mark.parametrize(
    ("mode", "share", "days", "is_beyond"),
    [
        (NeedMode.ONSITE, None, 2, False),
        (NeedMode.ONSITE, None, 1, True),
        (NeedMode.HYBRID, 25, 1, False),
        (NeedMode.HYBRID, 75, 1, True),
        (NeedMode.ONLINE, None, 0, False),
    ],
)
def test_days_on_site(
    session: Session, mode: NeedMode, share: int | None, days: int, is_beyond: bool
) -> None:
    person = make.make_candidate(session, half_days=20, onsite_days=days)
    need = make.make_need(session, half_days=4, mode=mode, on_site_share=share)
    row = make.make_placement(session, need, person, state=PlacementState.APPROVED)
    assert any("現地の日数" in text for text in faults(session, row)) is is_beyond


def test_days_on_site_of_other_work_count_and_the_plan_asks_the_same(session: Session) -> None:
    """What the engine reads of a person is what the draft is held to: limits less what is taken."""
    person = make.make_candidate(session, half_days=20, onsite_days=4, most_at_once=3)
    person.income_ceiling = 1_000_000
    terms: dict[str, Any] = {"mode": NeedMode.ONSITE, "pay_basis": "day", "pay_amount": 20_000}
    held = make.make_placement(
        session, make.make_need(session, half_days=5, **terms), person, state=PlacementState.OFFERED
    )
    row = make.make_placement(
        session,
        make.make_need(session, half_days=4, **terms),
        person,
        state=PlacementState.APPROVED,
    )
    (said,) = faults(session, row)
    assert "合わせて月5日になり" in said
    assert faults(session, held) == []

    def engine() -> list[m.Rule]:
        session.flush()
        needs = list_requests(session, [row.need])
        people, wanted = translate(
            read_profiles(session, make.HYOGO).values(), needs, load_catalogue(session)
        )
        return m.excluded(people, wanted[0]).get(person.code, [])  # type: ignore[arg-type]

    assert engine() == [m.Rule.ON_SITE]
    person.onsite_days = 5
    months_, earned = len(held.conditions.months), 50_000 * len(held.conditions.months)
    assert (faults(session, row), engine()) == ([], [])
    person.income_ceiling = earned + 40_000 * months_
    assert (faults(session, row), engine()) == ([], [])
    person.income_ceiling -= 1
    assert engine() == [m.Rule.INCOME]
    (said,) = faults(session, row)
    assert "収入の上限" in said


def test_months_that_are_over_count_no_more(session: Session) -> None:
    """Other work took days and pay in its first month alone; in the next the limits have room for this one."""
    person = make.make_candidate(session, half_days=20, onsite_days=4, most_at_once=3)
    terms: dict[str, Any] = {"mode": NeedMode.ONSITE, "pay_basis": "day", "pay_amount": 20_000}
    short = make.make_need(session, half_days=6, last_month=FIRST, **terms)
    make.make_placement(session, short, person, state=PlacementState.OFFERED)
    need = make.make_need(session, half_days=4, **terms)
    row = make.make_placement(session, need, person, state=PlacementState.APPROVED)
    person.income_ceiling = 60_000 + 40_000 * (len(row.conditions.months) - 1)
    assert len(faults(session, row)) == 2
    assert faults(session, row, start_of_day(first_day(FIRST + 1))) == []


def test_months_that_are_added_count_beside_those_that_are_booked(session: Session) -> None:
    """Booked from April 2027 to September: 4 half-days a month of 40,000 yen, in one fiscal year."""
    need = make.make_need(
        session, mode=NeedMode.ONSITE, on_site_share=100, pay_basis="day", pay_amount=20_000
    )
    engagement = make.make_engagement(session, need=need)
    make.make_extension(session, engagement)  # opens the months of its person
    person, catalogue = engagement.candidate, load_catalogue(session)
    added = dict.fromkeys(months(engagement.last_month + 1, engagement.last_month + 3), 4)
    last = {engagement.last_month: 6}
    nine, half_more = 9 * 40_000, 6 * 40_000 + 20_000

    def said(new: dict[int, int], reader: Role = Role.COORDINATOR) -> list[str]:
        session.flush()
        return find_broken(session, engagement, new, catalogue, reader)

    for ceiling, new in ((nine, added), (half_more, last)):
        person.income_ceiling = ceiling
        assert said(new) == []
        person.income_ceiling = ceiling - 1
        (text,) = said(new)
        assert f"合計{ceiling:,}円" in text
        assert said(new, Role.MUNICIPALITY) == [WITHHELD]
    (must,) = need.skills
    must.used_within = 3
    (claim,) = (claim for claim in person.skills if claim.skill == must.skill)
    claim.last_used = 2024  # three years before the work began, and four before a month of 2028
    later = month_number(2028, 1)
    over = replace(Conditions.of(need), last_month=later)
    session.flush()
    profile = read_profiles(session, make.HYOGO)[person.id]
    for broken in (said({later: 4}), broken_rules(profile, need, over, catalogue, later).values()):
        assert not any("必須の技能" in text for text in broken)
    claim.last_used = 2023
    assert any("必須の技能" in text for text in said({later: 4}))
    claim.last_used = 2024
    next_year = {month_number(2028, 4): 4}
    assert not any("収入の上限" in text for text in said(next_year))
    person.income_ceiling, person.onsite_days = None, 2
    assert said(added) == []
    (text,) = said(last)
    assert "月3日になり" in text


def test_staff_read_it_before_anybody_is_asked(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, income_ceiling=1)
        need = make.make_need(session, pay_basis="day", pay_amount=20_000)
        ident = make.make_placement(session, need, person, state=PlacementState.SUGGESTED).id
    page = signed_in(app, Role.COORDINATOR).get(f"/placements/{ident}").text
    assert "本人が決めた上限を超えます" in page


def test_what_a_plan_comes_to_together_is_said_on_the_plan_and_on_its_drafts(
    app: TalentpoolFlask,
) -> None:
    terms: dict[str, Any] = {"half_days": 4, "pay_basis": "day", "pay_amount": 20_000}
    with app.database.writing() as session:
        rich, free, once = (make.make_candidate(session, half_days=20) for _ in range(3))
        needs = [make.make_need(session, **terms, mode=NeedMode.ONSITE, seats=3) for _ in range(2)]
        pairs = [(need, who) for need in needs for who in (rich, free)] + [(needs[0], once)]
        round_ = make.make_round_with_plan(session, pairs)
        alone = Conditions.of(needs[0])
        by_year = Counter(fiscal_year_of_month(month) for month in alone.months)
        yen = 40_000 * max(by_year.values())  # of one need, in its longer year
        once.income_ceiling, once.onsite_days = yen, 2

        def said() -> list[tuple[str, int]]:
            session.flush()
            found = list_beyond_together(session, round_, alone.first_month)
            return [(one.person.code, len(one.why)) for one in found]

        assert said() == []
        for ceiling, days, n in (
            (2 * yen, 4, 0), (2 * yen - 1, 4, 1), (2 * yen, 3, 1), (yen, 2, 2), (None, None, 0),
        ):  # fmt: skip
            rich.income_ceiling, rich.onsite_days = ceiling, days
            assert said() == ([(rich.code, n)] if n else [])
        rich.income_ceiling = 2 * yen
        for state in (PlacementState.SUGGESTED, PlacementState.OFFERED):  # its own hold counts once
            make.make_placement(session, needs[state is PlacementState.OFFERED], rich, state=state)
            assert said() == []
        other = make.make_need(session, **terms)
        make.make_placement(session, other, rich, state=PlacementState.OFFERED)
        assert said() == [(rich.code, 1)]  # with what is held for other work
        code, ident = rich.code, round_.id
    page = signed_in(app, Role.COORDINATOR).get(f"/rounds/{ident}").text
    assert "合わせると本人の上限を超える人が1名います" in page
    assert f"{code}（この割当案の2件）" in page
