"""半日コマの追加: a person or a town asks for more in one month; ledger and rules first, then the other side.

What is more than was approved for the fiscal year is drafted by an officer and decided by another one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..dates import fiscal_year_of_month, local_date, month_of, month_text
from ..db import Session
from ..engagements.models import Engagement, WorkLog
from ..engagements.month_additions import (
    MonthAddition,
    find_open,
    is_signed,
    may_take,
)
from ..engagements.outlook import side_for
from ..engagements.plan_changes import PlanChange
from ..errors import Conflict, Fault, Forbidden, NotFound, raise_first
from ..language import say, sentences
from ..ledger import service as ledger
from ..pay import MOST_HALF_DAYS
from ..permissions import Action, Actor, require
from ..reference.reasons import check_comment, check_said
from ..reference.service import load_catalogue
from ..states import (
    ADDITION,
    RUNNING,
    AdditionState,
    PlanChangeState,
    WorkLogState,
    move,
)
from .adding_notices import notify, tell_asked, tell_reviewers
from .counters.finding import list_decided
from .extending import find_broken
from .finishing import lock
from .models import Placement
from .papers import note_addition

LONGEST = 500  # characters of the words
NOT_YOURS = say("この操作を行う権限がありません。")
SAME_OFFICER = say("決裁に回した本人は決裁できません。別の決裁者が決裁します。")
SIGNED = say("この月は市町が確認したため、追加できません。")


def ask_more(
    session: Session,
    engagement: Engagement,
    month: int,
    half_days: int,
    words: str,
    *,
    actor: Actor,
    now: datetime,
) -> MonthAddition:
    """追加を申し出る: `half_days` on top of what is agreed for the month."""
    require(session, actor, Action.ASK_ADDITION, engagement)
    side = side_for(engagement, actor)
    if side is None:
        raise Forbidden(NOT_YOURS)
    placement = lock(session, engagement)
    _check_open(session, engagement, month)
    if find_open(session, engagement, month) is not None:
        raise Conflict(say("この月には、まだ決まっていない追加があります。"))
    raise_first(_faults(half_days, words))
    faults = find_faults(session, engagement, month, half_days, now)
    raise_first(("half_days", said) for said in faults)
    is_more = exceeds(session, engagement, placement, month, half_days)
    row = MonthAddition(
        engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
        municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
        engagement=engagement, side=side, month=month, half_days=half_days, words=words.strip(),
        exceeds=is_more, proposed_by=actor.user_id, proposed_at=now,
    )  # fmt: skip
    if not is_more:
        row.state, row.asked_at = AdditionState.ASKED, now
    session.add(row)
    session.flush()
    detail = {
        "to": str(row.state), "engagement": engagement.id, "month": month_text(month),
        "half_days": half_days, "exceeds": is_more,
    }  # fmt: skip
    audit.record(session, audit.Deed.ADDITION_ASK, row, actor=actor, now=now, detail=detail)
    tell = tell_reviewers if is_more else tell_asked
    tell(session, row, actor=actor, now=now)
    return row


def can_be_added(engagement: Engagement, month: int) -> bool:
    """As far as the engagement itself says."""
    is_within = engagement.first_month <= month <= engagement.last_month
    return engagement.state in RUNNING and is_within


def _check_open(session: Session, engagement: Engagement, month: int) -> None:
    if engagement.state not in RUNNING:
        raise Conflict(say("この活動は、すでに終わっています。"))
    if not can_be_added(engagement, month):
        raise NotFound
    if is_signed(session, engagement, month):
        raise Conflict(SIGNED)


def _faults(half_days: int, words: str) -> Iterator[Fault]:
    if not 1 <= half_days <= MOST_HALF_DAYS:
        yield "half_days", say("1から%(most)sまでの数を入力してください。", most=MOST_HALF_DAYS)
    if not words.strip():
        yield "words", say("追加の理由を書いてください。")
    elif len(words.strip()) > LONGEST:
        yield "words", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")


def find_faults(
    session: Session, engagement: Engagement, month: int, half_days: int, now: datetime
) -> Iterator[str]:
    """Why there cannot be so many more in the month, as sentences."""
    booked = ledger.list_booked(session, engagement.placement_id).get(month, 0)
    if not booked:
        yield say("この月には確保した稼働がないため、追加できません。")
        return
    free = ledger.count_free(session, engagement.candidate_id, month)
    if half_days > free:
        yield say(
            "この月に追加できるのは%(free)s半日コマまでです。本人の稼働が足りません。", free=free
        )
    elif month >= month_of(local_date(now)):  # what is over was worked already
        added = {month: booked + half_days}
        yield from find_broken(session, engagement, added, load_catalogue(session))


def exceeds(
    session: Session, engagement: Engagement, placement: Placement, month: int, half_days: int
) -> bool:
    """Whether the fiscal year comes to more half-days than were approved for it. Signed months count as worked."""
    year = fiscal_year_of_month(month)
    query = sa.select(WorkLog).where(
        WorkLog.engagement_id == engagement.id, WorkLog.state == WorkLogState.CLOSED
    )
    signed = {log.month: log.half_days for log in session.scalars(query)}
    agreed = ledger.list_booked(session, engagement.placement_id) | signed
    total = sum(n for one, n in agreed.items() if fiscal_year_of_month(one) == year)
    return total + half_days > _approved(session, engagement, placement, year)


def _approved(session: Session, engagement: Engagement, placement: Placement, year: int) -> int:
    """Half-days of a fiscal year: of the widest decision, of extensions, and of what was decided to be added."""
    decided = list_decided(session, placement)
    most = max(
        one.half_days * sum(fiscal_year_of_month(month) == year for month in one.months)
        for one in decided
    )
    inside = {month for one in decided for month in one.months}
    changes = sa.select(PlanChange).where(
        PlanChange.engagement_id == engagement.id, PlanChange.state == PlanChangeState.DONE
    )
    for change in session.scalars(changes):
        most += sum(
            n
            for month, n in change.months.items()
            if month not in inside and fiscal_year_of_month(month) == year
        )
    rows = sa.select(MonthAddition).where(
        MonthAddition.engagement_id == engagement.id,
        MonthAddition.state == AdditionState.DONE,
        MonthAddition.exceeds,
    )
    return most + sum(
        row.half_days for row in session.scalars(rows) if fiscal_year_of_month(row.month) == year
    )


def take_step(
    session: Session,
    row: MonthAddition,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    comment: str = "",
) -> None:
    """Take a step by its verb; NotFound for one that no button offers."""
    step = ADDITION.steps.get(verb)
    if step is None or step.is_automatic:
        raise NotFound
    require(session, actor, step.action, row)
    lock_addition(session, row)
    if not may_take(row, step, actor):
        raise Forbidden(SAME_OFFICER if verb == "approve" else NOT_YOURS)
    check_comment(comment)
    if row.state in step.sources:
        check_said(session, step, reason, comment)
        if verb in _CHECKED:
            _check_holds(session, row, now)
    with session.no_autoflush:  # the state and what it implies change together
        move(session, row, verb, actor=actor, now=now, reason=reason)
        if step.is_end:
            row.ended_at, row.end_reason = now, reason
        if verb in _NOTES:
            _NOTES[verb](row, actor, now, comment)
    session.flush()
    if verb == "agree":
        _book(session, row, actor, now)
    notify(session, row, step, actor=actor, now=now)
    if verb == "approve":
        tell_asked(session, row, actor=actor, now=now)


def lock_addition(session: Session, row: MonthAddition) -> None:
    """The placement and the engagement before the addition itself."""
    lock(session, session.get_one(Engagement, row.engagement_id))
    session.refresh(row, with_for_update=True)


_CHECKED = frozenset({"draft", "approve", "agree"})


def _check_holds(session: Session, row: MonthAddition, now: datetime) -> None:
    """What was checked when it was asked for must hold when somebody says yes."""
    _check_open(session, row.engagement, row.month)
    faults = list(find_faults(session, row.engagement, row.month, row.half_days, now))
    if faults:
        raise Conflict(sentences([say("この追加は先に進められません。"), *faults]))


def _book(session: Session, row: MonthAddition, actor: Actor, now: datetime) -> None:
    engagement = row.engagement
    ledger.book_more(session, engagement.placement_id, row.candidate_id, row.month, row.half_days)
    placement = session.get_one(Placement, engagement.placement_id)
    note_addition(
        session,
        placement,
        row.month,
        row.half_days,
        decided_by=row.decided_by,
        actor=actor,
        now=now,
    )


def _drafted(row: MonthAddition, actor: Actor, now: datetime, comment: str) -> None:
    row.drafted_by, row.drafted_at, row.draft_comment = actor.user_id, now, comment


def _approved_by(row: MonthAddition, actor: Actor, now: datetime, comment: str) -> None:
    row.asked_at = now
    row.decided_by, row.decided_at, row.decision_comment = actor.user_id, now, comment


def _refused_by(row: MonthAddition, actor: Actor, now: datetime, comment: str) -> None:
    row.decided_by, row.decided_at, row.decision_comment = actor.user_id, now, comment


def _ended(row: MonthAddition, actor: Actor, now: datetime, comment: str) -> None:
    row.end_comment = comment


_NOTES: Mapping[str, Callable[[MonthAddition, Actor, datetime, str], None]] = {
    "draft": _drafted,
    "approve": _approved_by,
    "refuse": _refused_by,
    "turn_back": _ended,
    "decline": _ended,
}
