"""半日コマの追加: a person or a town asks for more in one month; ledger and rules first, then the other side.

What is more than was approved for the fiscal year is drafted by an officer and decided by another one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from .. import audit
from ..dates import local_date, month_of, month_text
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.month_additions import (
    MonthAddition,
    find_open,
    is_signed,
    may_take,
)
from ..engagements.outlook import side_for
from ..errors import Conflict, Fault, Forbidden, NotFound, raise_first
from ..language import say, sentences
from ..ledger import service as ledger
from ..pay import MOST_HALF_DAYS
from ..permissions import Action, Actor, Role, require
from ..reference.reasons import check_comment, check_said
from ..reference.service import load_catalogue
from ..states import (
    ADDITION,
    RUNNING,
    AdditionState,
    move,
)
from .adding_notices import notify, tell_asked, tell_reviewers
from .approved_years import find_excess, is_covered
from .extending import find_broken
from .finishing import lock
from .models import Placement
from .papers import note_addition

LONGEST = 500  # characters of the words
NOT_YOURS = say("この操作を行う権限がありません。")
SAME_OFFICER = say("決裁に回した本人は決裁できません。別の決裁者が決裁します。")
SIGNED = say("この月は市町が確認したため、追加できません。")
BEYOND = say("いまは承認された半日コマを年度で超えます。取り下げて申し出なおすと、県が確かめます。")


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
    faults = find_faults(session, engagement, month, half_days, actor.role, now)
    raise_first(("half_days", said) for said in faults)
    excess = find_excess(session, engagement, placement, month, half_days)
    is_more = excess > 0
    row = MonthAddition(
        engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
        municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
        engagement=engagement, side=side, month=month, half_days=half_days, words=words.strip(),
        exceeds=is_more, excess=excess, proposed_by=actor.user_id, proposed_at=now,
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
    session: Session,
    engagement: Engagement,
    month: int,
    half_days: int,
    reader: Role,
    now: datetime,
) -> Iterator[str]:
    """Why there cannot be so many more in the month, as sentences for `reader`."""
    booked = ledger.list_booked(session, engagement.placement_id).get(month, 0)
    if not booked:
        yield say("この月には確保した稼働がないため、追加できません。")
        return
    free = ledger.count_free(session, engagement.candidate_id, month)
    if half_days > free and reader is Role.MUNICIPALITY:  # what is left tells of other towns
        yield say("この月は、本人の空いている稼働が足りません。")
    elif half_days > free:
        yield say(
            "この月に追加できるのは%(free)s半日コマまでです。本人の稼働が足りません。", free=free
        )
    elif month >= month_of(local_date(now)):  # what is over was worked already
        added = {month: booked + half_days}
        yield from find_broken(session, engagement, added, load_catalogue(session), reader)


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
    excess = row.excess
    if row.state in step.sources:
        check_said(session, step, reason, comment)
        if verb in _CHECKED:
            _check_holds(session, row, verb, actor, now)
        if verb == "approve":
            excess = _excess_of(session, row)
    with session.no_autoflush:  # the state and what it implies change together
        row.excess = excess
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


def _check_holds(
    session: Session, row: MonthAddition, verb: str, actor: Actor, now: datetime
) -> None:
    """What was checked when it was asked for must hold when somebody says yes."""
    engagement = row.engagement
    _check_open(session, engagement, row.month)
    faults = list(find_faults(session, engagement, row.month, row.half_days, actor.role, now))
    placement = session.get_one(Placement, engagement.placement_id)
    if verb == "agree" and not is_covered(session, engagement, placement, row):
        faults.append(BEYOND)
    if faults:
        raise Conflict(sentences([say("この追加は先に進められません。"), *faults]))


def _excess_of(session: Session, row: MonthAddition) -> int:
    """As it is when it is decided."""
    placement = session.get_one(Placement, row.engagement.placement_id)
    return find_excess(session, row.engagement, placement, row.month, row.half_days, besides=row)


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
    row.end_comment = comment


def _ended(row: MonthAddition, actor: Actor, now: datetime, comment: str) -> None:
    row.end_comment = comment


_NOTES: Mapping[str, Callable[[MonthAddition, Actor, datetime, str], None]] = {
    "draft": _drafted,
    "approve": _approved_by,
    "refuse": _refused_by,
    "turn_back": _ended,
    "decline": _ended,
}
