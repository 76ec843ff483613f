"""An engagement is extended: drafted, decided where it exceeds the paper, agreed by both, booked in one go."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from talentpool import dates, schema
from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement
from talentpool.engagements.plan_changes import PlanChange
from talentpool.engagements.terms import list_terms
from talentpool.errors import Conflict, Forbidden, NoCapacity, Refused
from talentpool.ledger import service as ledger
from talentpool.ledger.models import LedgerMonth
from talentpool.mail import MailOrder
from talentpool.needs.models import Need, NeedMode
from talentpool.permissions import Actor, Role
from talentpool.placements import stating
from talentpool.placements.conditions import Conditions
from talentpool.placements.extending import (
    approve_extension,
    end_extension,
    exceeds,
    propose_extension,
)
from talentpool.placements.extension_soundness import violations
from talentpool.placements.finishing import complete_over, end_engagement
from talentpool.placements.models import Placement
from talentpool.states import EngagementState, PlacementState, PlanChangeState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser
from .cast import Cast, assert_sound

PS, ES, CS = PlacementState, EngagementState, PlanChangeState
DECEMBER = date(2027, 12, 31)
VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
OCTOBER = dates.month_number(2027, 10)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _engaged(session: Session, **columns: object) -> tuple[Engagement, Placement]:
    engagement = make.make_engagement(session, **columns)  # type: ignore[arg-type]
    return engagement, session.get_one(Placement, engagement.placement_id)


def _agree(cast: Cast, placement: Placement) -> None:
    make.make_terms(cast.session, placement, town=cast.town)


def _approve(cast: Cast, change: PlanChange, now: datetime = make.NOW) -> None:
    approve_extension(cast.session, change, actor=cast.approver, now=now)
    cast.session.flush()


def _end(
    cast: Cast, change: PlanChange, verb: str, actor: Actor, reason: str | None = "other"
) -> None:
    comment = "都合による" if reason == "other" else ""
    end_extension(
        cast.session, change, verb=verb, reason=reason, actor=actor, now=make.NOW, comment=comment
    )
    cast.session.flush()


def _held(session: Session, placement: Placement) -> dict[int, int]:
    taken, booked = (
        ledger.list_taken(session, placement.id), ledger.list_booked(session, placement.id),
    )  # fmt: skip
    return {month: n for month, n in taken.items() if month not in booked}


def _told(session: Session, template: str) -> set[int]:
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == template)
    return set(session.scalars(query))


def test_both_officers_then_both_sides_and_the_months_are_booked(
    cast: Cast, session: Session
) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    assert (change.state, change.exceeds) == (CS.PROPOSED, True)
    assert cast.approver.user_id in _told(session, "plan_change.propose")
    assert placement.candidate.user_id not in _told(session, "plan_change.propose")
    _approve(cast, change)
    assert {placement.candidate.user_id, cast.town.user_id} <= _told(session, "plan_change.approve")
    assert engagement.last_day == date(2027, 9, 30)
    assert_sound(session)
    row = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    assert row.last_day == DECEMBER
    assert row.half_days["2027-12"] == 4
    stating.accept_terms(session, placement, row.number, actor=cast.person(placement), now=make.NOW)
    assert (change.state, change.terms_id) == (CS.DONE, row.id)
    assert (engagement.last_day, engagement.terms_id) == (DECEMBER, row.id)
    booked = ledger.list_booked(session, placement.id)
    assert [booked[month] for month in dates.months(OCTOBER, OCTOBER + 2)] == [4, 4, 4]
    assert placement.paper is not None
    assert placement.paper.outcomes[-1]["what"] == "extended"
    assert_sound(session)


def test_what_the_paper_approved_needs_no_second_decision(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session)
    ledger.release(session, placement.id, after=OCTOBER - 2)  # it was cut short
    engagement.last_day, engagement.last_month = date(2027, 8, 31), OCTOBER - 2
    session.flush()
    change = make.make_extension(session, engagement, last=date(2027, 9, 30))
    assert (change.state, change.exceeds) == (CS.OPEN, False)
    assert cast.town.user_id in _told(session, "plan_change.open")
    _agree(cast, placement)
    assert engagement.last_day == date(2027, 9, 30)
    assert_sound(session)


def test_who_drafted_does_not_decide(cast: Cast, session: Session) -> None:
    engagement, _ = _engaged(session)
    change = make.make_extension(session, engagement)
    drafter = Actor(change.drafted_by, Role.APPROVER, make.HYOGO)
    with pytest.raises(Forbidden):
        approve_extension(session, change, actor=drafter, now=make.NOW)
    for actor in (cast.coordinator, cast.town):
        with pytest.raises(Forbidden):
            approve_extension(session, change, actor=actor, now=make.NOW)


@pytest.mark.parametrize(
    ("last", "half_days", "comment", "field"),
    [
        (None, 4, "必要", "last_day"),
        (date(2027, 9, 30), 4, "必要", "last_day"),
        (date(2027, 1, 31), 4, "必要", "last_day"),
        (DECEMBER, 0, "必要", "half_days"),
        (DECEMBER, 63, "必要", "half_days"),
        (DECEMBER, 4, "  ", "comment"),
        (DECEMBER, 4, "必要", "last_day"),  # nothing in the ledger so late
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    cast: Cast, session: Session, last: date | None, half_days: int, comment: str, field: str
) -> None:
    engagement, _ = _engaged(session, form="commission")
    with pytest.raises(Refused) as refused:
        propose_extension(
            session, engagement, last=last, half_days=half_days, comment=comment,
            actor=cast.coordinator, now=make.NOW,
        )  # fmt: skip
    assert field in refused.value.fields
    assert session.scalars(sa.select(PlanChange)).all() == []


def test_a_form_may_last_only_so_long(cast: Cast, session: Session) -> None:
    both = ("revitalization_side",)
    need = make.make_need(session, forms=both, half_days=8, pay_basis="month")
    person = make.make_candidate(session, forms=both, half_days=8)
    engagement, _ = _engaged(session, need=need, candidate=person, form="revitalization_side")
    with pytest.raises(Refused, match="最長36か月") as refused:
        propose_extension(
            session, engagement, last=date(2031, 3, 31), half_days=8, comment="必要",
            actor=cast.coordinator, now=make.NOW,
        )  # fmt: skip
    assert "last_day" in refused.value.fields


def test_a_form_bound_to_the_year_gets_a_new_term_behind_it(cast: Cast, session: Session) -> None:
    form = ("fiscal_year_part",)
    need = make.make_need(session, forms=form, last_month=dates.month_number(2028, 3))
    person = make.make_candidate(session, forms=form, last_month=dates.month_number(2028, 3))
    engagement, placement = _engaged(session, need=need, candidate=person)
    change = make.make_extension(session, engagement, last=date(2028, 6, 30))
    _approve(cast, change)
    row = make.make_terms(session, placement, town=cast.town)
    assert row.is_yearly
    terms = list_terms(row.first_day, row.last_day, is_yearly=row.is_yearly)
    assert terms[-1] == (date(2028, 4, 1), date(2028, 6, 30))
    assert_sound(session)


def test_the_new_months_are_held_from_the_question_to_both_sides_on(
    cast: Cast, session: Session
) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    assert _held(session, placement) == {}
    _approve(cast, change)
    months = {OCTOBER: 4, OCTOBER + 1: 4, OCTOBER + 2: 4}
    assert _held(session, placement) == months
    assert_sound(session)
    with pytest.raises(NoCapacity):
        ledger.set_capacity(
            session, placement.candidate_id, dict.fromkeys(months, 3), from_month=OCTOBER
        )
    other = make.make_engagement(session)
    with pytest.raises(NoCapacity):  # of eight half-days
        ledger.hold(
            session, other.placement_id, placement.candidate_id, placement.municipality_code,
            {OCTOBER + 1: 5}, make.NOW,
        )  # fmt: skip
    row = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    assert row.half_days["2027-10"] == 4
    ledger.release(session, placement.id, after=OCTOBER)
    assert list(violations(session)) == [
        f"plan_change {change.id}: asks for {months}, holds {{{OCTOBER}: 4}}"
    ]
    stating.accept_terms(session, placement, row.number, actor=cast.person(placement), now=make.NOW)
    assert list(violations(session)) == []
    assert list(ledger.list_booked(session, placement.id).items())[-3:] == list(months.items())


def test_extensions_of_before_hold_their_months_where_these_are_free(database: Database) -> None:
    (path,) = VERSIONS.glob("*_extension_holds.py")
    with database.writing() as session:
        cast = Cast.of(session)
        found = [_engaged(session) for _ in range(2)]
        for engagement, _ in found:
            _approve(cast, make.make_extension(session, engagement))
        free, full = (placement.id for _, placement in found)
    below = f"{int(path.name[:4]) - 1:04}"
    schema.downgrade(database, below)
    with database.writing() as session:
        assert all(
            _held(session, session.get_one(Placement, ident)) == {} for ident in (free, full)
        )
        assert list(ledger.violations(session)) == []
        person = session.get_one(Placement, full).candidate_id
        less = sa.update(LedgerMonth).where(
            LedgerMonth.candidate_id == person, LedgerMonth.month == OCTOBER + 1
        )
        session.execute(less.values(capacity=3))
    for _ in range(2):
        schema.upgrade(database)
        with database.reading() as session:
            held = [_held(session, session.get_one(Placement, ident)) for ident in (free, full)]
            assert held == [dict.fromkeys(range(OCTOBER, OCTOBER + 3), 4), {}]
            assert list(ledger.violations(session)) == []
            assert len(list(violations(session))) == 1  # an officer withdraws it
        schema.downgrade(database, below)
    schema.upgrade(database)


def test_months_that_were_given_away_before_both_are_asked_stop_it(
    cast: Cast, session: Session
) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    full = sa.update(LedgerMonth).where(
        LedgerMonth.candidate_id == placement.candidate_id, LedgerMonth.month == OCTOBER + 1
    )
    session.execute(full.values(capacity=3))
    session.commit()
    with pytest.raises(Conflict):
        _approve(cast, change)
    session.rollback()
    session.expire_all()
    assert session.get_one(PlanChange, change.id).state is CS.PROPOSED
    assert _held(session, session.get_one(Placement, placement.id)) == {}


@pytest.mark.parametrize("verb", ["refuse", "withdraw", "decline"])
def test_an_extension_that_ends_changes_nothing_and_another_may_follow(
    cast: Cast, session: Session, verb: str
) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    with pytest.raises(Conflict, match="まだ決まっていない延長"):
        make.make_extension(session, engagement)
    session.commit()
    if verb == "decline":
        _approve(cast, change)
    actor = {
        "refuse": cast.approver, "withdraw": cast.coordinator, "decline": cast.person(placement),
    }[verb]  # fmt: skip
    with pytest.raises(Refused) as refused:
        _end(cast, change, verb, actor, None)
    assert "reason" in refused.value.fields
    _end(cast, change, verb, actor)
    assert engagement.last_day == date(2027, 9, 30)
    assert _held(session, placement) == {}
    is_told = placement.candidate.user_id in _told(session, f"plan_change.{verb}")
    assert not is_told  # never asked, or the one who acts
    session.commit()
    with pytest.raises(Conflict):
        _end(cast, change, verb, actor)
    session.rollback()
    make.make_extension(session, session.get_one(Engagement, engagement.id))


def test_terms_of_an_extension_that_was_withdrawn_are_not_accepted(
    cast: Cast, session: Session
) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    _approve(cast, change)
    row = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    _end(cast, change, "withdraw", cast.coordinator)
    assert _held(session, placement) == {}
    assert_sound(session)
    with pytest.raises(Conflict, match="取り下げられた"):
        stating.accept_terms(
            session, placement, row.number, actor=cast.person(placement), now=make.NOW
        )
    later = make.NOW + timedelta(days=1)
    again = make.make_extension(session, engagement, half_days=2)  # up to the same day
    _approve(cast, again, now=later)
    assert stating.list_unaccepted(session, cast.person(placement)) == []
    assert not stating.can_be_accepted(session, row, engagement)
    with pytest.raises(Conflict, match="変わっています"):
        stating.accept_terms(
            session, placement, row.number, actor=cast.person(placement), now=later
        )


def test_terms_of_an_extension_that_is_over_wait_for_nobody(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    _approve(cast, change)
    person = cast.person(placement)
    other, _ = _engaged(session)
    _approve(cast, make.make_extension(session, other))  # up to the same day, and still open
    row = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    assert stating.list_unaccepted(session, person) == [placement]
    assert stating.can_be_accepted(session, row, engagement)
    _end(cast, change, "decline", person)
    assert stating.list_unaccepted(session, person) == []
    assert not stating.can_be_accepted(session, row, engagement)
    again = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    assert again.last_day == engagement.last_day
    assert stating.list_unaccepted(session, person) == [placement]


def test_an_end_takes_the_open_extension_along(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session)
    change = make.make_extension(session, engagement)
    _approve(cast, change)
    end_engagement(
        session, engagement, last=date(2027, 7, 31), reason="budget", actor=cast.town, now=make.NOW
    )
    assert change.state is CS.WITHDRAWN
    assert _held(session, placement) == {}
    assert "2027-10" not in engagement.freed_half_days
    assert_sound(session)
    other, _ = _engaged(session)
    asked = make.make_extension(session, other)
    session.flush()
    complete_over(session, dates.start_of_day(date(2027, 10, 1)))
    assert asked.state is CS.WITHDRAWN
    assert_sound(session)


def test_nobody_else_drafts_or_declines(cast: Cast, session: Session) -> None:
    engagement, placement = _engaged(session, form="commission")
    for actor in (cast.town, cast.person(placement), cast.approver):
        with pytest.raises(Forbidden):
            propose_extension(
                session, engagement, last=DECEMBER, half_days=4, comment="必要", actor=actor,
                now=make.NOW,
            )  # fmt: skip
    change = make.make_extension(session, engagement)
    for actor in (cast.town, cast.coordinator):  # a town is not asked yet
        with pytest.raises(Forbidden):
            _end(cast, change, "decline", actor)


@given(
    first=st.integers(24000, 24040), length=st.integers(0, 40), half_days=st.integers(1, 20),
    added=st.dictionaries(st.integers(24000, 24100), st.integers(1, 40), max_size=5),
)  # fmt: skip
@settings(deadline=None)
def test_it_exceeds_the_paper_where_a_month_or_its_half_days_do(
    first: int, length: int, half_days: int, added: dict[int, int]
) -> None:
    need = Need(
        first_month=first, last_month=first + length, half_days=half_days, mode=NeedMode.ONLINE,
        on_site_share=0,
    )  # fmt: skip
    within = all(first <= month <= first + length for month in added)
    assert exceeds([Conditions.of(need)], added) is not (
        within and max(added.values(), default=0) <= half_days
    )


class Office:
    def __init__(self, app: TalentpoolFlask) -> None:
        with app.database.writing() as session:
            engagement = make.make_engagement(session)
            change = make.make_extension(session, engagement)
            self.id, self.path = engagement.id, f"/plan_changes/{change.id}"
            self.terms = f"/placements/{engagement.placement_id}/terms"
            person = session.get_one(User, engagement.candidate.user_id)
            officers = [
                make.make_user(session, role)
                for role in (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER)
            ]
        self.browsers = []
        for user in (person, *officers):
            browser = Browser(app)
            browser.enter(user)
            self.browsers.append(browser)


def test_the_pages_lead_from_the_draft_to_the_later_day(app: TalentpoolFlask) -> None:
    office = Office(app)
    person, town, coordinator, approver = office.browsers
    assert person.get(office.path).status_code == town.get(office.path).status_code == 404
    assert "決裁を待っている延長" in approver.get("/home").text
    assert f"/engagements/{office.id}" in approver.get("/engagements?state=extending").text
    assert "承認する" in approver.get(office.path).text
    assert "承認する" not in coordinator.get(office.path).text
    assert approver.post(f"{office.path}/approve", version="9").status_code == 409
    assert approver.post(f"{office.path}/approve", version="1").status_code == 302
    assert "承諾しない" in person.get(office.path).text
    assert "承諾を待っている延長" in town.get("/home").text
    assert f"/engagements/{office.id}" in town.get("/engagements?state=asked").text
    assert "延長する" not in coordinator.get(f"/engagements/{office.id}").text
    page = town.get(f"{office.terms}/edit").text
    assert 'value="2027-12-31"' in page
    typed = {
        "form": "commission", "first_day": "2027-04-01", "last_day": "2027-12-31", "work": "窓口",
        "place": "市役所", "days": "火曜日", "travel": "実費", "supervisor": "市民課", "version": "0",
    }  # fmt: skip
    assert town.post(f"{office.terms}/edit", **typed).status_code == 302
    assert person.post(f"{office.terms}/accept", version="1").status_code == 302
    assert "2027年12月31日" in person.get(f"/engagements/{office.id}").text
    assert "延長済み" in town.get(office.path).text


def test_a_draft_that_is_refused_keeps_what_was_typed(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        engagement = make.make_engagement(session, form="commission")
        officer = make.make_user(session, Role.COORDINATOR)
    browser = Browser(app)
    browser.enter(officer)
    path = f"/engagements/{engagement.id}/extension"
    typed = {"last_day": "令和10年1月31日", "half_days": "４コマ", "comment": "<i>理由</i>"}
    refused = browser.post(path, **typed, version=engagement.version)
    assert refused.status_code == 422
    assert 'value="令和10年1月31日"' in refused.text
    assert "&lt;i&gt;理由" in refused.text
    late = browser.post(path, **typed, version=engagement.version + 1)
    assert late.status_code == 409
    assert "&lt;i&gt;理由" in late.text
