"""What both sides have said of last year's work: pulses and end reviews, some late, one of each contest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import dates
from ..db import Session
from ..engagements.models import Engagement, Outcome
from ..permissions import SYSTEM, Actor, Role
from ..reviews.answering import (
    Answers,
    close_pair,
    contest_review,
    decide_contest,
    give_review,
    pairs_of,
    reply_to_review,
)
from ..reviews.asking import DAYS, GRACE, LEAST, PULSES, Question, ask
from ..reviews.models import Kind, Review, ReviewSide
from ..reviews.reporting import ReportContent, agree_to_case, write_report
from ..states import ReviewState
from .accounts import Officers
from .drawing import Draw
from .people import HYOGO

ASKED_AT = timedelta(hours=9)
WAITING = 4  # questions that wait today
SAID = (
    "窓口の手順がまとまり、職員から助かったという声が出ています。",
    "週に1度の打合せを続けたことで、相談がしやすくなりました。",
    "",
    "担当課との日程の調整に、少し時間がかかりました。",
    "",
)
LOW = Answers(2, 2, 2, 2, "約束した資料の提出が遅れることがあった。")
REPORTS = (  # outcome, what was made, cost beyond pay and travel, what for
    (
        "窓口の待ち時間が平均28分から13分に短くなった。",
        "手続きごとの手順書、案内の様式、窓口の配置図",
        84_000,
        "様式の印刷と案内板",
    ),
    (
        "7つの業務で二重入力がなくなり、月に約40時間が空いた。",
        "業務の流れ図、見直し案、職員向けの手引",
        0,
        "",
    ),
    (
        "職員42人が研修を受け、9つの課で試行が始まった。",
        "研修の資料と演習、利用の手引",
        132_000,
        "会場と教材",
    ),
    ("仕様書の案ができ、3社から提案を受けた。", "調達仕様書の案、評価の表", None, ""),
)
CONTEST = "資料の締切は、市町からの資料の到着が遅れたために双方で延ばしたものです。活動記録の8月分に経緯を書いています。"
REPLY = "締切を延ばした経緯は、当時の打合せの記録のとおりです。"


def review(session: Session, draw: Draw, officers: Officers, midnight: datetime) -> None:
    """Each question at the hour at which the worker asks it; the last few were asked late, and still wait."""
    rows = session.scalars(sa.select(Engagement).order_by(Engagement.id)).all()
    asked = sorted(
        ((at, row, kind) for row in rows for at, kind in _moments(row, midnight)),
        key=lambda entry: (entry[0], entry[1].id),
    )
    doubtful = [row.id for _at, row, kind in asked if kind is Kind.END][:3]  # contested
    for at, row, kind in asked[:-WAITING]:
        sides = _ask(session, row, kind, at)
        is_doubtful = kind is Kind.END and row.id in doubtful
        town = sides[ReviewSide.TOWN]
        actors = {
            ReviewSide.PERSON: _person(row),
            ReviewSide.TOWN: officers.towns[row.municipality_code],
        }
        for when, side, said in sorted(
            _answers(draw, kind, at, is_doubtful), key=lambda one: one[0]
        ):
            if when < midnight:
                give_review(session, sides[side], said, actor=actors[side], now=when)
        over = at + DAYS + GRACE + timedelta(days=1)
        if over < midnight and town.state in {ReviewState.ASKED, ReviewState.GIVEN}:
            close_pair(session, pairs_of(session, [town])[0], now=over)
        if is_doubtful and town.state is ReviewState.SHOWN:
            _contest(session, town, doubtful.index(row.id), officers, midnight)
    for number, (at, row, kind) in enumerate(asked[-WAITING:]):
        _leave_waiting(session, row, kind, number, officers, at, midnight)


def report(session: Session, officers: Officers, midnight: datetime) -> None:
    """Some have told what came of their work: cases, one without consent, one withdrawn, one not sent yet."""
    query = sa.select(Engagement).where(Engagement.ended_at.is_not(None))
    over = [
        row
        for row in session.scalars(query.order_by(Engagement.id))
        if row.outcome in {Outcome.COMPLETED, Outcome.EARLY} and row.started_at is not None
    ]
    for number, row in enumerate(over[: len(REPORTS) * 2]):
        outcome, made, cost, note = REPORTS[number % len(REPORTS)]
        content = ReportContent(outcome, made, cost, note)
        assert row.ended_at is not None
        now, person = row.ended_at + timedelta(days=5), _person(row)
        if now >= midnight:
            continue
        is_sent, agrees = number != 4, number != 3
        told = write_report(
            session, row, content, is_sent=is_sent, agrees=agrees, actor=person, now=now
        )
        if is_sent and number != 2:
            town = officers.towns[row.municipality_code]
            later = min(now + timedelta(days=9), midnight - timedelta(hours=5))
            agree_to_case(session, told, agrees=True, actor=town, now=later)
            if number == 5:
                last = midnight - timedelta(hours=3)
                agree_to_case(session, told, agrees=False, actor=person, now=last)


def _ask(session: Session, row: Engagement, kind: Kind, at: datetime) -> dict[ReviewSide, Review]:
    return {one.side: one for one in ask(session, Question(row, kind), actor=SYSTEM, now=at)}


def _leave_waiting(
    session: Session,
    row: Engagement,
    kind: Kind,
    number: int,
    officers: Officers,
    at: datetime,
    midnight: datetime,
) -> None:
    """Nobody has answered in time, nobody yet, only the town, only the person."""
    asked = max(at, midnight - timedelta(days=(18, 3, 9, 9)[number]) + ASKED_AT)
    sides = _ask(session, row, kind, asked)
    said = Answers(4, 5, 4, 5 if kind is Kind.END else None, SAID[1])
    when = asked + (midnight - asked) / 2
    if number == 2:
        town = officers.towns[row.municipality_code]
        give_review(session, sides[ReviewSide.TOWN], said, actor=town, now=when)
    elif number == 3:
        give_review(session, sides[ReviewSide.PERSON], said, actor=_person(row), now=when)


def _moments(row: Engagement, midnight: datetime) -> Iterator[tuple[datetime, Kind]]:
    if row.started_at is None:
        return
    begun, today = dates.local_date(row.started_at), dates.local_date(midnight)
    for kind, after in PULSES:
        day = begun + after
        if row.last_day - begun >= LEAST and day <= row.last_day and day < today:
            yield dates.start_of_day(day) + ASKED_AT, kind
    if row.ended_at is not None and row.outcome in {Outcome.COMPLETED, Outcome.EARLY}:
        yield row.ended_at + timedelta(minutes=1), Kind.END


def _answers(
    draw: Draw, kind: Kind, at: datetime, is_doubtful: bool
) -> Iterator[tuple[datetime, ReviewSide, Answers]]:
    """Most answer within the days, some before the other side and some after it."""
    for side in ReviewSide:
        is_silent, when = draw.chance(0.15), at + timedelta(hours=draw.whole(5, 24 * 12))
        values = [3 + draw.whole(0, 2) for _ in range(4)]
        overall = values[3] if kind is Kind.END else None
        said = Answers(values[0], values[1], values[2], overall, draw.one(SAID))
        if is_doubtful and side is ReviewSide.TOWN:
            yield when, side, LOW
        elif not is_silent:
            yield when, side, said


def _contest(
    session: Session, town: Review, number: int, officers: Officers, midnight: datetime
) -> None:
    """The first was decided for the person, the second against, the third waits."""
    assert town.shown_at is not None
    person, shown = _person(town.engagement), town.shown_at
    contested = min(shown + timedelta(days=3), midnight - timedelta(days=2))
    if contested <= shown:
        return
    reply_to_review(session, town, REPLY, actor=person, now=contested - timedelta(minutes=5))
    contest_review(session, town, comment=CONTEST, actor=person, now=contested)
    if number < 2:
        decide_contest(
            session, town, upheld=number == 0, reason=("disagrees", "agrees")[number],
            actor=officers.coordinator, now=min(contested + timedelta(days=6), midnight - timedelta(days=1)),
        )  # fmt: skip


def _person(engagement: Engagement) -> Actor:
    return Actor(engagement.candidate.user_id, Role.CANDIDATE, HYOGO)
