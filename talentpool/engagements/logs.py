"""The log of a month (活動記録): the person writes and sends it, the town signs or returns it, the prefecture reopens it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from .. import audit
from ..accounts import telling
from ..dates import (
    last_day,
    local_date,
    month_of,
    month_text,
    show_date,
)
from ..db import Session
from ..errors import Conflict, Refused
from ..language import say, sentences
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..reference.reasons import check_said
from ..states import RUNNING, WORK_LOG, Transition, WorkLogState, move
from .log_content import LogContent, check_storable
from .models import Engagement, Outcome, Part, Place, WorkDay, WorkLog
from .month_additions import find_open, supersede_open


def save_log(
    session: Session,
    engagement: Engagement,
    month: int,
    content: LogContent,
    *,
    actor: Actor,
    now: datetime,
) -> WorkLog:
    """Keep a draft; what is not finished is asked for when it is sent. The reason of one that was returned stays."""
    log = write_log(session, engagement, month, content, actor=actor, now=now, is_draft=True)
    _forget_source(log)
    keep_draft(session, log, actor=actor, now=now)
    return log


def keep_draft(
    session: Session,
    log: WorkLog,
    *,
    actor: Actor,
    now: datetime,
    right: Action | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """What was returned is a draft again: nobody else reads what is half corrected."""
    said = _detail(log) | dict(detail or {})
    if log.state is WorkLogState.RETURNED:
        move(session, log, "correct", actor=actor, now=now, detail=said, right=right)
    else:
        audit.record(session, audit.Deed.WORK_LOG_SAVE, log, actor=actor, now=now, detail=said)


def send_log(
    session: Session,
    engagement: Engagement,
    month: int,
    content: LogContent,
    *,
    actor: Actor,
    now: datetime,
) -> WorkLog:
    """送る: until the town has signed, the person can send it again.

    Refused, by field, when a day is not finished, lies outside the engagement or ahead, is worked for another town
    at the same time, or when there are more half-days than agreed.
    """
    log = write_log(session, engagement, month, content, actor=actor, now=now)
    _forget_source(log)
    hand_in(session, engagement, log, content, actor=actor, now=now)
    return log


def hand_in(
    session: Session,
    engagement: Engagement,
    log: WorkLog,
    content: LogContent,
    *,
    actor: Actor,
    now: datetime,
    right: Action | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    faults = dict(_faults(session, engagement, log, content, now))
    if faults:
        raise Refused(say("書かれていない項目か、正しくない項目があります。"), fields=faults)
    log.sent_at = now
    said = _detail(log) | dict(detail or {})
    step = move(session, log, "send", actor=actor, now=now, detail=said, right=right)
    log.return_reason, log.return_comment = None, ""
    tell(session, log, step, actor=actor, now=now)


def _forget_source(log: WorkLog) -> None:
    """What the person writes is from nobody's paper."""
    log.recorded = None


def sign_log(session: Session, log: WorkLog, *, actor: Actor, now: datetime) -> None:
    """確認する: the month is closed."""
    require(session, actor, Action.SIGN_LOG, log)
    lock_log(session, log)
    step = move(session, log, "sign", actor=actor, now=now, detail=_detail(log))
    log.signed_at, log.signed_by = now, actor.user_id
    supersede_open(session, log.engagement, now=now, month=log.month)
    tell(session, log, step, actor=actor, now=now)


def return_log(
    session: Session,
    log: WorkLog,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    _give_back(session, log, "return", reason, comment, actor, now)


def reopen_log(
    session: Session,
    log: WorkLog,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """開き直す: a closed month goes back to the person."""
    _give_back(session, log, "reopen", reason, comment, actor, now)
    log.signed_at = log.signed_by = None


def _give_back(
    session: Session,
    log: WorkLog,
    verb: str,
    reason: str | None,
    comment: str,
    actor: Actor,
    now: datetime,
) -> None:
    require(session, actor, WORK_LOG.steps[verb].action, log)
    lock_log(session, log)
    check_said(session, WORK_LOG.transition(verb, log.state), reason, comment)
    step = move(session, log, verb, actor=actor, now=now, reason=reason)
    log.return_reason, log.return_comment = reason, comment
    tell(session, log, step, actor=actor, now=now)


def find_log(session: Session, engagement: Engagement, month: int) -> WorkLog | None:
    query = sa.select(WorkLog).where(WorkLog.engagement_id == engagement.id, WorkLog.month == month)
    return session.scalars(query).one_or_none()


def can_be_logged(engagement: Engagement, month: int, today: date) -> bool:
    """Whether the work of a month can be noted: it was begun, and the month is one of the engagement and has come."""
    has_begun = engagement.started_at is not None and engagement.outcome is not Outcome.UNDONE
    last = min(engagement.last_month, month_of(today))
    return has_begun and engagement.first_month <= month <= last


def list_elsewhere(
    session: Session, engagement: Engagement, month: int
) -> dict[date, tuple[str, Part | None]]:
    """The days of the month that the person has sent for other engagements: town and part."""
    query = (
        sa.select(WorkDay.day, WorkLog.municipality_code, WorkDay.part)
        .join(WorkLog, WorkLog.id == WorkDay.log_id)
        .where(
            WorkLog.candidate_id == engagement.candidate_id,
            WorkLog.engagement_id != engagement.id,
            WorkLog.month == month,
            WorkLog.state != WorkLogState.DRAFT,
        )
    )
    return {day: (town, part) for day, town, part in session.execute(query.order_by(WorkDay.day))}


def write_log(
    session: Session,
    engagement: Engagement,
    month: int,
    content: LogContent,
    *,
    actor: Actor,
    now: datetime,
    is_draft: bool = False,
    right: Action = Action.LOG_WORK,
) -> WorkLog:
    """The row with its days. `right`: of who writes it for somebody else."""
    require(session, actor, right, engagement)
    lock_work(session, engagement)
    if not can_be_logged(engagement, month, local_date(now)):
        raise Conflict(say("この月の活動は、まだ記録できません。"))
    check_storable(month, content)
    log = find_log(session, engagement, month)
    if log is None:
        log = WorkLog(
            engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
            municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
            month=month, created_at=now,
        )  # fmt: skip
        session.add(log)
    elif log.state is WorkLogState.CLOSED:
        raise Conflict(
            say("この月は市町が確認したため、変えられません。県の担当者に連絡してください。")
        )
    elif is_draft and log.state is WorkLogState.SENT:
        raise Conflict(
            say("送ったあとの記録は、下書きにはできません。直してもう一度送ってください。")
        )
    log.text, log.theme = content.text, content.theme or None
    log.travel_yen, log.remark = content.travel_yen, content.remark
    kept = {row.day: row for row in log.days}
    for day, row in kept.items():
        if day not in content.days:
            log.days.remove(row)
    for day, (part, place) in sorted(content.days.items()):
        if day in kept:
            kept[day].part, kept[day].place = part, place
        else:
            log.days.append(WorkDay(day=day, part=part, place=place))
    session.flush()
    return log


def lock_work(session: Session, engagement: Engagement) -> None:
    """All engagements of the person, by id: the same hours are not sent for two towns at once, and two senders wait."""
    session.scalars(
        sa.select(Engagement)
        .where(Engagement.candidate_id == engagement.candidate_id)
        .order_by(Engagement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def lock_log(session: Session, log: WorkLog) -> None:
    """The engagement before the log itself: what is asked for the month waits until it is signed."""
    lock_work(session, log.engagement)
    session.refresh(log, with_for_update={"of": WorkLog})


def _faults(
    session: Session, engagement: Engagement, log: WorkLog, content: LogContent, now: datetime
) -> Mapping[str, str]:
    """Field → why the log cannot be sent."""
    faults = {}
    said = _fault_of_days(session, engagement, log, content, local_date(now))
    if said:
        faults["days"] = said
    if not content.text.strip():
        faults["text"] = (
            say("したことを1行で書いてください。")
            if content.days
            else say("活動がなかったときは、その理由を1行で書いてください。")
        )
    if content.days and not content.theme:
        faults["theme"] = say("テーマを選んでください。")
    if not content.days and content.travel_yen:
        faults["travel_yen"] = say("活動した日がない月には、旅費を書けません。")
    return faults


def _fault_of_days(
    session: Session, engagement: Engagement, log: WorkLog, content: LogContent, today: date
) -> str:
    if not content.days:
        return _fault_of_no_days(engagement, log.month, content, today)
    for day, both in sorted(content.days.items()):
        if said := _fault_of_day(engagement, day, both, today):
            return said
    elsewhere = list_elsewhere(session, engagement, log.month)
    for row in log.days:
        other = elsewhere.get(row.day)
        if other is not None and _overlap(row.part, other[1]):
            return say(
                "%(day)sの同じ時間は、別の市町の活動として記録されています。",
                day=show_date(row.day),
            )
    agreed = ledger.list_booked(session, engagement.placement_id).get(log.month, 0)
    if log.half_days > agreed:
        return _over_plan(session, engagement, log, agreed)
    return ""


def _over_plan(session: Session, engagement: Engagement, log: WorkLog, agreed: int) -> str:
    """What is more than agreed, and the way on: the other side has to agree first."""
    over = say(
        "約束は%(agreed)sコマです。%(n)sコマは記録できません。", agreed=agreed, n=log.half_days
    )
    if engagement.state not in RUNNING:
        return over
    way = say("先に「半日コマの追加を申し出る」から申し出て、市町の合意を得てください。")
    if find_open(session, engagement, log.month) is not None:
        way = say("申し出た追加が合意されてから送れます。")
    return sentences([over, way])


def _fault_of_day(
    engagement: Engagement, day: date, both: tuple[Part | None, Place | None], today: date
) -> str:
    rests = engagement.suspended_at
    if rests is not None and day > local_date(rests):
        return say("%(day)sは休止中です。", day=show_date(day))
    if None in both:
        return say("%(day)sの時間と場所を選んでください。", day=show_date(day))
    if day > today:
        return say("%(day)sはまだ来ていません。", day=show_date(day))
    if day > engagement.last_day:
        return say("活動は%(day)sまでです。", day=show_date(engagement.last_day))
    return ""


def _fault_of_no_days(engagement: Engagement, month: int, content: LogContent, today: date) -> str:
    """Days that were forgotten are not sent as no work, nor a month that is not over."""
    if content.theme:
        return say(
            "活動した日を選んでください。活動がなかった月は、テーマを選ばずに送ってください。"
        )
    if min(last_day(month), engagement.last_day) >= today:
        return say("活動がなかった月は、月が終わってから送れます。")
    return ""


def _overlap(one: Part | None, other: Part | None) -> bool:
    return None not in {one, other} and (one is other or Part.DAY in {one, other})


def _detail(log: WorkLog) -> dict[str, object]:
    return {"month": month_text(log.month), "half_days": log.half_days, "days": len(log.days)}


def tell(session: Session, log: WorkLog, step: Transition, *, actor: Actor, now: datetime) -> None:
    """One mail for everybody the table of states names, but not for who did it."""
    link = f"/engagements/{log.engagement_id}/logs/{month_text(log.month)}"
    user_id = log.engagement.candidate.user_id
    links = dict.fromkeys(step.notice, link)
    telling.tell(session, log, step, links, user_id=user_id, actor=actor, now=now)
