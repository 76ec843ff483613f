"""Other conditions instead of a yes or a no: checked before the other side sees them, decided anew where they are more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from talentpool.candidates.models import Candidate, Mode
from talentpool.costs import pay_by_year
from talentpool.dates import add_business_days, end_of_day, local_date
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement
from talentpool.errors import Conflict, Forbidden, NotFound, Problem, Refused
from talentpool.ledger.models import Commitment, LedgerMonth
from talentpool.mail import MailOrder
from talentpool.needs.models import Need, NeedMode
from talentpool.permissions import Actor, Role, get_visible
from talentpool.placements.conditions import Conditions, Excess, find_excess, work_of
from talentpool.placements.counters import timing
from talentpool.placements.counters.answering import take_step
from talentpool.placements.counters.finding import find_open, list_steps
from talentpool.placements.counters.models import CounterProposal, Side
from talentpool.placements.counters.proposing import propose_counter
from talentpool.placements.lapsing import keep_time, lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.reminding import Kind
from talentpool.placements.stepping import list_steps as list_steps_of
from talentpool.states import CounterState, PlacementState
from talentpool.waits import DEFAULTS, Wait, end_of_term

from .. import factories as make
from .cast import DAY, Cast, assert_sound, mails
from .test_races import at_once

PS, CS = PlacementState, CounterState
TO_OFFER = ("propose", "approve")
DUE = date(2026, 12, 8)  # of an offer at make.NOW


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def offered(cast: Cast, need: Need | None = None) -> Placement:
    return cast.walk(cast.suggested(need), *TO_OFFER)


def introduced(cast: Cast) -> Placement:
    return cast.walk(cast.suggested(), *TO_OFFER, "accept")


def propose(
    cast: Cast, row: Placement, *, words: str = "", now: datetime = make.NOW, **changes: object
) -> CounterProposal:
    asked = replace(row.conditions, **changes)  # type: ignore[arg-type]
    actor = cast.person(row) if row.state is PS.OFFERED else cast.town
    return propose_counter(cast.session, row, asked, words, actor=actor, now=now)


def step(
    cast: Cast, row: CounterProposal, verb: str, *, now: datetime = make.NOW, **said: str
) -> None:
    person = cast.person(row.placement)
    actors = {
        "draft": cast.coordinator, "turn_back": cast.coordinator, "approve": cast.approver,
        "refuse": cast.approver,
        "accept": cast.town if row.side is Side.PERSON else person,
        "decline": cast.town if row.side is Side.PERSON else person,
        "withdraw": person if row.side is Side.PERSON else cast.town,
    }  # fmt: skip
    take_step(cast.session, row, verb, actor=actors[verb], now=now, **said)
    cast.session.flush()


def held(session: Session, row: Placement) -> dict[int, int]:
    session.expire_all()
    query = sa.select(Commitment.month, Commitment.half_days).where(
        Commitment.placement_id == row.id
    )
    return dict(session.execute(query.order_by(Commitment.month)).all())


def told(session: Session, row: CounterProposal, template: str) -> set[int]:
    query = sa.select(MailOrder.recipient_id).where(
        MailOrder.link == f"/counters/{row.id}",
        MailOrder.template == f"counter_proposal.{template}",
    )
    return set(session.scalars(query))


MONTHS = range(make.FIRST, make.LAST + 1)
SOMEBODY = Candidate(kind="official")  # whom a town pays


def test_a_person_proposes_fewer_half_days_and_the_town_agrees(
    cast: Cast, session: Session
) -> None:
    row = offered(cast)
    counter = propose(cast, row, half_days=2)
    assert (row.state, counter.state, counter.side) == (PS.OFFERED, CS.ASKED, Side.PERSON)
    assert row.answer_until is None
    assert held(session, row) == dict.fromkeys(MONTHS, 4)  # either answer can be kept
    assert told(session, counter, "ask_town") == {cast.town.user_id}
    assert counter.until == end_of_term(make.NOW, DEFAULTS[Wait.COUNTER])
    later = make.NOW + DAY
    step(cast, counter, "accept", now=later)
    assert counter.state is CS.ACCEPTED
    assert held(session, row) == dict.fromkeys(MONTHS, 2)
    assert row.conditions.half_days == 2
    assert row.offer_until == end_of_term(later, DEFAULTS[Wait.OFFER])
    assert told(session, counter, "accept") >= {row.candidate.user_id, cast.coordinator.user_id}
    assert row.paper is not None
    (outcome,) = row.paper.outcomes
    assert (outcome["what"], outcome["before"]["half_days"], outcome["after"]["half_days"]) == (
        "changed", 4, 2,
    )  # fmt: skip
    cast.walk(row, "accept", "welcome", "confirm")
    booked = session.scalars(sa.select(Engagement)).one()
    assert (booked.first_month, booked.last_month) == (make.FIRST, make.LAST)
    assert held(session, row) == dict.fromkeys(MONTHS, 2)
    assert_sound(session)


def test_a_town_proposes_another_start_and_the_person_agrees(cast: Cast, session: Session) -> None:
    row = introduced(cast)
    counter = propose(cast, row, first_month=make.FIRST + 2)
    assert (counter.side, counter.state) == (Side.TOWN, CS.ASKED)
    assert told(session, counter, "ask_person") == {row.candidate.user_id}
    step(cast, counter, "accept")
    assert list(held(session, row)) == list(range(make.FIRST + 2, make.LAST + 1))
    assert row.introduction_until == end_of_term(make.NOW, DEFAULTS[Wait.INTRODUCTION])
    cast.walk(row, "welcome", "confirm")
    assert session.scalars(sa.select(Engagement)).one().first_month == make.FIRST + 2
    assert_sound(session)


def test_online_instead_of_on_site_needs_no_decision(cast: Cast, session: Session) -> None:
    need = make.make_need(session, mode=NeedMode.ONSITE)
    row = offered(cast, need)
    counter = propose(cast, row, mode=NeedMode.ONLINE, on_site_share=0)
    assert counter.excess == []
    step(cast, counter, "accept")
    assert row.conditions.mode is NeedMode.ONLINE
    assert need.mode is NeedMode.ONSITE
    assert_sound(session)


@pytest.mark.parametrize("verb", ["decline", "withdraw"])
def test_without_agreement_the_old_conditions_stand_and_the_days_left_run(
    cast: Cast, session: Session, verb: str
) -> None:
    row = offered(cast)
    proposed = make.NOW + DAY  # four of five business days are left
    counter = propose(cast, row, half_days=2, now=proposed)
    ended = make.NOW + 3 * DAY
    step(cast, counter, verb, now=ended)
    assert counter.ended_at == ended
    assert row.agreed_half_days is None
    assert held(session, row) == dict.fromkeys(MONTHS, 4)
    assert row.offer_until == end_of_day(add_business_days(local_date(ended), 4))
    cast.step(row, "accept", now=ended)
    assert_sound(session)


def test_an_answer_waits_while_conditions_are_proposed(cast: Cast, session: Session) -> None:
    row = offered(cast)
    counter = propose(cast, row, half_days=2)
    person = cast.person(row)
    assert {one.verb for one in list_steps_of(session, row, actor=person, now=make.NOW)} == {
        "decline"
    }
    with pytest.raises(Conflict):
        cast.step(row, "accept")
    with pytest.raises(Conflict):
        propose(cast, row, half_days=3)
    assert lapse_overdue(session, make.NOW + 100 * DAY) == []
    cast.step(row, "decline", reason="schedule")
    assert counter.state is CS.SUPERSEDED
    assert held(session, row) == {}
    assert_sound(session)


def test_nobody_answers_and_the_proposal_lapses(cast: Cast, session: Session) -> None:
    row = offered(cast)
    counter = propose(cast, row, half_days=2)
    assert counter.until is not None
    assert timing.lapse_overdue(session, counter.until) == []
    late = counter.until + timedelta(seconds=2)
    assert timing.lapse_overdue(session, late) == [counter]
    assert (counter.state, row.state) == (CS.LAPSED, PS.OFFERED)
    assert row.offer_until == end_of_term(late, 5)
    assert told(session, counter, "lapse") >= {row.candidate.user_id, cast.town.user_id}
    with pytest.raises(Conflict):
        step(cast, counter, "accept", now=late)
    assert timing.lapse_overdue(session, late) == []
    assert_sound(session)


def test_the_timer_lapses_it_too(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        counter = propose(cast, offered(cast), half_days=2)
        ident, until = counter.id, counter.until
    assert until is not None
    keep_time(database, until + timedelta(seconds=2))
    with database.reading() as session:
        assert session.get_one(CounterProposal, ident).state is CS.LAPSED


def test_an_answer_after_the_deadline_is_refused(cast: Cast) -> None:
    counter = propose(cast, offered(cast), half_days=2)
    assert counter.until is not None
    with pytest.raises(Conflict):
        step(cast, counter, "accept", now=counter.until + timedelta(seconds=1))


@pytest.mark.parametrize("now", [end_of_day(DUE) + timedelta(seconds=1), make.NOW + 30 * DAY])
def test_conditions_are_proposed_before_the_deadline(cast: Cast, now: datetime) -> None:
    row = offered(cast)
    with pytest.raises(Conflict):
        propose(cast, row, half_days=2, now=now)


@pytest.mark.parametrize("state", sorted(set(PS) - {PS.OFFERED, PS.INTRODUCED}))
def test_only_who_is_asked_proposes(session: Session, state: PS) -> None:
    cast, person = Cast.of(session), make.make_candidate(session)
    row = make.make_placement(session, make.make_need(session), person, state=state)
    for actor in (cast.person(row), cast.town):
        with pytest.raises(Problem):
            propose_counter(
                session, row, replace(row.conditions, half_days=2), "", actor=actor, now=make.NOW
            )
    assert session.scalar(sa.select(sa.func.count(CounterProposal.id))) == 0


def test_nobody_else_proposes_answers_or_sees_it(cast: Cast, session: Session) -> None:
    row = offered(cast)
    stranger = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
    other = make.make_candidate(session)
    assert other.user_id is not None
    foreign = Actor(other.user_id, Role.CANDIDATE, make.HYOGO)
    for actor in (cast.town, cast.coordinator, cast.approver, stranger, foreign):
        with pytest.raises(Forbidden):
            propose_counter(
                session, row, replace(row.conditions, half_days=2), "", actor=actor, now=make.NOW
            )
    counter = propose(cast, row, half_days=2)
    for actor in (stranger, foreign):
        with pytest.raises(NotFound):
            get_visible(session, actor, CounterProposal, counter.id)
    for verb in ("accept", "decline"):
        with pytest.raises(Forbidden):
            take_step(session, counter, verb, actor=cast.person(row), now=make.NOW)
    with pytest.raises(Forbidden):
        take_step(session, counter, "withdraw", actor=cast.town, now=make.NOW)
    with pytest.raises(NotFound):
        take_step(session, counter, "lapse", actor=cast.town, now=make.NOW)


# --- Refused before anything is stored


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"half_days": 0}, "half_days"),
        ({"half_days": 63}, "half_days"),
        ({}, "half_days"),
        ({"last_month": make.FIRST - 1}, "last_month"),
        ({"last_month": make.FIRST + 36}, "last_month"),
        ({"first_month": make.FIRST - 12}, "first_month"),
        ({"half_days": 9}, "half_days"),  # more than the person has
        ({"last_month": make.LAST + 1}, "half_days"),  # a month without half-days
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_stored(
    cast: Cast, session: Session, changes: dict[str, int], field: str
) -> None:
    row = offered(cast)
    before = (held(session, row), row.offer_until, row.version)
    with pytest.raises(Refused) as refused:
        propose(cast, row, **changes)
    assert field in refused.value.fields
    session.expire_all()
    assert (held(session, row), row.offer_until, row.version) == before
    assert find_open(session, row) is None
    assert_sound(session)


def test_half_days_that_the_ledger_lacks_are_refused_with_the_rule_named(
    cast: Cast, session: Session
) -> None:
    person = make.make_candidate(session, half_days=8)
    row = cast.walk(cast.suggested(candidate=person), *TO_OFFER)
    cast.walk(cast.suggested(candidate=person), *TO_OFFER)  # takes the other four
    with pytest.raises(Refused) as refused:
        propose(cast, row, half_days=5)
    assert refused.value.fields["half_days"].startswith("「稼働」")
    assert held(session, row) == dict.fromkeys(MONTHS, 4)
    assert_sound(session)


def test_a_mode_that_the_person_does_not_do_is_refused_with_the_rule_named(
    cast: Cast, session: Session
) -> None:
    row = introduced(cast)
    for window in row.candidate.windows:
        window.mode = Mode.ONLINE
    session.flush()
    with pytest.raises(Refused) as refused:
        propose(cast, row, mode=NeedMode.ONSITE)
    assert "「働き方」" in refused.value.fields["mode"]


def test_both_conditions_are_held_so_that_nobody_else_takes_the_half_days(
    cast: Cast, session: Session
) -> None:
    person = make.make_candidate(session, half_days=8)
    row = cast.walk(cast.suggested(candidate=person), *TO_OFFER)
    propose(cast, row, half_days=6)
    query = sa.select(LedgerMonth.held).where(LedgerMonth.candidate_id == person.id)
    assert set(session.scalars(query)) == {6}
    assert_sound(session)


# --- Beyond the decision


def test_more_half_days_need_a_decision_before_the_town_hears_of_it(
    cast: Cast, session: Session
) -> None:
    row = offered(cast)
    counter = propose(cast, row, half_days=6)
    assert (counter.state, counter.excess) == (CS.REVIEW, ["half_days", "pay"])
    assert told(session, counter, "review") == {cast.coordinator.user_id}
    assert told(session, counter, "ask_town") == set()
    with pytest.raises(NotFound):
        get_visible(session, cast.town, CounterProposal, counter.id)
    step(cast, counter, "draft", comment="予算の範囲内")
    assert told(session, counter, "draft") == {cast.approver.user_id}
    step(cast, counter, "approve", now=make.NOW + DAY)
    assert (counter.state, counter.decided_by) == (CS.ASKED, cast.approver.user_id)
    assert told(session, counter, "ask_town") == {cast.town.user_id}
    assert cast.town.user_id not in told(session, counter, "approve")
    assert told(session, counter, "approve") == {row.candidate.user_id, cast.coordinator.user_id}
    assert counter.until == end_of_term(make.NOW + DAY, DEFAULTS[Wait.COUNTER])
    step(cast, counter, "accept", now=make.NOW + DAY)
    assert row.paper is not None
    assert row.paper.outcomes[-1]["decided_by"] == cast.approver.user_id
    assert held(session, row) == dict.fromkeys(MONTHS, 6)
    again = propose(cast, row, half_days=5, now=make.NOW + DAY)
    assert again.state is CS.ASKED  # six were decided
    assert_sound(session)


def test_whoever_sends_it_for_a_decision_does_not_decide(cast: Cast, session: Session) -> None:
    counter = propose(cast, offered(cast), half_days=6)
    step(cast, counter, "draft")
    counter.drafted_by = cast.approver.user_id
    session.flush()
    assert "approve" not in {one.verb for one in list_steps(session, counter, cast.approver)}
    with pytest.raises(Forbidden):
        step(cast, counter, "approve")
    for actor in (cast.coordinator, cast.town):
        with pytest.raises(Forbidden):
            take_step(session, counter, "approve", actor=actor, now=make.NOW)


@pytest.mark.parametrize(("verbs", "last"), [((), "turn_back"), (("draft",), "refuse")])
def test_what_the_prefecture_rejects_never_reaches_the_other_side(
    cast: Cast, session: Session, verbs: tuple[str, ...], last: str
) -> None:
    row = offered(cast)
    counter = propose(cast, row, half_days=6)
    for verb in verbs:
        step(cast, counter, verb)
    with pytest.raises(Refused):
        step(cast, counter, last)
    step(cast, counter, last, reason="terms")
    assert counter.state is CS.REFUSED
    assert told(session, counter, last) >= {row.candidate.user_id}
    assert cast.town.user_id not in told(session, counter, last)
    assert held(session, row) == dict.fromkeys(MONTHS, 4)
    assert row.offer_until is not None
    assert_sound(session)


@pytest.mark.parametrize(
    ("changes", "beyond"),
    [
        ({"half_days": 3}, set()),
        ({"half_days": 5}, {Excess.HALF_DAYS, Excess.PAY}),
        ({"first_month": make.FIRST + 1, "last_month": make.LAST - 1}, set()),
        ({"last_month": make.LAST + 1}, {Excess.PERIOD, Excess.PAY}),
        ({"first_month": make.FIRST - 1}, {Excess.PERIOD, Excess.PAY}),  # another fiscal year
        ({"mode": NeedMode.HYBRID}, {Excess.TRAVEL}),
        ({"mode": NeedMode.ONSITE, "half_days": 2}, {Excess.TRAVEL}),
    ],
)
def test_what_goes_beyond_the_decision_is_named(
    session: Session, changes: dict[str, object], beyond: set[Excess]
) -> None:
    need = make.make_need(session)
    decided = Conditions.of(need)
    asked = replace(decided, **changes)  # type: ignore[arg-type]
    assert set(find_excess(need, SOMEBODY, asked, [decided])) == beyond
    assert find_excess(need, SOMEBODY, asked, [decided, asked]) == []


@given(
    st.integers(1, 12), st.integers(0, 11), st.integers(0, 11), st.sampled_from(list(NeedMode)),
    st.sampled_from(["day", "month", "hour", "time", "none"]),
)  # fmt: skip
def test_less_of_everything_never_needs_a_decision(
    half_days: int, later: int, earlier: int, mode: NeedMode, basis: str
) -> None:
    need = Need(
        half_days=12, first_month=make.FIRST, last_month=make.FIRST + 23, mode=NeedMode.ONSITE,
        on_site_share=0, pay_amount=25000, pay_basis=basis,
    )  # fmt: skip
    decided = Conditions.of(need)
    asked = Conditions.changed(
        need, half_days, decided.first_month + later, decided.last_month - earlier, mode
    )
    assert find_excess(need, SOMEBODY, asked, [decided]) == []
    before, after = (pay_by_year(work_of(need, SOMEBODY, one)) for one in (decided, asked))
    assert all(yen <= before[year] for year, yen in after.items())


# --- What everybody sees, and time


def test_a_person_s_words_are_for_staff_and_a_town_s_for_the_person(
    cast: Cast, session: Session
) -> None:
    counter = propose(cast, offered(cast), half_days=2, words="介護のため")
    stored = session.execute(sa.text("SELECT words FROM counter_proposal")).scalar_one()
    assert "介護".encode() not in bytes(stored)
    assert counter.words == "介護のため"


def test_an_end_of_the_need_ends_it(cast: Cast, session: Session) -> None:
    from talentpool.placements.closing import withdraw_need

    row = offered(cast)
    counter = propose(cast, row, half_days=2)
    withdraw_need(session, row.need, reason="budget", actor=cast.town, now=make.NOW)
    assert (row.state, counter.state) == (PS.REVOKED, CS.SUPERSEDED)
    assert_sound(session)


def test_a_need_that_has_changed_refuses_the_yes(cast: Cast, session: Session) -> None:
    row = offered(cast)
    counter = propose(cast, row, half_days=2)
    row.need.content_version += 1
    session.flush()
    with pytest.raises(Conflict):
        step(cast, counter, "accept")
    assert counter.state is CS.ASKED


def test_the_other_side_is_reminded_half_way_and_two_days_before(
    cast: Cast, session: Session
) -> None:
    counter = propose(cast, offered(cast), half_days=2)
    assert counter.until is not None
    now, kinds = make.NOW, []
    while now < counter.until + 3 * DAY:
        kinds += [found.kind for found in timing.remind(session, now)]
        session.flush()
        now += timedelta(hours=3)
    assert kinds == [Kind.HALF, Kind.NEAR]
    assert told(session, counter, "remind_town") == {cast.town.user_id}
    step(cast, counter, "withdraw", now=counter.until)
    assert timing.list_due(session, counter.until) == []


def test_who_could_not_be_told_is_never_late(cast: Cast, session: Session) -> None:
    from talentpool.mail import MailState

    counter = propose(cast, offered(cast), half_days=2)
    order = session.scalars(
        sa.select(MailOrder).where(MailOrder.template == "counter_proposal.ask_town")
    ).one()
    order.state = MailState.FAILED
    session.flush()
    far = make.NOW + 60 * DAY
    assert timing.list_overdue(session, far) == []
    order.told_at = make.NOW + 20 * DAY
    session.flush()
    due = end_of_term(order.told_at, DEFAULTS[Wait.COUNTER])
    assert timing.list_overdue(session, due) == []
    assert timing.list_overdue(session, due + timedelta(seconds=2)) == [counter]


# --- At once


def _try(database: Database, work: object) -> bool:
    try:
        with database.writing() as session:
            work(session)  # type: ignore[operator]
    except Problem:
        return False
    return True


def test_an_answer_and_a_proposal_at_once_leave_one_of_them(database: Database) -> None:
    for _ in range(5):
        with database.writing() as session:
            cast = Cast.of(session)
            row = offered(cast)
            ident, person = row.id, cast.person(row)

        def answer(session: Session, ident: int = ident, person: Actor = person) -> None:
            from talentpool.placements.answering import accept_offer

            accept_offer(session, session.get_one(Placement, ident), actor=person, now=make.NOW)

        def counter(session: Session, ident: int = ident, person: Actor = person) -> None:
            row = session.get_one(Placement, ident)
            asked = replace(row.conditions, half_days=2)
            propose_counter(session, row, asked, "", actor=person, now=make.NOW)

        done = at_once([lambda: _try(database, answer), lambda: _try(database, counter)])
        assert sorted(done) == [False, True]
        with database.writing() as session:
            row = session.get_one(Placement, ident)
            found = find_open(session, row)
            assert (row.state is PS.INTRODUCED) == (found is None)
            assert_sound(session)


def test_many_proposals_at_once_leave_one_open(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        row = offered(cast)
        ident, person = row.id, cast.person(row)

    def counter(session: Session) -> None:
        row = session.get_one(Placement, ident)
        asked = replace(row.conditions, half_days=2)
        propose_counter(session, row, asked, "", actor=person, now=make.NOW)

    done = at_once([lambda: _try(database, counter) for _ in range(6)])
    assert sum(done) == 1
    with database.writing() as session:
        assert session.scalar(sa.select(sa.func.count(CounterProposal.id))) == 1
        assert_sound(session)


def test_a_yes_and_a_withdrawal_at_once_leave_one_of_them(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        row = offered(cast)
        ident, person, town = propose(cast, row, half_days=2).id, cast.person(row), cast.town
        placement = row.id

    def take(verb: str, actor: Actor) -> bool:
        return _try(
            database,
            lambda session: take_step(
                session, session.get_one(CounterProposal, ident), verb, actor=actor, now=make.NOW
            ),
        )

    done = at_once([lambda: take("accept", town), lambda: take("withdraw", person)])
    assert sum(done) == 1
    with database.writing() as session:
        row = session.get_one(Placement, placement)
        counter = session.get_one(CounterProposal, ident)
        assert row.conditions.half_days == (2 if counter.state is CS.ACCEPTED else 4)
        assert_sound(session)


def test_the_steps_of_a_placement_are_told_by_its_own_mails(cast: Cast, session: Session) -> None:
    row = offered(cast)
    propose(cast, row, half_days=2)
    assert mails(session, row, "accept") == []
