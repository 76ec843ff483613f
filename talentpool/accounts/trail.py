"""The audit trail as auditors read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice

import sqlalchemy as sa

from .. import audit
from ..audit import OBJECTS, Anchor, AuditEvent
from ..dates import JST
from ..db import Session
from ..language import Words
from ..listing import EVERYTHING, Asked, Filter, Listing
from ..paging import Listed
from ..permissions import ROLE_LABELS, Action, Actor, require, visible
from ..searching import Condition, every_word, number_in
from ..states import ENTRIES
from ..text import search_key
from .directory import CANDIDATE, officers_like

PAGE = 25  # rows
MOST_FAULTS = 100
# People, needs and proposals lie above this package, so their tables are named here.
NEED = sa.table("need", sa.column("id"), sa.column("code"))
MEMBERSHIP = sa.table("membership", sa.column("id"), sa.column("candidate_id"))
PLACEMENT = sa.table("placement", sa.column("id"), sa.column("candidate_id"))
CODED = {"c": CANDIDATE, "n": NEED}  # the letter of their codes
OTHERS = ("merged", "other")  # names in details under which another person stands
_OWN = sa.select(AuditEvent.seq)
_LISTING = Listing(
    AuditEvent.seq,
    filters={
        "object_type": Filter(_OWN.add_columns(AuditEvent.object_type)),
        "action": Filter(_OWN.add_columns(AuditEvent.action)),
        "actor": Filter(_OWN.add_columns(AuditEvent.actor_id)),
    },
    orders={"number": (AuditEvent.seq,), "action": (AuditEvent.action,)},
    first_order="-number",
)


@dataclass(frozen=True, slots=True)
class Days:
    """Days in Japan, both included; none: without an end."""

    first: date | None = None
    last: date | None = None

    def conditions(self) -> Iterator[Condition]:
        if self.first:
            yield AuditEvent.at >= _midnight(self.first)
        if self.last and self.last < date.max:
            yield AuditEvent.at < _midnight(self.last + timedelta(days=1))


ALWAYS = Days()


def list_events(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, days: Days = ALWAYS
) -> Listed[AuditEvent]:
    """The events that `actor` may see, newest first."""
    require(session, actor, Action.VIEW_AUDIT)
    words = every_word(asked.words, partial(_places, session, actor))
    events = visible(actor, AuditEvent).where(*days.conditions(), *words)
    return _LISTING.ask(session, events, asked, size=PAGE)


def _places(session: Session, actor: Actor, key: str) -> Iterator[Condition]:
    """What an event is looked for by: what was done, to what, by whom, a number."""
    event = AuditEvent
    yield event.action.startswith(key, autoescape=True) | event.action.in_(
        [code for code, entry in ENTRIES.items() if _has(key, (entry.ja, entry.en))]
    )
    yield event.object_type.in_([name for name, words in OBJECTS.items() if _has(key, words)])
    roles = [str(role) for role, words in ROLE_LABELS.items() if _has(key, words)]
    yield event.actor_role.in_(roles)
    yield event.actor_id.in_(officers_like(session, actor, key))
    if (number := number_in(key, "")) is not None:
        yield (event.seq == number) | (event.object_id == str(number))
    for letter, table in CODED.items():
        if key.startswith(letter) and (number := number_in(key, letter)) is not None:
            code = f"{letter.upper()}-{number:06d}"
            ids = sa.select(sa.cast(table.c.id, sa.String)).where(table.c.code == code)
            yield (event.object_type == table.name) & event.object_id.in_(ids)
    if (number := number_in(key, "c")) is not None and key.startswith("c"):
        person = sa.select(CANDIDATE.c.user_id).where(CANDIDATE.c.code == f"C-{number:06d}")
        yield event.actor_id.in_(person)
        own = sa.select(sa.cast(MEMBERSHIP.c.id, sa.String)).join(
            CANDIDATE, CANDIDATE.c.id == MEMBERSHIP.c.candidate_id
        )
        own = own.where(CANDIDATE.c.code == f"C-{number:06d}")
        yield (event.object_type == MEMBERSHIP.name) & event.object_id.in_(own)
        proposals = sa.select(sa.cast(PLACEMENT.c.id, sa.String)).join(
            CANDIDATE, CANDIDATE.c.id == PLACEMENT.c.candidate_id
        )
        proposals = proposals.where(CANDIDATE.c.code == f"C-{number:06d}")
        yield (event.object_type == PLACEMENT.name) & event.object_id.in_(proposals)


def _has(key: str, words: Words) -> bool:
    return any(key in search_key(word) for word in words)


def name_objects(session: Session, events: Iterable[AuditEvent]) -> Mapping[tuple[str, str], str]:
    """The codes of the people and needs that events are about or tell of, by kind and id."""
    found: dict[tuple[str, str], str] = {}
    ids: dict[str, set[int]] = {}
    for event in events:
        if event.object_id.isdecimal():
            ids.setdefault(event.object_type, set()).add(int(event.object_id))
        for table in CODED.values():
            if isinstance(told := event.detail.get(table.name), int):
                ids.setdefault(table.name, set()).add(told)
        for name in OTHERS:
            if isinstance(told := event.detail.get(name), int):
                ids.setdefault(CANDIDATE.name, set()).add(told)
    codes = {
        table.name: sa.select(table.c.id, table.c.code).where(
            table.c.id.in_(ids.get(table.name, ()))
        )
        for table in CODED.values()
    }
    codes[MEMBERSHIP.name] = (
        sa.select(MEMBERSHIP.c.id, CANDIDATE.c.code)
        .join(CANDIDATE, CANDIDATE.c.id == MEMBERSHIP.c.candidate_id)
        .where(MEMBERSHIP.c.id.in_(ids.get(MEMBERSHIP.name, ())))
    )
    codes[PLACEMENT.name] = (
        sa.select(PLACEMENT.c.id, sa.cast(PLACEMENT.c.id, sa.String) + " " + CANDIDATE.c.code)
        .join(CANDIDATE, CANDIDATE.c.id == PLACEMENT.c.candidate_id)
        .where(PLACEMENT.c.id.in_(ids.get(PLACEMENT.name, ())))
    )
    for name, query in codes.items():
        if name in ids:
            found |= {(name, str(ident)): code for ident, code in session.execute(query)}
    return found


def verify(session: Session, actor: Actor, anchors: tuple[Anchor, ...]) -> tuple[list[str], int]:
    """The first faults of the chain, and its length."""
    require(session, actor, Action.VIEW_AUDIT)
    faults = list(islice(audit.verify(session, anchors), MOST_FAULTS))
    return faults, audit.length(session)


def read_anchor(text: str | None) -> tuple[Anchor, ...] | None:
    """The anchor that `talentpool audit anchor` printed: () for empty text, None for invalid text."""
    if not text:
        return ()
    seq, _, digest = text.strip().partition(" ")
    if not (seq.isascii() and seq.isdigit() and len(seq) <= 18 and len(digest.strip()) == 64):
        return None
    return (Anchor(int(seq), digest.strip()),)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, JST)
