from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import audit
from ..db import Session
from ..errors import Conflict, Fault, raise_first
from ..language import Words, say
from ..listing import EVERYTHING, Asked, Filter, Listing
from ..mail import order_mail
from ..paging import Listed
from ..permissions import Action, Actor, get_visible, require, visible
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from .models import Circle, Kind, Meeting, MeetingInterest

PAGE = 25  # rows
_M = Meeting


class When(StrEnum):
    AHEAD = "ahead"
    PAST = "past"
    CANCELLED = "cancelled"


WHENS: dict[When, Words] = {
    When.AHEAD: ("これから", "To come"),
    When.PAST: ("終了", "Past"),
    When.CANCELLED: ("中止", "Cancelled"),
}


@dataclass(frozen=True, slots=True)
class MeetingContent:
    """As an officer enters it."""

    kind: Kind
    circle: Circle
    title: str
    begins_at: datetime
    ends_at: datetime
    place: str = ""
    address: str = ""
    text: str = ""
    theme: str | None = None


_FIELDS = tuple(MeetingContent.__dataclass_fields__)


def when_of(meeting: Meeting, now: datetime) -> When:
    if meeting.cancelled_at is not None:
        return When.CANCELLED
    return When.PAST if meeting.ends_at <= now else When.AHEAD


def _when_on(now: datetime) -> sa.ColumnElement[str]:
    return sa.case(
        (_M.cancelled_at.is_not(None), str(When.CANCELLED)),
        (_M.ends_at <= now, str(When.PAST)),
        else_=str(When.AHEAD),
    )


def list_meetings(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, now: datetime
) -> Listed[Meeting]:
    """Those that are for `actor`, the latest first."""
    require(session, actor, Action.VIEW_MEETING)
    own = sa.select(_M.id)
    listing = Listing(
        _M.id,
        filters={
            "when": Filter(own.add_columns(_when_on(now))),
            "kind": Filter(own.add_columns(sa.cast(_M.kind, sa.String))),
        },
        orders={"begins": (_M.begins_at,), "title": (_M.title,)},
        first_order="-begins",
    )
    options = (selectinload(_M.interests),)
    return listing.ask(session, visible(actor, _M), asked, size=PAGE, options=options)


def list_ahead(session: Session, actor: Actor, now: datetime) -> Sequence[Meeting]:
    """Of the reader's calendar: nothing that was cancelled."""
    query = visible(actor, _M).where(_M.cancelled_at.is_(None), _M.ends_at > now)
    query = query.options(selectinload(_M.interests))
    return session.scalars(query.order_by(_M.begins_at, _M.id)).all()


def get_meeting(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Meeting:
    return get_visible(session, actor, Meeting, ident, lock=lock)


def content_of(meeting: Meeting) -> MeetingContent:
    return MeetingContent(**{name: getattr(meeting, name) for name in _FIELDS})


def save_meeting(
    session: Session,
    meeting: Meeting | None,
    content: MeetingContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """A new meeting, or a changed one; who wants to come is told of a change."""
    require(session, actor, Action.MANAGE_MEETING, meeting)
    if meeting is not None:
        _require_ahead(meeting, now)
    raise_first(_faults(meeting, content, catalogue, now))
    if meeting is not None and content_of(meeting) == content:
        return meeting
    row = meeting or Meeting(prefecture_code=actor.prefecture_code)
    for name in _FIELDS:
        setattr(row, name, getattr(content, name))
    row.saved_at, row.saved_by = now, actor.user_id
    session.add(row)
    session.flush()
    audit.record(session, audit.Deed.MEETING_SAVE, row, actor=actor, now=now)
    if meeting is not None:
        _tell(session, row, "change", actor, now)
    return row


def _faults(
    meeting: Meeting | None, content: MeetingContent, catalogue: Catalogue, now: datetime
) -> Iterator[Fault]:
    yield from _left_out(meeting, content.circle)
    if not content.title:
        yield "title", say("入力してください。")
    is_moved = meeting is None or content.begins_at != meeting.begins_at  # one that runs stays
    if is_moved and content.begins_at <= now:
        yield "day", say("これからの日時を入力してください。")
    if content.ends_at <= content.begins_at:
        yield "ends", say("終わりの時刻が、始まりの時刻より前になっています。")
    if not content.place and not content.address:
        yield "place", say("場所か、オンラインの住所のどちらかを入力してください。")
    if content.address and not content.address.startswith(("https://", "http://")):
        yield "address", say("https:// で始まる住所を入力してください。")
    if content.theme and not catalogue.is_valid(Vocabulary.THEME, content.theme):
        yield "theme", say("一覧にない値が選ばれています。")


def _left_out(meeting: Meeting | None, circle: Circle) -> Iterator[Fault]:
    """Whoever wants to come stays in the circle."""
    are_towns = {row.municipality_code is not None for row in meeting.interests} if meeting else ()
    if circle is Circle.TOWNS and False in are_towns:
        yield "circle", say("参加を希望している登録者がいるため、対象から外せません。")
    if circle is Circle.PEOPLE and True in are_towns:
        yield "circle", say("参加を希望している市町があるため、対象から外せません。")


def cancel_meeting(session: Session, meeting: Meeting, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.MANAGE_MEETING, meeting)
    _require_ahead(meeting, now)
    meeting.cancelled_at, meeting.cancelled_by = now, actor.user_id
    session.flush()
    audit.record(session, audit.Deed.MEETING_CANCEL, meeting, actor=actor, now=now)
    _tell(session, meeting, "cancel", actor, now)


def say_interest(
    session: Session, meeting: Meeting, *, comes: bool, actor: Actor, now: datetime
) -> None:
    """Of the account itself; said twice, it is said once. The meeting must be locked."""
    require(session, actor, Action.JOIN_MEETING, meeting)
    _require_ahead(meeting, now)
    assert actor.user_id is not None
    row = session.get(MeetingInterest, (meeting.id, actor.user_id))
    if comes == (row is not None):
        return
    if row is None:
        row = MeetingInterest(
            meeting_id=meeting.id, user_id=actor.user_id, said_at=now,
            municipality_code=actor.municipality_code,
        )  # fmt: skip
        session.add(row)
    else:
        session.delete(row)
    session.flush()
    session.expire(meeting, ["interests"])
    detail = {"comes": comes}
    audit.record(session, audit.Deed.MEETING_INTEREST, meeting, actor=actor, now=now, detail=detail)


def _require_ahead(meeting: Meeting, now: datetime) -> None:
    if meeting.cancelled_at is not None:
        raise Conflict(say("この集まりは中止されました。"))
    if meeting.ends_at <= now:
        raise Conflict(say("この集まりは終わりました。"))


def _tell(session: Session, meeting: Meeting, verb: str, actor: Actor, now: datetime) -> None:
    query = sa.select(MeetingInterest.user_id).where(MeetingInterest.meeting_id == meeting.id)
    for recipient in session.scalars(query.order_by(MeetingInterest.user_id)).all():
        order_mail(
            session, event=f"meeting/{meeting.id}/{verb}/{meeting.version}", recipient_id=recipient,
            template=f"meeting.{verb}", link=f"/meetings/{meeting.id}", now=now,
            prefecture_code=meeting.prefecture_code,
        )  # fmt: skip
