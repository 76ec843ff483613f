from __future__ import annotations

import runpy
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

import talentpool.models  # noqa: F401 - every package registers its scopes
from talentpool import permissions
from talentpool.accounts.models import Office, Pool, User
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.employed import Employment
from talentpool.candidates.models import Candidate, Membership
from talentpool.cases.models import Case
from talentpool.consultations.models import Consultation, Sharing
from talentpool.db import Base, Database, Session
from talentpool.desk.models import Duty
from talentpool.desk.service import Plan, set_duty
from talentpool.engagements.models import Engagement
from talentpool.engagements.month_additions import MonthAddition
from talentpool.errors import Forbidden, NotFound
from talentpool.funding.models import Funding
from talentpool.mail import MailOrder, order_mail
from talentpool.meetings.models import Companion, Meeting
from talentpool.needs.models import JointMember, JointNeed, Need, NeedDraft
from talentpool.notes.models import Note, NoteKind
from talentpool.notes.service import Words, write_note
from talentpool.panels.models import Panel
from talentpool.permissions import (
    ROLE_LABELS,
    RULES,
    SYSTEM,
    Action,
    Actor,
    Role,
    Scope,
    can,
)
from talentpool.placements.counters.models import CounterProposal
from talentpool.placements.models import DecisionPaper, Placement
from talentpool.placements.questions.models import Question as NeedQuestion
from talentpool.preferences.models import Interest, NeedWatch, TownRank
from talentpool.programmes.models import Programme, Referral
from talentpool.reviews.answering import close_pair
from talentpool.reviews.asking import Question, ask
from talentpool.reviews.models import Kind, Report, Review
from talentpool.rounds.models import Round
from talentpool.states import (
    MACHINES,
    AdditionState,
    CounterState,
    JointState,
    MembershipState,
    NeedState,
    PlacementState,
)
from tests.cases.made import make_case
from tests.consultations.made import make_closed
from tests.counting import counted_queries
from tests.factories import (
    ASAGO,
    HIMEJI,
    HYOGO,
    NOW,
    OSAKA,
    SAYO,
    make_addition,
    make_candidate,
    make_counter,
    make_engagement,
    make_need,
    make_need_draft,
    make_placement,
    make_question,
    make_round_with_plan,
    make_user,
)
from tests.panels.made import make_panel
from tests.preferences.made import make_interest, make_rank
from tests.reviews.made import make_report

SAKAI = "271403"
MODELS: dict[str, tuple[type[Base], ...]] = {
    "candidate": (Candidate, Membership),
    "employment": (Employment,),
    "contact": (Candidate,),
    "need": (Need,),
    "joint_need": (Need,),
    "joint_member": (JointMember,),
    "joint_work": (Engagement,),
    "round": (Round,),
    "placement": (Placement,),
    "counter_proposal": (CounterProposal,),
    "month_addition": (MonthAddition,),
    "question": (NeedQuestion,),
    "paper": (DecisionPaper,),
    "note": (Note,),
    "review": (Review,),
    "panel": (Panel,),
    "interest": (Interest,),
    "town_rank": (TownRank,),
    "need_watch": (NeedWatch,),
    "need_showing": (Need,),
    "report": (Report,),
    "duty": (Duty,),
    "programme": (Programme,),
    "funding": (Funding,),
    "meeting": (Meeting,),
    "companion": (Companion,),
    "cost": (Need,),
    "referral": (Referral,),
    "consultation": (Consultation,),
    "shared_consultation": (Consultation,),
    "case_study": (Case,),
    "audit": (AuditEvent,),
    "mail": (MailOrder,),
    "account": (User,),
    "office": (Office, Pool),
}
CHANGES = {action for action in Action if not action.value.endswith(":view")}


def subject_of(action: Action) -> str:
    return action.value.partition(":")[0]


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_rule(action: Action) -> None:
    assert RULES[action]


@pytest.mark.parametrize("action", [action for action in Action if subject_of(action) in MODELS])
def test_every_scope_of_the_table_is_an_sql_condition(action: Action) -> None:
    for model in MODELS[subject_of(action)]:
        for role, scope in RULES[action].items():
            actor = Actor(1, role, HYOGO, HIMEJI)
            assert permissions.condition(actor, action, model) is not None, (model, role, scope)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_name_in_both_languages(role: Role) -> None:
    assert all(ROLE_LABELS[role])


def test_auditors_change_nothing() -> None:
    assert not [action for action in CHANGES if Role.AUDITOR in RULES[action]]


def test_administrators_see_nobody_s_profile() -> None:
    for action in Action:
        if subject_of(action) in {
            "candidate",
            "contact",
            "need",
            "joint_need",
            "joint_member",
            "joint_work",
            "round",
            "placement",
            "counter_proposal",
            "month_addition",
            "question",
            "paper",
            "exchange",
            "note",
            "review",
            "panel",
            "interest",
            "town_rank",
            "report",
            "duty",
            "consultation",
            "case_study",
        }:
            assert Role.ADMIN not in RULES[action]


def test_decisions_of_people_are_made_by_people() -> None:
    """Timers may let a placement lapse; they never approve, answer or confirm."""
    for action in (
        Action.APPROVE_PLACEMENT, Action.ANSWER_OFFER, Action.ANSWER_INTRODUCTION, Action.CONFIRM_PLACEMENT,
        Action.ANSWER_COUNTER, Action.DECIDE_COUNTER,
    ):  # fmt: skip
        assert Role.SYSTEM not in RULES[action]


def test_who_drafts_does_not_approve() -> None:
    assert not set(RULES[Action.DRAFT_PLACEMENT]) & set(RULES[Action.APPROVE_PLACEMENT])
    assert not set(RULES[Action.DRAFT_COUNTER]) & set(RULES[Action.DECIDE_COUNTER])


def test_only_the_system_reaches_beyond_a_prefecture() -> None:
    reaching = {
        role for rules in RULES.values() for role, scope in rules.items() if scope is Scope.ANY
    }
    assert reaching == {Role.SYSTEM}


def test_every_step_of_a_machine_needs_an_action_of_its_subject() -> None:
    subjects = {"membership": "candidate"}
    for machine in MACHINES.values():
        subject = subjects.get(machine.name, machine.name)
        assert {subject_of(step.action) for step in machine.transitions} == {subject}


@dataclass
class World:
    """In each of four places one thing of each kind: the own town, another town, another prefecture."""

    things: dict[tuple[type[Base], str], int]
    users: dict[Role, User]


OWN, NEIGHBOUR, FAR, ABSENT = "own", "neighbour", "far", "absent"
PLACES = {OWN: HIMEJI, NEIGHBOUR: SAYO, FAR: SAKAI}
FELLOWS = {OWN: ASAGO, NEIGHBOUR: ASAGO, FAR: "271004"}  # lead towns of joint needs


def build(session: Session) -> World:
    users: dict[Role, User] = {}
    things: dict[tuple[type[Base], str], int] = {}
    for place, town in PLACES.items():
        prefecture = town[:2]
        candidate = make_candidate(session, prefecture_code=prefecture)
        need = make_need(session, municipality_code=town)
        placement = make_placement(session, need, candidate, state=PlacementState.AGREED)
        plan = make_round_with_plan(session, [(need, candidate)], prefecture_code=prefecture)
        user = make_user(session, Role.MUNICIPALITY, municipality_code=town)
        order = order_mail(
            session, event=f"test/{place}", recipient_id=user.id, template="test", link="/",
            now=NOW, prefecture_code=prefecture,
        )  # fmt: skip
        draft = make_need_draft(session, municipality_code=town)
        session.flush()
        paper = session.get_one(DecisionPaper, placement.paper_id)
        officer = make_user(session, Role.COORDINATOR, prefecture_code=prefecture)
        words = Words(NoteKind.NOTE, "来週また電話する。")
        note = write_note(session, need, words, actor=officer.actor, now=NOW)
        set_duty(session, need, Plan(officer.id), actor=officer.actor, now=NOW)
        duty = session.scalars(sa.select(Duty).where(Duty.need_id == need.id)).one()
        work = make_engagement(
            session, need=make_need(session, municipality_code=town), candidate=candidate
        )
        pair = ask(session, Question(work, Kind.END), actor=SYSTEM, now=NOW)
        close_pair(session, pair, now=NOW)  # both sides see it
        review, report = pair[0], make_report(session, work)
        panel = make_panel(session, placement)
        shared = make_need(session, municipality_code=FELLOWS[place])
        session.add(JointNeed(need_id=shared.id, municipality_code=FELLOWS[place], half_days=2))
        member = JointMember(
            need=shared, prefecture_code=prefecture, municipality_code=town, half_days=2,
            state=JointState.AGREED, asked_at=NOW, answered_at=NOW, agreed_version=1,
        )  # fmt: skip
        session.add(member)
        session.flush()
        consultation = make_closed(session, town=town, sharing=Sharing.NAMED)
        case = make_case(session, town=town)
        counter = make_counter(session, placement, state=CounterState.DECLINED)
        addition = make_addition(session, work)
        addition.asked_at, addition.ended_at = NOW, NOW  # both sides see it
        addition.state, addition.decided_by = AdditionState.DECLINED, officer.id
        for thing in (
            addition,
            counter,
            member,
            work,
            make_question(session, placement),
            candidate,
            need,
            draft,
            placement,
            paper,
            plan,
            user,
            order,
            note,
            duty,
            review,
            report,
            panel,
            make_interest(session, need, candidate),
            make_rank(session, placement),
            consultation,
            case,
        ):
            things[type(thing), place] = thing.id
        if place == OWN:
            owner = session.get_one(User, candidate.user_id)
            users |= {Role.CANDIDATE: owner, Role.MUNICIPALITY: user}
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN):
        users[role] = make_user(session, role)
    seal(session)
    for place, town in PLACES.items():
        event = sa.select(AuditEvent.seq).where(AuditEvent.prefecture_code == town[:2]).limit(1)
        things[AuditEvent, place] = session.scalars(event).one()
    for model in {model for model, _ in things}:
        things[model, ABSENT] = 10**9
    return World(things, users)


REACH = {
    None: set(),
    Scope.OWN: {OWN},
    Scope.TOWN: {OWN},
    Scope.JOINT: {OWN},
    Scope.INTRODUCED: {OWN},
    Scope.AGREED: {OWN},
    Scope.PREFECTURE: {OWN, NEIGHBOUR},
}
VIEWS = {
    Candidate: Action.VIEW_CANDIDATE,
    Need: Action.VIEW_NEED,
    NeedDraft: Action.EDIT_NEED,
    JointMember: Action.VIEW_JOINT,
    Engagement: Action.VIEW_ENGAGEMENT,
    Round: Action.VIEW_ROUND,
    Placement: Action.VIEW_PLACEMENT,
    CounterProposal: Action.VIEW_COUNTER,
    MonthAddition: Action.VIEW_ADDITION,
    NeedQuestion: Action.VIEW_QUESTION,
    DecisionPaper: Action.VIEW_PAPER,
    User: Action.VIEW_ACCOUNT,
    MailOrder: Action.VIEW_MAIL,
    Note: Action.VIEW_NOTE,
    Review: Action.VIEW_REVIEW,
    Panel: Action.VIEW_PANEL,
    Interest: Action.VIEW_INTEREST,
    TownRank: Action.VIEW_TOWN_RANK,
    Report: Action.VIEW_REPORT,
    Duty: Action.VIEW_DUTY,
    Consultation: Action.VIEW_CONSULTATION,
    Case: Action.VIEW_CASE,
    AuditEvent: Action.VIEW_AUDIT,
}


def is_visible(session: Session, actor: Actor, model: type[Base], ident: int) -> bool:
    try:
        permissions.get_visible(session, actor, model, ident)
    except NotFound:
        return False
    return True


def test_role_by_kind_by_place_what_is_visible_is_what_the_table_says(session: Session) -> None:
    world = build(session)
    wrong = []
    for role, user in world.users.items():
        for (model, place), ident in world.things.items():
            expected = place in REACH[RULES[VIEWS[model]].get(role)]
            if is_visible(session, user.actor, model, ident) != expected:
                wrong.append((role, model.__name__, place))
    assert wrong == []
    for (model, place), ident in world.things.items():
        expected = place != ABSENT and Role.SYSTEM in RULES[VIEWS[model]]
        assert is_visible(session, SYSTEM, model, ident) == expected


def test_what_may_be_done_to_a_thing_follows_its_place(session: Session) -> None:
    world = build(session)
    wrong = []
    for action in Action:
        for model in MODELS.get(subject_of(action), ()):
            for role, user in world.users.items():
                for place in PLACES:
                    if (model, place) not in world.things:
                        continue
                    thing = session.get_one(model, world.things[model, place])
                    expected = place in REACH[RULES[action].get(role)]
                    if permissions.can(session, user.actor, action, thing) != expected:
                        wrong.append((action, role, model.__name__, place))
    assert wrong == []


@pytest.mark.parametrize(
    ("action", "states"),
    [
        (Action.VIEW_CANDIDATE, {"introduced", "agreed", "confirmed"}),
        (Action.VIEW_CONTACT, {"agreed", "confirmed"}),
    ],
)
def test_a_town_learns_of_a_person_by_the_state_of_the_placement(
    session: Session, action: Action, states: set[str]
) -> None:
    officer, other = (
        make_user(session, Role.MUNICIPALITY, municipality_code=town).actor
        for town in (HIMEJI, SAYO)
    )
    need = make_need(session)
    people = {state: make_candidate(session) for state in PlacementState}
    for state, candidate in people.items():
        make_placement(session, need, candidate, state=state)
    may = {
        state
        for state, candidate in people.items()
        if permissions.can(session, officer, action, candidate)
    }
    assert may == states
    assert not any(permissions.can(session, other, action, one) for one in people.values())


def test_no_scope_of_a_model_is_registered_twice() -> None:
    with pytest.raises(ValueError, match="already"):
        permissions.within(Candidate, Scope.AGREED)(lambda _: sa.true())
    with pytest.raises(ValueError, match="already"):
        permissions.viewed_by(Candidate, Action.VIEW_NEED)


def test_staff_see_no_profile_that_was_not_handed_in(session: Session) -> None:
    coordinator = make_user(session, Role.COORDINATOR)
    draft = make_candidate(session, state=MembershipState.DRAFT)
    applied = make_candidate(session, state=MembershipState.APPLIED)
    assert not is_visible(session, coordinator.actor, Candidate, draft.id)
    assert is_visible(session, coordinator.actor, Candidate, applied.id)


@pytest.mark.parametrize("ident", [0, -1, 2**63, 10**40])
def test_an_impossible_number_is_absent(session: Session, ident: int) -> None:
    with pytest.raises(NotFound):
        permissions.get_visible(session, SYSTEM, User, ident)


def test_the_greatest_number_is_asked_for(session: Session) -> None:
    with pytest.raises(NotFound):
        permissions.get_visible(session, SYSTEM, User, 2**63 - 1)


def test_a_locked_object_is_read_afresh(database: Database) -> None:
    with database.writing() as session:
        need = make_need(session, state=NeedState.DRAFT)
        user = make_user(session, Role.MUNICIPALITY)
    with database.writing() as session:
        known = permissions.get_visible(session, user.actor, Need, need.id)
        session.execute(
            sa.update(Need).values(title="changed").execution_options(synchronize_session=False)
        )
        assert known.title != "changed"
        assert permissions.get_visible(session, user.actor, Need, need.id, lock=True) is known
        assert known.title == "changed"


def test_without_a_thing_the_question_is_whether_at_all(session: Session) -> None:
    coordinator = Actor(1, Role.COORDINATOR, HYOGO)
    assert permissions.can(session, coordinator, Action.RUN_ROUND)
    assert not permissions.can(session, coordinator, Action.APPROVE_PLACEMENT)
    permissions.require(session, coordinator, Action.RUN_ROUND)
    with pytest.raises(Forbidden):
        permissions.require(session, coordinator, Action.APPROVE_PLACEMENT)


def test_a_thing_that_was_never_stored_is_nobody_s(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    stray = User(prefecture_code=HYOGO)
    assert not permissions.can(session, admin.actor, Action.MANAGE_ACCOUNT, stray)


def test_a_new_thing_is_judged_by_what_it_is_about_to_be(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    user = make_user(session, Role.COORDINATOR, prefecture_code=OSAKA)
    assert not permissions.can(session, admin.actor, Action.MANAGE_ACCOUNT, user)
    user.prefecture_code = HYOGO
    assert permissions.can(session, admin.actor, Action.MANAGE_ACCOUNT, user)


def test_the_documents_are_what_the_tables_say() -> None:
    """`python -m docs.generate` writes them."""
    folder = Path(__file__).parents[1] / "docs"
    pages = runpy.run_path(str(folder / "generate.py"))["pages"]()
    names = {"permissions", "plan-and-proof", "rules", "sheets", "workflow"}
    assert set(pages) == {f"{name}.md" for name in names}
    for name, text in pages.items():
        assert (folder / name).read_text(encoding="utf-8") == text


def test_a_reading_unit_asks_once_and_a_writing_one_each_time(database: Database) -> None:
    with database.writing() as session:
        officer = make_user(session, Role.MUNICIPALITY).actor
        need = make_need(session)
        assert can(session, officer, Action.EDIT_NEED, need)
        need.municipality_code = SAYO
        assert not can(session, officer, Action.EDIT_NEED, need)
    with database.reading() as session:
        stored = session.get_one(Need, need.id)
        with counted_queries(database) as queries:
            assert not any(can(session, officer, Action.EDIT_NEED, stored) for _ in range(2))
        assert len(queries) == 1
