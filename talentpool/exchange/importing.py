"""Needs from a file into the database, and what both imports share: all rows or none.

Bookings, lifted holds, refused pairs and filled seats rest on placements, which a file does not carry: a file
that has them is refused, or taken without them where that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from .. import dates
from ..accounts.models import Pool
from ..db import Session
from ..errors import BadCell, Fault, Problem
from ..needs import rules, writing
from ..needs.content import NeedContent, SkillRequirement
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..states import NeedState, move
from .entries import Entry
from .identity import Codes
from .known_needs import known_again
from .layout import NEEDS
from .requests import check_sheet, requirement_values, state_of
from .tables import refuse

STEPS = {
    NeedState.DRAFT: (),
    NeedState.SUBMITTED: ("submit",),
    NeedState.OPEN: ("submit", "publish"),
    NeedState.ON_HOLD: ("submit", "publish", "hold"),
}
RESTS = "推薦の記録がないため取り込めません。--without-placements を付けると、これを除いて取り込みます。"


def lock_imports(session: Session, prefecture_code: str) -> None:
    """One file after the other into a pool: each sees what the one before has brought."""
    pool = sa.select(Pool.prefecture_code).where(Pool.prefecture_code == prefecture_code)
    session.scalars(pool.with_for_update(key_share=True)).one()


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
    """Drafts, or further where the state says so; how many are new. No mail is ordered. Raises BadFile.

    What is there already, word for word, stays as it is.
    """
    require(session, actor, Action.EXCHANGE)
    lock_imports(session, prefecture_code)
    contents = {entry.row: content_of(entry) for entry in entries}
    faults: list[BadCell] = []
    known = known_again(session, entries, contents, faults, prefecture_code=prefecture_code)
    entries = [entry for entry in entries if entry.row not in known]
    codes = Codes(session, Need, NEEDS)
    faults += codes.faults(entries)
    for entry in entries:
        found = (
            *check_sheet(entry),
            *_misplaced(entry, prefecture_code, now),
            *rules.faults(contents[entry.row], catalogue),
        )
        faults += NEEDS.bad_cells(entry.row, found)
        if entry.values.get("filled") and not is_without_placements:
            faults += NEEDS.bad_cells(entry.row, [("filled", RESTS)])
    refuse(faults)

    idents = codes.draw(entries)

    def take(entry: Entry) -> None:
        need = writing.create_need(
            session, contents[entry.row], catalogue=catalogue,
            municipality_code=entry.values["municipality_code"],
            code=entry.code if codes.keeps(entry) else None, ident=idents[entry.row],
            actor=actor, now=now,
        )  # fmt: skip
        need.priority = entry.values.get("priority", 0)
        _move(session, need, entry, actor, now)

    _take_all(entries, take)
    session.flush()
    return len(entries)


def _take_all(entries: Sequence[Entry], take: Callable[[Entry], None]) -> None:
    """What a service refuses is named like every other fault; raises BadFile with all of them."""
    faults: list[BadCell] = []
    for entry in entries:
        try:
            take(entry)
        except Problem as error:
            named = error.fields.items() or [("", error.message)]
            faults += NEEDS.bad_cells(entry.row, named)
    refuse(faults)


def _misplaced(entry: Entry, prefecture_code: str, now: datetime) -> Iterator[Fault]:
    """What a file may say of needs, but not of one that is brought in here and now."""
    if not entry.values["municipality_code"].startswith(prefecture_code):
        yield "municipality_code", "この都道府県の市町ではありません。"
    if state_of(entry) is NeedState.CLOSED:
        yield "state", "終了した募集は取り込めません。"
    this_month = dates.month_of(dates.local_date(now))
    yield from rules.past_faults(entry.values["last_month"], this_month)
    if entry.values.get("posted", 0) > now.timestamp():
        yield "posted", "まだ来ていない日時です。"


def content_of(entry: Entry) -> NeedContent:
    names = set(NeedContent.__dataclass_fields__) - {"skills", "vendors"}
    values = {name: value for name, value in entry.values.items() if name in names}
    values.setdefault("place_code", entry.values["municipality_code"])
    return NeedContent(
        skills=tuple(SkillRequirement(**requirement_values(row)) for row in entry.leaves["skills"]),
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
