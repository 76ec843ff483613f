"""A small pool in which everything stands that an export has to carry."""

from __future__ import annotations

from dataclasses import dataclass

from talentpool.candidates.models import (
    Candidate,
    CandidateCompany,
    CandidateExam,
    CandidateMatter,
    CandidatePost,
    CandidateSkill,
    CandidateWindow,
    Mode,
)
from talentpool.dates import month_number
from talentpool.db import Session
from talentpool.needs.models import Need, NeedKind, NeedSkill, NeedVendor
from talentpool.permissions import SYSTEM
from talentpool.placements.models import HoldLift
from talentpool.preferences.models import Answer
from talentpool.reference.revising import set_travel_time
from talentpool.states import NeedState, PlacementState
from talentpool.text import search_key
from tests import factories as make
from tests.preferences.made import make_interest, make_rank

APRIL, SEPTEMBER = make.FIRST, make.LAST
VENDOR = "株式会社;試作:デザイン"


@dataclass(frozen=True, slots=True)
class Pool:
    people: list[Candidate]
    needs: list[Need]


def make_pool(session: Session, *, has_placements: bool = True) -> Pool:
    """Five people, one of whom the prefecture employs, four open needs, a draft; bookings, a lifted hold and a refusal where wanted."""
    pool = make.make_prefecture_pool(session)
    pool.lottery_seed = 7
    people = [_rich_person(session), *(make.make_candidate(session) for _ in range(3))]
    people.append(make.make_employee(session, half_days=2, home_code=make.SAYO))
    needs = [
        _rich_need(session),
        make.make_need(session, municipality_code=make.SAYO, priority=2, half_days=8),
        make.make_need(session, municipality_code=make.ASAGO, seats=2),
    ]
    make.make_need(session, state=NeedState.DRAFT)
    if has_placements:
        _let_stand(session, people, needs)
    session.flush()
    session.expire_all()  # rows in the order in which the database gives them
    return Pool(people, needs)


def _rich_person(session: Session) -> Candidate:
    person = make.make_candidate(
        session,
        family_name="髙塚",  # with a compatibility form
        phone="078-341-7711",
        postal_code="650-8567",
        address="=神戸市中央区",
        birth_date="1961-07-15",
        travel_limit=90,
        overnight=True,
        themes=["bpr", "training"],
        regions=["但馬"],
        motives=["income", "contribute"],
        motive="町を\n支えたい。",
        heard_from="town",
        involvement="advises",
        growth=["bpr"],
        side_job="given",
        income_ceiling=1_000_000,
        onsite_days=4,
        onsite_weekdays=5,
        operations=["resident_register"],
    )
    person.posts = [
        CandidatePost(
            body="姫路市役所", municipality_code=make.HIMEJI, department="情報課", title="課長",
            grade="section_head", first_month=month_number(1985, 4), last_month=APRIL - 12,
        ),
        CandidatePost(body="佐用町", municipality_code=None, first_month=APRIL - 11, is_public=False),
    ]  # fmt: skip
    person.companies = [CandidateCompany(name=VENDOR, name_key=search_key(VENDOR), has_shares=True)]
    person.matters = [
        CandidateMatter(
            vendor="某社", vendor_key=search_key("某社"), month=APRIL - 60, subject="更新"
        )
    ]
    person.exams = [CandidateExam(exam="K1", name_then="第一種情報処理", year=1990)]
    person.skills.append(
        CandidateSkill(
            skill="data", level=4, evidence="confirmed", evidence_note="発表：三件；書類"
        )
    )
    person.windows.append(
        CandidateWindow(
            first_month=SEPTEMBER + 1, last_month=SEPTEMBER + 3, half_days=4, weekdays=0b10101,
            mode=Mode.ONLINE, note="午後のみ",
        )
    )  # fmt: skip
    person.windows.append(
        CandidateWindow(
            first_month=APRIL, last_month=APRIL, half_days=0, is_available=False, note="休止"
        )
    )
    session.flush()
    set_travel_time(session, make.HIMEJI, make.ASAGO, minutes=75, actor=SYSTEM, now=make.NOW)
    make.make_consent(session, person, "statistics", make.HYOGO)
    return person


def _rich_need(session: Session) -> Need:
    need = make.make_need(
        session, title="=窓口", department="市民課", outcome_wanted="待ち時間を\n半分に。", weekdays=0b111,
        funding_source="general", after_fiscal_year="未定", tasks="受付を\n見直す。", team="担当2人", touches_procurement=True,
        requires_training=True, roles=["pm"], involvement="does",
    )  # fmt: skip
    need.kinds = [NeedKind(kind="official")]
    need.vendors = [NeedVendor(name=VENDOR, name_key=search_key(VENDOR))]
    need.skills.append(NeedSkill(skill="data", must=True, level=2, position=1, group="A", weight=5))
    need.skills.append(
        NeedSkill(skill="cloud", must=True, level=2, position=2, group="A", weight=5)
    )
    need.skills.append(NeedSkill(skill="security", must=False, level=3, position=3))
    session.flush()
    return need


def _let_stand(session: Session, people: list[Candidate], needs: list[Need]) -> None:
    booked = make.make_need(session, half_days=2, seats=1)
    make.make_placement(session, booked, people[1], state=PlacementState.CONFIRMED)
    make.make_placement(session, needs[2], people[2], state=PlacementState.OFFERED)
    make.make_placement(session, needs[1], people[3], state=PlacementState.DECLINED_BY_TOWN)
    make_interest(session, needs[2], people[0])
    lapsed = make.make_placement(session, needs[0], people[0], state=PlacementState.LAPSED)
    make_rank(session, lapsed)
    make_interest(session, needs[0], people[3], Answer.NOT_NOW)
    session.add(
        HoldLift(
            candidate_id=people[0].id, need_id=needs[1].id, rule="former_office",
            reason="直接の関わりがない。", lifted_at=make.NOW,
        )
    )  # fmt: skip
