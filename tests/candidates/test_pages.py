"""The pages around the steps: overview, review, list, introduction, months, who looked."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate, CandidateWindow, Membership, ProfileView
from talentpool.db import Database, Session
from talentpool.ledger import service as ledger
from talentpool.permissions import Role
from talentpool.states import MembershipState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..counting import counted_queries
from ..pages import version_in
from . import typed

STAFF = [Role.COORDINATOR, Role.APPROVER, Role.AUDITOR]


@pytest.fixture
def person(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.CANDIDATE)


def applied(app: TalentpoolFlask, person: Browser) -> Membership:
    """A complete profile that was handed in."""
    typed.fill_in(person)
    membership = own_membership(app.database)
    answer = person.post(f"/memberships/{membership.id}/submit", version=membership.version)
    assert answer.status_code == 302, typed.errors(answer.text)
    return own_membership(app.database)


def own_membership(database: Database) -> Membership:
    with database.reading() as session:
        return session.scalars(sa.select(Membership)).one()


def test_a_new_person_is_shown_where_to_begin(person: Browser) -> None:
    for path in ("/profile", "/availability", "/views"):
        assert "登録情報の入力を始める" in person.get(path).text
    assert person.get("/profile/basics").status_code == 200


def test_a_step_that_is_not_there_is_not_found(person: Browser) -> None:
    assert person.get("/profile/secrets").status_code == 404
    assert person.post("/profile/secrets").status_code == 404


def test_submitting_a_profile_with_missing_parts_names_them(
    person: Browser, database: Database
) -> None:
    person.post("/profile/basics", **typed.BASICS)
    membership = own_membership(database)
    answer = person.post(f"/memberships/{membership.id}/submit", version=membership.version)
    assert answer.status_code == 422
    message = answer.text.split('class="notice notice-error"')[1].split("</div>")[0]
    for part in (
        "足りないところ：経歴（職歴を1件以上）",
        "技能（技能を1つ以上）",
        "稼働（",
        "希望条件（",
        "同意（マッチングでの利用）",
    ):
        assert part in message
    assert own_membership(database).state is MembershipState.DRAFT


def test_the_overview_shows_the_profile_and_what_is_missing(person: Browser) -> None:
    person.post("/profile/basics", **typed.BASICS)
    page = person.get("/profile").text
    assert "髙﨑 𠮷塚\U000e0101子" in page
    assert "まだ入力が足りないところ" in page
    assert "申請する" in page


def test_the_overview_in_english_tells_its_months_and_days_in_english(person: Browser) -> None:
    typed.fill_in(person)
    page = person.get("/profile?lang=en").text
    assert re.search(r"[A-Z][a-z]+ [0-9]{4} to ", page)
    assert re.findall(r"[0-9]{4}年[^<]*", page) == []


def test_a_coordinator_activates_and_the_windows_become_months(
    app: TalentpoolFlask, person: Browser
) -> None:
    membership = applied(app, person)
    office = signed_in(app, Role.COORDINATOR)
    page = office.get(f"/candidates/{membership.candidate_id}")
    assert page.status_code == 200
    assert "登録を認める" in page.text
    answer = office.post(
        f"/memberships/{membership.id}/activate", version=membership.version, until="2029-03-31"
    )
    assert answer.status_code == 302, typed.errors(answer.text)
    stored = own_membership(app.database)
    assert stored.state is MembershipState.ACTIVE
    assert str(stored.active_until) == "2029-03-31"
    with app.database.reading() as session:
        months = {
            row.month: row.capacity for row in ledger.list_months(session, stored.candidate_id)
        }
    april = dates.month_number(2027, 4)
    assert months == {
        april: 8,
        april + 1: 8,
        april + 2: 8,
        april + 3: 8,
        april + 4: 0,
        april + 5: 8,
    }
    page = person.get("/availability").text
    assert re.search('name="month_24327"[^>]*value="8"', page)  # April 2027
    assert re.search('name="month_24331"[^>]*value="0"', page)  # August, a pause


@pytest.mark.parametrize(
    ("verb", "state"),
    [("return", MembershipState.RETURNED), ("decline", MembershipState.NOT_ACCEPTED)],
)
def test_a_coordinator_answers_with_a_reason(
    app: TalentpoolFlask, person: Browser, verb: str, state: MembershipState
) -> None:
    membership = applied(app, person)
    office = signed_in(app, Role.COORDINATOR)
    path = f"/memberships/{membership.id}/{verb}"
    refused = office.post(path, version=membership.version)
    assert refused.status_code == 422
    assert "理由を選んでください" in refused.text
    uncommented = office.post(path, version=membership.version, reason="other")
    assert uncommented.status_code == 422
    assert "補足を書いてください" in uncommented.text
    long = office.post(path, version=membership.version, reason="other", comment="長" * 1001)
    assert long.status_code == 422
    assert "1,000文字以内" in long.text
    answer = office.post(
        path, version=membership.version, reason="incomplete", comment="住所が空欄です。"
    )
    assert answer.status_code == 302
    assert own_membership(app.database).state is state
    if state is MembershipState.RETURNED:
        page = person.get("/profile").text
        assert "記入が足りない" in page
        assert "住所が空欄です。" in page


def test_a_page_that_is_out_of_date_is_a_conflict(app: TalentpoolFlask, person: Browser) -> None:
    membership = applied(app, person)
    office = signed_in(app, Role.COORDINATOR)
    answer = office.post(f"/memberships/{membership.id}/activate", version=0, until="2029-03-31")
    assert answer.status_code == 409
    assert own_membership(app.database).state is MembershipState.APPLIED


@pytest.mark.parametrize("until", ["", "2026-02-30", "きのう", "2020-01-01", "2099-01-01"])
def test_an_impossible_last_day_is_refused_at_the_field(
    app: TalentpoolFlask, person: Browser, until: str
) -> None:
    membership = applied(app, person)
    office = signed_in(app, Role.COORDINATOR)
    answer = office.post(
        f"/memberships/{membership.id}/activate", version=membership.version, until=until
    )
    assert answer.status_code == 422
    assert typed.errors(answer.text)
    assert own_membership(app.database).state is MembershipState.APPLIED


def test_a_coordinator_extends_and_verifies(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session)
        membership = candidate.memberships[0]
    office = signed_in(app, Role.COORDINATOR)
    answer = office.post(
        f"/memberships/{membership.id}/extend", version=membership.version, until="2030-03-31"
    )
    assert answer.status_code == 302, typed.errors(answer.text)
    states = {
        "evidence_bpr": "confirmed",
        "evidence_bridging": "documented",
        "evidence_administration": "self",
    }
    page, path = f"/candidates/{candidate.id}", f"/candidates/{candidate.id}/evidence"
    version = version_in(office.get(page).text, path)
    assert office.post(path, **states, version=version).status_code == 302
    version = version_in(office.get(page).text, path)
    refused = office.post(path, **(states | {"evidence_bpr": "perfect"}), version=version)
    assert refused.status_code == 422
    with database.reading() as session:
        stored = session.get_one(Candidate, candidate.id)
        assert str(stored.memberships[0].active_until) == "2030-03-31"
        assert {row.skill: row.evidence for row in stored.skills} == {
            "bpr": "confirmed",
            "bridging": "documented",
            "administration": "self",
        }


def test_a_person_leaves_and_can_change_nothing_any_more(
    app: TalentpoolFlask, person: Browser
) -> None:
    membership = applied(app, person)
    path = f"/memberships/{membership.id}/leave"
    assert person.post(path, version=membership.version).status_code == 302
    assert own_membership(app.database).state is MembershipState.LEFT
    page = person.get("/profile").text
    assert "申請する" not in page
    assert person.post("/profile/basics", **typed.BASICS).status_code == 409
    with app.database.reading() as session:
        candidate = session.scalars(sa.select(Candidate)).one()
        assert all(row.withdrawn_at for row in candidate.consents)
        assert ledger.list_months(session, candidate.id) == []


def test_a_pause_is_a_window_and_empties_its_months(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session)
        user = session.get_one(make.User, candidate.user_id)
    person = Browser(app)
    person.enter(user)
    refused = person.post("/availability/pause", first_month="2027年9月", last_month="2027-08")
    assert refused.status_code == 422
    assert "2027年9月" in refused.text
    assert (
        person.post(
            "/availability/pause", first_month="2027年8月", last_month="令和9年9月"
        ).status_code
        == 302
    )
    with database.reading() as session:
        months = [row.capacity for row in ledger.list_months(session, candidate.id)]
    assert months == [8, 8, 8, 8, 0, 0]


def test_a_pause_over_bookings_is_refused_with_the_months(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session)
        need = make.make_need(session, first_month=make.FIRST + 1, last_month=make.FIRST + 2)
        make.make_placement(session, need, candidate, state=PlacementState.CONFIRMED)
        user = session.get_one(make.User, candidate.user_id)
    person = Browser(app)
    person.enter(user)
    answer = person.post("/availability/pause", first_month="2027-04", last_month="2027-09")
    assert answer.status_code == 422
    assert re.search("2027年5月（.コマ）、2027年6月（.コマ）", answer.text)
    fields = typed.AVAILABILITY | {"windows-0-half_days": "2"}
    answer = person.post("/profile/availability", **fields)
    assert answer.status_code == 422
    assert re.search("2027年5月（.コマ）、2027年6月（.コマ）", answer.text)
    assert 'value="2"' in answer.text
    with database.reading() as session:
        assert len(session.get_one(Candidate, candidate.id).windows) == 1
        assert list(ledger.violations(session)) == []


@pytest.mark.parametrize("role", STAFF)
def test_staff_find_people_by_name_furigana_code_and_skill(
    app: TalentpoolFlask, database: Database, role: Role
) -> None:
    with database.writing() as session:
        wanted = make.make_candidate(
            session, family_name="髙﨑", search_key="高崎花子 タカサキハナコ", skills={"cloud": 4}
        )
        other = make.make_candidate(session, kind="freelance")
        draft = make.make_candidate(session, state=MembershipState.DRAFT)
        foreign = make.make_candidate(session, prefecture_code=make.OSAKA)
    office = signed_in(app, role)

    def found(query: str = "") -> set[int]:
        page = office.get(f"/candidates?{query}").text
        return {int(ident) for ident in re.findall(r'href="/candidates/(\d+)"', page)}

    assert {wanted.id, other.id} <= found()
    assert not {draft.id, foreign.id} & found()
    for query in (
        "words=高崎",
        "words=たかさき",
        f"words={wanted.code}",
        "skill=cloud&level=4",
        "kind=official",
    ):
        assert wanted.id in found(query), query
        assert other.id not in found(query), query
    assert wanted.id not in found("state=applied")
    strange = "/candidates?words=%25_&state=x&page=99999999999&level=9"
    assert office.get(strange).status_code == 200


def test_a_list_of_twenty_people_takes_at_most_fifteen_queries(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        for _ in range(25):
            candidate = make.make_candidate(session, has_account=False)
    office = signed_in(app, Role.COORDINATOR)
    office.get("/candidates")
    for path in ("/candidates", "/candidates?page=2&words=試験", f"/candidates/{candidate.id}"):
        with counted_queries(database) as seen:
            assert office.get(path).status_code == 200
        assert len(seen) <= 15 + 6 * path.count(f"/{candidate.id}"), (path, seen)


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.ADMIN, Role.CANDIDATE])
def test_the_list_is_for_staff_only(app: TalentpoolFlask, role: Role) -> None:
    assert signed_in(app, role).get("/candidates").status_code == 403


def test_foreign_and_absent_people_look_the_same(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        foreign = make.make_candidate(session, prefecture_code=make.OSAKA)
        draft = make.make_candidate(session, state=MembershipState.DRAFT)
        membership = foreign.memberships[0]
    office = signed_in(app, Role.COORDINATOR)
    for ident in (foreign.id, draft.id, 999_999, 2**70):
        assert office.get(f"/candidates/{ident}").status_code == 404
        assert office.post(f"/memberships/{ident}/activate", version=1).status_code == 404
    stranger = signed_in(app, Role.CANDIDATE)
    assert (
        stranger.post(f"/memberships/{membership.id}/leave", version=membership.version).status_code
        == 404
    )
    assert stranger.get(f"/candidates/{foreign.id}").status_code == 403


@pytest.mark.parametrize(
    ("state", "is_visible", "has_contact"),
    [
        (PlacementState.OFFERED, False, False),
        (PlacementState.INTRODUCED, True, False),
        (PlacementState.AGREED, True, True),
        (PlacementState.CONFIRMED, True, True),
        (PlacementState.REVOKED, False, False),
    ],
)
def test_a_town_sees_only_what_the_introduction_allows(
    app: TalentpoolFlask,
    database: Database,
    state: PlacementState,
    is_visible: bool,
    has_contact: bool,
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(
            session,
            phone="0790-11-2233",
            birth_date="1962-04-01",
            address="秘密の番地1-2-3",
            contact_email=None,
        )
        make.make_placement(session, make.make_need(session), candidate, state=state)
        sign_in = session.get_one(make.User, candidate.user_id).email
    town = signed_in(app, Role.MUNICIPALITY)
    page = town.get(f"/candidates/{candidate.id}")
    assert (sign_in in page.text) is has_contact  # the person gives no other address
    assert page.status_code == (200 if is_visible else 404)
    assert (candidate.name in page.text) is is_visible
    assert ("0790-11-2233" in page.text) is has_contact
    assert "秘密の番地" not in page.text
    assert "1962" not in page.text
    assert "報酬" not in page.text
    other = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    assert other.get(f"/candidates/{candidate.id}").status_code == 404


def test_every_look_at_a_named_profile_is_kept_and_shown_to_the_person(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session)
        make.make_placement(
            session, make.make_need(session), candidate, state=PlacementState.INTRODUCED
        )
        user = session.get_one(make.User, candidate.user_id)
    office = signed_in(app, Role.APPROVER)
    for path in ("/candidates", "/candidates", f"/candidates/{candidate.id}"):
        office.get(path)
    signed_in(app, Role.MUNICIPALITY).get(f"/candidates/{candidate.id}")
    person = Browser(app)
    person.enter(user)
    person.get("/profile")
    assert looks(database) == [
        ("approver", "list"),
        ("approver", "profile"),
        ("municipality", "profile"),
    ]
    page = person.get("/views").text
    for text in ("県決裁者", "市町担当者", "姫路市", "3回見ました"):
        assert text in page


def looks(database: Database) -> list[tuple[str, str]]:
    def read(session: Session) -> list[tuple[str, str]]:
        rows = session.scalars(sa.select(ProfileView).order_by(ProfileView.id))
        return [(row.viewer_role, row.purpose) for row in rows]

    with database.reading() as session:
        return read(session)


def test_no_half_days_are_a_pause_on_the_page(person: Browser, database: Database) -> None:
    rows = {
        "windows-0-first_month": "2027-04", "windows-0-last_month": "2027-09",
        "windows-0-half_days": "8", "windows-0-weekdays": ["1"], "windows-0-kind": "available",
        "windows-1-first_month": "2027-08", "windows-1-last_month": "2027-08",
        "windows-1-half_days": "0", "windows-1-kind": "available", "windows-1-mode": "both",
        "windows-0-mode": "both", "most_at_once": "1",
    }  # fmt: skip
    assert person.post("/profile/availability", **rows).status_code == 302
    with database.reading() as session:
        windows = session.scalars(sa.select(CandidateWindow).order_by(CandidateWindow.first_month))
        assert [(row.half_days, row.is_available) for row in windows] == [(8, True), (0, False)]


def test_who_is_registered_comes_back_from_a_step_to_the_profile(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session)
        user = session.get_one(User, candidate.user_id)
    browser = Browser(app)
    browser.enter(user)
    assert "保存して次へ" not in browser.get("/profile/basics").text
    assert browser.post("/profile/basics", **typed.BASICS).location == "/profile"
    newcomer = signed_in(app, Role.CANDIDATE)
    assert newcomer.post("/profile/basics", **typed.BASICS).location == "/profile/career"
