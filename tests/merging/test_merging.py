"""Two registrations of one person: found, merged, refused by rule, and taken apart again without a trace."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.candidates.consenting import consents_in_force, give_consent
from talentpool.candidates.content import MOST_ROWS
from talentpool.candidates.leaving import leave_pool, reapply, withdraw_essential_consent
from talentpool.candidates.merged import find_merge
from talentpool.candidates.models import Candidate, CandidatePost, ProfileView
from talentpool.candidates.snapshots import profile_record
from talentpool.dates import JST, month_number
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.ledger import service as ledger
from talentpool.merging import service
from talentpool.merging.likeness import SHOWN, Mark, Traits, compare, list_alike
from talentpool.merging.soundness import violations
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.pool.reading import read_profiles
from talentpool.selfchecks.models import SelfAnswer
from talentpool.selfchecks.questions import QUESTIONS, Answer
from talentpool.states import MembershipState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.candidates.test_races import PATIENCE, _wait_until_it_waits
from tests.exchange.test_importing import bring_people, people_of

NOW = datetime(2027, 2, 1, 10, 0, tzinfo=JST)
VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')


@pytest.fixture
def officer(session: Session) -> Actor:
    return make.make_user(session, Role.COORDINATOR).actor


def someone(session: Session, **columns: object) -> Candidate:
    said = {
        "family_name": "鷺沢", "family_kana": "サギサワ", "given_kana": "リリコ",
        "birth_date": "1960-04-02", "phone": None, "contact_email": None,
    }  # fmt: skip
    person = make.make_candidate(session, **(said | columns))  # type: ignore[arg-type]
    first = month_number(1990, 4)
    person.posts = [CandidatePost(body="姫路市", first_month=first, last_month=first + 30)]
    session.flush()
    return person


def record(session: Session, person: Candidate) -> dict[str, object]:
    session.flush()
    session.expire_all()
    return {**profile_record(person), "user": person.user_id, "trained": person.training_until}


def faults(session: Session) -> list[str]:
    """What `check` finds, but for the events that a factory leaves out."""
    return [text for text in check.violations(session) if "no event" not in text]


def test_what_points_there_are() -> None:
    one = Traits(1, "サギサワリリコ", "1960-04-02", frozenset({"姫路市"}), "", "")

    def points(**other: object) -> int:
        known = {
            "ident": 2,
            "kana": "サギサワリリコ",
            "born": "",
            "bodies": frozenset(),
            "phone": "",
            "mail": "",
        }
        return compare(one, Traits(**(known | other))).points  # type: ignore[arg-type]

    assert points() == 50 < SHOWN
    assert points(born="1960-12-31") == 75
    assert points(born="1960-04-02", bodies=frozenset({"姫路市"})) == 100
    assert points(born="1961-04-02", bodies=frozenset({"姫路市"})) == 30
    assert points(kana="サギザワリリコ", born="1960-04-02") == 65
    assert points(kana="", bodies=frozenset({"姫路市"})) == 20


@given(st.text("アイウ", max_size=4), st.text("アイウ", max_size=4))
def test_one_letter_is_near_either_way(one: str, other: str) -> None:
    def edits(text: str) -> set[str]:
        cut = {text[:n] + text[n + 1 :] for n in range(len(text))}
        put = {text[:n] + a + text[n:] for n in range(len(text) + 1) for a in "アイウ"}
        return (
            cut | put | {text[:n] + a + text[n + 1 :] for n in range(len(text)) for a in "アイウ"}
        )

    traits = [Traits(n, kana, "", frozenset(), "", "") for n, kana in enumerate((one, other))]
    is_near = bool(one and other and one != other and other in edits(one))
    assert (Mark.NEAR_KANA in compare(*traits).marks) is is_near


def test_merged_and_taken_apart_both_are_as_they_were(session: Session, officer: Actor) -> None:
    kept = someone(
        session, has_account=False, birth_date=None, skills={"bpr": 3}, training_until=None
    )
    gone = someone(session, phone="078-111-1111", skills={"bpr": 1, "budget": 2})
    gone.posts.append(CandidatePost(body="佐用町", first_month=month_number(2000, 4)))
    gone.skills[1].evidence = "confirmed"
    before, account = [record(session, person) for person in (kept, gone)], gone.user_id
    merge = service.merge_people(session, kept, gone, comment="電話で確認", actor=officer, now=NOW)
    assert {row.body for row in kept.posts} == {"姫路市", "佐用町"}
    assert len(kept.posts) == 2
    assert {row.skill: row.level for row in kept.skills} == {"bpr": 3, "budget": 2}
    assert {row.evidence for row in kept.skills} == {"self"}  # no credential is copied
    assert kept.training_until is None
    assert (kept.birth_date, kept.phone, kept.user_id) == ("1960-04-02", "078-111-1111", account)
    assert gone.user_id is None
    assert gone.memberships[0].state is MembershipState.LEFT
    assert set(read_profiles(session, make.HYOGO)) == {kept.id}
    assert list(violations(session)) == []
    assert faults(session) == []
    with pytest.raises(Conflict):
        reapply(session, gone.memberships[0], actor=officer, now=NOW)
    with pytest.raises(Conflict):
        service.merge_people(session, kept, gone, actor=officer, now=NOW)
    service.undo_merge(session, merge, actor=officer, now=NOW)
    assert [record(session, person) for person in (kept, gone)] == before
    assert [row.state for row in gone.memberships] == [MembershipState.ACTIVE]
    assert find_merge(session, gone) is None
    assert faults(session) == []
    with pytest.raises(Conflict):
        service.undo_merge(session, merge, actor=officer, now=NOW)
    again = service.merge_people(session, gone, kept, actor=officer, now=NOW)
    assert again.kept_id == gone.id
    session.commit()
    deeds = session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.object_type.in_(("person_merge", "membership")))
        .order_by(AuditEvent.seq)
    )  # fmt: skip
    assert [one for one in deeds if "merge" in one] == [
        "membership.merge", "person_merge.make", "membership.unmerge_active", "person_merge.undo",
        "membership.merge", "person_merge.make",
    ]  # fmt: skip
    assert "電話で確認" not in str(session.scalars(sa.select(AuditEvent.detail)).all())


def test_answers_of_the_self_check_come_over_and_go_back(session: Session, officer: Actor) -> None:
    kept, gone = someone(session), someone(session)
    first, second, third = list(QUESTIONS)[:3]

    def answer(person: Candidate, question: str, line: str) -> None:
        session.add(
            SelfAnswer(
                candidate_id=person.id, question=question, answer=Answer.YES, line=line, answered_at=NOW
            )
        )  # fmt: skip

    def said(person: Candidate) -> dict[str, str]:
        query = sa.select(SelfAnswer).where(SelfAnswer.candidate_id == person.id)
        return {row.question: row.line for row in session.scalars(query)}

    answer(kept, first, "残す登録の答え")
    for question in (first, second, third):
        answer(gone, question, "もう一方の答え")
    session.flush()
    before = [said(person) for person in (kept, gone)]
    merge = service.merge_people(session, kept, gone, actor=officer, now=NOW)
    assert said(kept) == {
        first: "残す登録の答え",
        second: "もう一方の答え",
        third: "もう一方の答え",
    }
    session.get_one(SelfAnswer, (kept.id, third)).line = "統合のあとの答え"
    service.undo_merge(session, merge, actor=officer, now=NOW)
    assert said(kept) == before[0] | {third: "統合のあとの答え"}  # what was changed since stays
    assert said(gone) == before[1]


def test_what_was_changed_since_by_hand_stays(session: Session, officer: Actor) -> None:
    kept, gone = someone(session), someone(session, skills={"budget": 2}, phone="078-111-1111")
    merge = service.merge_people(session, kept, gone, actor=officer, now=NOW)
    kept.phone = "078-222-2222"
    service.undo_merge(session, merge, actor=officer, now=NOW)
    assert kept.phone == "078-222-2222"
    assert "budget" not in {row.skill for row in kept.skills}


@pytest.mark.parametrize("end", ["leave", "withdraw", "nothing"])
def test_who_left_after_a_merge_is_not_registered_again_by_its_undoing(
    session: Session, officer: Actor, end: str
) -> None:
    kept, gone = someone(session), someone(session)
    first = make.FIRST + 1
    merge = service.merge_people(session, kept, gone, actor=officer, now=NOW)
    membership, later = kept.memberships[0], NOW + timedelta(days=1)
    if end != "nothing":
        step = leave_pool if end == "leave" else withdraw_essential_consent
        step(session, membership, actor=officer, now=later)
        reapply(session, membership, actor=officer, now=later)
        again = later + timedelta(days=1)
        give_consent(session, kept, "search", make.HYOGO, actor=officer, now=again)
    assert service.undo_merge(session, merge, actor=officer, now=later) is (end == "nothing")
    (row,) = gone.memberships
    has_gone = end != "nothing"
    assert row.state is (MembershipState.LEFT if has_gone else MembershipState.ACTIVE)
    assert bool(consents_in_force(gone, make.HYOGO)) is not has_gone
    offered = [month.capacity for month in ledger.list_months(session, gone.id, from_month=first)]
    assert any(offered) is not has_gone
    assert faults(session) == []


@pytest.mark.parametrize("state", [PlacementState.SUGGESTED, PlacementState.CONFIRMED])
def test_who_has_a_live_placement_is_not_merged(
    session: Session, officer: Actor, state: PlacementState
) -> None:
    busy, free = someone(session), someone(session)
    make.make_placement(session, make.make_need(session), busy, state=state)
    for kept, gone in ((busy, free), (free, busy)):
        with pytest.raises(Refused, match=f"{busy.code}.*規則"):
            service.merge_people(session, kept, gone, actor=officer, now=NOW)


def test_an_undoing_waits_for_a_live_placement(session: Session, officer: Actor) -> None:
    kept, gone = someone(session), someone(session)
    merge = service.merge_people(session, kept, gone, actor=officer, now=NOW)
    make.make_placement(session, make.make_need(session), kept)
    with pytest.raises(Refused, match=f"{kept.code}.*規則"):
        service.undo_merge(session, merge, actor=officer, now=NOW)
    assert (merge.undone_at, gone.memberships[0].state) == (None, MembershipState.LEFT)


def test_nobody_falls_out_of_the_pool_and_no_list_outgrows_its_page(
    session: Session, officer: Actor
) -> None:
    member = someone(session)
    for state in set(MembershipState) - {MembershipState.ACTIVE, MembershipState.DRAFT}:
        with pytest.raises(Refused, match="規則"):
            service.merge_people(
                session, someone(session, state=state), member, actor=officer, now=NOW
            )
    ended, waiting = (
        someone(session, state=state) for state in (MembershipState.LEFT, MembershipState.APPLIED)
    )
    with pytest.raises(Refused, match="規則"):
        service.merge_people(session, ended, waiting, actor=officer, now=NOW)
    for number in range(MOST_ROWS):
        ended.posts.append(CandidatePost(body=f"{number}市", first_month=month_number(2000, 4)))
    with pytest.raises(Refused, match=r"「職歴」が31件.*30件まで"):
        service.merge_people(session, member, ended, actor=officer, now=NOW)
    assert len(member.posts) == 1
    ended.posts.pop()
    service.merge_people(session, member, ended, actor=officer, now=NOW)
    assert len(member.posts) == MOST_ROWS
    service.merge_people(session, member, waiting, actor=officer, now=NOW)
    assert faults(session) == []


def test_of_two_merges_at_once_the_second_keeps_its_words(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        actor = make.make_user(session, Role.COORDINATOR).actor
        one, two = someone(session), someone(session)
    staff = signed_in(app, Role.COORDINATOR)
    page = f"/merges/candidates/{one.id}/candidates/{two.id}"
    fields = {"csrf_token": staff.token(), "kept": str(two.id), "comment": "電話で聞いた。"}
    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        pair = service.get_pair(session, actor, one.id, two.id)
        service.merge_people(session, *pair, actor=actor, now=NOW)
        answer = thread.submit(lambda: staff.client.post(page, data=fields))
        _wait_until_it_waits(database, answer)
        session.commit()
        lost = answer.result(PATIENCE)
    assert lost.status_code == 409
    assert "電話で聞いた。" in lost.text
    with database.reading() as session:
        assert list(violations(session)) == []


def test_chains_strangers_and_other_pools_are_refused(session: Session, officer: Actor) -> None:
    one, two, three = (someone(session) for _ in range(3))
    far = someone(session, prefecture_code=make.OSAKA)
    first = service.merge_people(session, one, two, actor=officer, now=NOW)
    for kept, gone in ((three, two), (two, three), (three, one)):
        with pytest.raises(Conflict):
            service.merge_people(session, kept, gone, actor=officer, now=NOW)
    with pytest.raises(Refused):
        service.merge_people(session, one, one, actor=officer, now=NOW)
    for actor in (
        make.make_user(session, Role.APPROVER).actor,
        make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor,
        Actor(three.user_id, Role.CANDIDATE, make.HYOGO),
    ):
        with pytest.raises(Forbidden):
            service.merge_people(session, one, three, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            service.undo_merge(session, first, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.merge_people(session, one, far, actor=officer, now=NOW)
    with pytest.raises(NotFound):
        service.get_pair(session, officer, one.id, far.id)


def test_pairs_are_found_until_they_are_decided_about(session: Session, officer: Actor) -> None:
    one, two = someone(session), someone(session, birth_date="1960-09-09")
    someone(session, birth_date="1971-01-01")
    someone(session, prefecture_code=make.OSAKA)
    (found,) = list_alike(session, officer)
    assert (found.first, found.second, found.points) == (one.id, two.id, 95)
    service.tell_apart(session, two, one, actor=officer, now=NOW)
    service.tell_apart(session, one, two, actor=officer, now=NOW)
    assert list_alike(session, officer) == []


def test_the_pages(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        one, two = someone(session), someone(session, given_kana="リリコ", phone="078-111-1111")
        ids, user = (one.id, two.id), session.get_one(User, two.user_id)
    staff, own = signed_in(app, Role.COORDINATOR), Browser(app)
    page = f"/merges/candidates/{ids[1]}/candidates/{ids[0]}"
    pair = f"/merges/candidates/{ids[0]}/candidates/{ids[1]}"
    assert pair in staff.get("/merges").text
    with app.database.reading() as session:
        assert set(session.scalars(sa.select(ProfileView.candidate_id))) == set(ids)
    text = staff.get(page).text
    assert "078-111-1111" in text
    assert staff.post(page).status_code == 422
    assert staff.post(page, kept="999").status_code == 422
    assert staff.post(page, kept=str(ids[0])).location == f"/candidates/{ids[0]}"
    assert "別の登録に統合されています" in staff.get(f"/candidates/{ids[1]}").text
    assert staff.get(page).status_code == 409
    own.enter(user)
    assert "この登録は、別の登録に統合されています" in own.get("/home").text
    merges = staff.get("/merges").text
    undo = re.search(r'action="(/merges/\d+/undo)"', merges)
    assert undo is not None
    version = VERSION.findall(merges[undo.start() :])[0]
    assert staff.post(undo[1], version=version).location == "/merges"
    assert staff.post(undo[1], version=version).status_code == 409
    assert staff.post(f"{pair}/distinct").location == "/merges"
    assert pair not in staff.get("/merges").text


def test_a_file_from_before_changes_nothing(
    session: Session, tmp_path: Path, officer: Actor
) -> None:
    assert bring_people(session, people_of(tmp_path)) == 2
    kept, gone = session.scalars(sa.select(Candidate).order_by(Candidate.id))
    service.merge_people(session, kept, gone, actor=officer, now=NOW)
    assert bring_people(session, people_of(tmp_path)) == 0
    assert gone.memberships[0].state is MembershipState.LEFT
    assert len(session.scalars(sa.select(Candidate)).all()) == 2
