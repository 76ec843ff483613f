"""The catalogue of measures: entries that officers write, and those of the reference data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..dates import fiscal_year_days, local_date
from ..db import Session
from ..errors import Conflict, Fault, raise_first
from ..language import say
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Action, Actor, get_visible, require, visible
from ..programmes.sourced import Origin, Validity, can_follow, origin_faults, validity_on
from ..reference.catalogue import Catalogue
from ..reference.entries import TermEntry, Vocabulary
from .models import MOST_CAP, Funding

PAGE = 25  # rows
MOST_DAYS = 31
_F = Funding


@dataclass(frozen=True, slots=True)
class FundingContent:
    """As an officer enters it; empty where nothing is known."""

    name: str
    covers: str = ""
    rate: int | None = None  # percent
    cap_yen: int | None = None
    unit: str = ""
    least_days: int | None = None
    note: str = ""
    successor: int | None = None  # id
    origin: Origin = field(default_factory=Origin)


def list_fundings(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, today: date
) -> Listed[Funding]:
    """Those in force first, then by name."""
    require(session, actor, Action.VIEW_FUNDING)
    own, standing = sa.select(_F.id), validity_on(_F, today)
    order = (Validity.VALID, Validity.COMING, Validity.ENDED)
    listing = Listing(
        _F.id,
        filters={"validity": Filter(own.add_columns(standing))},
        orders={
            "validity": (in_order(order, standing), _F.name),
            "name": (_F.name,),
            "checked": (_F.checked_on,),
        },
        first_order="validity",
    )
    options = (joinedload(_F.successor),)
    return listing.ask(session, visible(actor, _F), asked, size=PAGE, options=options)


def get_funding(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Funding:
    return get_visible(session, actor, Funding, ident, lock=lock)


_OWN = ("name", "covers", "rate", "cap_yen", "unit", "least_days", "note")


def content_of(row: Funding) -> FundingContent:
    own = {name: getattr(row, name) for name in _OWN}
    return FundingContent(**own, successor=row.successor_id, origin=row.origin)


def save_funding(
    session: Session,
    row: Funding | None,
    content: FundingContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Funding:
    """A new entry, or a changed one; nothing is recorded when nothing changed."""
    require(session, actor, Action.MANAGE_FUNDING, row)
    raise_first(_faults(session, row, content, catalogue, actor, local_date(now)))
    if row is not None and content_of(row) == content:
        return row
    row = row or Funding(prefecture_code=actor.prefecture_code)
    _write(row, content, actor=actor, now=now)
    session.add(row)
    session.flush()
    audit.record(session, audit.Deed.FUNDING_SAVE, row, actor=actor, now=now)
    return row


def _faults(
    session: Session,
    row: Funding | None,
    content: FundingContent,
    catalogue: Catalogue,
    actor: Actor,
    today: date,
) -> Iterator[Fault]:
    if not content.name:
        yield "name", say("入力してください。")
    limits = (("rate", 1, 100), ("cap_yen", 1, MOST_CAP), ("least_days", 1, MOST_DAYS))
    for name, least, most in limits:
        value = getattr(content, name)
        if value is not None and not least <= value <= most:
            yield name, say("%(least)sから%(most)sまでです。", least=least, most=f"{most:,}")
    after = content.successor
    if after is not None and not can_follow(session, actor, Funding, row, after):
        yield "successor", say("後継の措置を一覧から選んでください。")
    yield from origin_faults(content.origin, catalogue, today)


def _write(row: Funding, content: FundingContent, *, actor: Actor, now: datetime) -> None:
    for name in _OWN:
        setattr(row, name, getattr(content, name))
    row.successor_id = content.successor
    row.take(content.origin)
    row.saved_at, row.saved_by = now, actor.user_id


def take_shipped(session: Session, *, catalogue: Catalogue, actor: Actor, now: datetime) -> int:
    """Add the measures of the reference data that are not there; those that are stay as they were edited."""
    require(session, actor, Action.MANAGE_FUNDING)
    query = sa.select(_F.key).where(_F.prefecture_code == actor.prefecture_code)
    known = set(session.scalars(query))
    new = [term for term in catalogue.terms(Vocabulary.FUNDING_MEASURE) if term.code not in known]
    if not new:
        raise Conflict(say("用意された項目は、すべて一覧にあります。"))
    rows = [Funding(prefecture_code=actor.prefecture_code, key=term.code) for term in new]
    for row, term in zip(rows, new, strict=True):
        _write(row, _content(term), actor=actor, now=now)
    session.add_all(rows)
    session.flush()
    for row in rows:
        audit.record(session, audit.Deed.FUNDING_TAKE, row, actor=actor, now=now)
    return len(rows)


def _content(term: TermEntry) -> FundingContent:
    said = term.attributes
    first = (said["fiscal_years"] or "").partition("-")[0]
    return FundingContent(
        term.ja,
        covers=said["covers_ja"] or "",
        rate=round(said["rate"] * 100) if said["rate"] is not None else None,
        cap_yen=said["cap_yen"],
        unit=said["unit_ja"] or "",
        least_days=said["least_days"],
        note=said.get("note_ja") or "",
        origin=Origin(
            term.source,
            said["address"] or "",
            valid_from=fiscal_year_days(int(first))[0] if first else None,
            forms=tuple(said["forms"]),
        ),
    )
