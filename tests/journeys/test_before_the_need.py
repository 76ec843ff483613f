"""What comes before and beside a match: an edited vacancy, three towns together, a recorded conflict, one person twice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.ledger.models import Commitment
from talentpool.needs.models import JointMember, Need
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import MembershipState, NeedState, PlacementState
from tests import factories as make
from tests.needs.joined import make_joint
from tests.placements.cast import Cast

from .conftest import Door, Site
from .test_main_path import CHECKED

pytestmark = pytest.mark.browser


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: papers are printed."""
    return own_site


def test_an_edit_of_an_open_vacancy_names_who_drops_out_before_it_happens(
    door: Door, site: Site
) -> None:
    town = door.officer(Role.MUNICIPALITY)
    with site.database.writing() as session:
        cast = Cast.of(session)
        need = make.make_need(session, musts={"bpr": 2}, outcome_wanted="待ち時間を半分にする。")
        row = make.make_placement(session, need, make.make_candidate(session), now=clock.now())
        for verb in ("propose", "approve"):
            cast.step(row, verb, now=clock.now())
        ident, placement, name = need.id, row.id, row.candidate.family_name
    town.go(f"/needs/{ident}").follow("募集を直す")
    town.fill({"skills-0-level": "4"}).press("変更の影響を確かめる")
    assert "終わる推薦" in town.text
    assert "（打診中）" in town.text
    assert name not in town.text
    with site.database.reading() as session:
        assert session.get_one(Placement, placement).state is PlacementState.OFFERED
    town.press("この内容で変更する")
    with site.database.reading() as session:
        assert session.get_one(Placement, placement).state is PlacementState.REVOKED
        assert session.get_one(Need, ident).content_version == 2
    assert door.inspector.faults == []


def test_three_towns_share_one_person_from_their_consents_to_the_booking(
    door: Door, site: Site
) -> None:
    with site.database.writing() as session:
        joint = make_joint(session)
        person = make.make_candidate(session, half_days=8)
        ident, candidate = joint.need.id, session.get_one(User, person.user_id).email
    lead = door.officer(Role.MUNICIPALITY)
    for code in (make.ASAGO, make.SAYO):
        member = door.officer(Role.MUNICIPALITY, municipality_code=code)
        member.go("/needs/").go(f"/needs/{ident}")
        assert "この分担への同意をお待ちしています" in member.text
        member.press("分担に同意する")
    lead.go(f"/needs/{ident}").press("申請する")
    office, approver = door.officer(Role.COORDINATOR), door.officer(Role.APPROVER)
    office.go(f"/needs/{ident}").fill({"checked": CHECKED}).press("公開する")
    with site.database.writing() as session:
        need = session.get_one(Need, ident)
        assert need.state is NeedState.OPEN
        row = make.make_placement(
            session, need, session.scalars(sa.select(Candidate)).one(), now=clock.now()
        )
        placement = row.id
    office.go(f"/placements/needs/{ident}/draft").press("起案する")
    approver.go("/approvals").page.get_by_role("checkbox").first.check()
    approver.press("承認する")
    one = door.visitor().sign_in(candidate)
    one.go(f"/offers/{placement}")
    assert "これらの市町のすべてに、あなたの氏名と登録内容が伝わります" in one.text
    one.press("引き受ける")
    lead.go(f"/introductions/{placement}").press("受け入れる")
    lead.follow("勤務条件").follow("勤務条件を示す").fill({
        "place": "市役所", "days": "毎週火曜日", "travel": "実費", "supervisor": "市民課 田中一郎",
    }).press("勤務条件を示す")  # fmt: skip
    one.go(f"/placements/{placement}/terms").press("勤務条件を承諾する")
    office.go(f"/placements/{placement}").press("確定する")
    member.go(f"/needs/{ident}").follow("この募集で来る人と活動した日を見る")
    with site.database.reading() as session:
        booked = session.scalars(
            sa.select(Commitment.half_days).where(Commitment.placement_id == placement)
        )
        assert {*booked} == {8}
        assert {*session.scalars(sa.select(JointMember.state))} == {"agreed"}
    assert door.inspector.faults == []


def test_a_recorded_conflict_stops_the_draft_until_it_is_ended(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        need, person = make.make_need(session), make.make_candidate(session)
        row = make.make_placement(session, need, person, now=clock.now())
        placement, code, draft = row.id, person.code, f"/placements/needs/{need.id}/draft"
    office = door.officer(Role.COORDINATOR)
    office.go("/conflicts").follow("利益相反を記録する").fill({
        "person": code, "town": make.HIMEJI, "ground": ["family"], "lifter": ["coordinator"],
        "first_month": "2026-12", "note": "配偶者が窓口を所管する課に勤めている。",
    }).press("利益相反を記録する")  # fmt: skip
    assert "止まる推薦 1" in office.text
    record = office.page.url.removeprefix(site.address)
    office.go(draft).press("起案する")
    assert "利益相反" in office.text
    with site.database.reading() as session:
        assert session.get_one(Placement, placement).state is PlacementState.SUGGESTED
    office.go(record).fill({"note": "配偶者が異動した。"}).press("記録を終える")
    office.go(draft).press("起案する")
    with site.database.reading() as session:
        assert session.get_one(Placement, placement).state is PlacementState.PROPOSED
    assert door.inspector.faults == []


def test_one_person_who_is_registered_twice_is_merged_and_taken_apart(
    door: Door, site: Site
) -> None:
    with site.database.writing() as session:
        name = {"family_name": "髙橋", "family_kana": "タカハシ", "phone": "078-341-7711"}
        one, other = (make.make_candidate(session, **name) for _ in range(2))
        kept, gone = one.id, other.id
    office = door.officer(Role.COORDINATOR)
    office.go("/merges").follow("比べる")
    office.fill({"kept": [str(kept)], "comment": "本人に電話で確かめた。"}).press("統合する")

    def state() -> MembershipState:
        with site.database.reading() as session:
            return session.get_one(Candidate, gone).memberships[0].state

    assert state() is MembershipState.LEFT
    office.go("/merges").press("統合を取り消す")
    assert "取り消しました" in office.text
    assert state() is MembershipState.ACTIVE
    assert door.inspector.faults == []
