"""Every form that is refused: a summary and a title with the count, in the order of the page, each at its field."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from talentpool import audit, clock
from talentpool.accounts import links
from talentpool.accounts.models import User
from talentpool.accounts.postal import PostalTask
from talentpool.candidates.models import CandidateCompany, CandidatePost
from talentpool.candidates.received import Source
from talentpool.candidates.receiving import Origin, start_reception
from talentpool.complaints.service import file_complaint
from talentpool.consultations.answering import ask_back, begin_sorting
from talentpool.corrections.service import find_correction
from talentpool.credentials.models import Credential, Verifier
from talentpool.credentials.service import issue_link
from talentpool.dates import last_day, local_date, month_text
from talentpool.db import Session
from talentpool.desk.service import Plan, find_duty, set_duty
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.engagements.month_additions import MonthAddition
from talentpool.engagements.plan_changes import PlanChange
from talentpool.engagements.running import suspend_engagement
from talentpool.mail import MailOrder, MailState, order_mail
from talentpool.matching import Policy
from talentpool.needs.reviewing import hold_need
from talentpool.permissions import Actor, Role
from talentpool.placements.counters.models import CounterProposal
from talentpool.placements.finishing import end_engagement
from talentpool.placements.questions.models import Question
from talentpool.reviews.answering import Answers, contest_review, give_review
from talentpool.reviews.models import Review, ReviewSide
from talentpool.selfchecks.questions import GROUPS
from talentpool.states import (
    CounterState,
    MembershipState,
    NeedState,
    PlacementState,
    ReviewState,
    RoundState,
)
from talentpool.text import search_key
from talentpool.waits import DEFAULTS
from talentpool.web.unit import TalentpoolFlask
from talentpool.web.versions import mark_of
from tests.browsers import Browser, stored_user
from tests.cases.made import make_case
from tests.conflicts.made import make_conflict
from tests.consultations.made import make_consultation, officer_of
from tests.desk.test_duties import PATHS as DUTIES, make_things
from tests.factories import (
    FIRST,
    HIMEJI,
    make_addition,
    make_candidate,
    make_counter,
    make_credential,
    make_employee,
    make_engagement,
    make_extension,
    make_need,
    make_need_draft,
    make_placement,
    make_prefecture_pool,
    make_question,
    make_round_with_plan,
    make_sent_log,
    make_user,
)
from tests.funding.made import make_funding
from tests.meetings.made import make_meeting
from tests.needs.joined import make_joint
from tests.pages import version_in
from tests.panels.made import make_panel
from tests.programmes.made import make_referral
from tests.reviews.made import make_reviews

Fields = dict[str, Any]
Sent = tuple[User | None, str, Fields]
NOTHING_TYPED = {
    "meetings.cancel_meeting", "meetings.say_interest", "preferences.watch_need", "meetings.drop_theme",
    "funding.take_shipped",
    "programmes.take_shipped",
    "accounts.open_notice", "placements.accept_terms", "placements.order_statement_print", "engagements.issue_calendar", "engagements.revoke_calendar",
    "accounts.read_notices",
    "accounts.resend_mail",
    "accounts.sign_out", "accounts.send_again", "accounts.send_link", "accounts.disable", "accounts.enable",
    "candidates.confirm_availability", "complaints.close_complaint", "consultations.discard_consultation", "cases.take_documented", "cases.retire_case", "cases.restore_case", "credentials.ask_office", "merging.tell_apart", "merging.undo_merge", "credentials.withdraw_credential", "engagements.note_outlook", "candidates.note_confirmed", "candidates.renew_membership", "candidates.leave_pool", "candidates.reapply", "candidates.resume", "candidates.withdraw_consent", "needs.copy_need", "needs.delete_need", "needs.delete_draft", "needs.start_need", "needs.guide_need", "needs.finish_draft", "placements.adopt_round", "placements.add_alternate", "placements.order_print", "placements.endorse_paper", "accounts.set_endorsement",
    "rounds.run_round", "rounds.cancel_round", "rounds.discard_round", "rounds.rerun_round",
    "rounds.drop_directive", "reviews.agree_to_case",
}  # fmt: skip


JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")
_QUOTED = re.compile("[“‘][^”’]*[”’]")  # what the reader wrote, and how it can be written
OWN_PAGE = {
    "candidates.save_term",
    "reviews.write_report",
    "engagements.prepare",
    "placements.state_terms",
    "engagements.show_log",
    "engagements.record_log",
    "engagements.give_outlook",
    "preferences.show_suiting",
    "preferences.record_interest",
    "preferences.choose_showing",
    "preferences.rank_people",
}  # a version of the content, on the page itself
VERSION_OF_CONTENT = {"accounts.change_role", "candidates.verify_evidence"}


@dataclass(frozen=True)
class Case:
    """A form of `endpoint`, sent so that `faults` things are wrong with it."""

    endpoint: str
    send: Callable[[Session], Sent]
    faults: int


def visitor(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        make_prefecture_pool(session)
        return None, path, typed

    return send


def as_role(who: Role, path: str, **typed: Any) -> Callable[[Session], Sent]:
    return lambda session: (make_user(session, who), path, typed)


def by_link(path: str, purpose: links.Purpose, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        user = make_user(session, Role.COORDINATOR)
        secret = links.issue_link(session, user, purpose, now=clock.now())
        return None, f"{path}/{secret}", typed

    return send


def changed_role(session: Session) -> Sent:
    other = make_user(session, Role.APPROVER)
    return make_user(session, Role.ADMIN), f"/accounts/{other.id}/role", {"role": ""}


def step(name: str, **typed: Any) -> Callable[[Session], Sent]:
    return as_role(Role.CANDIDATE, f"/profile/{name}", **typed)


def person(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        candidate = make_candidate(session)
        return session.get_one(User, candidate.user_id), path, typed

    return send


def ranked(session: Session) -> Sent:
    need, town = make_need(session), make_user(session, Role.MUNICIPALITY)
    person = make_candidate(session, family_name="Sato", given_name="Ai")
    shown = make_placement(session, need, person, state=PlacementState.INTRODUCED)
    return town, f"/needs/{need.id}/ranks", {f"rank_{shown.id}": "9"}


def suited(**typed: Any) -> Callable[[Session], Sent]:
    """About a need that the person fits."""

    def send(session: Session) -> Sent:
        need, candidate = make_need(session), make_candidate(session)
        return session.get_one(User, candidate.user_id), f"/suited/{need.id}", typed

    return send


def suited_by_telephone(session: Session) -> Sent:
    """About a need that fits somebody without an account, without saying who called."""
    need, candidate = make_need(session), make_candidate(session, has_account=False)
    typed = {"answer": "interested", "source": "telephone", "came_on": "きのう", "party": ""}
    return (
        make_user(session, Role.COORDINATOR),
        f"/candidates/{candidate.id}/suited/{need.id}",
        typed,
    )


def handed_in_empty(session: Session) -> Sent:
    candidate = make_candidate(
        session, state=MembershipState.DRAFT, skills={}, forms=(), phone=None
    )
    membership = candidate.memberships[0]
    user = session.get_one(User, candidate.user_id)
    return user, f"/memberships/{membership.id}/submit", {"version": membership.version}


def review(verb: str, state: MembershipState, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        membership = make_candidate(session, state=state).memberships[0]
        path = f"/memberships/{membership.id}/{verb}"
        return make_user(session, Role.COORDINATOR), path, {"version": membership.version, **typed}

    return send


def compared(session: Session) -> Sent:
    """One is turned down without a reason, the other has a note and no answer."""
    town = make_user(session, Role.MUNICIPALITY)
    need = make_need(session, seats=2)
    first, second = (
        make_placement(
            session,
            need,
            make_candidate(session, family_name="Sato", given_name="Ai"),
            state=PlacementState.INTRODUCED,
            seat=seat,
        )
        for seat in (1, 2)
    )
    typed = {
        f"version_{first.id}": first.version, f"answer_{first.id}": "turn_down",
        f"version_{second.id}": second.version, f"comment_{second.id}": "日程",
    }  # fmt: skip
    return town, f"/introductions/needs/{need.id}", typed


def received(path: str, **typed: Any) -> Callable[[Session], Sent]:
    """About somebody whom an officer has only begun to register."""

    def send(session: Session) -> Sent:
        officer, now = make_user(session, Role.COORDINATOR), clock.now()
        origin = Origin(Source.PAPER, local_date(now))
        person = start_reception(session, origin, actor=officer.actor, now=now)
        return officer, path.format(person=person.id), typed

    return send


def evidence(session: Session) -> Sent:
    candidate = make_candidate(session, skills={"bpr": 2, "cloud": 3})
    path = f"/candidates/{candidate.id}/evidence"
    typed = {"evidence_bpr": "nonsense", "evidence_cloud": "nonsense"}
    return make_user(session, Role.COORDINATOR), path, typed


def employed(session: Session) -> Sent:
    person = make_employee(session)
    typed = {"post": "mayor", "first_day": "いつか", "last_day": "?", "half_day_cost": "0"}
    return make_user(session, Role.COORDINATOR), f"/candidates/{person.id}/employment", typed


def need_draft(session: Session) -> Sent:
    draft = make_need_draft(session, typed={"title": ["窓口"]})
    typed = {"version": draft.version, "theme": "", "stage": "", "submit": "1"}
    return session.get_one(User, draft.author_id), f"/needs/drafts/{draft.id}", typed


def need_step(session: Session) -> Sent:
    """All that can be stored is, and complained of on the page that it leads to."""
    draft = make_need_draft(session)
    typed = {"version": draft.version, "title": "窓口\0", "next": "1"}
    return session.get_one(User, draft.author_id), f"/needs/drafts/{draft.id}/outcome", typed


def need(
    path: str, role: Role, state: NeedState, *, typed: Fields | None = None, **columns: Any
) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        need = make_need(session, state=state, **columns)
        user = make_user(session, role)
        return user, path.format(need.id), {"version": need.version, **(typed or {})}

    return send


def placement(
    path: str, role: Role, state: PlacementState, *, has_account: bool = True, **typed: Any
) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        candidate = make_candidate(session, has_account=has_account)
        row = make_placement(session, make_need(session), candidate, state=state, now=clock.now())
        owner = role is Role.CANDIDATE
        user = session.get_one(User, candidate.user_id) if owner else make_user(session, role)
        given = {name: str(value).format(row.id) for name, value in typed.items()}
        target = path.format(placement=row.id, need=row.need_id, paper=row.paper_id)
        return user, target, {"version": row.version, **given}

    return send


def counter(session: Session) -> Sent:
    """Ended by an officer without a reason."""
    row = make_placement(
        session, make_need(session), make_candidate(session), state=PlacementState.OFFERED
    )
    made = make_counter(session, row, state=CounterState.REVIEW, excess=["half_days"])
    user = make_user(session, Role.COORDINATOR)
    return user, f"/counter_proposals/{made.id}/turn_back", {"version": made.version}


def question(session: Session) -> Sent:
    """Answered without a word."""
    row = make_placement(
        session, make_need(session), make_candidate(session), state=PlacementState.OFFERED
    )
    made, user = make_question(session, row), make_user(session, Role.MUNICIPALITY)
    return user, f"/questions/{made.id}/answer", {"version": made.version, "answer": " "}


def noted(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        person, need = make_candidate(session), make_need(session)
        row = make_placement(session, need, person)
        work = make_engagement(session).id
        target = path.format(person=person.id, need=need.id, placement=row.id, work=work)
        return make_user(session, Role.COORDINATOR), target, typed

    return send


def posted(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        officer, person = make_user(session, Role.COORDINATOR), make_candidate(session)
        letter = PostalTask(
            event="membership/1/activate/1", candidate_id=person.id, link="/profile", ordered_at=clock.now(),
            prefecture_code=officer.prefecture_code or "", template="membership.activate",
        )  # fmt: skip
        session.add(letter)
        session.flush()
        return officer, path.format(letter=letter.id), {"version": letter.version, **typed}

    return send


def lost_mail(session: Session) -> Sent:
    need, officer = make_need(session), make_user(session, Role.COORDINATOR)
    order = order_mail(
        session, event=f"need/{need.id}/publish/1", recipient_id=officer.id, template="need.publish",
        link=f"/needs/{need.id}", now=clock.now(), prefecture_code=officer.prefecture_code,
    )  # fmt: skip
    order.state = MailState.FAILED
    session.flush()
    return officer, f"/mails/{order.id}/call", {}


def handed_over(session: Session) -> Sent:
    """To nobody, with a note that is too long."""
    need, officer = make_need(session), make_user(session, Role.COORDINATOR)
    set_duty(session, need, Plan(officer.id), actor=officer.actor, now=clock.now())
    row = find_duty(session, need)
    assert row is not None
    typed = {f"version_{row.id}": row.version, f"note_{row.id}": "長" * 501}
    return officer, "/handover", typed


def duty(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        person, need = make_candidate(session), make_need(session)
        row = make_placement(session, need, person)
        made = make_round_with_plan(session, [(need, person)])
        member = person.memberships[0].id
        target = path.format(person=member, need=need.id, placement=row.id, round=made.id)
        return make_user(session, Role.COORDINATOR), target, {"version": "0", **typed}

    return send


def duty_of(kind: type[Any]) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        typed = {"version": "0", "owner": "?", "follow_up": "いつか", "line": "長" * 101}
        path = DUTIES[kind].format(make_things(session)[kind].id)
        return make_user(session, Role.COORDINATOR), path, typed

    return send


def held(session: Session) -> Sent:
    candidate = make_candidate(session)
    candidate.posts.append(
        CandidatePost(
            body="姫路市", municipality_code=HIMEJI, first_month=FIRST - 300, last_month=FIRST - 12
        )
    )
    candidate.companies.append(CandidateCompany(name="播磨情報", name_key=search_key("播磨情報")))
    row = make_placement(session, make_need(session), candidate)
    typed = {"rule": "former_office", "reason": " "}
    return make_user(session, Role.COORDINATOR), f"/placements/{row.id}/lift", typed


def engaged(path: str, who: Role = Role.COORDINATOR, **typed: Any) -> Callable[[Session], Sent]:
    """Sent about an engagement with a log of this month that waits for the town."""

    def send(session: Session) -> Sent:
        log = make_sent_log(session, make_candidate(session))
        log.engagement.form = "commission"
        user = make_user(session, who)
        if who is Role.CANDIDATE:
            user = session.get_one(User, log.engagement.candidate.user_id)
        about = log if "logs" in path else log.engagement
        target = path.format(engagement=log.engagement_id, log=log.id, month=month_text(log.month))
        return user, target, {"version": about.version, **typed}

    return send


def joint(path: str, town: str, state: NeedState, **typed: Any) -> Callable[[Session], Sent]:
    """Sent by an officer of one of the towns of a joint need."""

    def send(session: Session) -> Sent:
        made = make_joint(session, state=state)
        about = made.need if town == HIMEJI else made.member(town)
        user = session.get_one(User, made.officers[town].user_id)
        target = path.format(need=made.need.id, member=about.id)
        return user, target, {"version": about.version, **typed}

    return send


def paneled(path: str, **typed: Any) -> Callable[[Session], Sent]:
    """Sent by the chair of a panel that has somebody to score."""

    def send(session: Session) -> Sent:
        row = make_placement(
            session, make_need(session), make_candidate(session), state=PlacementState.INTRODUCED
        )
        panel = make_panel(session, row)
        chair = session.get_one(User, panel.chair_id)
        return chair, path.format(panel=panel.id, placement=row.id), typed

    return send


def reviewed(path: str, who: Role, state: ReviewState, **typed: Any) -> Callable[[Session], Sent]:
    """Sent about what the town says of an engagement, or about what the person is asked."""

    def send(session: Session) -> Sent:
        rows = make_reviews(session)
        person, town = rows[ReviewSide.PERSON], rows[ReviewSide.TOWN]
        own = session.get_one(User, town.candidate.user_id)
        officer = make_user(session, Role.MUNICIPALITY)
        if state is not ReviewState.ASKED:
            said = Answers(2, 2, 2, 2)
            give_review(session, town, said, actor=officer.actor, now=clock.now())
            give_review(session, person, said, actor=own.actor, now=clock.now())
        if state is ReviewState.CONTESTED:
            contest_review(session, town, comment="違う", actor=own.actor, now=clock.now())
        user = {Role.CANDIDATE: own, Role.MUNICIPALITY: officer}.get(who) or make_user(session, who)
        about = person if "answer" in path and who is Role.CANDIDATE else town
        session.flush()
        return user, path.format(review=about.id), {"version": about.version, **typed}

    return send


TERMS = {
    "form": "commission", "first_day": "2027-04-01", "last_day": "2027-09-30", "work": "窓口の見直し",
    "place": "市役所", "days": "火曜日", "travel": "実費", "supervisor": "市民課 田中一郎",
}  # fmt: skip


def agreed(path: str, **typed: Any) -> Callable[[Session], Sent]:
    return placement(path, Role.MUNICIPALITY, PlacementState.AGREED, **typed)


def extension(verb: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        change = make_extension(session, make_engagement(session))
        user = make_user(session, Role.APPROVER)
        return user, f"/plan_changes/{change.id}/{verb}", {"version": change.version, **typed}

    return send


def wish(session: Session) -> Sent:
    """Nothing is chosen, and the day is none."""
    person = make_candidate(session, has_account=False)
    typed = {"version": person.memberships[0].version, "came_on": "?"}
    return make_user(session, Role.COORDINATOR), f"/candidates/{person.id}/wish", typed


def recorded_log(session: Session) -> Sent:
    """An officer enters a month without saying from whom, with a sum that is no number."""
    log = make_sent_log(session, make_candidate(session))
    log.engagement.candidate.user_id = None
    path = f"/engagements/{log.engagement_id}/logs/{month_text(log.month)}/record"
    typed = {
        "submit": "1",
        "source": "paper",
        "came_on": "2026-12-01",
        "party": "",
        "travel_yen": "x",
    }
    return make_user(session, Role.COORDINATOR), path, typed


def addition(**typed: Any) -> Callable[[Session], Sent]:
    """Asked for by a town."""

    def send(session: Session) -> Sent:
        engagement = make_engagement(session)
        path = f"/engagements/{engagement.id}/addition"
        return make_user(session, Role.MUNICIPALITY), path, {"version": engagement.version, **typed}

    return send


def addition_step(session: Session) -> Sent:
    """Ended by an officer without a reason."""
    row = make_addition(session, make_engagement(session))
    user = make_user(session, Role.COORDINATOR)
    return user, f"/month_additions/{row.id}/turn_back", {"version": row.version}


def ending(**typed: Any) -> Callable[[Session], Sent]:
    """An engagement of which the town has decided an earlier last day."""

    def send(session: Session) -> Sent:
        log = make_sent_log(session, make_candidate(session))
        user, row = make_user(session, Role.MUNICIPALITY), log.engagement
        last = last_day(row.last_month) - timedelta(days=1)
        end_engagement(session, row, last=last, reason="budget", actor=user.actor, now=clock.now())
        session.flush()
        return user, f"/engagements/{row.id}/end/change", {"version": row.version, **typed}

    return send


def near_its_end(session: Session) -> Sent:
    """Answered without an answer, a few days before the last one."""
    log = make_sent_log(session, make_candidate(session))
    log.engagement.first_month -= 6
    log.engagement.last_day = local_date(clock.now()) + timedelta(days=9)
    user = session.get_one(User, log.engagement.candidate.user_id)
    return user, f"/engagements/{log.engagement_id}/outlook", {"comment": "相談したい"}


def held_by_mistake(session: Session) -> Sent:
    """A need that an officer has put on hold, to be resumed in silence for no reason."""
    need, officer = make_need(session), make_user(session, Role.COORDINATOR)
    hold_need(session, need, actor=officer.actor, now=clock.now())
    audit.seal(session)
    found = find_correction(session, need, actor=officer.actor, now=clock.now())
    assert found is not None
    return officer, f"/needs/{need.id}/correction", {"version": found.event}


def rested_by_mistake(session: Session) -> Sent:
    engagement = make_engagement(session)
    officer, now = make_user(session, Role.COORDINATOR), clock.now()
    suspend_engagement(session, engagement, reason="health", actor=officer.actor, now=now)
    audit.seal(session)
    found = find_correction(session, engagement, actor=officer.actor, now=now)
    assert found is not None
    return officer, f"/engagements/{engagement.id}/correction", {"version": found.event}


def conflicted(session: Session) -> Sent:
    row = make_conflict(session)
    user = make_user(session, Role.COORDINATOR)
    return user, f"/conflicts/{row.id}/end", {"version": row.version}


def complained(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        engagement = make_sent_log(session, make_candidate(session)).engagement
        actor = Actor(engagement.candidate.user_id, Role.CANDIDATE, engagement.prefecture_code)
        complaint = file_complaint(session, "内容", actor=actor, now=clock.now())
        user = make_user(session, Role.COORDINATOR)
        return user, path.format(complaint=complaint.id), {"version": complaint.version, **typed}

    return send


def called(session: Session) -> Sent:
    row = make_meeting(session, now=clock.now())
    typed = {
        "kind": "gathering", "circle": "both", "title": "集まり", "day": "2020-04-01", "begins": "16:00",
        "ends": "17:00", "version": row.version,
    }  # fmt: skip
    return make_user(session, Role.COORDINATOR), f"/meetings/{row.id}/edit", typed


def measured(session: Session) -> Sent:
    row = make_funding(session)
    typed = {"name": "措置", "checked_on": "2999-01-01", "address": "x", "version": row.version}
    return make_user(session, Role.COORDINATOR), f"/funding/{row.id}/edit", typed


def priced(session: Session) -> Sent:
    typed = {"yen_per_km": "0", "usual_km": "遠い", "version": mark_of({})}
    return make_user(session, Role.COORDINATOR), "/funding/rate", typed


def expected(session: Session) -> Sent:
    need = make_need(session)
    typed = {"yen_2028": "多い", "source_2028": "moon", "version": mark_of({})}
    return make_user(session, Role.MUNICIPALITY), f"/needs/{need.id}/running-cost", typed


def referred(path: str, who: Role, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        row = make_referral(session)
        version = row.programme.version if "/programmes/" in path else row.version
        target = path.format(programme=row.programme_id, referral=row.id)
        return make_user(session, who), target, {"version": version, **typed}

    return send


def self_check_told(session: Session) -> Sent:
    """The same, by an officer for somebody without an account."""
    person = make_candidate(session, has_account=False)
    _user, path, said = self_checked(session)
    path = path.replace("/profile", f"/candidates/{person.id}")
    return make_user(session, Role.COORDINATOR), path, said


def self_checked(session: Session) -> Sent:
    """What was done, too long, and an answer that there is not."""
    person, group = make_candidate(session), GROUPS[0]
    first, second, _third = group.questions
    version = mark_of([[code, None, ""] for code in group.questions])
    path = f"/profile/self_check/{group.code}"
    said = {first: "yes", f"line_{first}": "長" * 201, second: "?", "version": version}
    return session.get_one(User, person.user_id), path, said


def shown(path: str, who: Role = Role.COORDINATOR, **typed: Any) -> Callable[[Session], Sent]:
    """Sent by an officer, or by the person, about a credential that waits."""

    def send(session: Session) -> Sent:
        person = make_candidate(session)
        row = make_credential(session, person)
        user = make_user(session, who) if who is not Role.CANDIDATE else None
        actor = user or session.get_one(User, person.user_id)
        named = {name.format(credential=row.id): value for name, value in typed.items()}
        target = path.format(credential=row.id, person=person.id)
        return actor, target, {"version": row.version, **named}

    return send


def written(path: str, role: Role, **typed: Any) -> Callable[[Session], Sent]:
    """A case of a town, on which somebody of that town or the prefecture writes."""

    def send(session: Session) -> Sent:
        case = make_case(session)
        return make_user(session, role), path.format(case.id), {"version": case.version, **typed}

    return send


def twice(session: Session) -> Sent:
    """Two registrations, and none is chosen to be kept."""
    one, other = make_candidate(session), make_candidate(session)
    path = f"/merges/candidates/{one.id}/candidates/{other.id}"
    return make_user(session, Role.COORDINATOR), path, {}


UNTIL: Fields = {"c{credential}-until": "x"}


def asked_office(session: Session) -> Sent:
    row = make_credential(
        session, make_candidate(session), verifier_kind=Verifier.EMPLOYER, verifier="人事課"
    )
    officer = make_user(session, Role.COORDINATOR)
    secret = issue_link(session, row, actor=officer.actor, now=clock.now())
    return None, f"/office-answer/{secret}", {"is_right": "no", "who": "課長"}


def consulted(
    path: str, verb: str = "", role: Role = Role.COORDINATOR, **typed: Any
) -> Callable[[Session], Sent]:
    """A consultation that an officer has begun to answer by `verb`; by "draft" it is not sent."""

    def send(session: Session) -> Sent:
        row = make_consultation(session, is_sent=verb != "draft")
        officer, now = officer_of(session, row), clock.now()
        if verb == "sort":
            begin_sorting(session, row, "話しましょう。", actor=officer, now=now)
        elif verb == "ask":
            ask_back(session, row, "いつまでですか。", actor=officer, now=now)
        user = row.author_id if role is Role.MUNICIPALITY else officer.user_id
        return session.get_one(User, user), path.format(row.id), {"version": row.version, **typed}

    return send


def adopted(session: Session) -> Sent:
    need, candidate = make_need(session), make_candidate(session)
    made = make_round_with_plan(session, [(need, candidate)], state=RoundState.ADOPTED)
    row = make_placement(session, need, candidate, state=PlacementState.SUGGESTED)
    row.round_id, row.drafted_at = made.id, None
    return make_user(session, Role.COORDINATOR), f"/rounds/{made.id}/draft", {"alternates": "2"}


def round_page(path: str, **typed: Any) -> Callable[[Session], Sent]:
    def send(session: Session) -> Sent:
        need, candidate = make_need(session), make_candidate(session)
        made = make_round_with_plan(session, [(need, candidate)], state=RoundState.OPTIMAL)
        made.policy = Policy(lottery_seed=1).to_dict()
        target = path.format(round=made.id, need=need.id, candidate=candidate.id)
        return make_user(session, Role.COORDINATOR), target, typed

    return send


WINDOWS = {
    "windows-0-first_month": "2027-04", "windows-0-half_days": "たくさん",
    "windows-1-half_days": "8", "windows-2-first_month": "2027-04", "windows-2-last_month": "2027-03",
    "windows-2-half_days": "4", "windows-2-weekdays": ["1"], "most_at_once": "99",
}  # fmt: skip
CASES = [
    Case("accounts.choose_language", as_role(Role.AUDITOR, "/account/language", language="fr"), 1),
    Case(
        "accounts.choose_mails",
        as_role(Role.MUNICIPALITY, "/account/mails", placement="none", begins="1320"),
        2,
    ),
    Case("accounts.sign_in", visitor("/signin"), 2),
    Case(
        "accounts.sign_up",
        visitor("/signup", prefecture_code="28", email="kein", password="kurz", repeated="anders"),
        3,
    ),
    Case("accounts.request_reset", visitor("/reset", email="kein"), 1),
    Case("accounts.confirm_address", by_link("/signup/confirm", links.Purpose.CONFIRM), 1),
    Case(
        "accounts.accept_invitation",
        by_link("/invite", links.Purpose.INVITE, password="kurz", repeated="anders"),
        2,
    ),
    Case(
        "accounts.reset_password",
        by_link("/reset", links.Purpose.RESET, password="kurz", repeated="anders"),
        2,
    ),
    Case("accounts.show_own", as_role(Role.AUDITOR, "/account"), 3),
    Case("accounts.invite", as_role(Role.ADMIN, "/accounts/invite", role=""), 3),
    Case("accounts.change_role", changed_role, 1),
    Case("accounts.edit_office", as_role(Role.ADMIN, "/office", version="0", telephone="110"), 3),
    Case("candidates.save_step", step("basics", phone="110", contact_email="at", home_name="京"), 6),
    Case(
        "candidates.save_step",
        step("career", **{"posts-0-title": "室長", "matters-0-subject": "契約"}),
        4,
    ),
    Case(
        "candidates.save_step",
        step("skills", **{"skill_bpr-last_used": "昨年", "exams-0-year": "むかし"}),
        3,
    ),
    Case("candidates.save_step", step("availability", **WINDOWS), 8),
    Case("candidates.save_step", step("wishes", pay_minimum="?", pay_wish="?", heard_from="x"), 4),
    Case("candidates.submit_profile", handed_in_empty, 5),
    Case("candidates.save_months", person("/availability", travel_limit="?", most_at_once="0"), 2),
    Case("candidates.pause", person("/availability/pause"), 2),
    Case(
        "candidates.pause",
        person("/availability/pause", first_month="2026-01", last_month="2026-02"),
        1,
    ),
    Case("candidates.activate_membership", review("activate", MembershipState.APPLIED), 1),
    Case("candidates.extend_membership", review("extend", MembershipState.ACTIVE, until="?"), 1),
    Case(
        "candidates.extend_membership", review("extend", MembershipState.ACTIVE, until="2026-01-01"), 1
    ),
    Case("candidates.return_membership", review("return", MembershipState.APPLIED), 1),
    Case(
        "candidates.decline_membership",
        review("decline", MembershipState.APPLIED, reason="other"),
        1,
    ),
    Case("candidates.verify_evidence", evidence, 2),
    Case("candidates.save_term", employed, 4),
    Case("candidates.save_new_person", as_role(Role.COORDINATOR, "/reception/new", source="fax", came_on="いつか", kind="official"), 7),
    Case("candidates.save_received_step", received("/reception/{person}/basics", source="paper", phone="110"), 6),
    Case("candidates.issue_letter", received("/reception/{person}/letter", version="1"), 11),
    Case("candidates.confirm_by_telephone", received("/reception/{person}/confirmed", version="1"), 3),
    Case("candidates.confirm_reception", visitor("/confirm"), 3),
    Case("placements.answer_introduced", compared, 2),
    Case("needs.new_need", as_role(Role.MUNICIPALITY, "/needs/new", theme="", stage="", half_days="0"), 9),
    Case("needs.new_need", as_role(Role.MUNICIPALITY, "/needs/new", theme="", stage="", submit="1"), 13),
    Case("needs.edit_need", need("/needs/{}/edit", Role.MUNICIPALITY, NeedState.DRAFT, typed={"title": "", "last_month": "?", "skills-0-weight": "99", "skills-0-skill": "bpr"}), 4),
    Case("needs.edit_draft", need_draft, 13),
    Case("needs.answer_step", need_step, 1),
    Case(
        "needs.take_step",
        need("/needs/{}/submit", Role.MUNICIPALITY, NeedState.DRAFT, forms=(), pay_amount=0),
        3,
    ),
    Case(
        "needs.take_step",
        need("/needs/{}/publish", Role.COORDINATOR, NeedState.SUBMITTED, typed={"reasons": ["statutory"]}),
        1,
    ),
    Case(
        "needs.take_step",
        need("/needs/{}/publish", Role.COORDINATOR, NeedState.SUBMITTED, asks_form=True, forms=()),
        1,
    ),
    Case("needs.take_step", need("/needs/{}/return", Role.COORDINATOR, NeedState.SUBMITTED), 1),
    Case("placements.revise_need", need("/needs/{}/revise", Role.MUNICIPALITY, NeedState.OPEN, typed={"title": "", "last_month": "?", "skills-0-weight": "99", "skills-0-skill": "bpr"}), 4),
    Case("placements.take_effect", need("/needs/{}/revise/effect", Role.COORDINATOR, NeedState.OPEN, typed={"title": "", "last_month": "?", "skills-0-weight": "99", "skills-0-skill": "bpr"}), 4),
    Case("needs.take_step", need("/needs/{}/reopen", Role.COORDINATOR, NeedState.CLOSED), 1),
    Case("placements.close_need", need("/needs/{}/close", Role.COORDINATOR, NeedState.OPEN), 1),
    Case("placements.withdraw_need", need("/needs/{}/withdraw", Role.MUNICIPALITY, NeedState.OPEN), 1),
    Case(
        "placements.take_step",
        placement("/placements/{placement}/decline", Role.CANDIDATE, PlacementState.OFFERED),
        1,
    ),
    Case(
        "placements.take_step",
        placement("/placements/{placement}/return", Role.APPROVER, PlacementState.PROPOSED),
        1,
    ),
    Case(
        "placements.take_step",
        placement(
            "/placements/{placement}/revoke", Role.COORDINATOR, PlacementState.OFFERED,
            reason="other",
        ),
        1,
    ),
    Case("placements.end_engagement", engaged("/engagements/{engagement}/end", last_day="2月30日"), 2),
    Case("placements.end_engagement", engaged("/engagements/{engagement}/end", last_day="2000-01-01", reason="other"), 1),
    Case("placements.change_end", ending(last_day="いつか"), 2),
    Case("placements.change_end", ending(last_day="2030-01-01", comment="予算が付いた"), 1),
    Case("placements.propose_extension", engaged("/engagements/{engagement}/extension", last_day="いつか", half_days="x"), 3),
    Case("placements.propose_extension", engaged("/engagements/{engagement}/extension", last_day="2020-01-01", half_days="2", comment="必要"), 1),
    Case("placements.take_extension_step", extension("refuse"), 1),
    Case("placements.state_terms", agreed("/placements/{placement}/terms/edit"), 8),
    Case("placements.state_terms", agreed("/placements/{placement}/terms/edit", **TERMS | {"first_day": "2027-09-01"}), 1),
    Case("engagements.prepare", engaged("/engagements/{engagement}/preparation", Role.CANDIDATE, done=["security"], until_security="いつか"), 1),
    Case("engagements.prepare", engaged("/engagements/{engagement}/preparation", Role.CANDIDATE, done=["security"]), 1),
    Case("corrections.correct_need", held_by_mistake, 1),
    Case("corrections.correct_engagement", rested_by_mistake, 1),
    Case("travel.correct_travel", as_role(Role.COORDINATOR, "/travel-times", minutes="x"), 5),
    Case("merging.compare_pair", twice, 1),
    Case("selfchecks.answer_group", self_checked, 2),
    Case("selfchecks.answer_for", self_check_told, 2),
    Case("credentials.say_own", shown("/profile/credentials/new", Role.CANDIDATE, link="x"), 1),
    Case("credentials.say_for", shown("/candidates/{person}/credentials/new", about="training:privacy"), 2),
    Case("credentials.check_credential", shown("/credentials/{credential}/check", **UNTIL), 1),
    Case("credentials.refuse_credential", shown("/credentials/{credential}/refuse", reason="other"), 1),
    Case("credentials.answer_office", asked_office, 1),
    Case("complaints.file_complaint", as_role(Role.MUNICIPALITY, "/complaints/new", about="x"), 2),
    Case("complaints.file_complaint", as_role(Role.COORDINATOR, "/complaints/new", channel="telephone", person="C-9", text="内容"), 1),
    Case("complaints.plan_answer", complained("/complaints/{complaint}/plan", owner="x", due="2月30日"), 2),
    Case("complaints.plan_answer", complained("/complaints/{complaint}/plan", due="2000-01-01"), 1),
    Case("complaints.answer_complaint", complained("/complaints/{complaint}/answer"), 1),
    Case("conflicts.record_conflict", as_role(Role.COORDINATOR, "/conflicts/new", person="C-9", ground="x", first_month="2月30日"), 4),
    Case("conflicts.record_conflict", as_role(Role.COORDINATOR, "/conflicts/new", person="C-9", ground="family", lifter="nobody", first_month="2027-04", note="事情"), 2),
    Case("conflicts.end_conflict", conflicted, 1),
    Case("consultations.new_consultation", as_role(Role.MUNICIPALITY, "/consultations/new", words="困った", theme="?", urgency="?", sharing="?", save="1"), 3),
    Case("consultations.new_consultation", as_role(Role.MUNICIPALITY, "/consultations/new", words="", sharing="none", send="1"), 1),
    Case("consultations.edit_consultation", consulted("/consultations/{}/edit", "draft", Role.MUNICIPALITY, words="", sharing="none", send="1"), 1),
    Case("consultations.respond", consulted("/consultations/{}/respond", programme="9"), 3),
    Case("consultations.respond", consulted("/consultations/{}/respond", verb="refer", text="案内"), 1),
    Case("consultations.take_step", consulted("/consultations/{}/reply", "ask", Role.MUNICIPALITY, comment=" "), 1),
    Case("consultations.write_interview", consulted("/consultations/{}/interview", "sort", team="長" * 901, tasks="長" * 901), 2),
    Case("consultations.share_consultation", consulted("/consultations/{}/sharing", "ask", Role.MUNICIPALITY, sharing="?"), 1),
    Case("desk.assign_consultation", consulted("/consultations/{}/duty", version="0", owner="?", follow_up="いつか", line="長" * 101), 3),
    Case("preferences.show_suiting", suited(words="前から関心がある"), 1),
    Case("preferences.show_suiting", suited(answer="not_now", reason="weather", words="長" * 1001), 1),
    Case("preferences.show_suiting", suited(answer="not_now", reason="other"), 1),
    Case("preferences.record_interest", suited_by_telephone, 2),
    Case("preferences.rank_people", ranked, 1),
    Case("preferences.choose_showing", need("/needs/{}/showing", Role.MUNICIPALITY, NeedState.OPEN, typed={"names_town": "?"}), 1),
    Case("cases.new_case", as_role(Role.COORDINATOR, "/cases/new", cost_yen="たくさん", source_url="x"), 6),
    Case("cases.new_case", as_role(Role.COORDINATOR, "/cases/new", title="a", did="b", source="c", municipality_code="282014", theme="bpr", source_url="javascript:x"), 1),
    Case("cases.edit_case", written("/cases/{}/edit", Role.COORDINATOR, title="", did="b", source="c", municipality_code="282014", theme="bpr"), 1),
    Case("cases.offer_contact", written("/cases/{}/contact", Role.MUNICIPALITY, contact="長" * 201), 1),
    Case("engagements.give_outlook", near_its_end, 1),
    Case("meetings.new_meeting", as_role(Role.COORDINATOR, "/meetings/new", day="いつか", begins="昼", ends="25:00"), 6),
    Case("meetings.edit_meeting", called, 1),
    Case("meetings.name_theme", as_role(Role.MUNICIPALITY, "/companions", theme="bpr"), 1),
    Case("funding.new_funding", as_role(Role.COORDINATOR, "/funding/new", rate="200", cap_yen="多い", valid_from="いつか"), 4),
    Case("funding.edit_funding", measured, 1),
    Case("funding.set_rate", priced, 3),
    Case("funding.plan_running", expected, 2),
    Case("programmes.new_programme", as_role(Role.COORDINATOR, "/programmes/new", deadlines="いつか", checked_on="昨日", report_days="x"), 4),
    Case("programmes.edit_programme", referred("/programmes/{programme}/edit", Role.COORDINATOR, name="制度", valid_from="2027-04-01", valid_to="2027-03-31", address="x"), 2),
    Case("programmes.refer_town", referred("/programmes/{programme}/refer", Role.COORDINATOR), 1),
    Case("programmes.refer_town", referred("/programmes/{programme}/refer", Role.COORDINATOR, town="282014", need="N-9"), 1),
    Case("programmes.record_course", referred("/referrals/{referral}/course", Role.MUNICIPALITY, applied_on="昨日", done_on="x"), 2),
    Case("programmes.record_course", referred("/referrals/{referral}/course", Role.MUNICIPALITY, outcome="accepted", reported_on="2026-01-01"), 2),
    Case("engagements.take_step", engaged("/engagements/{engagement}/suspend", comment="長い休み"), 1),
    Case("engagements.show_log", engaged("/engagements/{engagement}/logs/{month}", Role.CANDIDATE, submit="1", days=["1"], travel_yen="x"), 1),
    Case("engagements.show_log", engaged("/engagements/{engagement}/logs/{month}", Role.CANDIDATE, submit="1", days=["1"]), 3),
    Case("engagements.take_log_step", engaged("/work_logs/{log}/return", Role.MUNICIPALITY, reason="other"), 1),
    Case("reviews.answer_review", reviewed("/reviews/{review}/answer", Role.CANDIDATE, ReviewState.ASKED), 4),
    Case("reviews.answer_review", reviewed("/reviews/{review}/answer", Role.MUNICIPALITY, ReviewState.ASKED, first="5", second="9", third="1", overall="1"), 1),
    Case("reviews.write_report", engaged("/engagements/{engagement}/report/edit", Role.CANDIDATE, submit="1", cost_yen="たくさん"), 1),
    Case("joint.share_out", joint("/needs/{need}/joint", HIMEJI, NeedState.DRAFT, half_days="x"), 1),
    Case("joint.share_out", joint("/needs/{need}/joint", HIMEJI, NeedState.DRAFT, half_days="5", **{"members-0-municipality": "285013", "members-0-half_days": "2"}), 1),
    Case("joint.take_step", joint("/joint_members/{member}/leave", "285013", NeedState.OPEN), 1),
    Case("panels.open_panel", placement("/needs/{need}/panel", Role.MUNICIPALITY, PlacementState.INTRODUCED), 2),
    Case("panels.replace_member", paneled("/panels/{panel}/replace"), 2),
    Case("panels.score_person", paneled("/panels/{panel}/people/{placement}"), 2),
    Case("panels.score_person", paneled("/panels/{panel}/people/{placement}", abstains="y"), 1),
    Case("panels.write_consensus", paneled("/panels/{panel}/people/{placement}/consensus"), 2),
    Case("reviews.reply_review", reviewed("/reviews/{review}/reply", Role.CANDIDATE, ReviewState.SHOWN, reply=" "), 1),
    Case("reviews.take_review_step", reviewed("/reviews/{review}/contest", Role.CANDIDATE, ReviewState.SHOWN, comment=" "), 1),
    Case("reviews.take_review_step", reviewed("/reviews/{review}/void", Role.COORDINATOR, ReviewState.CONTESTED, comment="長い説明"), 1),
    Case("placements.lift_hold", held, 1),
    Case("placements.decide_paper", placement("/papers/{paper}", Role.APPROVER, PlacementState.PROPOSED), 1),
    Case("placements.decide_paper", placement("/papers/{paper}", Role.APPROVER, PlacementState.PROPOSED, decision="return"), 1),
    Case("placements.draft_round", adopted, 1),
    Case("placements.list_approvals", placement("/approvals", Role.APPROVER, PlacementState.PROPOSED), 1),
    Case(
        "placements.draft_placements",
        placement(
            "/placements/needs/{need}/draft", Role.COORDINATOR, PlacementState.SUGGESTED,
            comment="長" * 2000,
        ),
        1,
    ),
    Case("placements.record_answer", placement("/placements/{placement}/answer", Role.COORDINATOR, PlacementState.OFFERED, asked="offered", verb="decline", answered_on="いつか"), 4),
    Case("placements.note_posted", posted("/letters/{letter}/posted", day="いつか"), 1),
    Case("placements.note_told", posted("/letters/{letter}/told", day="2000-01-01"), 1),
    Case("notes.write_about_person", noted("/candidates/{person}/notes", kind="?"), 2),
    Case("notes.write_about_need", noted("/needs/{need}/notes", kind="call_made", text="x"), 1),
    Case("notes.write_about_placement", noted("/placements/{placement}/notes", party="長" * 101), 3),
    Case("notes.write_about_work", noted("/engagements/{work}/notes", kind="?"), 2),
    Case("notes.note_call", lost_mail, 2),
    Case("placements.counter_offer", placement("/offers/{placement}/counter", Role.CANDIDATE, PlacementState.OFFERED, half_days="0", first_month="?", last_month="", mode="x"), 4),
    Case("placements.counter_introduction", placement("/introductions/{placement}/counter", Role.MUNICIPALITY, PlacementState.INTRODUCED, half_days="62"), 1),
    Case("placements.record_wish", wish, 3),
    Case("engagements.record_log", recorded_log, 2),
    Case("placements.take_counter_step", counter, 1),
    Case("placements.ask_more", addition(month="2027-04", half_days="0", words=" "), 2),
    Case("placements.take_addition_step", addition_step, 1),
    Case("placements.take_question_step", question, 1),
    Case("placements.ask_about_offer", placement("/offers/{placement}/ask", Role.CANDIDATE, PlacementState.OFFERED, text=" "), 1),
    Case("placements.ask_for_person", placement("/placements/{placement}/ask", Role.COORDINATOR, PlacementState.OFFERED, has_account=False, text="字" * 1001), 1),
    Case("placements.extend_deadline", placement("/placements/{placement}/deadline", Role.COORDINATOR, PlacementState.OFFERED, until="2020-01-01", reason=""), 1),
    Case("placements.extend_deadline", placement("/placements/{placement}/deadline", Role.COORDINATOR, PlacementState.INTRODUCED, until="いつか"), 2),
    Case("deadlines.set_days", as_role(Role.COORDINATOR, "/deadlines", version=mark_of(DEFAULTS), offer="0", plan="x"), 2),
    Case("desk.hand_over_all", handed_over, 2),
    Case("desk.assign_membership", duty("/memberships/{person}/duty", owner="?", follow_up="いつか", line="長" * 101), 3),
    Case("desk.assign_need", duty("/needs/{need}/duty", follow_up="2020-01-01"), 1),
    Case("desk.assign_placement", duty("/placements/{placement}/duty", line="電話"), 1),
    Case("desk.assign_letter", posted("/letters/{letter}/duty", version="0", line="電話"), 1),
    Case("desk.assign_counter", duty_of(CounterProposal), 3),
    Case("desk.assign_extension", duty_of(PlanChange), 3),
    Case("desk.assign_addition", duty_of(MonthAddition), 3),
    Case("desk.assign_mail", duty_of(MailOrder), 3),
    Case("desk.assign_question", duty_of(Question), 3),
    Case("desk.assign_log", duty_of(WorkLog), 3),
    Case("desk.assign_review", duty_of(Review), 3),
    Case("desk.assign_credential", duty_of(Credential), 3),
    Case("desk.assign_engagement", duty_of(Engagement), 3),
    Case("desk.assign_round", duty("/rounds/{round}/duty", owner="?", follow_up="いつか", line="長" * 101), 3),
    Case("rounds.new_round", round_page("/rounds/new", fill_premium="-1", order="?"), 21),
    Case("rounds.try_round", round_page("/rounds/{round}/what-if", title="", load_penalty="x"), 25),
    Case(
        "rounds.direct_pair",
        round_page("/rounds/{round}/needs/{need}/candidates/{candidate}/direct", kind="?"),
        2,
    ),
]  # fmt: skip


@dataclass
class Reading(HTMLParser):
    """What a reader of the page needs to find a fault: title, summary, ids in their order, the texts at the fields."""

    title: str = ""
    summary: list[tuple[str, str]] = field(default_factory=list)  # (text, target)
    summaries: int = 0
    ids: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)  # id → text

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("class", "")
        if "data-focus" in given:
            self.summaries += 1
        if "id" in given:
            self.ids.append(given["id"])
        if kind == "field-error":
            assert given.get("id"), "an error that nothing refers to"
            self.errors[given["id"]] = ""
        if tag == "li" and self._within("notice-error"):
            self.summary.append(("", ""))
        if tag == "a" and self._within("notice-error"):
            self.summary[-1] = ("", given["href"])
        if tag not in {"input", "meta", "link", "br", "hr", "img"}:
            self._open.append((tag, f"{kind} {given.get('id', '')}"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if self._open and self._open[-1][0] == "title" and not self.title:
            self.title = words
        if self._within("notice-error") and self._within("", tag="li"):
            text, target = self.summary[-1]
            self.summary[-1] = (text + words, target)
        if self._open and self._open[-1][1].startswith("field-error "):
            self.errors[self._open[-1][1].split()[1]] += words

    def _within(self, words: str, tag: str = "") -> bool:
        return any(words in kind and tag in ("", name) for name, kind in self._open)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.endpoint}-{case.faults}")
def test_a_refused_form_says_what_is_wrong_and_where(app: TalentpoolFlask, case: Case) -> None:
    with app.database.writing() as session:
        user, path, typed = case.send(session)
    browser = Browser(app)
    if user is not None:
        browser.enter(user)
    if case.endpoint in VERSION_OF_CONTENT | OWN_PAGE:
        page_of_form = path if case.endpoint in OWN_PAGE else path.rpartition("/")[0]
        typed["version"] = version_in(browser.get(page_of_form).text, path)
    answer = browser.post(path, **typed)
    assert answer.status_code == 422, answer.text
    page = Reading()
    page.feed(answer.text)
    assert page.title.startswith(f"エラー {case.faults}件："), (page.title, page.summary)
    assert page.summaries == 1
    assert len(page.summary) == case.faults, page.summary
    targets = [target.removeprefix("#") for _text, target in page.summary if target[:1] == "#"]
    places = [page.ids.index(target) for target in targets]
    assert places == sorted(places), page.summary
    assert {f"{target}-error" for target in targets} == set(page.errors), page.summary
    for text, target in page.summary:
        if target.startswith("#"):
            place, _colon, said = text.partition("：")
            assert place
            assert said in page.errors[f"{target[1:]}-error"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.endpoint}-{case.faults}")
def test_what_is_wrong_is_said_in_english_too(app: TalentpoolFlask, case: Case) -> None:
    with app.database.writing() as session:
        user, path, typed = case.send(session)
    browser = Browser(app)
    if user is not None:
        browser.enter(user)
    browser.get("/help?lang=en")
    if case.endpoint in VERSION_OF_CONTENT | OWN_PAGE:
        page_of_form = path if case.endpoint in OWN_PAGE else path.rpartition("/")[0]
        typed["version"] = version_in(browser.get(page_of_form).text, path)
    page = Reading()
    page.feed(browser.post(path, **typed).text)
    assert len(page.summary) == case.faults, page.summary
    in_japanese = [text for text, _ in page.summary if JAPANESE.search(_QUOTED.sub("", text))]
    assert not in_japanese


def test_every_form_that_takes_something_typed_is_among_them(app: TalentpoolFlask) -> None:
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == {case.endpoint for case in CASES} | NOTHING_TYPED


def test_a_row_is_named_by_what_it_is(app: TalentpoolFlask) -> None:
    browser = Browser(app)
    browser.enter(stored_user(app.database, Role.CANDIDATE))
    skills = browser.post(
        "/profile/skills", **{"skill_bpr-level": "2", "skill_bpr-last_used": "昨年", "exams-0-name_then": "統計士",
                              "exams-0-year": "?"}
    ).text  # fmt: skip
    assert re.search(r'<a href="#skill_bpr-last_used">技能「[^」]+」の最後に使った年：', skills)
    assert '<a href="#exams-0-year">試験・資格「統計士」の合格した年：' in skills
    windows = browser.post("/profile/availability", **WINDOWS).text
    assert "稼働できる期間「2027-04から」（1件目）の1か月の半日コマ数：" in windows
    assert "稼働できる期間「2027-04から」（3件目）の終わりの年月：" in windows
    assert "稼働できる期間2件目の始まりの年月：" in windows


def test_what_was_said_with_a_refused_step_stays(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        user, path, typed = review(
            "return", MembershipState.APPLIED, comment="電話番号を確かめてください。"
        )(session)
    assert user is not None
    browser = Browser(app)
    browser.enter(user)
    page = browser.post(path, **typed).text
    assert "電話番号を確かめてください。</textarea>" in page


def test_a_summary_speaks_the_language_of_the_page(app: TalentpoolFlask) -> None:
    browser = Browser(app)
    browser.enter(stored_user(app.database, Role.CANDIDATE))
    browser.get("/profile?lang=en")
    late = {"posts-0-body": "姫路市", "posts-0-first_month": "2099-04"}
    page = browser.post("/profile/career", **late).text
    assert "Errors (1): Career" in page.split("</title>", maxsplit=1)[0]
    said = "The service at “姫路市” must be up to this month."
    assert len(re.findall(said, page)) == 2  # at the list, and on top
    assert "今月まで" not in page
