"""An early end before it comes: what it would free, a later day, or that it is taken back by the side that said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .. import audit
from ..accounts import telling
from ..dates import first_day, local_date, month_of, show_date
from ..db import Session
from ..engagements.models import Engagement
from ..engagements.service import may_reconsider
from ..errors import Conflict, Forbidden, NoCapacity, Refused
from ..language import say
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..reference.reasons import check_comment
from ..states import RUNNING, Audience, PlacementState
from .finishing import lock
from .guards import Rules
from .models import Placement
from .offering import list_drafted

CHANGED = "engagement.end_change"  # mail


@dataclass(frozen=True, slots=True)
class Preview:
    """What an end with a certain last day brings. Unit of `freed`: half-days by month."""

    freed: Mapping[int, int]
    is_now: bool
    alternate: Placement | None  # who would be asked by today's rules


def preview_end(session: Session, engagement: Engagement, last: date, *, now: datetime) -> Preview:
    placement = session.get_one(Placement, engagement.placement_id)
    booked = ledger.list_booked(session, placement.id)
    freed = {month: n for month, n in booked.items() if month > month_of(last)}
    waiting = _list_alternates(session, placement)
    rules = Rules.read(session, waiting, now)
    able = (row for row in waiting if not rules.faults(row))
    return Preview(freed, last <= local_date(now), next(able, None))


def _list_alternates(session: Session, placement: Placement) -> Sequence[Placement]:
    """Those who are approved for the seat, in the order of its list."""
    return [
        row
        for row in list_drafted(session, placement.need)
        if row.seat == placement.seat and row.state is PlacementState.APPROVED
    ]


def change_end(
    session: Session,
    engagement: Engagement,
    *,
    last: date | None,
    comment: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A later last day; none, or the one before the decision: the end is taken back.

    The months that come back are booked again; Conflict where others have taken them meanwhile.
    """
    require(session, actor, Action.END_ENGAGEMENT, engagement)
    placement = lock(session, engagement)
    planned = engagement.planned_last_day
    if engagement.state not in RUNNING or engagement.end_reason is None or planned is None:
        raise Conflict(say("この活動には、変えられる終了の決定がありません。"))
    if not may_reconsider(engagement, actor):
        raise Forbidden(say("終了を決めた側だけが、変えるか取りやめることができます。"))
    check_comment(comment)
    if not comment.strip():
        raise Refused.at("comment", say("理由を書いてください。"))
    until = planned if last is None else last
    if not engagement.last_day < until <= planned:
        raise Refused.at(
            "last_day",
            say(
                "%(first)sより後、%(last)sまでの日を入力してください。",
                first=show_date(engagement.last_day),
                last=show_date(planned),
            ),
        )
    _book_again(session, engagement, placement, until, now)
    engagement.last_day, engagement.last_month = until, month_of(until)
    engagement.end_comment = comment
    if until == planned:
        engagement.end_reason = engagement.end_decided_at = None
        engagement.end_side = engagement.planned_last_day = None
    detail = {"last_day": until.isoformat(), "withdrawn": until == planned}
    deed = audit.Deed.ENGAGEMENT_RECONSIDER
    audit.record(session, deed, engagement, actor=actor, now=now, detail=detail)
    told = [Audience.CANDIDATE, Audience.MUNICIPALITY, Audience.COORDINATOR]
    links = dict.fromkeys(told, f"/engagements/{engagement.id}")
    telling.tell_that(
        session, engagement, CHANGED, links, user_id=engagement.candidate.user_id, actor=actor,
        now=now,
    )  # fmt: skip


def _book_again(
    session: Session, engagement: Engagement, placement: Placement, until: date, now: datetime
) -> None:
    freed = engagement.freed_months
    back = {month: n for month, n in freed.items() if month <= month_of(until)}
    try:
        ledger.book(
            session, placement.id, placement.candidate_id, placement.municipality_code, back, now
        )
    except NoCapacity as error:
        raise Conflict(
            say("空いた月が、すでにほかの約束に使われているため、最後の日を後にできません。")
        ) from error
    engagement.freed_half_days = {
        month: n for month, n in engagement.freed_half_days.items()
        if first_day(month_of(until)).isoformat()[:7] < month
    }  # fmt: skip
