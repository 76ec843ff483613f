"""What people and towns have said: complaints at every stage, and what comes after work that ends soon."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..complaints.models import Channel
from ..complaints.service import Caller, answer_complaint, close_complaint, file_complaint
from ..dates import local_date
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.outlook import Answer, asked_from, give_outlook, is_asked, note_seen, remind
from ..permissions import Actor, Role
from ..states import EngagementState
from .accounts import Officers
from .people import HYOGO

_WISHES = (  # of the person, of the town, whether an officer has noted them
    (Answer.EXTEND, Answer.EXTEND, False),
    (Answer.END, Answer.UNDECIDED, True),
    (Answer.TALK, None, False),
)
_COMMENT = "来年度も月4コマほどなら続けられます。"


def complain(session: Session, officers: Officers, midnight: datetime) -> None:
    """One waits, one is late, one was made by telephone and is answered, one is closed."""
    work = _running(session)[:4]
    if len(work) < 4:
        return
    (first, second, third, fourth), staff = work, officers.coordinator
    day = timedelta(days=1)
    closed = file_complaint(
        session, "登録の画面が文字ばかりで、どこまで入力したか分かりにくいです。",
        actor=_person(fourth), now=midnight - 40 * day,
    )  # fmt: skip
    answer_complaint(
        session, closed, "段階の一覧が上に出ます。分かりにくい所を教えていただき、ありがとうございます。", actor=staff,
        now=midnight - 37 * day,
    )  # fmt: skip
    close_complaint(session, closed, actor=staff, now=midnight - 30 * day)
    file_complaint(
        session, "オンラインの日に、約束した時刻に連絡がつかないことが続いています。", second,
        actor=officers.towns[second.municipality_code], now=midnight - 25 * day,
    )  # fmt: skip
    called = file_complaint(
        session, "旅費の計算のしかたの説明が、市町と県で違うとのこと。", third,
        caller=Caller(Channel.TELEPHONE, person=third.candidate.code), actor=staff,
        now=midnight - 9 * day,
    )  # fmt: skip
    answer_complaint(
        session,
        called,
        "計算書の説明にそろえるよう、市町に伝えました。",
        actor=staff,
        now=midnight - 6 * day,
    )
    file_complaint(
        session, "初日の集合場所の連絡が前日まで来ませんでした。次からは1週間前までに知らせてください。", first,
        actor=_person(first), now=midnight - 2 * day,
    )  # fmt: skip


def look_ahead(session: Session, officers: Officers, midnight: datetime) -> None:
    """Everybody whose work ends within ninety days was asked; three have answered."""
    today = local_date(midnight)
    nine = timedelta(hours=9)
    ending = [row for row in _running(session) if is_asked(row, today)]
    since = {asked_from(row) for row in ending}
    for moment in sorted(day for day in since if day and day < today):
        remind(session, midnight - (today - moment) + nine)
    for engagement, (person, town, is_seen) in zip(ending, _WISHES, strict=False):
        now = midnight - timedelta(hours=20)
        comment = _COMMENT if person is Answer.EXTEND else ""
        give_outlook(session, engagement, person, comment, actor=_person(engagement), now=now)
        if town is not None:
            actor = officers.towns[engagement.municipality_code]
            give_outlook(session, engagement, town, actor=actor, now=now + timedelta(hours=2))
        if is_seen:
            now = midnight - timedelta(hours=8)
            note_seen(session, engagement, actor=officers.coordinator, now=now)


def _running(session: Session) -> list[Engagement]:
    query = sa.select(Engagement).where(Engagement.state == EngagementState.ACTIVE)
    return list(session.scalars(query.order_by(Engagement.id)))


def _person(engagement: Engagement) -> Actor:
    return Actor(engagement.candidate.user_id, Role.CANDIDATE, HYOGO)
