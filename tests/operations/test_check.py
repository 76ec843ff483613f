"""Each invariant: quiet on a sound database, and heard when somebody breaks it past the services."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import audit, mail, states
from talentpool.candidates.received import Confirmed, Reception, Source
from talentpool.db import Session
from talentpool.operations import check, trail
from talentpool.permissions import SYSTEM, Role
from talentpool.states import ENTRIES, MembershipState, NeedState, PlacementState, RoundState

from .. import factories as make

ALL = list(PlacementState)


def _one(session: Session, state: PlacementState) -> int:
    need, candidate = make.make_need(session), make.make_candidate(session)
    placement = make.make_placement(session, need, candidate, state=state)
    session.commit()
    return placement.id


def _break(session: Session, statement: str, **values: object) -> list[str]:
    """What is heard after a change behind everybody's back, with the database's own guards out of the way."""
    _disarm(session)
    session.execute(sa.text(statement), values)
    session.flush()
    session.expire_all()
    return list(check.violations(session))


def _disarm(session: Session) -> None:
    """Let the database take rows that it would refuse: the check must not rely on what it stands beside."""
    connection = session.connection()
    inspector = sa.inspect(connection)
    unique = [f"DROP INDEX {name}" for name in ("uq_placement_live", "uq_placement_seat")]
    if connection.dialect.name == "sqlite":
        session.commit()
        connection = session.connection()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("COMMIT")
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA ignore_check_constraints = ON")
        raw.execute("BEGIN IMMEDIATE")
        _run(session, unique)
        return
    for table in TABLES:
        names = [found["name"] for found in inspector.get_foreign_keys(table)]
        names += [found["name"] for found in inspector.get_check_constraints(table)]
        _run(session, [f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}" CASCADE' for name in names])
    _run(session, unique)
    _run(session, ["ALTER TABLE mail_order DROP CONSTRAINT uq_mail_order_event_recipient_id"])


def _run(session: Session, statements: list[str]) -> None:
    for statement in statements:
        session.execute(sa.text(statement))


TABLES = [
    "placement",
    "commitment",
    "engagement",
    "ledger_month",
    "need",
    "need_draft",
    "round",
    "decision_paper",
]


def test_every_machine_is_compared_with_its_events() -> None:
    """A machine that is added comes in by itself only where its model is named."""
    compared = {model.__tablename__ for model in trail.COMPARED}
    assert compared == {machine.name for machine in states.MACHINES.values()}


def test_an_empty_database_has_no_violations(session: Session) -> None:
    assert list(check.violations(session)) == []


@pytest.mark.parametrize("state", ALL)
def test_a_placement_in_any_state_has_no_violations(
    session: Session, state: PlacementState
) -> None:
    _one(session, state)
    assert list(check.violations(session)) == []


BREAKS = [
    (PlacementState.OFFERED, "UPDATE ledger_month SET held = held + 1 WHERE month = (SELECT min(month) FROM ledger_month)"),
    (PlacementState.OFFERED, "DELETE FROM commitment"),
    (PlacementState.OFFERED, "UPDATE placement SET offer_until = NULL"),
    (PlacementState.OFFERED, "UPDATE placement SET agreed_half_days = 1, agreed_first_month = 24327, agreed_last_month = 24328, agreed_mode = 'online'"),
    (PlacementState.CONFIRMED, "UPDATE commitment SET state = 'hold'"),
    (PlacementState.CONFIRMED, "DELETE FROM engagement"),
    (PlacementState.CONFIRMED, "DELETE FROM decision_paper"),
    (PlacementState.CONFIRMED, "UPDATE decision_paper SET outcomes = '[]'"),
    (PlacementState.CONFIRMED, "UPDATE decision_paper SET number = 7"),
    (PlacementState.OFFERED, "UPDATE decision_paper SET content = '{}'"),
    (PlacementState.OFFERED, "UPDATE decision_paper SET decided_by = drafted_by"),
    (PlacementState.OFFERED, "UPDATE decision_paper SET decision = 'refused'"),
    (PlacementState.OFFERED, "UPDATE decision_paper SET ended_at = frozen_at"),
    (PlacementState.OFFERED, "UPDATE decision_paper SET seat = 2"),
    (PlacementState.PROPOSED, "UPDATE placement SET paper_id = NULL"),
    (PlacementState.LAPSED, "UPDATE decision_paper SET ended_at = NULL"),
    (PlacementState.CONFIRMED, "UPDATE placement SET state = 'revoked', end_reason = 'mistake'"),
    (PlacementState.INTRODUCED, "UPDATE consent SET withdrawn_at = given_at WHERE purpose = 'introduction'"),
    (PlacementState.CONFIRMED, "DELETE FROM consent WHERE purpose = 'introduction'"),
    (PlacementState.PROPOSED, "UPDATE need SET state = 'closed', outcome = 'unfilled'"),
    (PlacementState.APPROVED, "UPDATE placement SET approved_by = drafted_by"),
    (PlacementState.APPROVED, "UPDATE placement SET approved_by = NULL"),
    (PlacementState.OFFERED, "UPDATE placement SET seat = NULL"),
    (PlacementState.OFFERED, "UPDATE placement SET seat = 2"),
    (PlacementState.SUGGESTED, "UPDATE membership SET state = 'left'"),
    (PlacementState.OFFERED, "UPDATE placement SET municipality_code = '285013'"),
    (PlacementState.OFFERED, "UPDATE commitment SET municipality_code = '285013'"),
    (PlacementState.OFFERED, "UPDATE placement SET prefecture_code = '27'"),
    (PlacementState.CONFIRMED, "UPDATE engagement SET prefecture_code = '27'"),
    (PlacementState.LAPSED, "UPDATE placement SET end_reason = NULL"),
    (PlacementState.LAPSED, "UPDATE placement SET ended_at = NULL"),
    (PlacementState.SUGGESTED, "UPDATE placement SET state = 'proposed'"),
    (PlacementState.PROPOSED, "UPDATE placement SET version = 0"),
    (PlacementState.PROPOSED, "UPDATE placement SET need_version = 9"),
    (PlacementState.PROPOSED, "UPDATE audit_head SET seq = seq + 1"),
    (PlacementState.OFFERED, "UPDATE need SET seats = 0"),
    (PlacementState.CONFIRMED, "UPDATE placement SET seat = 3"),
    (PlacementState.APPROVED, "UPDATE placement SET need_version = 0, state = 'lapsed'"),
    (PlacementState.OFFERED, "UPDATE commitment SET candidate_id = 99"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "statement"), BREAKS)
def test_a_broken_row_is_heard(session: Session, state: PlacementState, statement: str) -> None:
    _one(session, state)
    assert _break(session, statement) != []


def test_a_second_live_placement_is_refused_by_the_database(session: Session) -> None:
    need, candidate = make.make_need(session), make.make_candidate(session)
    make.make_placement(session, need, candidate)
    with pytest.raises(sa.exc.IntegrityError):
        make.make_placement(session, need, candidate)


def test_a_second_person_on_one_seat_is_refused_by_the_database(
    session: Session,
) -> None:
    need = make.make_need(session)
    offered = PlacementState.OFFERED
    make.make_placement(session, need, make.make_candidate(session), state=offered, seat=1)
    with pytest.raises(sa.exc.IntegrityError):
        make.make_placement(session, need, make.make_candidate(session), state=offered, seat=1)


def test_a_round_adopted_with_other_inputs_is_heard(session: Session) -> None:
    made = make.make_round_with_plan(
        session, [(make.make_need(session), make.make_candidate(session))]
    )
    session.commit()
    heard = _break(
        session,
        "UPDATE round SET state = 'adopted', adopted_at = created_at WHERE id = :id",
        id=made.id,
    )
    assert any("adopted 0 times" in fault for fault in heard)


def test_a_need_closed_in_the_proper_way_has_no_violations(session: Session) -> None:
    make.make_need(session, state=NeedState.CLOSED)
    session.commit()
    assert list(check.violations(session)) == []


def test_two_live_placements_of_a_pair_are_heard(session: Session) -> None:
    need, candidate = make.make_need(session, seats=2), make.make_candidate(session)
    first = make.make_placement(session, need, candidate)
    make.make_placement(session, need, make.make_candidate(session))
    session.commit()
    heard = _break(session, "UPDATE placement SET candidate_id = :id", id=first.candidate_id)
    assert any("2 live placements" in fault for fault in heard)


def test_two_people_on_one_seat_are_heard(session: Session) -> None:
    need = make.make_need(session, seats=2)
    for _ in range(2):
        make.make_placement(
            session, need, make.make_candidate(session), state=PlacementState.OFFERED
        )
    session.commit()
    heard = _break(session, "UPDATE placement SET seat = 1")
    assert f"need {need.id}: seats are numbered wrongly" in heard


def test_a_need_closed_without_an_outcome_is_heard(session: Session) -> None:
    need = make.make_need(session, state=NeedState.CLOSED)
    session.commit()
    heard = _break(session, "UPDATE need SET outcome = NULL")
    assert heard == [f"need {need.id}: closed without an outcome"]


def test_a_round_ahead_of_its_need_is_heard(session: Session) -> None:
    need = make.make_need(session)
    made = make.make_round_with_plan(session, [(need, make.make_candidate(session))])
    session.commit()
    heard = _break(session, "UPDATE round_need SET content_version = 9")
    assert heard == [f"round {made.id}: refers to a version of need {need.id} that does not exist"]


def test_a_round_adopted_with_another_hash_is_heard(session: Session) -> None:
    pair = make.make_need(session), make.make_candidate(session)
    made = make.make_round_with_plan(session, [pair])
    states.move(
        session, made, "adopt", actor=SYSTEM, now=make.NOW, detail={"input_hash": made.input_hash}
    )
    made.adopted_at = make.NOW
    session.commit()
    assert list(check.violations(session)) == []
    heard = _break(session, "UPDATE round SET input_hash = 'other'")
    assert heard == [f"round {made.id}: adopted with other inputs than it was run with"]


@pytest.mark.parametrize("state", [RoundState.OPTIMAL, RoundState.EXPLORED, RoundState.DISCARDED])
def test_a_placement_of_a_round_that_is_not_adopted_is_heard(
    session: Session, state: RoundState
) -> None:
    pair = make.make_need(session), make.make_candidate(session)
    adopted = make.make_round_with_plan(session, [pair], state=RoundState.ADOPTED)
    placement = make.make_placement(session, *pair, round_id=adopted.id)
    session.commit()
    assert list(check.violations(session)) == []
    placement.round_id = make.make_round_with_plan(session, [pair], state=state).id
    session.commit()
    assert list(check.violations(session)) == [
        f"placement {placement.id}: of round {placement.round_id}, which is {state}"
    ]


def test_a_mail_ordered_twice_is_heard(session: Session) -> None:
    user = make.make_user(session, Role.COORDINATOR)
    for number in range(2):
        mail.order_mail(
            session,
            event=f"test/{number}",
            recipient_id=user.id,
            template="t",
            link="/",
            now=make.NOW,
        )
    session.commit()
    if (
        session.get_bind().dialect.name == "sqlite"
    ):  # the unique key belongs to the table itself there
        with pytest.raises(sa.exc.IntegrityError):
            session.execute(sa.text("UPDATE mail_order SET event = 'test/0'"))
        return
    heard = _break(session, "UPDATE mail_order SET event = 'test/0'")
    assert heard == [f"mail: 2 orders for test/0 and user {user.id}"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE mail_order SET carried_by_id = NULL WHERE id = {told}", "never comes"),
        ("UPDATE mail_order SET recipient_id = {other} WHERE id = {told}", "no daily mail of its"),
        (
            "UPDATE mail_order SET template = 'need.submit' WHERE id = {daily}",
            "no daily mail of its",
        ),
        ("DELETE FROM mail_order WHERE id = {told}", "about nothing"),
    ],
)
def test_a_daily_mail_without_its_events_is_heard(
    session: Session, statement: str, said: str
) -> None:
    user, other = (make.make_user(session, Role.COORDINATOR) for _ in range(2))
    daily, told = (
        mail.order_mail(
            session, event=f"test/{name}", recipient_id=user.id, template=name, link="/",
            now=make.NOW,
        ) for name in (mail.DIGEST, "need.submit")
    )  # fmt: skip
    session.flush()
    told.state, told.carried_by_id = mail.MailState.DIGEST, daily.id
    session.commit()
    assert list(check.violations(session)) == []
    heard = _break(session, statement.format(told=told.id, daily=daily.id, other=other.id))
    assert any(said in line for line in heard)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE need_draft SET prefecture_code = '27'", "its town is in 28"),
        ("UPDATE need_draft SET municipality_code = '285013'", "of another town"),
        ("UPDATE need SET state = 'submitted', submitted_at = created_at", "which is submitted"),
    ],
)
def test_a_draft_of_another_place_or_of_a_need_that_is_fixed_is_heard(
    session: Session, statement: str, said: str
) -> None:
    make.make_need_draft(session, need=make.make_need(session, state=NeedState.DRAFT))
    session.commit()
    assert any(said in line for line in _break(session, statement))


def test_a_gap_between_two_events_of_one_thing_is_heard(session: Session) -> None:
    need = make.make_need(session)
    audit.record(
        session,
        ENTRIES["need.resume"],
        need,
        actor=SYSTEM,
        now=make.NOW,
        detail={"from": "on_hold", "to": "open"},
    )
    session.commit()
    heard = list(check.violations(session))
    assert heard[0] == f"audit: need {need.id} was open, the next event begins at on_hold"


def test_a_state_that_no_event_explains_is_heard(session: Session) -> None:
    need = make.make_need(session, state=NeedState.DRAFT)
    session.commit()
    heard = _break(session, "UPDATE need SET state = 'submitted', submitted_at = created_at")
    assert heard == [f"audit: no event says how need {need.id} became submitted"]


def test_a_consent_that_outlives_the_registration_is_heard(session: Session) -> None:
    make.make_candidate(session, state=MembershipState.LEFT)
    audit.seal(session)
    assert list(check.violations(session)) == []
    assert _break(session, "UPDATE consent SET withdrawn_at = NULL") != []


def test_somebody_in_the_pool_who_has_not_confirmed_what_staff_registered(session: Session) -> None:
    person = make.make_candidate(session, has_account=False)
    session.add(
        Reception(
            candidate_id=person.id, prefecture_code=make.HYOGO, source=Source.PAPER,
            came_on=make.NOW.date(), entered_at=make.NOW, confirmed_at=make.NOW,
            confirmed_how=Confirmed.CODE,
        )
    )  # fmt: skip
    session.commit()
    assert list(check.violations(session)) == []
    found = _break(session, "UPDATE reception SET confirmed_at = NULL, confirmed_how = NULL")
    assert [line for line in found if "has not confirmed" in line] == found != []
