"""A sent log waits with a day: the town is reminded half way and once it is over; nothing ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from talentpool.accounts.models import Pool
from talentpool.dates import JST, end_of_day, local_date
from talentpool.db import Session
from talentpool.deadlines.service import set_days
from talentpool.engagements import log_reminding, logs
from talentpool.mail import MailOrder
from talentpool.states import WorkLogState
from talentpool.waits import Wait

from .. import factories as make
from .test_logs import NOW, Cast, _content

DAY = timedelta(days=1)


def test_the_town_is_reminded_twice_and_may_still_sign(session: Session) -> None:
    cast = Cast(session)
    log = cast.send(_content(6))  # on 6 May: ten business days later is the 20th
    due = log_reminding.find_due(session, log)
    assert due == end_of_day(datetime(2027, 5, 20, tzinfo=JST).date())
    found = []
    for number in range(40):
        now = datetime(2027, 5, 6, 9, 30, tzinfo=JST) + number * DAY
        found += [(local_date(now).day, one.kind) for one in log_reminding.remind(session, now)]
        session.flush()
    assert found == [(13, "half"), (21, "late")]
    told = sa.select(MailOrder.recipient_id).where(MailOrder.template == log_reminding.TEMPLATE)
    assert session.scalars(told).all() == [cast.town.user_id] * 2
    logs.sign_log(session, log, actor=cast.town, now=NOW + 60 * DAY)
    assert log.state is WorkLogState.CLOSED
    assert log_reminding.find_due(session, log) is None


def test_a_log_sent_again_waits_anew_by_the_days_of_then(session: Session) -> None:
    cast = Cast(session)
    log = cast.send(_content(6))
    logs.return_log(session, log, reason="other", comment="日", actor=cast.town, now=NOW)
    assert log_reminding.list_due(session, NOW + 60 * DAY) == []
    pool = session.scalars(sa.select(Pool).where(Pool.prefecture_code == make.HYOGO)).one()
    set_days(session, pool, {Wait.LOG: 2}, actor=cast.coordinator, now=NOW)
    cast.send(_content(13), now=NOW + DAY)
    due = log_reminding.find_due(session, log)
    assert due == end_of_day(datetime(2027, 5, 11, tzinfo=JST).date())
    kinds = [one.kind for one in log_reminding.list_due(session, NOW + 10 * DAY)]
    assert kinds == ["late"]
