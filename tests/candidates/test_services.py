"""The services of a profile, below the pages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from talentpool import audit, dates
from talentpool.audit import AuditEvent
from talentpool.candidates import (
    availability,
    consenting,
    drafting,
    editing,
    endings,
    introduction,
    reviewing,
    service,
    snapshots,
    submitting,
    viewing,
)
from talentpool.candidates.models import Candidate, Consent, Membership, ProfileSnapshot, Window
from talentpool.candidates.steps import (
    Availability,
    Basics,
    Career,
    Claim,
    Exam,
    Matter,
    Post,
    Skills,
    Span,
    Step,
    Wishes,
    Work,
)
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused, UnknownCode
from talentpool.ledger import service as ledger
from talentpool.mail import MailOrder
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.states import MembershipState, PlacementState

from .. import factories as make

NOW, APRIL, SEPTEMBER = make.NOW, make.FIRST, make.LAST
BASICS = Basics(
    kind="official", family_name="髙﨑", given_name="塚", family_kana="タカサキ", given_kana="ツカ",
    phone="078-341-7711", home_code=make.HIMEJI, birth_date="1962-04-01",
)  # fmt: skip
CAREER = Career(posts=[Post("姫路市", dates.month_number(2000, 4))])
SKILLS = Skills(claims={"bpr": Claim(3, 2025)})
WINDOWS = Availability(windows=[Span(APRIL, SEPTEMBER, 8)])
WISHES = Wishes(forms=["commission"], pay_minimum=5000, pay_wish=8000)


@pytest.fixture
def person(session: Session) -> Actor:
    return make.make_user(session, Role.CANDIDATE).actor


@pytest.fixture
def officer(session: Session) -> Actor:
    return make.make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def candidate(session: Session, person: Actor) -> Candidate:
    return service.ensure_own(session, person, now=NOW)


def complete(session: Session, candidate: Candidate, actor: Actor) -> Membership:
    editing.save_basics(session, candidate, BASICS, actor=actor, now=NOW)
    editing.save_career(session, candidate, CAREER, actor=actor, now=NOW)
    editing.save_skills(session, candidate, SKILLS, actor=actor, now=NOW)
    availability.save_availability(session, candidate, WINDOWS, actor=actor, now=NOW)
    editing.save_wishes(session, candidate, WISHES, actor=actor, now=NOW)
    purposes = ["search", "introduction"]
    consenting.save_consents(session, candidate, make.HYOGO, purposes, actor=actor, now=NOW)
    return candidate.memberships[0]


def active(session: Session, candidate: Candidate, person: Actor, officer: Actor) -> Membership:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    return membership


def events(session: Session) -> list[AuditEvent]:
    audit.seal(session)
    return list(session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq)))


def mails(session: Session) -> list[tuple[str, int]]:
    session.flush()
    rows = session.scalars(sa.select(MailOrder).order_by(MailOrder.id))
    return [(row.template, row.recipient_id) for row in rows if row.template.startswith("membership")]


def test_a_profile_begins_as_a_draft_with_a_code(session: Session, candidate: Candidate, person: Actor) -> None:
    assert candidate.code == f"C-{candidate.id:06d}"
    session.refresh(candidate)
    assert [(row.prefecture_code, row.state) for row in candidate.memberships] == [
        (make.HYOGO, MembershipState.DRAFT)
    ]
    assert service.ensure_own(session, person, now=NOW) is candidate
    assert service.get_own(session, person) is candidate


def test_a_profile_is_begun_once_by_its_own_person_where_there_is_a_pool(session: Session, person: Actor) -> None:
    user = session.get_one(make.User, person.user_id)
    with pytest.raises(Refused, match="受け付けていません"):
        service.start_profile(session, user, make.OSAKA, actor=person, now=NOW)
    other = make.make_user(session, Role.CANDIDATE)
    with pytest.raises(Forbidden):
        service.start_profile(session, other, make.HYOGO, actor=person, now=NOW)
    with pytest.raises(NotFound):
        service.get_own(session, person)
    service.start_profile(session, user, make.HYOGO, actor=person, now=NOW)
    with pytest.raises(Conflict):
        service.start_profile(session, user, make.HYOGO, actor=person, now=NOW)


def test_names_keep_their_code_points_and_are_found_by_folded_keys(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    for family in ("髙﨑", "𠮷塚", "葛\U000e0100飾", "\ufa10田"):
        basics = replace(BASICS, family_name=family)
        editing.save_basics(session, candidate, basics, actor=person, now=NOW)
        session.expire(candidate)
        assert candidate.family_name == family
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    for words in ("高崎", "髙﨑", "たかさき", "ﾀｶｻｷ", candidate.code.lower()):
        found = service.list_candidates(session, officer, service.CandidateFilter(words=words))
        assert [row.id for row in found.rows] == [candidate.id], words


def test_the_search_key_of_extreme_names_fits_its_column(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    basics = replace(BASICS, family_name="\ufdfa" * 50, given_name="\ufdfa" * 50)
    editing.save_basics(session, candidate, basics, actor=person, now=NOW)
    career = Career(companies=[Work("\ufdfa" * 100)], decisions=[Matter("\ufdfa" * 100, APRIL - 12)])
    editing.save_career(session, candidate, career, actor=person, now=NOW)
    session.flush()
    assert len(candidate.search_key) == 400


def test_only_the_person_and_the_office_may_edit(session: Session, candidate: Candidate, officer: Actor) -> None:
    stranger = make.make_user(session, Role.CANDIDATE).actor
    town = make.make_user(session, Role.MUNICIPALITY).actor
    auditor = make.make_user(session, Role.AUDITOR).actor
    for actor in (stranger, town, auditor, officer):  # the office sees no draft either
        with pytest.raises(Forbidden):
            editing.save_basics(session, candidate, BASICS, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            drafting.save_draft(session, candidate, Step.BASICS, {}, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            availability.save_availability(session, candidate, WINDOWS, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            consenting.save_consents(session, candidate, make.HYOGO, [], actor=actor, now=NOW)


def test_an_unknown_home_is_refused(session: Session, candidate: Candidate, person: Actor) -> None:
    with pytest.raises(UnknownCode):
        editing.save_basics(session, candidate, replace(BASICS, home_code="999999"), actor=person, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "wizard"},
        {"birth_date": "1900-01-01"},
        {"birth_date": "2020-01-01"},
    ],
)
def test_basics_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, change: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        editing.save_basics(session, candidate, replace(BASICS, **change), actor=person, now=NOW)


@pytest.mark.parametrize(
    "career",
    [
        Career(posts=[Post("市", APRIL - 24, APRIL - 36)]),
        Career(posts=[Post("市", APRIL - 24, APRIL + 36)]),
        Career(posts=[Post("市", APRIL - 24, grade="emperor")]),
        Career(posts=[Post("市", APRIL - 24)] * 31),
        Career(decisions=[Matter("会社", APRIL + 12)]),
    ],
)
def test_a_career_that_cannot_be_is_refused(
    session: Session, candidate: Candidate, person: Actor, career: Career
) -> None:
    with pytest.raises(Refused):
        editing.save_career(session, candidate, career, actor=person, now=NOW)


@pytest.mark.parametrize(
    "skills",
    [
        Skills(claims={"juggling": Claim(3)}),
        Skills(claims={"bpr": Claim(3, 1900)}),
        Skills(exams=[Exam("X", exam="ZZ")]),
        Skills(exams=[Exam("X", year=2099)]),
    ],
)
def test_skills_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, skills: Skills
) -> None:
    with pytest.raises(Refused):
        editing.save_skills(session, candidate, skills, actor=person, now=NOW)


@pytest.mark.parametrize("name", ["姫路市", "姫路市役所", "兵庫県姫路市"])
def test_a_town_is_recognised_in_the_name_of_an_office(
    session: Session, candidate: Candidate, person: Actor, name: str
) -> None:
    editing.save_career(session, candidate, Career(posts=[Post(name, APRIL - 99)]), actor=person, now=NOW)
    assert candidate.posts[0].municipality_code == make.HIMEJI


@pytest.mark.parametrize("name", ["株式会社サンプル", "兵庫県", "府中市"])
def test_an_office_that_is_no_town_or_several_has_no_code(
    session: Session, candidate: Candidate, person: Actor, name: str
) -> None:
    editing.save_career(session, candidate, Career(posts=[Post(name, APRIL - 99)]), actor=person, now=NOW)
    assert candidate.posts[0].municipality_code is None


def test_the_audit_names_the_fields_and_never_their_contents(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    editing.save_basics(session, candidate, replace(BASICS, phone="06-1111-2222"), actor=person, now=NOW)
    edits = [event for event in events(session) if event.action == "candidate.edit"]
    assert [event.detail["step"] for event in edits] == ["basics", "basics"]
    assert edits[1].detail["fields"] == ["phone"]
    for event in edits:
        assert "髙﨑" not in json.dumps(event.detail, ensure_ascii=False)
        assert "06-1111" not in json.dumps(event.detail)


def test_rows_that_did_not_change_stay_the_same_rows(session: Session, candidate: Candidate, person: Actor) -> None:
    career = Career(posts=[Post("姫路市", APRIL - 99), Post("兵庫県", APRIL - 50)])
    editing.save_career(session, candidate, career, actor=person, now=NOW)
    kept = next(row.id for row in candidate.posts if row.body == "兵庫県")
    editing.save_career(session, candidate, Career(posts=[career.posts[1]]), actor=person, now=NOW)
    assert [row.id for row in candidate.posts] == [kept]


def test_a_changed_level_has_to_be_verified_anew(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    reviewing.verify_evidence(session, candidate, {"bpr": "confirmed"}, actor=officer, now=NOW)
    noted = Skills(claims={"bpr": Claim(3, 2026, "研修資料")})
    editing.save_skills(session, candidate, noted, actor=person, now=NOW)
    assert candidate.skills[0].evidence == "confirmed"
    raised = Skills(claims={"bpr": Claim(4, 2026, "研修資料")})
    editing.save_skills(session, candidate, raised, actor=person, now=NOW)
    assert candidate.skills[0].evidence == "self"


def test_evidence_is_verified_by_the_office_for_claimed_skills_only(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    with pytest.raises(Forbidden):
        reviewing.verify_evidence(session, candidate, {"bpr": "confirmed"}, actor=person, now=NOW)
    with pytest.raises(Conflict):
        reviewing.verify_evidence(session, candidate, {"cloud": "confirmed"}, actor=officer, now=NOW)
    with pytest.raises(Refused):
        reviewing.verify_evidence(session, candidate, {"bpr": "perfect"}, actor=officer, now=NOW)


def test_what_is_missing_is_named_with_its_step(session: Session, candidate: Candidate, person: Actor) -> None:
    missing = submitting.list_missing(session, candidate, make.HYOGO, now=NOW)
    assert {one.step for one in missing} == set(Step)
    membership = complete(session, candidate, person)
    assert submitting.list_missing(session, candidate, make.HYOGO, now=NOW) == []
    later = NOW + timedelta(days=400)
    missing = submitting.list_missing(session, candidate, make.HYOGO, now=later)
    assert [one.step for one in missing] == [Step.AVAILABILITY]
    with pytest.raises(Refused, match="今月以降に稼働できる月"):
        submitting.submit_profile(session, membership, actor=person, now=later)


def test_the_way_into_the_pool_tells_those_it_concerns(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    other = make.make_user(session, Role.COORDINATOR)
    make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    make.make_user(session, Role.COORDINATOR).disabled_at = NOW
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.return_membership(session, membership, reason="incomplete", comment=" 住所 ", actor=officer, now=NOW)
    assert (membership.review_reason, membership.review_comment) == ("incomplete", "住所")
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    office = [officer.user_id, other.id]
    assert mails(session) == [
        *(("membership.submit", ident) for ident in office),
        ("membership.return", person.user_id),
        *(("membership.submit", ident) for ident in office),
        ("membership.activate", person.user_id),
    ]
    done = [event.action for event in events(session) if event.object_type == "membership"]
    assert done == ["membership.submit", "membership.return", "membership.submit", "membership.activate"]


def test_activation_freezes_the_profile_and_opens_the_months(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    assert membership.active_from == date(2026, 12, 1)
    assert membership.active_until == date(2028, 3, 31)
    snapshot = session.scalars(sa.select(ProfileSnapshot)).one()
    content = json.loads(snapshot.content)
    assert content == json.loads(json.dumps(snapshots.profile_record(candidate)))
    assert content["family_name"] == "髙﨑"
    assert content["windows"][0]["first_month"] == "2027-04"
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [8] * 6
    raw = session.scalar(sa.text("SELECT content FROM profile_snapshot"))
    assert "髙﨑".encode() not in bytes(raw)


def test_activation_is_the_office_s_and_happens_once(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    approver = make.make_user(session, Role.APPROVER).actor
    elsewhere = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for actor in (person, approver, elsewhere):
        with pytest.raises(Forbidden):
            reviewing.activate_membership(session, membership, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            reviewing.decline_membership(session, membership, reason="identity", actor=actor, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    with pytest.raises(Conflict):
        reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    with pytest.raises(Conflict):
        reviewing.return_membership(session, membership, reason="identity", actor=officer, now=NOW)


def test_a_profile_that_lost_a_part_is_not_activated(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    editing.save_skills(session, candidate, Skills(), actor=person, now=NOW)
    with pytest.raises(Refused, match="技能"):
        reviewing.activate_membership(session, membership, actor=officer, now=NOW)


@pytest.mark.parametrize("until", [date(2026, 12, 1), date(2032, 4, 1)])
def test_the_last_day_lies_in_the_next_years(
    session: Session, candidate: Candidate, person: Actor, officer: Actor, until: date
) -> None:
    membership = active(session, candidate, person, officer)
    with pytest.raises(Refused):
        reviewing.extend_membership(session, membership, until=until, actor=officer, now=NOW)


def test_only_who_is_in_the_pool_can_be_extended(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    with pytest.raises(Conflict):
        reviewing.extend_membership(session, membership, until=date(2030, 3, 31), actor=officer, now=NOW)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    reviewing.extend_membership(session, membership, until=date(2030, 3, 31), actor=officer, now=NOW)
    assert membership.active_until == date(2030, 3, 31)
    assert events(session)[-1].detail == {"from": "2028-03-31", "to": "2030-03-31"}


def test_capacity_is_what_the_windows_say_and_a_pause_is_stronger() -> None:
    def window(first: int, last: int, n: int) -> Window:
        return Window(first_month=first, last_month=last, half_days=n, is_available=n > 0)

    windows = [window(3, 4, 0), window(1, 3, 8), window(5, 6, 2), window(9, 9, 0)]
    assert availability.capacity_of(windows) == {1: 8, 2: 8, 3: 0, 5: 2, 6: 2}
    assert availability.capacity_of([]) == {}


def test_the_ledger_follows_the_windows_of_who_is_in_the_pool(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    complete(session, candidate, person)
    assert ledger.list_months(session, candidate.id) == []
    submitting.submit_profile(session, candidate.memberships[0], actor=person, now=NOW)
    reviewing.activate_membership(session, candidate.memberships[0], actor=officer, now=NOW)
    fewer = Availability(windows=[Span(APRIL + 1, APRIL + 2, 4)])
    availability.save_availability(session, candidate, fewer, actor=person, now=NOW)
    rows = ledger.list_months(session, candidate.id)
    assert [(row.month, row.capacity) for row in rows] == [(APRIL + 1, 4), (APRIL + 2, 4)]


def test_months_that_are_over_stay_in_the_ledger(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    july = NOW + timedelta(days=220)  # 2027-07
    fewer = Availability(windows=[Span(APRIL, SEPTEMBER, 4)])
    availability.save_availability(session, candidate, fewer, actor=person, now=july)
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [8, 8, 8, 4, 4, 4]


def test_a_pause_gives_nothing_for_its_months(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    availability.pause(session, candidate, APRIL, APRIL + 1, note="入院", actor=person, now=NOW)
    assert [row.capacity for row in ledger.list_months(session, candidate.id)] == [0, 0, 8, 8, 8, 8]
    assert [(row.is_available, row.note) for row in candidate.windows] == [(True, ""), (False, "入院")]


def test_less_than_what_is_booked_is_refused_with_every_month(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    need = make.make_need(session, first_month=APRIL, last_month=APRIL + 1, half_days=6)
    make.make_placement(session, need, candidate, state=PlacementState.OFFERED)
    with pytest.raises(Refused, match="2027年4月、2027年5月") as refusal:
        availability.pause(session, candidate, APRIL, SEPTEMBER, actor=person, now=NOW)
    assert "windows" in refusal.value.fields
    with pytest.raises(Refused, match="2027年4月、2027年5月"):
        availability.save_availability(session, candidate, Availability(), actor=person, now=NOW)


@pytest.mark.parametrize(
    "windows",
    [
        [Span(APRIL, APRIL - 1, 4)],
        [Span(APRIL, SEPTEMBER, 0)],
        [Span(APRIL, SEPTEMBER, 63)],
        [Span(APRIL, SEPTEMBER, 4, is_available=False)],
        [Span(APRIL, SEPTEMBER, 4, weekdays=0)],
        [Span(APRIL, SEPTEMBER, 4, weekdays=128)],
        [Span(dates.month_number(1999, 12), SEPTEMBER, 4)],
        [Span(APRIL, APRIL + 200, 4)],
        [Span(APRIL, APRIL + 2, 4), Span(APRIL + 2, SEPTEMBER, 4)],
        [Span(APRIL + n, APRIL + n, 1) for n in range(25)],
    ],
)
def test_windows_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, windows: list[Span]
) -> None:
    with pytest.raises(Refused) as refusal:
        availability.save_availability(session, candidate, Availability(windows), actor=person, now=NOW)
    assert "windows" in refusal.value.fields


@pytest.mark.parametrize("change", [{"travel_limit_minutes": 1441}, {"most_at_once": 0}, {"most_at_once": 11}])
def test_limits_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, change: dict[str, int]
) -> None:
    with pytest.raises(Refused):
        availability.save_availability(session, candidate, replace(WINDOWS, **change), actor=person, now=NOW)


def test_consents_are_given_withdrawn_and_given_again(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    def save(*purposes: str) -> set[str]:
        consenting.save_consents(session, candidate, make.HYOGO, purposes, actor=person, now=NOW)
        return set(consenting.consents_in_force(candidate, make.HYOGO))

    assert save("search", "statistics") == {"search", "statistics"}
    assert save("search", "statistics") == {"search", "statistics"}
    assert save("search") == {"search"}
    assert save("statistics", "search") == {"search", "statistics"}
    assert len(candidate.consents) == 3
    assert consenting.consents_in_force(candidate, make.OSAKA) == {}
    actions = [event.action for event in events(session) if event.action.startswith("consent")]
    assert actions == ["consent.give", "consent.give", "consent.withdraw", "consent.give"]
    with pytest.raises(Refused):
        save("world_domination")


def test_a_newer_text_is_consented_to_anew(session: Session, candidate: Candidate, person: Actor) -> None:
    candidate.consents.append(
        Consent(purpose="search", audience=make.HYOGO, text_version="0", given_at=NOW - timedelta(days=1))
    )
    session.flush()
    consenting.save_consents(session, candidate, make.HYOGO, ["search"], actor=person, now=NOW)
    versions = [(row.text_version, row.withdrawn_at is None) for row in candidate.consents]
    assert versions == [("0", False), ("1", True)]


def test_leaving_withdraws_consents_and_clears_the_months(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    reviewing.leave_pool(session, membership, actor=person, now=NOW)
    assert membership.state is MembershipState.LEFT
    assert consenting.consents_in_force(candidate, make.HYOGO) == {}
    assert ledger.list_months(session, candidate.id) == []
    with pytest.raises(Conflict):
        reviewing.leave_pool(session, membership, actor=person, now=NOW)
    with pytest.raises(Conflict):
        editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)


def test_nobody_leaves_from_a_booking_ahead(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    make.make_placement(session, make.make_need(session), candidate, state=PlacementState.CONFIRMED)
    with pytest.raises((Refused, Conflict)):
        reviewing.leave_pool(session, membership, actor=person, now=NOW)


def test_another_person_cannot_make_somebody_leave(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    membership = active(session, candidate, person, officer)
    stranger = make.make_user(session, Role.CANDIDATE).actor
    with pytest.raises(Forbidden):
        reviewing.leave_pool(session, membership, actor=stranger, now=NOW)


def test_who_rests_on_a_person_is_told_when_the_person_goes(
    session: Session, candidate: Candidate, person: Actor, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []

    def listen(_session: Session, one: Candidate, code: str, reason: str, **_: object) -> None:
        assert one is candidate
        told.append((code, reason))

    monkeypatch.setattr(endings, "_listeners", [])
    endings.when_gone(listen)
    membership = active(session, candidate, person, officer)
    purposes = ["search", "statistics"]
    consenting.save_consents(session, candidate, make.HYOGO, purposes, actor=person, now=NOW)
    assert told == [(make.HYOGO, endings.CONSENT_WITHDRAWN)]
    consenting.save_consents(session, candidate, make.HYOGO, ["search"], actor=person, now=NOW)
    assert len(told) == 1
    reviewing.leave_pool(session, membership, actor=person, now=NOW)
    assert told[1] == (make.HYOGO, endings.LEFT)


def test_drafts_are_kept_apart_by_step(session: Session, candidate: Candidate, person: Actor) -> None:
    typed = {"family_name": ["髙\U000e0100"], "roles": ["a", "b"]}
    drafting.save_draft(session, candidate, Step.BASICS, typed, actor=person, now=NOW)
    draft = drafting.get_draft(session, candidate, Step.BASICS)
    assert draft is not None
    assert (draft.typed, draft.saved_at) == (typed, NOW)
    assert drafting.list_drafted(session, candidate) == {Step.BASICS}
    assert drafting.get_draft(session, candidate, Step.SKILLS) is None
    editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    assert drafting.get_draft(session, candidate, Step.BASICS) is None


def test_staff_read_a_profile_and_others_find_none(session: Session, officer: Actor) -> None:
    candidate = make.make_candidate(session)
    assert service.get_profile(session, officer, candidate.id) is candidate
    for actor in (
        make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor,
        make.make_user(session, Role.MUNICIPALITY).actor,
        make.make_user(session, Role.ADMIN).actor,
        make.make_user(session, Role.CANDIDATE).actor,
    ):
        with pytest.raises(NotFound):
            service.get_profile(session, actor, candidate.id)


def test_a_list_counts_filters_and_pages(session: Session, officer: Actor) -> None:
    people = [make.make_candidate(session, has_account=False, family_kana=f"シ{n:02d}") for n in range(23)]
    people[5].kind = "freelance"
    session.flush()
    first, last = (service.list_candidates(session, officer, page=page) for page in (1, 99))
    assert (first.total, first.pages, len(first.rows)) == (23, 2, 20)
    assert (last.page, [row.id for row in last.rows]) == (2, [row.id for row in people[20:]])
    wanted = service.CandidateFilter
    for limits, expected in (
        (wanted(kind="freelance"), 1),
        (wanted(state="active"), 23),
        (wanted(state="applied"), 0),
        (wanted(state="nonsense"), 0),
        (wanted(skill="bpr", least_level=3), 23),
        (wanted(skill="bpr", least_level=4), 0),
        (wanted(words="%"), 0),
        (wanted(words="しけん"), 0),
    ):
        assert service.list_candidates(session, officer, limits).total == expected, limits
    with pytest.raises(Forbidden):
        service.list_candidates(session, make.make_user(session, Role.ADMIN).actor)


def test_a_name_in_a_list_is_noted_once_a_day(session: Session, officer: Actor) -> None:
    candidate = make.make_candidate(session)
    assert viewing.unlogged(session, officer, [candidate.id], now=NOW) == [candidate.id]
    viewing.record_views(session, officer, [candidate.id], viewing.LIST, now=NOW)
    assert viewing.unlogged(session, officer, [candidate.id], now=NOW + timedelta(hours=5)) == []
    tomorrow = NOW + timedelta(days=1)
    assert viewing.unlogged(session, officer, [candidate.id], now=tomorrow) == [candidate.id]
    own = session.get_one(make.User, candidate.user_id).actor
    viewing.record_views(session, own, [candidate.id], viewing.PROFILE, now=NOW)
    found = viewing.list_own_views(session, own)
    assert [(row.viewer_role, row.purpose) for row in found.rows] == [("coordinator", "list")]


def test_contact_is_for_staff_and_the_person_always(session: Session, officer: Actor) -> None:
    candidate = make.make_candidate(session)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    assert introduction.may_see_contact(session, officer, candidate)
    assert not introduction.may_see_contact(session, town, candidate)


def test_the_system_may_act_without_a_person(session: Session) -> None:
    candidate = make.make_candidate(session, has_account=False)
    editing.save_basics(session, candidate, BASICS, actor=SYSTEM, now=NOW)
    assert candidate.family_name == "髙﨑"
