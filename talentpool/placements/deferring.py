"""More time for an answer: a coordinator sets a later day and says why; those who wait for it are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from .. import audit
from ..accounts.telling import tell_audience
from ..dates import end_of_day, is_business_day, last_day, local_date
from ..db import Session
from ..errors import Conflict, Fault, raise_first
from ..language import say
from ..permissions import Action, Actor, require
from ..states import Audience, PlacementState
from .locking import lock_placements
from .models import DeadlineExtension, Placement

LONGEST = 500  # characters of a reason
NOTHING_DUE = say("いま返事を待っていないため、期限を延ばせません。")
TOLD: Mapping[
    PlacementState, Sequence[tuple[Audience, str, str]]
] = {  # who, which text, which page
    PlacementState.OFFERED: ((Audience.CANDIDATE, "placement.extend_offer", "/offers/{}"),),
    PlacementState.INTRODUCED: (
        (Audience.MUNICIPALITY, "placement.extend_introduction", "/introductions/{}"),
        (Audience.CANDIDATE, "placement.extend_waiting", "/offers/{}"),
    ),
}


def extend_deadline(
    session: Session, placement: Placement, day: date, reason: str, *, actor: Actor, now: datetime
) -> None:
    """The answer is due at the end of `day`; what was said before stays in the list of extensions."""
    require(session, actor, Action.EXTEND_DEADLINE, placement)
    lock_placements(session, [placement])
    present = placement.answer_until
    if present is None:
        raise Conflict(NOTHING_DUE)
    raise_first(_faults(placement, present, day, reason, local_date(now)))
    until = end_of_day(day)
    set_answer_until(placement, until)
    extension = DeadlineExtension(
        placement_id=placement.id, before=present, until=until, reason=reason.strip(),
        given_by=actor.user_id, given_at=now,
    )  # fmt: skip
    session.add(extension)
    session.flush()
    detail = {"until": until.isoformat(), "extension": extension.id}
    audit.record(
        session, audit.Deed.PLACEMENT_EXTEND, placement, actor=actor, now=now, detail=detail
    )
    _tell(session, placement, extension, actor, now)


def set_answer_until(placement: Placement, until: datetime | None) -> None:
    """Of the answer that is waited for."""
    if placement.state is PlacementState.OFFERED:
        placement.offer_until = until
    else:
        placement.introduction_until = until


def list_extensions(session: Session, placement: Placement) -> Sequence[DeadlineExtension]:
    """Oldest first."""
    query = sa.select(DeadlineExtension).where(DeadlineExtension.placement_id == placement.id)
    return session.scalars(query.order_by(DeadlineExtension.id)).all()


def _faults(
    placement: Placement, present: datetime, day: date, reason: str, today: date
) -> Iterator[Fault]:
    if day <= local_date(present):
        yield "until", say("いまの期限より後の日を入力してください。")
    if day < today:
        yield "until", say("今日か、それより後の日を入力してください。")
    if day > last_day(placement.conditions.last_month):
        yield "until", say("募集の期間が終わるまでの日を入力してください。")
    elif not is_business_day(day):
        yield "until", say("閉庁日です。開庁日を入力してください。")
    if not reason.strip():
        yield "reason", say("理由を入力してください。")
    elif len(reason.strip()) > LONGEST:
        yield "reason", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")


def _tell(
    session: Session,
    placement: Placement,
    extension: DeadlineExtension,
    actor: Actor,
    now: datetime,
) -> None:
    for audience, template, link in TOLD[placement.state]:
        tell_audience(
            session, placement, audience, event=f"placement/{placement.id}/extend/{extension.id}",
            template=template, link=link.format(placement.id),
            user_id=placement.candidate.user_id, actor=actor, now=now,
        )  # fmt: skip
