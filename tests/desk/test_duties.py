"""Who sees to what waits: given, taken over, looked at next, and shown in the queue."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from talentpool import clock, dates, schema
from talentpool.accounts.models import User
from talentpool.accounts.postal import PostalTask
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.models import Membership
from talentpool.consultations.models import Consultation
from talentpool.credentials.models import Credential
from talentpool.dates import local_date
from talentpool.db import Database, Session
from talentpool.desk.handing import list_holdings
from talentpool.desk.models import OF, Duty, Owned
from talentpool.desk.service import LONGEST, Plan, find_duty, set_duty
from talentpool.desk.soundness import violations
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.engagements.month_additions import MonthAddition
from talentpool.engagements.outlook import Answer, EngagementOutlook, Side
from talentpool.engagements.plan_changes import PlanChange
from talentpool.errors import Forbidden, Refused
from talentpool.home.items import Item, Whose
from talentpool.home.queues import Party
from talentpool.home.service import Home, look
from talentpool.mail import MailOrder, MailState
from talentpool.needs.models import Need
from talentpool.permissions import SYSTEM, Role
from talentpool.placements.counters.models import CounterProposal
from talentpool.placements.extending import approve_extension
from talentpool.placements.models import Placement
from talentpool.placements.questions.models import Question
from talentpool.reviews.asking import Question as Asked, ask
from talentpool.reviews.models import Kind, Review
from talentpool.rounds.models import Round
from talentpool.states import (
    CredentialState,
    MembershipState,
    NeedState,
    PlacementState,
    WorkLogState,
)
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.consultations.made import make_consultation
from tests.pages import version_in

TODAY = local_date(make.NOW)
SOON, LATER = TODAY + timedelta(days=2), TODAY + timedelta(days=30)
PATHS = {
    Membership: "/memberships/{}/duty", Need: "/needs/{}/duty",
    Placement: "/placements/{}/duty", Round: "/rounds/{}/duty", Consultation: "/consultations/{}/duty",
    PostalTask: "/letters/{}/duty", CounterProposal: "/counters/{}/duty",
    PlanChange: "/plan_changes/{}/duty", MonthAddition: "/month_additions/{}/duty",
    MailOrder: "/mails/{}/duty", Question: "/questions/{}/duty", WorkLog: "/work_logs/{}/duty",
    Review: "/reviews/{}/duty", Credential: "/credentials/{}/duty",
    Engagement: "/engagements/{}/duty",
}  # fmt: skip
VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
LINE = "姫路市に電話する"
BEHIND = 5  # an offer with a proposal of conditions, three filled needs, the other side's review


def make_things(session: Session) -> dict[type[Owned], Any]:
    """One of each kind, and each of them waits; so do BEHIND that come with them."""
    applied = make.make_candidate(session, state=MembershipState.APPLIED)
    need = make.make_need(session, state=NeedState.SUBMITTED)
    asked, person = make.make_need(session), make.make_candidate(session)
    placement = make.make_placement(session, asked, person, state=PlacementState.AGREED)
    made = make.make_round_with_plan(session, [(asked, person)])
    offered = make.make_placement(
        session, asked, make.make_candidate(session), state=PlacementState.OFFERED
    )
    counter = make.make_counter(session, offered)
    first, second, third = (make.make_engagement(session) for _ in range(3))
    letter = PostalTask(
        event="membership/1/activate/1", candidate_id=applied.id, prefecture_code=make.HYOGO,
        template="membership.activate", link="/profile", ordered_at=make.NOW,
    )  # fmt: skip
    mail = MailOrder(
        message_id="lost@talentpool", event="need/1/publish/1", template="need.publish", link="/needs/1",
        recipient_id=make.make_user(session, Role.MUNICIPALITY).id, prefecture_code=make.HYOGO,
        values={}, ordered_at=make.NOW, state=MailState.FAILED,
    )  # fmt: skip
    log = WorkLog(
        engagement_id=first.id, prefecture_code=make.HYOGO, candidate_id=first.candidate_id,
        municipality_code=first.municipality_code, month=first.first_month, state=WorkLogState.SENT,
        sent_at=make.NOW, created_at=make.NOW,
    )  # fmt: skip
    outlook = EngagementOutlook(
        engagement_id=third.id, side=Side.TOWN, answer=Answer.EXTEND, answered_at=make.NOW,
        last_day=third.last_day,
    )  # fmt: skip
    session.add_all([letter, mail, log, outlook])
    session.flush()
    return {
        MailOrder: mail, WorkLog: log, Engagement: third,
        Question: make.make_question(session, offered),
        Review: ask(session, Asked(first, Kind.PULSE_30), actor=SYSTEM, now=make.NOW)[0],
        Credential: make.make_credential(session, person),
        PostalTask: letter, CounterProposal: counter, PlanChange: make.make_extension(session, first),
        MonthAddition: make.make_addition(session, second),
        Membership: applied.memberships[0], Need: need, Placement: placement, Round: made,
        Consultation: make_consultation(session),
    }  # fmt: skip


def events(session: Session) -> list[AuditEvent]:
    seal(session)
    query = sa.select(AuditEvent).where(AuditEvent.action == "duty.set")
    return list(session.scalars(query.order_by(AuditEvent.seq)))


@pytest.mark.parametrize("kind", OF)
def test_a_thing_is_given_to_a_colleague_in_one_event(session: Session, kind: type[Owned]) -> None:
    thing = make_things(session)[kind]
    me, other = (make.make_user(session, Role.COORDINATOR) for _ in range(2))
    plan = Plan(other.id, SOON, LINE)
    set_duty(session, thing, plan, actor=me.actor, now=make.NOW)
    assert Plan.of(find_duty(session, thing)) == plan
    set_duty(session, thing, plan, actor=me.actor, now=make.NOW)  # nothing changes
    set_duty(session, thing, Plan(me.id, SOON, LINE), actor=me.actor, now=make.NOW)
    set_duty(session, thing, Plan(), actor=me.actor, now=make.NOW)
    found = events(session)
    assert [event.detail for event in found] == [
        {"owner": other.id, "follow_up": SOON.isoformat()},
        {"owner": me.id},
        {"owner": "none", "follow_up": "none"},
    ]
    assert {(event.object_type, event.object_id) for event in found} == {
        (thing.__tablename__, str(thing.id))
    }


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_only_coordinators_of_the_prefecture_give_and_get(session: Session, role: Role) -> None:
    things = make_things(session)
    coordinator, user = make.make_user(session, Role.COORDINATOR), make.make_user(session, role)
    stranger = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    for thing in things.values():
        with pytest.raises(Forbidden):
            set_duty(session, thing, Plan(stranger.id), actor=stranger.actor, now=make.NOW)
        with pytest.raises(Refused):
            set_duty(session, thing, Plan(stranger.id), actor=coordinator.actor, now=make.NOW)
        if role is Role.COORDINATOR:
            set_duty(session, thing, Plan(user.id), actor=user.actor, now=make.NOW)
            continue
        with pytest.raises(Forbidden):
            set_duty(session, thing, Plan(coordinator.id), actor=user.actor, now=make.NOW)
        with pytest.raises(Refused):
            set_duty(session, thing, Plan(user.id), actor=coordinator.actor, now=make.NOW)


@pytest.mark.parametrize(
    ("follow_up", "line", "fields"),
    [
        (TODAY - timedelta(days=1), "", ["follow_up"]),
        (None, LINE, ["follow_up"]),
        (SOON, "長" * (LONGEST + 1), ["line"]),
    ],
)
def test_what_is_refused_is_refused_at_its_field(
    session: Session, follow_up: date | None, line: str, fields: list[str]
) -> None:
    thing = make_things(session)[Need]
    me = make.make_user(session, Role.COORDINATOR)
    with pytest.raises(Refused) as refused:
        set_duty(session, thing, Plan(me.id, follow_up, line), actor=me.actor, now=make.NOW)
    assert list(refused.value.fields) == fields
    assert find_duty(session, thing) is None


def test_a_day_that_has_passed_stays_when_only_the_owner_changes(session: Session) -> None:
    thing = make_things(session)[Need]
    me, other = (make.make_user(session, Role.COORDINATOR) for _ in range(2))
    set_duty(session, thing, Plan(me.id, SOON), actor=me.actor, now=make.NOW)
    much_later = make.NOW + timedelta(days=30)
    set_duty(session, thing, Plan(other.id, SOON), actor=me.actor, now=much_later)
    assert Plan.of(find_duty(session, thing)) == Plan(other.id, SOON)


def test_who_is_disabled_keeps_what_they_have_and_gets_nothing_new(session: Session) -> None:
    things = make_things(session)
    me, other = (make.make_user(session, Role.COORDINATOR) for _ in range(2))
    set_duty(session, things[Need], Plan(other.id), actor=me.actor, now=make.NOW)
    other.disabled_at = make.NOW
    session.flush()
    set_duty(session, things[Need], Plan(other.id, SOON), actor=me.actor, now=make.NOW)
    with pytest.raises(Refused):
        set_duty(session, things[Round], Plan(other.id), actor=me.actor, now=make.NOW)


def test_the_people_of_one_paper_get_one_owner(session: Session) -> None:
    need = make.make_need(session)
    first, second = (
        make.make_placement(
            session, need, make.make_candidate(session), state=PlacementState.PROPOSED
        )
        for _ in range(2)
    )
    second.paper_id, second.rank = first.paper_id, 2
    me = make.make_user(session, Role.COORDINATOR)
    set_duty(session, second, Plan(me.id), actor=me.actor, now=make.NOW)
    assert [Plan.of(find_duty(session, row)).owner for row in (first, second)] == [me.id] * 2
    assert len(events(session)) == 1


@pytest.mark.parametrize(
    "columns", [{}, {"need": True, "round": True}, {"need": True, "line": "x"}]
)
def test_the_database_takes_a_duty_of_one_thing_alone(
    session: Session, columns: dict[str, Any]
) -> None:
    things = make_things(session)
    duty = Duty(prefecture_code=make.HYOGO, set_at=make.NOW, line=columns.get("line"))
    duty.need_id = things[Need].id if "need" in columns else None
    duty.round_id = things[Round].id if "round" in columns else None
    session.add(duty)
    with pytest.raises(exc.IntegrityError, match=r"of_one_thing|line_of_a_day"):
        session.flush()


def test_duties_of_before_stay_when_more_things_can_have_one(database: Database) -> None:
    (path,) = VERSIONS.glob("*_duties_of_all.py")
    with database.writing() as session:
        me = make.make_user(session, Role.COORDINATOR)
        for thing in make_things(session).values():
            set_duty(session, thing, Plan(me.id, SOON, LINE), actor=me.actor, now=make.NOW)
        new = {MailOrder, Question, WorkLog, Review, Credential, Engagement}
    schema.downgrade(database, f"{int(path.name[:4]) - 1:04}")
    schema.upgrade(database)
    with database.reading() as session:
        rows = session.scalars(sa.select(Duty)).all()
        named = {kind for row in rows for kind, name in OF.items() if getattr(row, name)}
        assert (len(rows), named) == (len(OF) - len(new), set(OF) - new)
        assert {Plan.of(row) for row in rows} == {Plan(me.id, SOON, LINE)}


# --- The queue


def listed(home: Home) -> set[tuple[str, int]]:
    return {(item.kind, item.thing.id) for item in home.items}


def test_coordinators_list_mine_nobody_s_and_all(session: Session) -> None:
    things = make_things(session)
    me, other = (make.make_user(session, Role.COORDINATOR) for _ in range(2))
    names: dict[Any, Any] = {
        kind: (thing.__tablename__, thing.id) for kind, thing in things.items()
    }
    set_duty(session, things[Need], Plan(me.id), actor=me.actor, now=make.NOW)
    set_duty(session, things[Round], Plan(other.id), actor=me.actor, now=make.NOW)
    for whose, kinds in (
        (Whose.ALL, set(OF)),
        (Whose.MINE, {Need}),
        (Whose.NOBODY, set(OF) - {Need, Round}),
    ):
        home = look(session, me.actor, now=make.NOW, whose=whose)
        assert listed(home) & set(names.values()) == {names[kind] for kind in kinds}
        assert home.owners is not None
        n = len(OF) + BEHIND
        assert home.owners.counts == {Whose.ALL: n, Whose.MINE: 1, Whose.NOBODY: n - 2}


def test_what_waits_for_others_is_listed_too_for_who_shares_the_work(session: Session) -> None:
    row = make.make_placement(
        session, make.make_need(session), make.make_candidate(session),
        state=PlacementState.OFFERED,
    )  # fmt: skip
    for role, found in ((Role.COORDINATOR, {("placement", row.id)}), (Role.APPROVER, set())):
        home = look(session, make.make_user(session, role).actor, now=make.NOW)
        assert listed(home) == found
        assert (home.owners is None) == (role is Role.APPROVER)


def test_a_day_to_look_again_puts_a_thing_before_later_deadlines(session: Session) -> None:
    me = make.make_user(session, Role.COORDINATOR)
    asked = make.make_placement(
        session, make.make_need(session), make.make_candidate(session),
        state=PlacementState.OFFERED,
    )  # fmt: skip
    needs = [make.make_need(session, state=NeedState.SUBMITTED) for _ in range(3)]
    set_duty(
        session, needs[1], Plan(me.id, LATER), actor=me.actor, now=make.NOW
    )  # after its deadline
    set_duty(session, needs[2], Plan(None, SOON), actor=me.actor, now=make.NOW)
    items = look(session, me.actor, now=make.NOW).items
    assert [item.thing for item in items] == [needs[2], asked, needs[0], needs[1]]


def test_each_kind_of_work_is_listed_up_to_twenty(session: Session) -> None:
    for _ in range(22):
        make.make_need(session, state=NeedState.SUBMITTED)
    make.make_candidate(session, state=MembershipState.APPLIED)
    home = look(session, make.make_user(session, Role.COORDINATOR).actor, now=make.NOW)
    assert [item.kind for item in home.items].count("need") == 20
    assert [item.kind for item in home.items].count("membership") == 1


# --- The pages


@pytest.fixture
def ids(database: Database) -> dict[type[Owned], int]:
    with database.writing() as session:
        return {kind: thing.id for kind, thing in make_things(session).items()}


def officer(app: TalentpoolFlask, name: str) -> tuple[Browser, User]:
    with app.database.writing() as session:
        user = make.make_user(session, Role.COORDINATOR)
        user.display_name = name
    browser = Browser(app)
    browser.enter(user)
    return browser, user


@pytest.mark.parametrize("kind", OF)
def test_who_sees_to_it_stands_in_the_queue(
    app: TalentpoolFlask, ids: dict[type[Owned], int], kind: type[Owned]
) -> None:
    browser, me = officer(app, "山根 智")
    path, day = PATHS[kind].format(ids[kind]), local_date(clock.now()) + timedelta(days=3)
    home = browser.get("/home").text
    assert home.count(">担当を決める<") == len(OF) + BEHIND
    assert f'href="{path}"' in home
    version = version_in(browser.get(path).text, path)
    fields = {"owner": me.id, "follow_up": day.isoformat(), "line": LINE, "version": version}
    answer = browser.post(path, **fields)
    assert (answer.status_code, answer.location) == (302, "/home")
    home = browser.get("/home?whose=mine").text
    assert "山根 智" in home.split("<table")[1]
    assert LINE in home
    assert ">担当を決める<" not in home
    assert LINE not in browser.get("/home?whose=nobody").text
    told = signed_in(app, Role.AUDITOR).get("/audit?action=duty.set").text
    assert "担当：山根 智" in told
    assert LINE not in told


@pytest.mark.parametrize("kind", [Need, PostalTask, PlanChange])
def test_the_second_of_two_officers_reads_what_stands_and_loses_nothing(
    app: TalentpoolFlask, ids: dict[type[Owned], int], kind: type[Owned]
) -> None:
    (first, one), (second, two) = officer(app, "山根 智"), officer(app, "大江 純")
    path = PATHS[kind].format(ids[kind])
    version = version_in(first.get(path).text, path)
    assert first.post(path, version=version, owner=one.id).status_code == 302
    typed = {"owner": two.id, "follow_up": "2099-01-05", "line": LINE}
    late = second.post(path, version=version, **typed)
    assert late.status_code == 409
    assert "ほかの人が先に変更しました" in late.text
    notice = late.text.split("data-focus")[1].split("<form")[0]
    assert re.search(r"今の内容：.*山根 智", notice)
    assert re.search(r"入力した内容：.*大江 純", notice)
    assert f'value="{LINE}"' in late.text
    version = version_in(late.text, path)
    assert second.post(path, version=version, **typed).status_code == 302
    with app.database.reading() as session:
        assert session.scalars(sa.select(Duty)).one().owner_id == two.id


def test_taking_over_keeps_the_day_and_what_is_to_be_done(
    app: TalentpoolFlask, ids: dict[type[Owned], int]
) -> None:
    (first, one), (second, two) = officer(app, "山根 智"), officer(app, "大江 純")
    path = PATHS[Need].format(ids[Need])
    typed = {"owner": one.id, "follow_up": "2099-01-05", "line": LINE, "version": "0"}
    assert first.post(path, **typed).status_code == 302
    assert "自分が担当する" not in first.get(path).text
    page = second.get(path).text
    form = page.split("自分が担当する")[0].rpartition("<form")[2]
    hidden = dict(re.findall(r'name="(owner|follow_up|line|version)" value="([^"]*)"', form))
    assert hidden == {
        "owner": str(two.id), "follow_up": "2099-01-05", "line": LINE, "version": "1",
    }  # fmt: skip
    assert second.post(path, **hidden).status_code == 302
    with app.database.reading() as session:
        assert Plan.of(session.scalars(sa.select(Duty)).one()).line == LINE


def test_a_word_that_is_no_filter_lists_everything(
    app: TalentpoolFlask, ids: dict[type[Owned], int]
) -> None:
    browser, _ = officer(app, "山根 智")
    for asked in ("", "all", "?", "MINE", "%00"):
        page = browser.get(f"/home?whose={asked}")
        assert page.text.count(">担当を決める<") == len(ids) + BEHIND, asked


def test_a_letter_that_went_out_and_a_proposal_that_ended_are_not_handed_over(
    session: Session,
) -> None:
    things, me = make_things(session), make.make_user(session, Role.COORDINATOR)
    kinds = (PostalTask, CounterProposal, PlanChange, MonthAddition)
    for kind in kinds:
        set_duty(session, things[kind], Plan(me.id, SOON), actor=me.actor, now=make.NOW)
    assert {type(one.thing) for one in list_holdings(session, me.actor, me.id, SOON)} == set(kinds)
    items = look(session, me.actor, now=make.NOW, whose=Whose.MINE).items
    assert {(type(item.thing), item.queue.party) for item in items} == {
        (PostalTask, Party.PREFECTURE), (CounterProposal, Party.TOWN),
        (PlanChange, Party.APPROVER), (MonthAddition, Party.PREFECTURE),
    }  # fmt: skip
    assert next(item.due for item in items if item.kind == "counter_proposal") is not None
    letter = things[PostalTask]
    letter.handled_at, letter.handled_by, letter.told_on = make.NOW, me.id, TODAY
    ended: dict[str, Any] = {"ended_at": make.NOW, "end_reason": "other"}
    for kind in kinds[1:]:
        ending = sa.update(kind).where(kind.id == things[kind].id)
        session.execute(ending.values(state="withdrawn", **ended))
    session.flush()
    assert list_holdings(session, me.actor, me.id, SOON) == []


def test_the_letters_to_one_person_are_one_row_and_get_one_owner(session: Session) -> None:
    me = make.make_user(session, Role.COORDINATOR)
    people = [make.make_candidate(session) for _ in range(2)]
    for n, person in enumerate((people[0], people[0], people[0], people[1])):
        session.add(
            PostalTask(
                event=f"membership/{n}/activate/1", candidate_id=person.id, prefecture_code=make.HYOGO,
                template="membership.activate", link="/profile", ordered_at=make.NOW - timedelta(days=n),
            )
        )  # fmt: skip
    session.flush()

    def letters(whose: Whose = Whose.ALL) -> dict[int, int]:
        home = look(session, me.actor, now=make.NOW, whose=whose)
        found = [item for item in home.items if isinstance(item.thing, PostalTask)]
        assert home.owners is not None
        assert home.owners.total == len(home.items)
        return {item.thing.candidate_id: item.count for item in found}

    assert letters() == {people[0].id: 3, people[1].id: 1}
    first = session.scalars(sa.select(PostalTask).order_by(PostalTask.id)).first()
    assert first is not None
    set_duty(session, first, Plan(me.id), actor=me.actor, now=make.NOW)
    assert len(events(session)) == 1
    assert letters(Whose.MINE) == {people[0].id: 3}
    assert letters(Whose.NOBODY) == {people[1].id: 1}
    (held,) = list_holdings(session, me.actor, me.id, SOON)
    assert len(held.others) == 2


def test_many_letters_to_one_person_hide_nobody_else_s(session: Session) -> None:
    people = [make.make_candidate(session) for _ in range(2)]
    session.add_all(
        PostalTask(
            event=f"membership/{n}/activate/1", candidate_id=people[n // 25].id, prefecture_code=make.HYOGO,
            template="membership.activate", link="/profile", ordered_at=make.NOW,
        )
        for n in range(26)
    )  # fmt: skip
    session.flush()
    items = look(session, make.make_user(session, Role.COORDINATOR).actor, now=make.NOW).items
    found = {item.thing.candidate_id for item in items if isinstance(item.thing, PostalTask)}
    assert found == {person.id for person in people}


def test_an_expired_credential_waits_for_the_person_until_it_is_renewed(session: Session) -> None:
    me = make.make_user(session, Role.COORDINATOR).actor
    person, applied = (
        make.make_candidate(session),
        make.make_candidate(session, state=MembershipState.APPLIED),
    )
    old = TODAY - timedelta(days=400)
    over: dict[str, Any] = {"state": CredentialState.EXPIRED, "valid_until": old, "done_on": None}
    training = make.make_credential(session, person, **over)
    make.make_credential(session, applied, **over)  # nobody is registered
    make.make_credential(session, person, **over, kind="exam", subject="fe")  # long ago

    def expired() -> list[Item]:
        items = look(session, me, now=make.NOW).items
        return [
            item
            for item in items
            if item.thing.__tablename__ == "credential" and not item.queue.waits
        ]

    (item,) = expired()
    assert (item.thing, item.queue.party, item.since) == (training, Party.PERSON, None)
    assert item.due is not None
    assert local_date(item.due) == old
    newer = make.make_credential(session, person)
    assert expired() == []
    newer.state = CredentialState.WITHDRAWN
    session.flush()
    assert [item.thing for item in expired()] == [training]


def test_logs_and_reviews_wait_for_the_side_whose_turn_it_is(session: Session) -> None:
    me, things = make.make_user(session, Role.COORDINATOR).actor, make_things(session)
    log, now = things[WorkLog], make.NOW

    def party(*kinds: type[Owned]) -> set[tuple[type[Any], Party]]:
        items = look(session, me, now=now).items
        return {(type(one.thing), one.queue.party) for one in items if isinstance(one.thing, kinds)}

    assert party(WorkLog) == {(WorkLog, Party.TOWN)}
    assert party(Review) == {(Review, Party.TOWN), (Review, Party.PERSON)}
    log.state, log.return_reason = WorkLogState.RETURNED, "other"
    session.flush()
    assert party(WorkLog) == {(WorkLog, Party.PERSON)}
    now = dates.end_of_day(dates.last_day(log.month)) + timedelta(days=5)
    items = look(session, me, now=now).items
    engaged = {one.thing.id: one.queue.party for one in items if isinstance(one.thing, Engagement)}
    assert log.engagement_id not in engaged  # it was sent once
    assert engaged.pop(things[Engagement].id) is Party.PREFECTURE  # whose wish nobody has read
    assert list(engaged.values()) == [Party.PERSON]
    assert party(Review) == {(Review, Party.PREFECTURE)}  # overdue


def test_an_extension_waits_for_the_town_s_terms_and_then_for_the_person(session: Session) -> None:
    me, engagement = make.make_user(session, Role.COORDINATOR), make.make_engagement(session)
    change = make.make_extension(session, engagement)

    def extensions() -> list[Item]:
        items = look(session, me.actor, now=make.NOW).items
        return [item for item in items if item.kind == "plan_change"]

    approver = make.make_user(session, Role.APPROVER).actor
    (item,) = look(session, approver, now=make.NOW).items
    assert (item.thing, item.due is not None) == (change, True)
    approve_extension(session, change, actor=approver, now=make.NOW)
    session.flush()
    (item,) = extensions()
    assert (item.thing, item.queue.party) == (change, Party.TOWN)
    placement = session.get_one(Placement, engagement.placement_id)
    make.make_terms(session, placement, is_accepted=False)
    (item,) = extensions()
    assert (item.thing, item.queue.party) == (change, Party.PERSON)


def test_no_name_stands_on_the_page_where_something_is_given_away(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make.make_candidate(
            session, state=MembershipState.APPLIED, family_name="鷺沢", given_name="凜々子"
        )
        ident, code = person.memberships[0].id, person.code
    page = officer(app, "山根 智")[0].get(f"/memberships/{ident}/duty").text
    assert code in page
    assert "鷺沢" not in page


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Need, "/needs/{}"), (Placement, "/placements/{}"), (CounterProposal, "/counters/{}"),
        (PlanChange, "/plan_changes/{}"), (MonthAddition, "/month_additions/{}"),
        (Question, "/questions/{}"), (Review, "/reviews/{}"), (Engagement, "/engagements/{}"),
    ],
)  # fmt: skip
def test_staff_read_on_the_page_of_a_thing_who_sees_to_it(
    app: TalentpoolFlask, ids: dict[type[Owned], int], kind: type[Owned], path: str
) -> None:
    browser, me = officer(app, "山根 智")
    page, form = path.format(ids[kind]), PATHS[kind].format(ids[kind])
    browser.post(form, owner=me.id, follow_up="2099-01-05", line=LINE, version="0")
    for reader in (browser, signed_in(app, Role.APPROVER), signed_in(app, Role.AUDITOR)):
        text = reader.get(page).text
        assert "担当: 山根 智" in text
        assert LINE in text
        assert (f'href="{form}"' in text) == (reader is browser)
    assert LINE not in signed_in(app, Role.MUNICIPALITY).get("/home").text
    if kind is Need:
        text = signed_in(app, Role.MUNICIPALITY).get(page).text
        assert "山根 智" not in text
        assert LINE not in text


def test_a_duty_of_another_prefecture_is_heard(session: Session) -> None:
    things = make_things(session)
    me = make.make_user(session, Role.COORDINATOR)
    for thing in things.values():
        set_duty(session, thing, Plan(me.id), actor=me.actor, now=make.NOW)
    seal(session)
    assert list(violations(session)) == []
    session.execute(sa.update(Duty).values(prefecture_code=make.OSAKA))
    assert len(list(violations(session))) == 2 * len(things)  # of the thing, and of the owner
