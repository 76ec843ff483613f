"""The page of a person for staff: the months to come with what takes them, pauses with reasons, who checked a skill."""

from __future__ import annotations

import re

import pytest

from talentpool import clock, dates
from talentpool.audit import seal
from talentpool.candidates.availability import update_ledger
from talentpool.candidates.models import Candidate, CandidateWindow
from talentpool.candidates.reviewing import list_checks, verify_evidence
from talentpool.db import Session
from talentpool.permissions import Role
from talentpool.states import MembershipState, PlacementState
from talentpool.web.timeline import Bar, Lane, timeline
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..counting import counted_queries

PS = PlacementState


def this_month() -> int:
    return dates.month_of(dates.local_date(clock.now()))


def page_of(browser: Browser, person: Candidate) -> str:
    answer = browser.get(f"/candidates/{person.id}")
    assert answer.status_code == 200
    return answer.text


def test_what_takes_the_months_to_come_is_named(app: TalentpoolFlask) -> None:
    first = this_month()
    with app.database.writing() as session:
        person = make.make_candidate(session, first_month=first, last_month=first + 11)
        booked = make.make_need(
            session, title="窓口改革", municipality_code=make.SAYO, half_days=6,
            first_month=first, last_month=first + 1,
        )  # fmt: skip
        asked = make.make_need(
            session, title="計画づくり", municipality_code=make.ASAGO, half_days=2,
            first_month=first + 2, last_month=first + 3,
        )  # fmt: skip
        over = make.make_need(
            session, title="去年の仕事", first_month=first - 6, last_month=first - 3
        )
        make.make_placement(session, booked, person, state=PS.CONFIRMED)
        make.make_placement(session, asked, person, state=PS.OFFERED)
        make.make_placement(session, over, person, state=PS.DECLINED_BY_CANDIDATE)
    page = page_of(signed_in(app, Role.COORDINATOR), person)
    chart = page.partition('class="person-months"')[2].partition("</svg>")[0]
    assert "佐用町 窓口改革 月6" in chart
    assert "朝来市 計画づくり 月2" in chart
    assert "本人に打診中・期限" in chart
    assert "去年の仕事" not in chart
    assert "去年の仕事" in page.partition('id="proposals"')[2]
    assert "月4コマが空いている最も早い月は" in page
    assert str(dates.show_month_ja(first + 2)) in page.partition("最も早い月は")[2][:40]


def test_a_pause_stands_with_its_reason_and_end(app: TalentpoolFlask) -> None:
    first = this_month()
    with app.database.writing() as session:
        person = make.make_candidate(session, first_month=first, last_month=first + 11)
        person.windows.append(
            CandidateWindow(
                first_month=first + 4, last_month=first + 5, half_days=0, is_available=False,
                note="家族の介護",
            )
        )  # fmt: skip
        session.flush()
        update_ledger(session, person, now=clock.now())
    page = page_of(signed_in(app, Role.COORDINATOR), person)
    assert page.count('class="paused"') == 2
    assert "理由：家族の介護" in page


def test_who_checked_a_skill_and_when_is_told(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, skills={"bpr": 3, "bridging": 2})
        officer = make.make_user(session, Role.COORDINATOR)
        officer.display_name = "山根 智"
        verify_evidence(
            session, person, {"bpr": "documented"}, actor=officer.actor, now=clock.now()
        )
    page = page_of(signed_in(app, Role.APPROVER), person)
    rows = re.findall(
        r"<tr>.*?</tr>", page.partition('id="skills"')[2].partition("</table>")[0], re.DOTALL
    )
    (checked,) = [row for row in rows if "山根 智" in row]
    assert "業務フロー見直し" in checked
    assert "1件に本人の申告より確かな根拠があります。" in page
    assert "<select" not in page.partition('id="skills"')[2].partition("</table>")[0]


def test_a_check_that_was_overtaken_is_told_of_nobody(session: Session) -> None:
    person = make.make_candidate(session, skills={"bpr": 3})
    officer = make.make_user(session, Role.COORDINATOR)
    for state in ("documented", "confirmed"):
        verify_evidence(session, person, {"bpr": state}, actor=officer.actor, now=make.NOW)
    seal(session)
    found = list_checks(session, person)
    assert {skill: check.state for skill, check in found.items()} == {"bpr": "confirmed"}


def test_a_person_before_the_review_has_no_months_and_the_review_on_top(
    app: TalentpoolFlask,
) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, state=MembershipState.APPLIED)
    page = page_of(signed_in(app, Role.COORDINATOR), person)
    assert "登録を認める" in page
    assert page.index("登録を認める") < page.index('id="months"')
    auditor = page_of(signed_in(app, Role.AUDITOR), person)
    assert "登録を認める" not in auditor


@pytest.mark.parametrize("count", [0, 1, 12])
def test_the_page_takes_as_many_queries_for_many_proposals_as_for_one(
    app: TalentpoolFlask, count: int
) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session)
        for _ in range(count):
            make.make_placement(
                session, make.make_need(session), person, state=PS.DECLINED_BY_CANDIDATE
            )
    coordinator = signed_in(app, Role.COORDINATOR)
    page_of(coordinator, person)
    with counted_queries(app.database) as queries:
        page_of(coordinator, person)
    assert len(queries) <= 22


@pytest.mark.parametrize(
    "bars", [[], [Bar(24320, 0, 0, 0)], [Bar(24320 + n, 62, 31, 31) for n in range(18)]]
)
def test_a_picture_is_drawn_of_any_months(app: TalentpoolFlask, bars: list[Bar]) -> None:
    lanes = [
        Lane("長い名前" * 20, 24000, 27000, is_booked=True),
        Lane("短い", 24320, 24320, is_booked=False, note="<b>"),
        Lane("右端", 24337, 24337, is_booked=True),
    ]
    with app.test_request_context():
        drawn = timeline(bars, lanes, title="題", description="説明")
    assert "<b>" not in drawn
    widths = [float(width) for width in re.findall(r'width="([\d.-]+)"', drawn)]
    assert min(widths) > 0
