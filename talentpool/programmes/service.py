"""The catalogue of programmes: entries that officers write, and those that come with the software."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import audit
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Fault, raise_first
from ..language import say
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Action, Actor, get_visible, require, visible
from ..reference.catalogue import Catalogue
from .content import ProgrammeContent
from .models import Programme, ProgrammeDeadline
from .shipped import shipped_programmes, shipped_successors
from .sourced import Validity, can_follow, origin_faults, validity_on

PAGE = 25  # rows
MOST_DEADLINES = 12
MOST_REPORT_DAYS = 365
_P = Programme


def list_programmes(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, today: date
) -> Listed[Programme]:
    """Those in force first, then by name."""
    require(session, actor, Action.VIEW_PROGRAMME)
    own = sa.select(_P.id)
    listing = Listing(
        _P.id,
        filters={"validity": Filter(own.add_columns(validity_on(_P, today)))},
        orders={
            "validity": (in_order((Validity.VALID, Validity.COMING, Validity.ENDED), validity_on(_P, today)), _P.name),
            "name": (_P.name,),
            "checked": (_P.checked_on,),
        },
        first_order="validity",
    )  # fmt: skip
    options = (selectinload(_P.deadlines), selectinload(_P.successor))
    return listing.ask(session, visible(actor, _P), asked, size=PAGE, options=options)


def get_programme(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Programme:
    return get_visible(session, actor, Programme, ident, lock=lock)


def content_of(programme: Programme) -> ProgrammeContent:
    row = programme
    return ProgrammeContent(
        row.name, row.operator, row.gives, row.limits, row.excludes, row.cost, row.application,
        row.report_days, row.successor_id, tuple((one.day, one.what) for one in row.deadlines),
        row.origin,
    )  # fmt: skip


def save_programme(
    session: Session,
    programme: Programme | None,
    content: ProgrammeContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Programme:
    """A new entry, or a changed one; nothing is recorded when nothing changed."""
    require(session, actor, Action.MANAGE_PROGRAMME, programme)
    raise_first(_faults(session, programme, content, catalogue, actor, local_date(now)))
    if programme is not None and content_of(programme) == content:
        return programme
    row = programme or Programme(prefecture_code=actor.prefecture_code)
    _write(row, content, actor=actor, now=now)
    session.add(row)
    session.flush()
    audit.record(session, audit.Deed.PROGRAMME_SAVE, row, actor=actor, now=now)
    return row


def _faults(
    session: Session,
    programme: Programme | None,
    content: ProgrammeContent,
    catalogue: Catalogue,
    actor: Actor,
    today: date,
) -> Iterator[Fault]:
    if not content.name:
        yield "name", say("入力してください。")
    if content.report_days is not None and not 1 <= content.report_days <= MOST_REPORT_DAYS:
        message = say("1から%(most)sまでの日数を入力してください。", most=MOST_REPORT_DAYS)
        yield "report_days", message
    days = [day for day, _ in content.deadlines]
    if len(days) != len(set(days)):
        yield "deadlines", say("同じ日が二度書かれています。")
    if len(days) > MOST_DEADLINES:
        yield "deadlines", say("%(most)s件までにしてください。", most=MOST_DEADLINES)
    after = content.successor
    if after is not None and not can_follow(session, actor, Programme, programme, after):
        yield "successor", say("後継の制度を一覧から選んでください。")
    yield from origin_faults(content.origin, catalogue, today)


def _write(row: Programme, content: ProgrammeContent, *, actor: Actor, now: datetime) -> None:
    for name in (
        "name",
        "operator",
        "gives",
        "limits",
        "excludes",
        "cost",
        "application",
        "report_days",
    ):
        setattr(row, name, getattr(content, name))
    row.successor_id = content.successor
    row.take(content.origin)
    kept = {one.day: one for one in row.deadlines}
    row.deadlines = [_deadline(kept.get(day), day, what) for day, what in content.deadlines]
    row.saved_at, row.saved_by = now, actor.user_id


def _deadline(row: ProgrammeDeadline | None, day: date, what: str) -> ProgrammeDeadline:
    row = row or ProgrammeDeadline(day=day)
    row.what = what
    return row


def take_shipped(session: Session, *, actor: Actor, now: datetime) -> int:
    """Add the entries that come with the software and are not there; those that are stay as they were edited."""
    require(session, actor, Action.MANAGE_PROGRAMME)
    query = sa.select(_P).where(_P.prefecture_code == actor.prefecture_code, _P.key.is_not(None))
    known = {row.key: row for row in session.scalars(query)}
    new = {key: content for key, content in shipped_programmes().items() if key not in known}
    if not new:
        raise Conflict(say("用意された項目は、すべて一覧にあります。"))
    for key, content in new.items():
        known[key] = row = Programme(prefecture_code=actor.prefecture_code, key=key)
        _write(row, content, actor=actor, now=now)
        session.add(row)
    session.flush()
    for key, successor in shipped_successors("programmes").items():
        if key in new:
            known[key].successor_id = known[successor].id
    session.flush()
    for key in new:
        audit.record(session, audit.Deed.PROGRAMME_TAKE, known[key], actor=actor, now=now)
    return len(new)
