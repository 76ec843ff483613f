"""Staff set up to five people beside each other, and the frozen profile beside today's: differences only."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.candidates import frozen
from talentpool.candidates.consenting import give_consent
from talentpool.candidates.models import (
    CandidateCompany,
    CandidateExam,
    CandidatePost,
    CandidateSkill,
    ProfileView,
)
from talentpool.candidates.service import list_by_codes
from talentpool.candidates.snapshots import take_snapshot
from talentpool.db import Session
from talentpool.errors import Forbidden, NotFound, Refused
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in


def test_only_what_differs_from_the_frozen_profile(session: Session) -> None:
    person = make.make_candidate(session, skills={"bpr": 2})
    snapshot = take_snapshot(session, person, "activation", now=make.NOW)
    assert frozen.list_differences(snapshot, person, make.HYOGO) == []
    person.roles.reverse()
    assert frozen.list_differences(snapshot, person, make.HYOGO) == []  # the order says nothing
    person.skills.append(CandidateSkill(skill="cloud", level=3))
    person.phone, person.growth = "078-999-9999", ["data"]
    session.flush()
    found = {row.name: row for row in frozen.list_differences(snapshot, person, make.HYOGO)}
    assert set(found) == {"phone", "skills", "growth"}
    assert (found["phone"].before, found["phone"].after) == (["078-000-0000"], ["078-999-9999"])
    assert found["skills"].before == []
    assert [row["skill"] for row in found["skills"].after] == ["cloud"]


def test_consents_to_others_are_not_read(session: Session) -> None:
    person = make.make_candidate(session)
    snapshot = take_snapshot(session, person, "activation", now=make.NOW)
    actor = make.make_user(session, Role.COORDINATOR).actor
    give_consent(session, person, "contact", make.OSAKA, actor=actor, now=make.NOW)
    assert frozen.list_differences(snapshot, person, make.HYOGO) == []
    assert [row.name for row in frozen.list_differences(snapshot, person, make.OSAKA)] == [
        "consents"
    ]


def test_everything_frozen_is_told_in_words(app: TalentpoolFlask) -> None:
    """A row differs in what its texts say wherever it differs."""
    with app.database.writing() as session:
        person = make.make_candidate(session)
        person.posts = [CandidatePost(body="姫路市", first_month=24000)]
        person.companies = [CandidateCompany(name="甲社", name_key="甲社")]
        person.exams = [CandidateExam(name_then="資格", year=2001)]
        person.travel_limit = 60
        take_snapshot(session, person, "activation", now=make.NOW)
        (post,), (company,), (exam,), window = (
            person.posts, person.companies, person.exams, person.windows[0],
        )  # fmt: skip
        post.grade, post.led_procurement, company.has_shares = "unit_chief", True, True
        exam.exam, window.weekdays, person.onsite_weekdays = "IP", 5, 3
        person.travel_limit, person.income_ceiling = None, 1_200_000
        ident = person.id
    staff = signed_in(app, Role.COORDINATOR)
    page = staff.get(f"/candidates/{ident}/snapshots").text
    for words in (
        "2000年1月〜現在 姫路市", "調達を主導した：はい", "株式・出資がある：はい", "月・水", "月・火",
        "ITパスポート試験 資格 2001", "上限なし", "1,200,000円",
    ):  # fmt: skip
        assert words in page


def test_what_no_profile_had_then_is_no_difference(session: Session) -> None:
    person = make.make_candidate(session, growth=["data"])
    snapshot = take_snapshot(session, person, "approval", now=make.NOW)
    snapshot.content = snapshot.content.replace('"growth":["data"],', "")
    assert frozen.list_differences(snapshot, person, make.HYOGO) == []


def test_who_may_see_which_snapshot(session: Session) -> None:
    person, other = make.make_candidate(session), make.make_candidate(session)
    first = take_snapshot(session, person, "activation", now=make.NOW)
    second = take_snapshot(session, person, "approval", now=make.NOW)
    foreign = take_snapshot(session, other, "activation", now=make.NOW)
    officer = make.make_user(session, Role.COORDINATOR).actor
    rows = frozen.list_snapshots(session, person, actor=officer)
    assert (frozen.pick(rows, None), frozen.pick(rows, first.id)) == (second, first)
    with pytest.raises(NotFound):
        frozen.pick(rows, foreign.id)
    for actor in (
        make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor,
        make.make_user(session, Role.ADMIN).actor,
    ):
        with pytest.raises(Forbidden):
            frozen.list_snapshots(session, person, actor=actor)


def test_two_to_five_people_of_the_pool_are_compared(session: Session) -> None:
    people = [make.make_candidate(session) for _ in range(6)]
    far = make.make_candidate(session, prefecture_code=make.OSAKA)
    officer = make.make_user(session, Role.COORDINATOR).actor
    codes = [person.code for person in people]
    typed = [codes[1].lower(), codes[0], codes[1]]
    assert list_by_codes(session, officer, typed, most=5) == [people[1], people[0]]
    for wrong in ([codes[0]], codes, [codes[0], far.code], [codes[0], "C-999999"]):
        with pytest.raises(Refused) as refused:
            list_by_codes(session, officer, wrong, most=5)
        assert set(refused.value.fields) == {"codes"}


def test_the_pages(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        one = make.make_candidate(session, skills={"bpr": 2})
        two = make.make_candidate(session, skills={"bpr": 4})
        two.companies = [CandidateCompany(name="甲社", name_key="甲社", has_shares=True)]
        take_snapshot(session, one, "activation", now=make.NOW)
        one.motive = "<b>変えた動機</b>"
        ids, codes = (one.id, two.id), (one.code, two.code)
    staff = signed_in(app, Role.COORDINATOR)
    assert staff.get("/candidates/compare").status_code == 200
    wrong = staff.get(f"/candidates/compare?codes={codes[0]}+C-999999")
    assert wrong.status_code == 422
    assert "C-999999" in wrong.text
    page = staff.get(f"/candidates/compare?codes={codes[0]}+{codes[1]}").text
    assert "業務スキル" in page
    assert "株式・出資：はい" in page
    assert "受けられる任用形態" not in page  # the same for both
    with app.database.reading() as session:
        assert set(session.scalars(sa.select(ProfileView.candidate_id))) == set(ids)
    text = staff.get(f"/candidates/{ids[0]}/snapshots").text
    assert "&lt;b&gt;変えた動機&lt;/b&gt;" in text
    assert "控えはまだありません" in staff.get(f"/candidates/{ids[1]}/snapshots").text
    for number in ("999", "x", "9" * 5000):
        assert staff.get(f"/candidates/{ids[0]}/snapshots?of={number}").status_code == 404
    assert (
        signed_in(app, Role.MUNICIPALITY).get(f"/candidates/{ids[0]}/snapshots").status_code == 403
    )
