"""Coordinators edit the days; what was asked before keeps its deadline, and staff's tasks become overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import Pool
from talentpool.audit import AuditEvent
from talentpool.dates import local_date
from talentpool.db import Session
from talentpool.deadlines.models import DeadlineDays
from talentpool.deadlines.service import list_changes, read_terms, set_days
from talentpool.errors import Forbidden, Refused
from talentpool.home import service as home
from talentpool.permissions import Role
from talentpool.placements.lapsing import lapse_overdue
from talentpool.states import MembershipState, NeedState, PlacementState, RoundState
from talentpool.waits import DEFAULTS, MOST, Wait, end_of_term
from talentpool.web.unit import TalentpoolFlask
from talentpool.web.versions import mark_of
from tests import factories as make
from tests.browsers import signed_in
from tests.placements.cast import Cast

PS = PlacementState
DAY = timedelta(days=1)


def change(session: Session, now: datetime = make.NOW, **days: int) -> Pool:
    pool = make.make_prefecture_pool(session)
    officer = make.make_user(session, Role.COORDINATOR)
    wanted = {Wait(name): n for name, n in days.items()}
    set_days(session, pool, wanted, actor=officer.actor, now=now)
    return pool


def test_new_days_are_used_for_new_deadlines_only(session: Session) -> None:
    cast = Cast.of(session)
    before = cast.walk(cast.suggested(), "propose", "approve")
    change(session, make.NOW + DAY, offer=2, introduction=3)
    after = cast.suggested()
    cast.step(after, "propose", now=make.NOW + DAY)
    cast.step(after, "approve", now=make.NOW + DAY)
    assert before.offer_until == end_of_term(make.NOW, DEFAULTS[Wait.OFFER])
    assert after.offer_until == end_of_term(make.NOW + DAY, 2)
    cast.step(after, "accept", now=make.NOW + DAY)
    assert after.introduction_until == end_of_term(make.NOW + DAY, 3)


def test_every_change_stays_in_the_history_and_the_trail(session: Session) -> None:
    pool = change(session, offer=3, decision=DEFAULTS[Wait.DECISION])
    change(session, make.NOW + DAY, offer=4, need=1)
    change(session, make.NOW + 2 * DAY, offer=4)  # says what stands already
    rows = {(row.wait, row.before, row.days) for row in list_changes(session, pool.prefecture_code)}
    assert rows == {
        (Wait.OFFER, 3, 4), (Wait.NEED, DEFAULTS[Wait.NEED], 1),
        (Wait.OFFER, DEFAULTS[Wait.OFFER], 3),
    }  # fmt: skip
    session.commit()
    told = session.scalars(
        sa.select(AuditEvent.detail)
        .where(AuditEvent.action == "deadline.set")
        .order_by(AuditEvent.seq)
    ).all()
    assert [detail["business_days"] for detail in told] == [{"offer": 3}, {"offer": 4, "need": 1}]


@pytest.mark.parametrize("days", [0, -1, MOST + 1])
def test_days_out_of_range_are_refused_at_their_field(session: Session, days: int) -> None:
    with pytest.raises(Refused) as refused:
        change(session, offer=3, decision=days)
    assert refused.value.fields.keys() == {"decision"}
    assert session.scalar(sa.select(sa.func.count(DeadlineDays.id))) == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_nobody_but_a_coordinator_of_the_prefecture_sets_days(session: Session, role: Role) -> None:
    pool = make.make_prefecture_pool(session)
    other = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    actors = [other.actor]
    if role is not Role.SYSTEM:
        actors.append(make.make_user(session, role).actor)
    for actor in actors:
        with pytest.raises(Forbidden):
            set_days(session, pool, {Wait.OFFER: 3}, actor=actor, now=make.NOW)


def test_another_prefecture_keeps_its_own_days(session: Session) -> None:
    change(session, offer=3)
    assert read_terms(session, make.OSAKA).days(Wait.OFFER, make.NOW) == DEFAULTS[Wait.OFFER]
    assert read_terms(session, make.HYOGO).days(Wait.OFFER, make.NOW) == 3


def test_tasks_of_staff_become_overdue_and_never_end_by_themselves(session: Session) -> None:
    cast, need = Cast.of(session), make.make_need(session, state=NeedState.SUBMITTED)
    person = make.make_candidate(session, state=MembershipState.APPLIED)
    plan = make.make_round_with_plan(session, [], state=RoundState.OPTIMAL)
    draft = cast.suggested()
    proposed = cast.walk(cast.suggested(), "propose")
    agreed = cast.walk(cast.suggested(), "propose", "approve", "accept", "welcome")
    session.flush()
    later = datetime(2027, 3, 1, tzinfo=UTC)
    seen = {
        (item.kind, item.thing.id): item
        for item in home.look(session, cast.coordinator, now=later).items
    }
    due = {
        ("need", need.id): Wait.NEED,
        ("membership", person.memberships[0].id): Wait.PROFILE,
        ("round", plan.id): Wait.PLAN,
        ("placement", draft.id): Wait.DRAFT,
        ("placement", proposed.id): Wait.DECISION,
        ("placement", agreed.id): Wait.CONFIRMATION,
    }
    assert {key: seen[key].due for key in due} == {
        key: end_of_term(make.NOW, DEFAULTS[wait]) for key, wait in due.items()
    }
    assert lapse_overdue(session, later) == []
    assert (draft.state, proposed.state, agreed.state) == (PS.SUGGESTED, PS.PROPOSED, PS.AGREED)
    decided = home.look(session, cast.approver, now=later).items
    assert [item.due for item in decided] == [end_of_term(make.NOW, DEFAULTS[Wait.DECISION])]


def test_the_page_saves_shows_the_history_and_keeps_what_was_typed(app: TalentpoolFlask) -> None:
    browser = signed_in(app, Role.COORDINATOR)
    typed = {str(wait): str(days) for wait, days in DEFAULTS.items()} | {"offer": "８日"}
    version = mark_of(DEFAULTS)
    assert "変更の履歴" not in browser.get("/deadlines").text
    wrong = browser.post("/deadlines", version=version, **typed | {"need": "九"})
    assert wrong.status_code == 422
    assert 'value="九"' in wrong.text
    typed["offer"] = "8"
    assert browser.post("/deadlines", version=version, **typed).status_code == 302
    page = browser.get("/deadlines").text
    assert "変更の履歴" in page
    late = browser.post("/deadlines", version=version, **typed | {"offer": "9"})
    assert late.status_code == 409
    assert 'value="9"' in late.text
    with app.database.reading() as session:
        terms = read_terms(session, make.HYOGO)
        assert terms.days(Wait.OFFER, clock.now()) == 8


def test_the_queue_says_what_is_overdue(app: TalentpoolFlask) -> None:
    long_ago = clock.now() - 60 * DAY
    with app.database.writing() as session:
        need = make.make_need(session, state=NeedState.SUBMITTED, now=long_ago)
        due = end_of_term(long_ago, DEFAULTS[Wait.NEED])
    page = signed_in(app, Role.COORDINATOR).get("/home").text
    (row,) = [row for row in page.split("<tr")[1:] if need.code in row]
    day = local_date(due)
    assert "期限切れ" in row
    assert f"{day.year}/{day.month}/{day.day}" in row


def test_auditors_read_which_days_were_changed(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        change(session, offer=3, plan=9)
    page = signed_in(app, Role.AUDITOR).get("/audit?action=deadline.set").text
    assert "打診への本人の返事：3、割当案の採用：9" in page
