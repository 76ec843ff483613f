"""Needs from a file into the database, and what both imports share: all rows or none.

Bookings, lifted holds, refused pairs and filled seats rest on placements, which a file does not carry: a file
that has them is refused, or taken without them where that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ..db import Session
from ..errors import BadCell, Problem
from ..needs import writing
from ..needs.content import AskedSkill, NeedContent
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..states import NeedState, move
from .entries import Entry
from .identity import Codes
from .layout import NEEDS, Layout
from .requests import asked_values, check_request, state_of
from .tables import refuse

STEPS = {
    NeedState.DRAFT: (),
    NeedState.SUBMITTED: ("submit",),
    NeedState.OPEN: ("submit", "publish"),
    NeedState.ON_HOLD: ("submit", "publish", "hold"),
}
RESTS = "推薦の記録がないため取り込めません。--without-placements を付けると、これを除いて取り込みます。"


def take_all(layout: Layout, entries: Sequence[Entry], take: Callable[[Entry], None]) -> None:
    """What a service refuses is named like every other fault; raises BadFile with all of them."""
    faults = []
    for entry in entries:
        try:
            take(entry)
        except Problem as error:
            for field, message in error.fields.items() or [("", error.message)]:
                faults.append(
                    BadCell(layout.name, entry.row, layout.header(field) or None, message)
                )
    refuse(faults)


def import_needs(
    session: Session,
    entries: Sequence[Entry],
    *,
    prefecture_code: str,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    is_without_placements: bool = False,
) -> int:
    """Drafts, or further where the state says so; their number. No mail is ordered. Raises BadFile."""
    require(session, actor, Action.EXCHANGE)
    codes = Codes(session, Need, NEEDS)
    faults = codes.faults(entries)
    for entry in entries:
        faults += check_request(entry)
        faults += _check(entry, prefecture_code, now, is_without_placements=is_without_placements)
    refuse(faults)

    def take(entry: Entry) -> None:
        need = writing.create_need(
            session, content_of(entry), catalogue=catalogue,
            municipality_code=entry.values["municipality_code"],
            code=entry.code if codes.keeps(entry) else None, ident=codes.ident(entry),
            actor=actor, now=now,
        )  # fmt: skip
        need.priority = entry.values.get("priority", 0)
        _move(session, need, entry, actor, now)

    ordered = codes.in_order(entries)
    kept = [entry for entry in ordered if codes.keeps(entry)]
    take_all(NEEDS, kept, take)
    codes.advance()
    take_all(NEEDS, ordered[len(kept) :], take)
    session.flush()
    return len(entries)


def _check(
    entry: Entry, prefecture_code: str, now: datetime, *, is_without_placements: bool
) -> list[BadCell]:
    def fault(field: str, message: str) -> BadCell:
        return BadCell(NEEDS.name, entry.row, NEEDS.header(field), message)

    faults = []
    if not entry.values["municipality_code"].startswith(prefecture_code):
        faults.append(fault("municipality_code", "この都道府県の市町ではありません。"))
    if state_of(entry) is NeedState.CLOSED:
        faults.append(fault("state", "終了した募集は取り込めません。"))
    if entry.values.get("posted", 0) > now.timestamp():
        faults.append(fault("posted", "まだ来ていない日時です。"))
    if entry.values.get("filled") and not is_without_placements:
        faults.append(fault("filled", RESTS))
    return faults


def content_of(entry: Entry) -> NeedContent:
    names = set(NeedContent.__dataclass_fields__) - {"skills", "vendors"}
    values = {name: value for name, value in entry.values.items() if name in names}
    values.setdefault("place_code", entry.values["municipality_code"])
    return NeedContent(
        skills=tuple(AskedSkill(**asked_values(row)) for row in entry.leaves["skills"]),
        vendors=tuple(row["name"] for row in entry.leaves["vendors"]),
        **values,
    )


def _move(session: Session, need: Need, entry: Entry, actor: Actor, now: datetime) -> None:
    posted = entry.values.get("posted")
    state = state_of(entry) or NeedState.DRAFT
    for verb in STEPS[state]:
        move(session, need, verb, actor=actor, now=now, detail={"row": entry.row})
        session.flush()  # each step is a version of its own
    if state is not NeedState.DRAFT:
        need.submitted_at = now
    if state in {NeedState.OPEN, NeedState.ON_HOLD}:
        need.opened_at = datetime.fromtimestamp(posted, UTC) if posted else now
