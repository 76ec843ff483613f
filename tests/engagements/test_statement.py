"""The statement of pay and travel: signed months only, by fiscal year, as page and file."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.accounts.models import User
from talentpool.candidates.content import EMPLOYED
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.engagements.logs import sign_log
from talentpool.engagements.models import Engagement, Part, Place, WorkDay, WorkLog
from talentpool.engagements.statement import by_year, list_rows
from talentpool.permissions import Role
from talentpool.states import WorkLogState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in

from .. import factories as make

MARCH, APRIL = dates.month_number(2027, 3), dates.month_number(2027, 4)
NOW = make.NOW


def _logged(
    session: Session, engagement: Engagement, month: int, parts: list[Part], state: WorkLogState
) -> None:
    first = dates.first_day(month)
    session.add(
        WorkLog(
            engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
            municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
            month=month, text="聞き取り", travel_yen=1200, state=state, sent_at=NOW, signed_at=NOW,
            created_at=NOW,
            days=[
                WorkDay(day=first + timedelta(days=n), part=part, place=Place.ON_SITE)
                for n, part in enumerate(parts)
            ],
        )
    )  # fmt: skip
    session.flush()


def _engaged(session: Session, **need: object) -> Engagement:
    person = make.make_candidate(session, first_month=MARCH, last_month=APRIL)
    wanted = make.make_need(session, first_month=MARCH, last_month=APRIL, **need)  # type: ignore[arg-type]
    return make.make_engagement(session, need=wanted, candidate=person)


@pytest.mark.parametrize(
    ("basis", "amount", "pay"),
    [("day", 25_000, 37_500), ("hour", 3_000, 36_000), ("month", 80_000, 80_000), ("none", 0, 0)],
)
def test_pay_follows_the_half_days_that_are_signed(
    session: Session, basis: str, amount: int, pay: int
) -> None:
    engagement = _engaged(session, pay_basis=basis, pay_amount=amount)
    _logged(session, engagement, MARCH, [Part.DAY, Part.MORNING], WorkLogState.CLOSED)
    _logged(session, engagement, APRIL, [Part.DAY], WorkLogState.SENT)
    rows = list_rows(session, engagement)
    assert [(row.month, row.days, row.half_days, row.pay, row.travel) for row in rows] == [
        (MARCH, 2, 3, pay, 1200)
    ]


def test_a_month_without_work_costs_nothing(session: Session) -> None:
    engagement = _engaged(session, pay_basis="month", pay_amount=80_000)
    _logged(session, engagement, MARCH, [], WorkLogState.CLOSED)
    assert [(row.half_days, row.pay) for row in list_rows(session, engagement)] == [(0, 0)]


def test_months_are_summed_by_fiscal_year(session: Session) -> None:
    engagement = _engaged(session)
    for month in (MARCH, APRIL):
        _logged(session, engagement, month, [Part.DAY], WorkLogState.CLOSED)
    years = by_year(list_rows(session, engagement))
    assert [(year.year, year.pay, year.travel, year.total) for year in years] == [
        (2026, 25_000, 1200, 26_200), (2027, 25_000, 1200, 26_200),
    ]  # fmt: skip


def test_it_is_read_and_taken_away(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        log = make.make_sent_log(session, make.make_candidate(session))
        log.travel_yen = 900
        town = make.make_user(session, Role.MUNICIPALITY).actor
        sign_log(session, log, actor=town, now=NOW)
        person = session.get_one(User, log.engagement.candidate.user_id)
        page, name = f"/engagements/{log.engagement_id}/statement", log.engagement.candidate.name
    officer, own = signed_in(app, Role.MUNICIPALITY), Browser(app)
    own.enter(person)
    assert name in officer.get(page).text
    asked = officer.get(f"{page}?format=csv")
    assert "ダウンロードの目的" in asked.text
    for file in (officer.get(f"{page}?format=csv&purpose=支払い"), own.get(f"{page}?format=csv")):
        lines = list(csv.reader(StringIO(file.text.lstrip("\ufeff"))))
        assert len(lines) == 2
        assert lines[1][-4:] == ["12500", "900", "13400", "本人"]
    calculated = "募集の報酬で計算しています"
    assert calculated in own.get(page).text
    with database.writing() as session:
        session.execute(sa.update(Candidate).values(kind=EMPLOYED))
    shown = own.get(page).text
    assert calculated not in shown
    assert "市町の報酬はありません" in shown
