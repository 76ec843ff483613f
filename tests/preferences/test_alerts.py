"""People are told once of an open need that fits, towns and staff when more people fit a need that they watch."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import audit, clock
from talentpool.candidates.leaving import leave_pool
from talentpool.conflicts.service import record_conflict
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound
from talentpool.mail import MailOrder
from talentpool.mail_choices import How, Wish, families_of, first_of, plan
from talentpool.needs.models import Need
from talentpool.needs.writing import delete_need
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.preferences import suggesting, timing, watching
from talentpool.preferences.models import Answer, NeedSuggestion, NeedWatch
from talentpool.preferences.showing import choose_showing
from talentpool.preferences.soundness import violations
from talentpool.reference.service import load_catalogue
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.conflicts.test_conflicts import CONTENT as CONFLICT
from tests.needs.joined import make_joint
from tests.preferences.made import actor_of, make_interest


def told(session: Session, template: str) -> list[tuple[int, str]]:
    """(account, page) of each mail."""
    query = sa.select(MailOrder.recipient_id, MailOrder.link).where(MailOrder.template == template)
    return [(who, link) for who, link in session.execute(query.order_by(MailOrder.id))]


def test_people_are_told_once_of_a_need_that_fits(database: Database) -> None:
    now = clock.now()
    with database.writing() as session:
        fitting = make.make_candidate(session, now=now)
        make.make_candidate(session, skills={"security": 1}, now=now)  # does not fit
        make.make_candidate(session, state=MembershipState.APPLIED, now=now)
        make.make_candidate(session, half_days=2, now=now)  # too little time
        make.make_candidate(session, has_account=False, now=now)
        answered, asked = (make.make_candidate(session, now=now) for _ in range(2))
        need = make.make_need(session, seats=2, now=now)
        make_interest(session, need, answered, Answer.NOT_NOW)
        make.make_placement(session, need, asked, state=PlacementState.OFFERED)
        held = make.make_need(session, state=NeedState.ON_HOLD, now=now)
        user, here, other = fitting.user_id, need.id, held.id
    timing.keep_time(database, now)
    with database.writing() as session:
        assert told(session, suggesting.TEMPLATE) == [(user, f"/suited/{here}")]
        assert [row.people for row in session.scalars(sa.select(NeedSuggestion))] == [1]
        make.make_candidate(session, now=now)  # comes later: reads the need on the page
        session.get_one(Need, other).state = NeedState.OPEN
    timing.keep_time(database, now + timedelta(minutes=29))  # within the half hour nothing is read
    with database.reading() as session:
        assert len(told(session, suggesting.TEMPLATE)) == 1
    timing.keep_time(database, now + timedelta(minutes=31))
    with database.reading() as session:
        found = told(session, suggesting.TEMPLATE)
        assert {link for _, link in found} == {f"/suited/{here}", f"/suited/{other}"}
        assert sum(link == f"/suited/{here}" for _, link in found) == 1
        assert [who for who, link in found if who == user] == [user, user]


def test_the_suggestions_come_in_the_daily_mail_until_something_else_is_chosen() -> None:
    assert "interest" in families_of(Role.CANDIDATE)
    assert "interest" not in families_of(Role.MUNICIPALITY)
    wish = Wish(Role.CANDIDATE, first_of("interest"))
    assert plan(suggesting.TEMPLATE, wish, make.NOW)[0] is How.DAILY
    assert plan(suggesting.TEMPLATE, Wish(Role.CANDIDATE, How.NONE), make.NOW)[0] is How.NONE
    assert first_of("need") is How.AT_ONCE


def _count(session: Session, need: Need) -> dict[int, int]:
    session.flush()
    audit.seal(session)
    return watching.count_fitting(session, [need], load_catalogue(session), make.NOW, is_town=False)


def _tell(session: Session, counts: dict[int, int], actor: Actor = SYSTEM) -> None:
    for is_town in (True, False):
        known = watching.list_versions(session)
        watching.tell_watchers(session, counts, known, is_town=is_town, actor=actor, now=make.NOW)


def test_a_town_is_told_by_steps_and_an_officer_by_one(session: Session) -> None:
    need = make.make_need(session)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    staff = make.make_user(session, Role.COORDINATOR).actor
    catalogue = load_catalogue(session)
    for actor in (town, staff, staff):
        watching.watch_need(session, need, catalogue=catalogue, actor=actor, now=make.NOW)
    for people, towns, officers in ((1, 1, 1), (2, 1, 2), (3, 2, 3), (5, 2, 4), (6, 3, 5)):
        while _count(session, need)[need.id] < people:
            make.make_candidate(session)
        _tell(session, _count(session, need))
        expected = {town.user_id: towns, staff.user_id: officers}
        assert Counter(who for who, _ in told(session, watching.TEMPLATE)) == expected
    _tell(session, _count(session, need))
    assert len(told(session, watching.TEMPLATE)) == 8  # nothing new, nobody told
    _tell(session, {need.id: 0})
    _tell(session, {need.id: 1})
    assert len(told(session, watching.TEMPLATE)) == 10  # fewer says nothing, and more counts anew
    session.commit()
    assert list(violations(session)) == []
    watching.drop_watch(session, need, actor=town, now=make.NOW)
    watching.drop_watch(session, need, actor=town, now=make.NOW)
    assert [row.user_id for row in session.scalars(sa.select(NeedWatch))] == [staff.user_id]
    with pytest.raises(Forbidden):
        _tell(session, {need.id: 9}, staff)


def test_nobody_is_told_of_counts_older_than_the_watch(session: Session) -> None:
    need = make.make_need(session)
    people = [make.make_candidate(session) for _ in range(2)]
    staff, other = (make.make_user(session, Role.COORDINATOR).actor for _ in range(2))
    catalogue = load_catalogue(session)
    watching.watch_need(session, need, catalogue=catalogue, actor=other, now=make.NOW)
    known, old = watching.list_versions(session), _count(session, need)
    assert old == {need.id: 2}
    gone = people[0]
    leave_pool(session, gone.memberships[0], actor=actor_of(gone), now=make.NOW)
    assert _count(session, need) == {need.id: 1}
    watching.watch_need(session, need, catalogue=catalogue, actor=staff, now=make.NOW)
    watching.tell_watchers(session, old, known, is_town=False, actor=SYSTEM, now=make.NOW)
    assert told(session, watching.TEMPLATE) == []
    assert [row.people for row in session.scalars(sa.select(NeedWatch).order_by("id"))] == [2, 1]
    _tell(session, {need.id: 3})  # newer than both
    assert {who for who, _ in told(session, watching.TEMPLATE)} == {other.user_id, staff.user_id}
    _tell(session, {need.id: 1})
    stale = {ident: version - 1 for ident, version in watching.list_versions(session).items()}
    watching.tell_watchers(session, {need.id: 9}, stale, is_town=False, actor=SYSTEM, now=make.NOW)
    assert len(told(session, watching.TEMPLATE)) == 2  # another worker has told newer ones


def test_a_draft_that_is_watched_can_be_thrown_away(session: Session) -> None:
    draft = make.make_need(session, state=NeedState.DRAFT)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    catalogue = load_catalogue(session)
    watching.watch_need(session, draft, catalogue=catalogue, actor=town, now=make.NOW)
    choose_showing(session, draft, names_town=True, actor=town, now=make.NOW)
    delete_need(session, draft, actor=town, now=make.NOW)
    session.flush()
    assert session.scalars(sa.select(NeedWatch)).all() == []


def test_who_has_moved_to_another_town_is_told_no_more(session: Session) -> None:
    need = make.make_need(session)
    user = make.make_user(session, Role.MUNICIPALITY)
    catalogue = load_catalogue(session)
    watching.watch_need(session, need, catalogue=catalogue, actor=user.actor, now=make.NOW)
    user.municipality_code = make.SAYO
    session.flush()
    _tell(session, {need.id: 9})
    assert told(session, watching.TEMPLATE) == []
    rows = watching.list_watched(session, user.actor, catalogue=catalogue, now=make.NOW)
    assert rows == []


def test_people_are_told_of_a_joint_need_too(database: Database) -> None:
    with database.writing() as session:
        joint = make_joint(session, state=NeedState.OPEN, mode="hybrid", on_site_share=50)
        person = make.make_candidate(session, half_days=8, overnight=True)
        user, here = person.user_id, joint.need.id
    timing.keep_time(database, clock.now())
    with database.reading() as session:
        assert told(session, suggesting.TEMPLATE) == [(user, f"/suited/{here}")]


def test_a_town_is_not_told_of_a_conflict_by_its_absence(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONFLICT, person=person.code, town=need.municipality_code)
    record_conflict(session, content, actor=staff, now=make.NOW)
    catalogue = load_catalogue(session)
    for is_town, people in ((True, 1), (False, 0)):
        found = watching.count_fitting(session, [need], catalogue, make.NOW, is_town=is_town)
        assert found == {need.id: people}


def test_only_a_need_that_is_seen_and_not_closed_is_watched(session: Session) -> None:
    need, closed = make.make_need(session), make.make_need(session, state=NeedState.CLOSED)
    catalogue = load_catalogue(session)
    other = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    far = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    approver = make.make_user(session, Role.APPROVER).actor
    town = make.make_user(session, Role.MUNICIPALITY).actor
    for actor, thing, error in (
        (other.actor, need, NotFound), (approver, need, Forbidden), (town, closed, Conflict),
    ):  # fmt: skip
        with pytest.raises(error):
            watching.watch_need(session, thing, catalogue=catalogue, actor=actor, now=make.NOW)
    row = NeedWatch(
        need_id=need.id, user_id=far.id, prefecture_code=make.HYOGO, people=0,
        municipality_code=need.municipality_code, watched_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    assert list(violations(session)) == [
        f"need_watch {row.id}: of an account of another prefecture"
    ]


def test_who_is_watching_reads_the_list_and_stops(app: TalentpoolFlask, database: Database) -> None:
    now = clock.now()
    with database.writing() as session:
        need = make.make_need(session, title="見守る募集", now=now)
        for _ in range(4):
            make.make_candidate(session, now=now)
        ident = need.id
    town, staff = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.COORDINATOR)
    assert "知らせる募集はありません。" in town.get("/watched").text
    assert "合う人が増えたら知らせる" in town.get(f"/needs/{ident}").text
    for browser, figure in ((town, "3〜5名"), (staff, "4名")):
        assert browser.post(f"/needs/{ident}/watch/keep").status_code == 302
        page = browser.get("/watched").text
        assert "見守る募集" in page
        assert figure in page
    for browser, page in ((town, f"/needs/{ident}"), (staff, f"/needs/{ident}/interests")):
        assert "知らせるのをやめる" in browser.get(page).text
    assert town.post(f"/needs/{ident}/watch/drop").status_code == 302
    assert "見守る募集" not in town.get("/watched").text
    assert "見守る募集" in staff.get("/watched").text
