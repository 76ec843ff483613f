from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..candidates.merged import find_merge, list_merged_into
from ..candidates.models import Candidate
from ..dates import local_date, month_of
from ..db import Session
from ..errors import Conflict, Fault, raise_first
from ..language import Words, say
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..needs.models import Need
from ..paging import Listed
from ..permissions import Action, Actor, get_visible, require, scope_of, visible
from ..placements.models import Placement
from ..placements.screening import screen_pairs
from ..pool.conflicts import KNOWN
from ..pool.records import Ground, Known, Lifter
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..states import PENDING
from .models import KnownConflict

LONGEST = 1000  # characters of a note
PAGE = 25  # rows
_C = KnownConflict


class Standing(StrEnum):
    IN_FORCE = "in_force"
    COMING = "coming"
    PAST = "past"
    ENDED = "ended"


LABELS: dict[Standing, Words] = {
    Standing.IN_FORCE: ("有効", "In force"),
    Standing.COMING: ("これから", "Coming"),
    Standing.PAST: ("期間終了", "Past"),
    Standing.ENDED: ("記録を終えた", "Ended"),
}


@dataclass(frozen=True, slots=True)
class ConflictContent:
    """What an officer types: a town, a vendor or both, and from when to when (months, both included)."""

    person: str  # code
    town: str | None
    vendor: str | None
    ground: Ground
    lifter: Lifter
    first_month: int
    last_month: int | None
    note: str

    def known(self) -> Known:
        """What screenings read of it."""
        return Known(
            self.town, self.vendor, self.ground, self.lifter, self.first_month, self.last_month
        )


def content_faults(known: Known, towns: Collection[str] | None) -> Iterator[Fault]:
    """Of the page and of a file, at the fields of the page. towns: those of the prefecture; None where any will do."""
    town, last = known.municipality_code, known.last_month
    if not (town or known.vendor):
        yield "town", say("市町か事業者を入力してください。")
    if town and towns is not None and town not in towns:
        yield "town", say("この都道府県の市町ではありません。")
    if last is not None and last < known.first_month:
        yield "last_month", say("終わりの年月が、始まりの年月より前です。")


def towns_of(catalogue: Catalogue, prefecture_code: str) -> set[str]:
    return {town.code for town in catalogue.municipalities(prefecture_code)}


def record_conflict(
    session: Session, content: ConflictContent, *, actor: Actor, now: datetime
) -> KnownConflict:
    """The next screening and the next round heed it; no town is told, and no person."""
    require(session, actor, Action.RECORD_CONFLICT)
    person = session.scalar(visible(actor, Candidate).where(Candidate.code == content.person))
    raise_first(_faults(session, content, person, actor))
    assert person is not None
    row = KnownConflict(
        prefecture_code=actor.prefecture_code, candidate_id=person.id,
        municipality_code=content.town, vendor=content.vendor, ground=content.ground,
        lifter=content.lifter, first_month=content.first_month, last_month=content.last_month,
        note=content.note.strip(), recorded_at=now, recorded_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"candidate": person.id, "ground": str(row.ground), "lifter": str(row.lifter)}
    audit.record(session, audit.Deed.CONFLICT_RECORD, row, actor=actor, now=now, detail=detail)
    return row


def _faults(
    session: Session, content: ConflictContent, person: Candidate | None, actor: Actor
) -> list[Fault]:
    faults = []
    if person is None:
        faults.append(("person", say("この番号の登録者は見つかりません。")))
    towns = towns_of(load_catalogue(session), actor.prefecture_code or "")
    return [
        *faults,
        *content_faults(content.known(), towns),
        *_note_faults("note", content.note),
    ]


def _note_faults(name: str, text: str) -> list[Fault]:
    if not text.strip():
        return [(name, say("入力してください。"))]
    if len(text) > LONGEST:
        return [(name, say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}"))]
    return []


def end_conflict(
    session: Session, row: KnownConflict, note: str, *, actor: Actor, now: datetime
) -> None:
    """It holds no more; the record stays."""
    require(session, actor, Action.RECORD_CONFLICT, row)
    if row.ended_at is not None:
        raise Conflict(say("この記録は、もう終えられています。"))
    raise_first(_note_faults("note", note))
    with session.no_autoflush:  # the moment and the words change together
        row.ended_at, row.ended_by, row.end_note = now, actor.user_id, note.strip()
    session.flush()
    audit.record(session, audit.Deed.CONFLICT_END, row, actor=actor, now=now)


def get_conflict(
    session: Session, actor: Actor, ident: int, *, lock: bool = False
) -> KnownConflict:
    return get_visible(session, actor, KnownConflict, ident, lock=lock)


def standing_of(row: KnownConflict, today: date) -> Standing:
    this_month = month_of(today)
    if row.ended_at is not None:
        return Standing.ENDED
    if row.last_month is not None and row.last_month < this_month:
        return Standing.PAST
    return Standing.COMING if row.first_month > this_month else Standing.IN_FORCE


def standing_on(today: date) -> sa.ColumnElement[str]:
    """The same for queries."""
    this_month = month_of(today)
    return sa.case(
        (_C.ended_at.is_not(None), str(Standing.ENDED)),
        (_C.last_month < this_month, str(Standing.PAST)),
        (_C.first_month > this_month, str(Standing.COMING)),
        else_=str(Standing.IN_FORCE),
    )


def list_conflicts(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, now: datetime
) -> Listed[KnownConflict]:
    """Those of the prefecture, the newest first."""
    require(session, actor, Action.VIEW_CONFLICT)
    own, standing = sa.select(_C.id), standing_on(local_date(now))
    listing = Listing(
        _C.id,
        filters={
            "state": Filter(own.add_columns(standing)),
            "ground": Filter(own.add_columns(sa.cast(_C.ground, sa.String))),
            "town": Filter(own.add_columns(_C.municipality_code)),
        },
        orders={
            "number": (_C.id,),
            "first": (_C.first_month, _C.id),
            "state": (in_order(Standing, standing),),
        },
        first_order="-number",
    )
    options = (joinedload(_C.candidate), joinedload(_C.recorder))
    return listing.ask(session, visible(actor, _C), asked, size=PAGE, options=options)


def find_of(session: Session, person: Candidate, actor: Actor) -> Sequence[KnownConflict] | None:
    """Those of one person, by whatever registration, the newest first; none for those who may not read any."""
    if scope_of(actor, Action.VIEW_CONFLICT) is None:
        return None
    ids = [person.id, *(merge.gone_id for merge in list_merged_into(session, person))]
    query = visible(actor, _C).where(_C.candidate_id.in_(ids)).order_by(_C.id.desc())
    return session.scalars(query.options(joinedload(_C.recorder))).all()


def take_over(
    session: Session,
    people: Mapping[int, Sequence[Known]],
    *,
    actor: Actor,
    now: datetime,
    prefecture_code: str,
) -> None:
    """Candidate id → what a file says was recorded of new people."""
    rows = [
        KnownConflict(
            prefecture_code=prefecture_code, candidate_id=ident, recorded_at=now,
            recorded_by=actor.user_id, note=say("ファイルから取り込みました。"), **asdict(known),
        )
        for ident, found in people.items()
        for known in found
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    for row in rows:
        detail = {"candidate": row.candidate_id, "ground": str(row.ground), "by": "import"}
        audit.record(session, audit.Deed.CONFLICT_RECORD, row, actor=actor, now=now, detail=detail)


def list_touched(session: Session, row: KnownConflict, actor: Actor) -> list[Placement]:
    """Proposals under way which the screening stops because of what is recorded of the person."""
    merge = find_merge(session, row.candidate)
    person_id = row.candidate_id if merge is None else merge.kept_id
    query = visible(actor, Placement).join(Need, Need.id == Placement.need_id)
    rows = session.scalars(
        query.where(Placement.candidate_id == person_id, Placement.state.in_(PENDING))
        .options(joinedload(Placement.need))
        .order_by(Placement.id)
    ).all()
    pairs = {(one.candidate_id, one.need_id) for one in rows}
    found = screen_pairs(session, row.prefecture_code, pairs)
    return [
        one for one in rows
        if any(finding.rule in KNOWN for finding in found[one.candidate_id, one.need_id])
    ]  # fmt: skip
