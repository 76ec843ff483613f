"""What helps towns beside people: the catalogue of programmes, and towns that were referred to one of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..dates import local_date
from ..db import Session
from ..funding import costing, service as fundings
from ..meetings.companions import name_theme
from ..meetings.models import Circle, Kind
from ..meetings.service import MeetingContent, save_meeting, say_interest
from ..needs.costing import years_after
from ..needs.models import Need
from ..programmes.content import ProgrammeContent
from ..programmes.models import Outcome
from ..programmes.referring import Course, record_course, refer_to_programme
from ..programmes.service import save_programme, take_shipped
from ..programmes.sourced import Origin
from ..reference.catalogue import Catalogue
from ..states import NeedState
from .accounts import SHOWN_TOWNS, Officers

_MEETINGS = (  # days from today, kind, whom for, title, theme
    (-20, Kind.BRIEFING, Circle.BOTH, "人材プールの説明会", None),
    (16, Kind.GATHERING, Circle.TOWNS, "つながる場：窓口改革", "frontyard"),
    (37, Kind.WORKSHOP, Circle.BOTH, "生成AIの使い方を試す会", "ai_rpa"),
)
_REASON = "計画づくりの進め方について、外の人の助言を受けると早く進みそうです。"
_NOTE = "計画の章立てが決まり、庁内の会議に出せた。"


def keep_programmes(
    session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> None:
    """Those that come with the software, unchecked, and one of the demo's own with a deadline; three towns were referred to it."""
    day, staff, today = timedelta(days=1), officers.coordinator, local_date(midnight)
    take_shipped(session, actor=staff, now=midnight - 60 * day)
    content = ProgrammeContent(
        "県DX伴走支援（架空）", operator="兵庫県", gives="県の職員と委託先が、3か月のあいだ計画づくりを手伝う。",
        limits="月2回まで。", cost="無償", report_days=7,
        deadlines=((today - 20 * day, "第1次"), (today + 40 * day, "第2次")),
        origin=Origin("架空の要綱", checked_on=today - 45 * day, sizes=("0", "1")),
    )  # fmt: skip
    own = save_programme(
        session, None, content, catalogue=catalogue, actor=staff, now=midnight - 45 * day
    )
    applied = today - 25 * day
    courses = (
        Course(),
        Course(applied, Outcome.ACCEPTED, today - 3 * day),
        Course(applied, Outcome.ACCEPTED, today - 8 * day, today - 4 * day, _NOTE),
    )
    for place, (town, course) in enumerate(zip(SHOWN_TOWNS, courses, strict=True)):
        now = midnight - (40 - place) * day
        referral = refer_to_programme(session, own, town, reason=_REASON, actor=staff, now=now)
        if course != Course():
            actor = officers.towns[town]
            record_course(session, referral, course, actor=actor, now=midnight - 2 * day)


def keep_measures(
    session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> None:
    """Those of the reference data, unchecked, a price of the demo's own, and what one town expects for the years after."""
    day, staff = timedelta(days=1), officers.coordinator
    fundings.take_shipped(session, catalogue=catalogue, actor=staff, now=midnight - 60 * day)
    costing.set_rate(
        session, yen_per_km=30, usual_km=40, basis="架空の旅費規程", actor=staff,
        now=midnight - 60 * day,
    )  # fmt: skip
    for town in SHOWN_TOWNS:
        query = sa.select(Need).where(Need.municipality_code == town, Need.state == NeedState.OPEN)
        for need in session.scalars(query.order_by(Need.id).limit(2)):
            first, second, _third = years_after(need)
            expected = (
                costing.Expected(first, 480_000, "general", "利用料と保守"),
                costing.Expected(second, 480_000, None, "利用料と保守"),
            )
            costing.plan_running(
                session, need, expected, catalogue=catalogue, actor=officers.towns[town],
                now=midnight - day,
            )  # fmt: skip


def call_meetings(
    session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> None:
    """One is over, two are to come; towns want to come, and two have let each other know of a theme."""
    day, staff = timedelta(days=1), officers.coordinator
    called = []
    for ahead, kind, circle, title, theme in _MEETINGS:
        begins = midnight + ahead * day + timedelta(hours=14)
        content = MeetingContent(
            kind, circle, title, begins, begins + timedelta(hours=2), "県庁 会議室（架空）",
            text="それぞれの取組を10分ずつ話し、困りごとを持ち寄ります。", theme=theme,
        )  # fmt: skip
        called.append(
            save_meeting(session, None, content, catalogue=catalogue, actor=staff, now=midnight - 50 * day)
        )  # fmt: skip
    for place, town in enumerate(SHOWN_TOWNS):
        actor, now = officers.towns[town], midnight - (30 - place) * day
        for meeting in called[1:]:
            if meeting.circle is not Circle.PEOPLE:
                say_interest(session, meeting, comes=True, actor=actor, now=now)
        if place < 2:
            name_theme(
                session, "frontyard", "情報担当課 0790-00-0000（架空）", catalogue=catalogue,
                actor=actor, now=now,
            )  # fmt: skip
