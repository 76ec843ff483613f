"""What home says of every state, to everybody whom it concerns; written by hand beside the tables of the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest

from talentpool import dates
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate, CandidateWindow, Membership
from talentpool.db import Database, Session
from talentpool.home.service import look
from talentpool.home.situation import Situation
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.standing import MembershipStanding, NeedStanding, PlacementStanding
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

MS, NS, PS = MembershipStanding, NeedStanding, PlacementStanding
YESTERDAY = date(2026, 11, 30)
PAST = dates.month_number(2026, 4), dates.month_number(2026, 9)
STAFF = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN)
ROLES = (Role.CANDIDATE, Role.MUNICIPALITY, *STAFF)

# The label of the card, and whether it waits for the reader.
Expected = Mapping[Role, tuple[str, bool]]


def make_member(session: Session, standing: MembershipStanding) -> Candidate:
    states = {str(state): state for state in MembershipState}
    person = make.make_candidate(session, state=states.get(standing, MembershipState.ACTIVE))
    membership = person.memberships[0]
    if standing in {MS.RETURNED, MS.NOT_ACCEPTED}:
        membership.review_reason, membership.review_comment = "incomplete", "住所が足りません。"
    if standing is MS.EXPIRED:
        membership.active_until = YESTERDAY
    if standing is MS.UNCONSENTED:
        person.consents[0].withdrawn_at = make.NOW
    if standing is MS.PAUSED:
        month = dates.month_of(dates.local_date(make.NOW))
        pause = CandidateWindow(
            first_month=month, last_month=month, half_days=0, is_available=False
        )
        person.windows.append(pause)
    session.flush()
    return person


def situation(session: Session, person: Candidate) -> Situation:
    actor = session.get_one(User, person.user_id).actor
    found = look(session, actor, now=make.NOW).situation
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("standing", "title", "endpoint", "waits"),
    [
        (MS.DRAFT, "登録の入力の途中です", "candidates.show_step", True),
        (MS.APPLIED, "県の担当者が確認しています", "candidates.show_profile", False),
        (MS.ACTIVE, "登録されています", "candidates.show_profile", False),
        (MS.EXPIRED, "登録の期限が切れています", "candidates.show_profile", False),
        (MS.UNCONSENTED, "マッチングでの利用への同意がありません", "candidates.show_step", True),
        (MS.PAUSED, "今月は休止中です", "candidates.show_availability", False),
        (MS.RETURNED, "登録情報が差し戻されています", "candidates.show_profile", True),
        (MS.NOT_ACCEPTED, "今回は登録が見送られました", "candidates.show_profile", False),
        (MS.LEFT, "退会しています", "candidates.show_profile", False),
    ],
)
def test_a_person_reads_state_next_step_and_one_button(
    session: Session, standing: MembershipStanding, title: str, endpoint: str, waits: bool
) -> None:
    own = situation(session, make_member(session, standing))
    assert (own.standing, own.title[0]) == (standing, title)
    assert (own.endpoint, own.waits) == (endpoint, waits)


def test_every_standing_of_a_person_is_in_the_test_before() -> None:
    marks = test_a_person_reads_state_next_step_and_one_button.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(MembershipStanding)


def test_who_has_not_begun_is_asked_to_begin(session: Session) -> None:
    home = look(session, make.make_user(session, Role.CANDIDATE).actor, now=make.NOW)
    assert home.situation is not None
    assert home.situation.standing is None
    assert (home.situation.endpoint, home.situation.waits) == ("candidates.show_step", True)


def test_who_has_filled_in_everything_is_asked_to_submit(session: Session) -> None:
    person = make_member(session, MS.DRAFT)
    make.make_consent(session, person, "introduction", make.HYOGO)
    own = situation(session, person)
    assert own.lacking == ["career"]
    person.posts.append(make.make_post())
    session.flush()
    own = situation(session, person)
    assert (own.lacking, own.endpoint) == ((), "candidates.show_profile")
    assert own.title[0] == "入力がそろいました。まだ申請していません"


def make_placed(session: Session, standing: PlacementStanding) -> Placement:
    months = PAST if standing is PS.FINISHED else (make.FIRST, make.LAST)
    states = {str(state): state for state in PlacementState}
    state = states.get(standing, PlacementState.CONFIRMED)
    if standing is PS.RETURNED:
        state = PlacementState.SUGGESTED
    first, last = months
    person = make.make_candidate(session, first_month=first, last_month=last)
    need = make.make_need(session, first_month=first, last_month=last)
    told = {"offered_at": make.NOW, "introduced_at": make.NOW} if standing in ENDS else {}
    if standing is PS.RETURNED:
        told = {"drafted_at": make.NOW, "returned_at": make.NOW, "return_reason": "terms"}
    return make.make_placement(session, need, person, state=state, **told)


ENDS = {
    PS.DECLINED_BY_CANDIDATE, PS.DECLINED_BY_TOWN, PS.LAPSED, PS.REVOKED, PS.SUPERSEDED,
}  # fmt: skip
PLACEMENTS: Mapping[PlacementStanding, Expected] = {
    PS.SUGGESTED: {Role.COORDINATOR: ("起案を待っている推薦", True)},
    PS.RETURNED: {Role.COORDINATOR: ("差し戻された推薦", True)},
    PS.PROPOSED: {
        Role.COORDINATOR: ("決裁を待っている推薦", False),
        Role.APPROVER: ("決裁を待っている起案", True),
    },
    PS.APPROVED: {},
    PS.OFFERED: {
        Role.COORDINATOR: ("本人の返事待ち", False),
    },
    PS.INTRODUCED: {
        Role.MUNICIPALITY: ("返事を待っている紹介", True),
        Role.COORDINATOR: ("市町の返事待ち", False),
    },
    PS.AGREED: {
        Role.MUNICIPALITY: ("勤務条件を示す人", True),
        Role.COORDINATOR: ("確定を待っている推薦", True),
    },
    PS.CONFIRMED: {
        Role.MUNICIPALITY: ("確定した人", False),
    },
    PS.FINISHED: {},
    PS.NOT_ADVANCED: {},
    PS.REFUSED: {},
    PS.DECLINED_BY_CANDIDATE: {},
    PS.DECLINED_BY_TOWN: {},
    PS.LAPSED: {},
    PS.WITHDRAWN: {},
    PS.REVOKED: {},
    PS.SUPERSEDED: {},
}


@pytest.mark.parametrize("standing", PlacementStanding)
def test_a_placement_waits_for_whom_it_should(
    session: Session, standing: PlacementStanding
) -> None:
    placement = make_placed(session, standing)
    owner = session.get_one(User, placement.candidate.user_id)
    check(session, Placement, PLACEMENTS[standing], {})
    own = look(session, owner.actor, now=make.NOW).own
    assert own is not None
    goes_on = standing in {PS.INTRODUCED, PS.AGREED, PS.CONFIRMED}
    assert [offer.id for offer in own.asked] == [placement.id] * (standing is PS.OFFERED)
    assert [offer.id for offer in own.going_on] == [placement.id] * goes_on


def make_asked(session: Session, standing: NeedStanding) -> Need:
    states = {str(state): state for state in NeedState}
    if standing is NS.RETURNED:
        need = make.make_need(session, state=NeedState.DRAFT, submitted_at=make.NOW)
        need.review_reason, need.review_comment = "too_strict", "必須を減らしてください。"
        session.flush()
        return need
    need = make.make_need(session, state=states.get(standing, NeedState.OPEN))
    if standing in {NS.UNDER_WAY, NS.FILLED}:
        state = PlacementState.OFFERED if standing is NS.UNDER_WAY else PlacementState.CONFIRMED
        make.make_placement(session, need, make.make_candidate(session), state=state)
    return need


NEEDS: Mapping[NeedStanding, Expected] = {
    NS.DRAFT: {Role.MUNICIPALITY: ("申請していない募集", True)},
    NS.RETURNED: {Role.MUNICIPALITY: ("差し戻された募集", True)},
    NS.SUBMITTED: {
        Role.MUNICIPALITY: ("県の確認を待っている募集", False),
        Role.COORDINATOR: ("確認を待っている募集", True),
    },
    NS.OPEN: {Role.MUNICIPALITY: ("空きのある公開中の募集", False)},
    NS.UNDER_WAY: {Role.MUNICIPALITY: ("手続き中の募集", False)},
    NS.FILLED: {
        Role.MUNICIPALITY: ("充足した募集", False),
        Role.COORDINATOR: ("充足した募集", True),
    },
    NS.ON_HOLD: {Role.MUNICIPALITY: ("県が保留している募集", False)},
    NS.CLOSED: {},
}


@pytest.mark.parametrize("standing", NeedStanding)
def test_a_need_waits_for_whom_it_should(session: Session, standing: NeedStanding) -> None:
    need = make_asked(session, standing)
    check(session, Need, NEEDS[standing], {})
    town = make.make_user(session, Role.MUNICIPALITY).actor
    returned = look(session, town, now=make.NOW).returned
    assert list(returned) == ([need] if standing is NS.RETURNED else [])


MEMBERS: Mapping[MembershipStanding, Expected] = {
    **{standing: {} for standing in MembershipStanding},
    MS.APPLIED: {Role.COORDINATOR: ("確認を待っている登録", True)},
    MS.EXPIRED: {Role.COORDINATOR: ("期限の切れた登録", True)},
}


@pytest.mark.parametrize("standing", MembershipStanding)
def test_a_membership_waits_for_whom_it_should(
    session: Session, standing: MembershipStanding
) -> None:
    make_member(session, standing)
    check(session, Membership, MEMBERS[standing], {})


def check(session: Session, model: type, expected: Expected, users: Mapping[Role, User]) -> None:
    """Each role is shown just the cards of `expected` for the one row of `model`."""
    for role in ROLES:
        user = users.get(role) or make.make_user(session, role)
        home = look(session, user.actor, now=make.NOW)
        shown = [
            (task.queue.label[0], task.queue.waits, task.count)
            for task in (*home.tasks, *home.progress)
            if task.queue.model is model
        ]
        card = expected.get(role)
        assert shown == ([(*card, 1)] if card else []), role
        if not home.tasks and role is not Role.CANDIDATE:
            assert home.is_idle


# --- The pages


@pytest.fixture
def sign_in(app: TalentpoolFlask, database: Database) -> Callable[[Candidate], Browser]:
    def enter(person: Candidate) -> Browser:
        with database.reading() as session:
            user = session.get_one(User, person.user_id)
        browser = Browser(app)
        browser.enter(user)
        return browser

    return enter


@pytest.mark.parametrize("standing", MembershipStanding)
def test_home_shows_the_state_in_the_person_s_words(
    database: Database, sign_in: Callable[[Candidate], Browser], standing: MembershipStanding
) -> None:
    with database.writing() as session:
        person = make_member(session, standing)
    page = sign_in(person).get("/home").text
    is_explained = standing in {MS.RETURNED, MS.NOT_ACCEPTED}
    assert ("住所が足りません。" in page) == is_explained
    assert "確認待ち" not in page.replace("県の確認待ち", "")
    is_waiting = standing in {MS.DRAFT, MS.RETURNED, MS.UNCONSENTED}
    assert ("card-featured" in page) == is_waiting


def test_a_returned_profile_says_why_on_every_step_until_it_is_handed_in_again(
    database: Database, sign_in: Callable[[Candidate], Browser]
) -> None:
    with database.writing() as session:
        person = make_member(session, MS.RETURNED)
        person.posts.append(make.make_post())
        make.make_consent(session, person, "introduction", make.HYOGO)
        ident, version = person.memberships[0].id, person.memberships[0].version
    browser = sign_in(person)
    paths = ("/home", "/profile", "/profile/basics", "/profile/consents")
    for path in paths:
        assert "住所が足りません。" in browser.get(path).text, path
    assert browser.post(f"/memberships/{ident}/submit", version=version).status_code == 302
    for path in paths:
        assert "住所が足りません。" not in browser.get(path).text, path


def test_a_town_withdraws_for_reasons_of_its_own(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        ident = make.make_need(session).id
    page = signed_in(app, Role.MUNICIPALITY).get(f"/needs/{ident}/withdraw").text
    assert "予算の都合" in page
    for reason in ("退会", "起案", "同意が撤回"):
        assert reason not in page


def test_a_returned_need_is_no_draft_and_says_why_until_it_is_handed_in_again(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make_asked(session, NS.RETURNED)
        need.outcome_wanted = "待ち時間を減らす。"
        session.flush()
        ident, version = need.id, need.version
    town = signed_in(app, Role.MUNICIPALITY)
    for path in ("/home", f"/needs/{ident}", f"/needs/{ident}/edit"):
        page = town.get(path).text
        assert "必須を減らしてください。" in page, path
        assert "書きかけ" not in page
    assert "差戻し" in town.get("/needs/?state=returned").text
    assert "条件に合う募集はありません" in town.get("/needs/?state=draft").text
    assert town.post(f"/needs/{ident}/submit", version=version).status_code == 302
    for path in ("/home", f"/needs/{ident}"):
        assert "必須を減らしてください。" not in town.get(path).text


def test_what_waits_is_listed_thing_by_thing_with_what_is_due_first(session: Session) -> None:
    town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.HIMEJI)
    late, early = (
        make.make_placement(
            session,
            make.make_need(session, municipality_code=make.HIMEJI),
            make.make_candidate(session),
            state=PlacementState.INTRODUCED,
        )
        for _ in range(2)
    )
    late.introduction_until = make.NOW + timedelta(days=5)
    early.introduction_until = make.NOW + timedelta(days=1)
    returned = make.make_need(session, municipality_code=make.HIMEJI, state=NeedState.DRAFT)
    session.flush()
    items = look(session, town.actor, now=make.NOW).items
    assert [item.thing for item in items] == [early, late, returned]
    assert [item.due for item in items] == [early.answer_until, late.answer_until, None]


def test_people_of_one_paper_are_one_thing(session: Session) -> None:
    need = make.make_need(session)
    first = make.make_placement(
        session, need, make.make_candidate(session), state=PlacementState.PROPOSED
    )
    second = make.make_placement(
        session, need, make.make_candidate(session), state=PlacementState.PROPOSED
    )
    second.paper_id, second.rank = first.paper_id, 2
    other = make.make_placement(
        session, make.make_need(session), make.make_candidate(session),
        state=PlacementState.PROPOSED,
    )  # fmt: skip
    session.flush()
    approver = make.make_user(session, Role.APPROVER)
    items = look(session, approver.actor, now=make.NOW).items
    assert [item.thing for item in items] == [first, other]
