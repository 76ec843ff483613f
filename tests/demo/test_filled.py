"""The filled demo: sound, alive, and with every situation in which a plan by hand goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import undefer

from talentpool import dates
from talentpool.accounts import passwords
from talentpool.accounts.directory import find_user
from talentpool.accounts.models import Office, User
from talentpool.candidates.models import Candidate, Membership
from talentpool.db import Base, Database, Session, UtcDateTime
from talentpool.demo.accounts import CHOSEN, PASSWORD, STAFF, staff_email
from talentpool.demo.filling import fill
from talentpool.demo.shapes import TITLES, VENDOR, Shape
from talentpool.ledger.models import Commitment
from talentpool.mail_choices import How, MailChoice, QuietHours
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.placements.models import DecisionPaper, Placement
from talentpool.rounds import running
from talentpool.rounds.models import Round, RoundNeed
from talentpool.states import MembershipState, NeedState, PlacementState, RoundState

from .conftest import NOW, SEED, YEAR, at, config_of

PLANNED, PAST = (
    dates.months(dates.month_number(year, 4), dates.month_number(year + 1, 3))
    for year in (YEAR + 1, YEAR - 1)
)


@pytest.fixture
def newest(filled: Session) -> Round:
    query = sa.select(Round).order_by(Round.number.desc()).options(undefer(Round.result))
    return filled.scalars(query.limit(1)).one()


Rows = list[tuple[Need, RoundNeed]]


@pytest.fixture
def rows(filled: Session, newest: Round) -> Rows:
    """The needs of the newest round with what the round says about them."""
    query = (
        sa.select(Need, RoundNeed)
        .join(RoundNeed, RoundNeed.need_id == Need.id)
        .where(RoundNeed.round_id == newest.id)
        .options(undefer(RoundNeed.ranking), undefer(RoundNeed.excluded))
    )
    return [(need, row) for need, row in filled.execute(query)]


def titled(rows: Rows, title: str) -> tuple[Need, RoundNeed]:
    return next((need, row) for need, row in rows if need.title == title)


def able(row: RoundNeed) -> set[str]:
    return {entry["candidate"] for entry in row.ranking or []}


def test_no_invariant_is_violated(filled: Session) -> None:
    assert list(check.violations(filled)) == []


def test_there_are_three_hundred_people_and_eighty_needs_in_a_proved_round(
    filled: Session, newest: Round
) -> None:
    states = Counter(filled.scalars(sa.select(Membership.state)))
    assert states == {
        MembershipState.ACTIVE: 303,  # three of whom the prefecture employs
        MembershipState.APPLIED: 8,
        MembershipState.RETURNED: 5,  # one of whom was registered by telephone
        MembershipState.DRAFT: 1,  # registered from paper, and has still to confirm it
    }
    assert newest.state is RoundState.OPTIMAL
    assert len(newest.needs) == 80
    figures: Mapping[str, Any] = (newest.summary or {})["baselines"]
    assert figures["plan"]["filled"] >= max(row["filled"] for row in figures.values()) > 40


def test_the_past_year_ended_in_confirmed_placements_with_papers(filled: Session) -> None:
    query = sa.select(Placement).join(Round, Placement.round_id == Round.id)
    past = filled.scalars(query.where(Round.number == 1)).all()
    states = Counter(row.state for row in past)
    assert states[PlacementState.CONFIRMED] >= 5
    assert states[PlacementState.FINISHED] >= 10
    assert states[PlacementState.DECLINED_BY_TOWN] >= 5
    assert states[PlacementState.DECLINED_BY_CANDIDATE] >= 5
    assert {row.end_reason for row in past} > {"schedule", "conditions"}
    papers = filled.scalars(
        sa.select(DecisionPaper.number).where(DecisionPaper.fiscal_year == YEAR - 2)
    ).all()
    assert sorted(papers) == list(range(1, len(papers) + 1))
    months = set(filled.scalars(sa.select(Commitment.month)))
    assert months & set(PAST)


def test_some_bookings_stand_in_the_year_that_is_planned(filled: Session) -> None:
    query = (
        sa.select(sa.func.count(Commitment.id))
        .join(Placement, Placement.id == Commitment.placement_id)
        .where(Commitment.month.in_(PLANNED), Placement.state == PlacementState.CONFIRMED)
    )
    assert (filled.scalar(query) or 0) >= 10


def test_something_waits_for_every_role(filled: Session) -> None:
    placements = set(filled.scalars(sa.select(Placement.state)))
    assert placements > {
        PlacementState.PROPOSED,
        PlacementState.OFFERED,
        PlacementState.INTRODUCED,
        PlacementState.AGREED,
    }
    needs = Counter(filled.scalars(sa.select(Need.state)))
    assert min(needs[NeedState.DRAFT], needs[NeedState.SUBMITTED], needs[NeedState.ON_HOLD]) > 0
    star = filled.scalars(sa.select(Candidate).where(Candidate.given_name == "星子")).one()
    offered = sa.select(Placement).where(Placement.state == PlacementState.OFFERED)
    assert star.id in {row.candidate_id for row in filled.scalars(offered)}


def test_no_address_or_number_can_reach_anybody(filled: Session) -> None:
    for email in filled.scalars(sa.select(User.email)):
        assert email.endswith(("@example.jp", "@example.lg.jp"))
    for person in filled.scalars(sa.select(Candidate)):
        assert (person.contact_email or "").endswith("@example.jp") or person.user_id is None
        assert (person.phone or "").startswith("000-0000-")
        assert "架空データ" in (person.address or "")
    office = filled.scalars(sa.select(Office)).one()
    assert "架空" in office.name
    assert office.telephone.startswith("000-000-")


def test_every_role_can_sign_in_with_the_printed_password(filled: Session) -> None:
    checker = passwords.of(filled)
    emails = [*map(staff_email, STAFF), "sayo@example.lg.jp", "person1@example.jp"]
    users = [find_user(filled, email) for email in emails]
    assert {user.role for user in users if user} == set(Role) - {Role.SYSTEM}
    assert all(user and checker.verify(user.password_hash, PASSWORD) for user in users)


# --- The hard shapes


def test_some_have_chosen_how_mails_reach_them(filled: Session) -> None:
    query = sa.select(User.role, MailChoice.family, MailChoice.how).join(
        MailChoice, MailChoice.user_id == User.id
    )
    found = {(role, family): how for role, family, how in filled.execute(query)}
    assert found == {
        (role, family): how for role, chosen in CHOSEN.items() for family, how in chosen.how.items()
    }
    assert set(found.values()) == set(How)
    hours = filled.scalars(sa.select(QuietHours)).all()
    assert len(hours) == sum(chosen.quiet is not None for chosen in CHOSEN.values())


def test_ten_towns_would_choose_the_same_person_first(filled: Session, rows: Rows) -> None:
    star = filled.scalars(sa.select(Candidate.code).where(Candidate.given_name == "星子")).one()
    towns = {
        need.municipality_code
        for need, row in rows
        if row.ranking and row.ranking[0]["candidate"] == star
    }
    assert len(towns) >= 10


def test_two_neighbouring_towns_share_one_person(rows: Rows) -> None:
    (first, one), (second, other) = (titled(rows, title) for title in TITLES[Shape.SHARED])
    assert first.municipality_code != second.municipality_code
    assert able(one) == able(other)
    assert len(able(one)) == 1
    assert [entry["placed"] for entry in (one.ranking or []) + (other.ranking or [])] == [
        True,
        True,
    ]


def test_tajima_has_more_needs_on_site_than_people_who_could_come(
    rows: Rows,
) -> None:
    asked = [titled(rows, title)[1] for title in TITLES[Shape.TAJIMA]]
    assert 0 < len(set().union(*map(able, asked))) < len(asked)


def test_the_only_person_for_one_need_decided_its_vendors_contract(
    filled: Session, rows: Rows
) -> None:
    need, row = titled(rows, TITLES[Shape.CONFLICT][0])
    assert able(row) == set()
    only = [code for code, rules in (row.excluded or {}).items() if rules == ["conflict"]]
    assert len(only) == 1
    person = filled.scalars(sa.select(Candidate).where(Candidate.code == only[0])).one()
    assert person.matters[0].vendor == need.vendors[0].name == VENDOR


def test_a_fiscal_year_appointment_crosses_the_end_of_march(
    rows: Rows,
) -> None:
    need, row = titled(rows, TITLES[Shape.CROSSING][0])
    assert [form.form for form in need.forms] == ["fiscal_year_part"]
    assert {dates.fiscal_year_of_month(month) for month in need.months} == {YEAR + 1, YEAR + 2}
    assert able(row)


def test_one_need_has_nobody(rows: Rows) -> None:
    _need, row = titled(rows, TITLES[Shape.NOBODY][0])
    assert able(row) == set()


# --- Determinism


RANDOM = {
    "password_hash",
    "message_id",
    "hash",
    "seconds",
    "email_lookup",
    "salt",
    "code_hash",
    "token_hash",
    "content_hash",
}


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every table by its rows, private fields in clear, without times and what is random by nature."""
    with database.reading() as session:
        return {
            table.name: sorted(map(_timeless, session.execute(sa.select(*columns))), key=repr)
            for table in Base.metadata.sorted_tables
            if (columns := [column for column in table.columns if is_content(column)])
        }


def _timeless(row: Iterable[Any]) -> tuple[Any, ...]:
    """A row whose documents do not say how long they took."""
    return tuple(
        {name: part for name, part in value.items() if name != "seconds"}
        if isinstance(value, dict)
        else value
        for value in row
    )


def is_content(column: sa.Column[Any]) -> bool:
    return column.name not in RANDOM and not isinstance(column.type, UtcDateTime)


def test_the_same_seed_fills_the_same_pool(
    demo: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TELL_EVERY", 0.0)  # as many reports as a slow machine would give
    with at(tmp_path):
        fill(tmp_path / "demo.db", SEED, NOW)
    again = Database(config_of(tmp_path / "demo.db"))
    first, second = contents(demo), contents(again)
    again.close()
    assert first.keys() == second.keys()
    for table, found in first.items():
        assert found == second[table], table
