"""Funding measures: entered with their source, matched to needs, never certain; and what needs cost in later years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool.costs import YearCost
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.funding import costing, service
from talentpool.funding.costing import Expected
from talentpool.funding.matching_needs import Condition, read_money
from talentpool.funding.models import Funding
from talentpool.funding.soundness import violations
from talentpool.needs.costing import RunningCost, find_rate, find_running, look_ahead, trip_between
from talentpool.needs.models import NeedMode
from talentpool.permissions import Actor, Role, visible
from talentpool.programmes.sourced import Origin
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.service import load_catalogue
from tests import factories as make
from tests.funding.made import make_funding

TODAY = date(2026, 12, 1)  # of make.NOW
CATALOGUE = Catalogue.shipped()


def officer(session: Session, role: Role = Role.COORDINATOR) -> Actor:
    return make.make_user(session, role).actor


def test_the_shipped_measures_are_to_be_checked(session: Session) -> None:
    staff, catalogue = officer(session), load_catalogue(session)
    n = service.take_shipped(session, catalogue=catalogue, actor=staff, now=make.NOW)
    rows = {row.key: row for row in session.scalars(visible(staff, Funding))}
    assert len(rows) == n == len(catalogue.terms("funding_measure"))
    assert all(row.is_to_check(TODAY) and row.source for row in rows.values())
    cio, reward = rows["cio_special_allocation"], rows["revitalization_side_reward"]
    assert (cio.rate, cio.cap_yen, cio.valid_from) == (50, None, None)
    assert "2021年" in cio.note
    assert (reward.forms, reward.unit) == (["revitalization_side"], "1年度")
    with pytest.raises(Conflict):
        service.take_shipped(session, catalogue=catalogue, actor=staff, now=make.NOW)
    assert len(service.list_fundings(session, staff, today=TODAY).page(1).rows) == n
    with pytest.raises(Forbidden):
        town = officer(session, Role.MUNICIPALITY)
        service.take_shipped(session, catalogue=catalogue, actor=town, now=make.NOW)


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("name", {"name": ""}), ("rate", {"rate": 101}), ("cap_yen", {"cap_yen": 0}),
        ("least_days", {"least_days": 32}), ("successor", {"successor": 10**6}),
        ("sizes", {"origin": Origin(sizes=("9",))}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, field: str, content: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        make_funding(session, **content)
    assert list(refused.value.fields) == [field]


def test_no_successor_leads_back(session: Session) -> None:
    staff, first = officer(session), make_funding(session)
    second = make_funding(session, successor=first.id)
    content = replace(service.content_of(first), successor=second.id)
    with pytest.raises(Refused, match="後継"):
        service.save_funding(
            session, first, content, catalogue=CATALOGUE, actor=staff, now=make.NOW
        )
    assert list(violations(session)) == []
    first.successor_id = make_funding(session, prefecture_code=make.OSAKA).id
    session.flush()
    assert len(list(violations(session))) == 1
    first.successor_id = second.id
    session.flush()
    assert len(list(violations(session))) == 2


@pytest.mark.parametrize(
    ("content", "origin", "met"),
    [
        ({}, Origin(), []),
        ({}, Origin(themes=("bpr",), forms=("commission",), sizes=("2",)), [*Condition][:3]),
        ({"least_days": 2}, Origin(), [Condition.DAYS]),
        ({"least_days": 3}, Origin(), None),
        ({}, Origin(themes=("tourism",)), None),
        ({}, Origin(forms=("fiscal_year_part",)), None),
        ({}, Origin(sizes=("0",)), None),
        ({}, Origin(valid_to=date(2027, 4, 1)), []),
        ({}, Origin(valid_to=date(2027, 3, 31)), None),
        ({}, Origin(valid_from=date(2027, 10, 1)), None),
    ],
)
def test_a_measure_is_a_hint_while_no_stated_condition_speaks_against_it(
    session: Session, content: dict[str, Any], origin: Origin, met: list[Condition] | None
) -> None:
    """Of a need of Himeji (size class 2) for 2 days a month in the first half of fiscal 2027."""
    make_funding(session, origin=origin, **content)
    make_funding(session, prefecture_code=make.OSAKA)
    need = make.make_need(session)
    town = officer(session, Role.MUNICIPALITY)
    hints = read_money(session, need, catalogue=CATALOGUE, actor=town).hints
    assert [list(hint.met) for hint in hints] == ([] if met is None else [met])


def test_a_hint_says_a_sum_only_where_the_rate_is_known(session: Session) -> None:
    make_funding(session, name="い", rate=50, cap_yen=90_000)
    make_funding(session, name="ろ", rate=50)
    make_funding(session, name="は", cap_yen=90_000, origin=Origin(themes=("bpr",)))
    need, staff = make.make_need(session), officer(session)
    hints = read_money(session, need, catalogue=CATALOGUE, actor=staff).hints
    cost = YearCost(2027, 6, 24, 200_000, 1_001)

    def most(cost: YearCost) -> list[tuple[str, int | None]]:
        return [(hint.funding.name, hint.most_of(cost)) for hint in hints]

    assert most(cost) == [("は", None), ("い", 90_000), ("ろ", 100_500)]
    nothing = [("は", None), ("い", None), ("ろ", None)]
    assert most(replace(cost, travel=None)) == most(replace(cost, year=2028)) == nothing
    hints[2].funding.valid_to = date(2027, 4, 1)
    assert most(cost)[2] == ("ろ", 100_500)
    hints[2].funding.valid_to = date(2027, 3, 31)
    need.seats = 2
    assert most(cost) == nothing


def test_what_nobody_can_tell_yet_speaks_neither_for_nor_against(session: Session) -> None:
    """Of a town whose population is not known, which has not settled the form."""
    origin = Origin(forms=("fiscal_year_part",), sizes=("0",))
    make_funding(session, prefecture_code=make.OSAKA, origin=origin)
    need = make.make_need(session, municipality_code="271403", forms=[], asks_form=True)
    staff = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    (hint,) = read_money(session, need, catalogue=CATALOGUE, actor=staff).hints
    assert hint.unknown == [Condition.FORM, Condition.SIZE]
    assert hint.unstated == [Condition.THEME, Condition.DAYS]


def test_the_price_of_a_kilometre_makes_the_estimate_of_travel(session: Session) -> None:
    need = make.make_need(
        session, mode=NeedMode.ONSITE, on_site_share=100, pay_amount=20_000, pay_basis="day"
    )
    assert [row.work.travel for row in look_ahead(need, None, {}) if row.work] == [None]
    staff = officer(session)
    set_rate = costing.set_rate
    for wrong in ({"yen_per_km": 0}, {"usual_km": 2001}, {"basis": " "}):
        typed: dict[str, Any] = {"yen_per_km": 30, "usual_km": 40, "basis": "規程", **wrong}
        with pytest.raises(Refused) as refused:
            set_rate(session, **typed, actor=staff, now=make.NOW)
        assert list(refused.value.fields) == list(wrong)
    row = set_rate(session, yen_per_km=30, usual_km=40, basis="規程", actor=staff, now=make.NOW)
    later = make.NOW + timedelta(days=1)
    set_rate(session, yen_per_km=30, usual_km=40, basis="規程", actor=staff, now=later)
    assert row.set_at == make.NOW
    (year,) = look_ahead(need, find_rate(session, make.HYOGO), {})
    assert year.work == YearCost(2027, 6, 24, 240_000, 2 * 6 * 2 * 40 * 30)
    trip = trip_between(row, make.SAYO, make.HIMEJI, CATALOGUE)
    assert trip is not None
    assert trip == trip_between(row, make.HIMEJI, make.SAYO, CATALOGUE)
    assert 1_500 < trip < 4_000  # some 33 km in a line
    assert trip_between(row, None, make.HIMEJI, CATALOGUE) is None
    with pytest.raises(Forbidden):
        town = officer(session, Role.MUNICIPALITY)
        set_rate(session, yen_per_km=1, usual_km=1, basis="x", actor=town, now=make.NOW)


def test_a_town_says_what_the_years_after_cost(session: Session) -> None:
    need, town = make.make_need(session), officer(session, Role.MUNICIPALITY)
    rows = [Expected(2028, 480_000, "general", "利用料"), Expected(2030, 0)]

    def plan(*expected: Expected, actor: Actor = town) -> None:
        costing.plan_running(
            session, need, expected, catalogue=CATALOGUE, actor=actor, now=make.NOW
        )

    plan(*rows)
    plan(*rows)
    running = read_money(session, need, catalogue=CATALOGUE, actor=town).running
    assert running == find_running(session, need)
    ahead = look_ahead(need, None, running)
    assert [(row.year, row.running.yen if row.running else None) for row in ahead] == [
        (2027, None), (2028, 480_000), (2030, 0),
    ]  # fmt: skip
    for wrong in (
        Expected(2027, 1),
        Expected(2031, 1),
        Expected(2028, -1),
        Expected(2028, 1, "moon"),
    ):
        with pytest.raises(Refused):
            plan(wrong)
    with pytest.raises(Forbidden):
        plan(actor=officer(session))
    plan(Expected(2028, 1))
    assert costing.list_expected(session, need) == [Expected(2028, 1)]
    need.first_month += 24
    need.last_month += 24
    assert [row.year for row in look_ahead(need, None, find_running(session, need))] == [2029]


@pytest.mark.parametrize(
    "change",
    [
        "funding SET valid_from = '2027-01-02', valid_to = '2027-01-01'",
        "travel_rate SET yen_per_km = 0",
    ],
)
def test_the_database_refuses_what_cannot_be(database: Database, change: str) -> None:
    with database.writing() as session:
        make_funding(session)
        costing.set_rate(
            session, yen_per_km=30, usual_km=0, basis="x", actor=officer(session), now=make.NOW
        )
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(sa.text(f"UPDATE {change}"))


def test_needs_are_deleted_with_their_costs(session: Session) -> None:
    need, town = make.make_need(session), officer(session, Role.MUNICIPALITY)
    costing.plan_running(
        session, need, [Expected(2028, 1)], catalogue=CATALOGUE, actor=town, now=make.NOW
    )
    session.delete(need)
    session.flush()
    assert session.scalars(sa.select(RunningCost)).all() == []
