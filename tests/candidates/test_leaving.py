"""A registration ends by the person's own will, with just what was said before, and can begin again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentpool import audit
from talentpool.accounts.models import User
from talentpool.candidates import consenting, leaving, reviewing, submitting
from talentpool.candidates.models import Candidate, Membership
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Refused
from talentpool.ledger import service as ledger
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.placements.leaving import Ending, list_ending
from talentpool.placements.models import Placement
from talentpool.states import MembershipState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in

from .. import factories as make
from .profiles import NOW, active, complete, events, mails

PS = PlacementState
BEFORE = NOW - timedelta(days=200)  # before the day on which the tests run


def make_busy(session: Session, *states: PlacementState) -> tuple[Candidate, Actor]:
    """A registered person with a placement in each of `states`, 4 half-days in 6 months each."""
    person = make.make_candidate(session, half_days=20, now=BEFORE)
    make.make_consent(session, person, "introduction", make.HYOGO, now=BEFORE)
    for state in states:
        make.make_placement(session, make.make_need(session), person, state=state)
    return person, session.get_one(User, person.user_id).actor


def states_of(session: Session, person: Candidate) -> list[PlacementState]:
    rows = session.query(Placement).filter_by(candidate_id=person.id).order_by(Placement.id)
    return [row.state for row in rows]


def test_what_ends_is_counted_before_and_ends_together(session: Session) -> None:
    person, actor = make_busy(
        session, PS.OFFERED, PS.INTRODUCED, PS.AGREED, PS.CONFIRMED, PS.PROPOSED
    )
    said = list_ending(session, person, make.HYOGO, now=NOW)
    assert said == Ending(offers=1, introductions=2, half_days=3 * 24, has_work=True)
    membership = person.memberships[0]
    leaving.withdraw_essential_consent(session, membership, actor=actor, now=NOW)
    assert membership.state is MembershipState.LEFT
    assert states_of(session, person) == [
        PS.REVOKED, PS.REVOKED, PS.REVOKED, PS.CONFIRMED, PS.SUPERSEDED,
    ]  # fmt: skip
    assert consenting.consents_in_force(person, make.HYOGO) == {}
    months = ledger.list_months(session, person.id)
    assert [(row.capacity, row.held, row.booked) for row in months] == [(4, 0, 4)] * 6
    assert list_ending(session, person, make.HYOGO, now=NOW) == Ending(0, 0, 0, has_work=True)
    audit.seal(session)
    assert list(check.violations(session)) == []


def test_a_consent_can_be_withdrawn_where_nobody_may_leave(session: Session) -> None:
    person, actor = make_busy(session, PS.CONFIRMED)
    membership = person.memberships[0]
    with pytest.raises(Conflict, match="退会できません"):
        leaving.leave_pool(session, membership, actor=actor, now=NOW)
    leaving.withdraw_essential_consent(session, membership, actor=actor, now=NOW)
    assert membership.state is MembershipState.LEFT
    assert [event.detail.get("cause") for event in events(session)][-1] == "consent_withdrawn"


def test_a_draft_that_nobody_has_seen_ends_without_telling_anybody(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    leaving.leave_pool(session, candidate.memberships[0], actor=person, now=NOW)
    assert mails(session) == []


def test_who_left_applies_again_with_new_consents_and_the_old_history(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    before = len(candidate.consents)
    leaving.leave_pool(session, membership, actor=person, now=NOW)
    leaving.reapply(session, membership, actor=person, now=NOW)
    assert membership.state is MembershipState.DRAFT
    with pytest.raises(Refused, match="同意"):
        submitting.submit_profile(session, membership, actor=person, now=NOW)
    complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    assert membership.state is MembershipState.ACTIVE
    assert len(candidate.consents) == 2 * before
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [8] * 6
    done = [event.action for event in events(session) if event.object_type == "membership"]
    assert done == [
        "membership.submit", "membership.activate", "membership.leave", "membership.reapply",
        "membership.submit", "membership.activate",
    ]  # fmt: skip


def test_who_was_not_accepted_applies_again(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.decline_membership(session, membership, reason="identity", actor=officer, now=NOW)
    leaving.reapply(session, membership, actor=person, now=NOW)
    assert membership.state is MembershipState.DRAFT
    assert consenting.consents_in_force(candidate, make.HYOGO) == {}
    assert membership.review_reason == "identity"


@pytest.mark.parametrize(
    "state",
    [state for state in MembershipState if state not in {MembershipState.LEFT, MembershipState.NOT_ACCEPTED}],
)  # fmt: skip
def test_nobody_applies_again_whose_registration_stands(
    session: Session, state: MembershipState
) -> None:
    person = make.make_candidate(session, state=state)
    actor = session.get_one(User, person.user_id).actor
    with pytest.raises(Conflict):
        leaving.reapply(session, person.memberships[0], actor=actor, now=NOW)
    assert set(consenting.consents_in_force(person, make.HYOGO)) == {"search"}


# --- The pages


def sign_in(app: TalentpoolFlask, person: Candidate) -> Browser:
    with app.database.reading() as session:
        user = session.get_one(User, person.user_id)
    browser = Browser(app)
    browser.enter(user)
    return browser


def stored(database: Database, person: Candidate) -> Membership:
    with database.reading() as session:
        return session.query(Membership).filter_by(candidate_id=person.id).one()


def test_unticking_an_essential_consent_says_first_what_ends(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person, _ = make_busy(session, PS.OFFERED, PS.AGREED)
    browser = sign_in(app, person)
    answer = browser.post("/profile/consents", consent_introduction="y")
    assert answer.location == "/profile/leave?consent=1"
    assert stored(database, person).state is MembershipState.ACTIVE
    page = browser.get(answer.location).text
    for said in (
        "紹介された市町の担当者",
        "打診1件が終わり",
        "紹介1件が終わり",
        "48半日コマが空き",
        "同意2件がすべて撤回",
    ):
        assert said in page
    path = f"/memberships/{stored(database, person).id}/withdraw-consent"
    done = browser.post(path, version=stored(database, person).version)
    assert done.status_code == 302, done.text
    with database.reading() as session:
        assert states_of(session, person) == [PS.REVOKED, PS.REVOKED]
    home = browser.get("/home").text
    assert "退会しています" in home


def test_after_leaving_the_profile_offers_a_new_application_and_no_dead_ends(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person, _ = make_busy(session)
    browser = sign_in(app, person)
    page = browser.get("/profile/leave").text
    assert "退会する" in page
    assert "紹介された市町の担当者" not in page
    membership = stored(database, person)
    done = browser.post(f"/memberships/{membership.id}/leave", version=membership.version)
    assert done.status_code == 302, done.text
    page = browser.get("/profile").text
    assert "もう一度申し込む" in page
    for gone in ("まだ入力が足りないところ", "/profile/consents", "退会の手続き"):
        assert gone not in page
    months = browser.get("/availability").text
    assert "休止する" not in months
    assert "登録が終わっているため、稼働台帳はありません。" in months
    assert browser.get("/profile/consents").location == "/profile"
    membership = stored(database, person)
    browser.post(f"/memberships/{membership.id}/reapply", version=membership.version)
    assert stored(database, person).state is MembershipState.DRAFT
    assert browser.get("/profile/consents").status_code == 200
    office = signed_in(app, Role.COORDINATOR)
    assert office.get(f"/candidates/{person.id}").status_code == 200


def test_who_has_work_ahead_reads_why_and_what_is_left(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person, _ = make_busy(session, PS.CONFIRMED)
    page = sign_in(app, person).get("/profile/leave").text
    assert "いまは退会できません" in page
    assert "/profile/leave?consent=1" in page
    page = sign_in(app, person).get("/profile/leave?consent=1").text
    assert "確定した活動はそのまま残り" in page
