from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Session
from ..errors import Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require, visible
from ..placements.models import Placement
from .models import ABOUT, CALLS, Note, NoteKind, Subject

LONGEST, LONGEST_PARTY = 2000, 100  # characters
_VIEWS: Mapping[type[Subject], Action] = {
    Candidate: Action.VIEW_CANDIDATE,
    Need: Action.VIEW_NEED,
    Placement: Action.VIEW_PLACEMENT,
}


@dataclass(frozen=True, slots=True)
class Words:
    """What is written down. party: who was spoken to, of a call."""

    kind: NoteKind
    text: str
    party: str = ""


def write_note(
    session: Session,
    thing: Subject,
    words: Words,
    *,
    actor: Actor,
    now: datetime,
    mail: int | None = None,
) -> Note:
    """`mail`: the order of the one that did not arrive."""
    note = add_note(session, thing, words, actor=actor, now=now)
    detail = {"note": note.id, "kind": str(note.kind)} | ({"mail": mail} if mail else {})
    audit.record(session, audit.Deed.NOTE_WRITE, thing, actor=actor, now=now, detail=detail)
    return note


def add_note(
    session: Session, thing: Subject, words: Words, *, actor: Actor, now: datetime
) -> Note:
    """For a service that records what it does itself."""
    require(session, actor, Action.WRITE_NOTE)
    require(session, actor, _VIEWS[type(thing)], thing)
    check_words(words)
    note = Note(
        prefecture_code=actor.prefecture_code, kind=words.kind, text=words.text,
        party=words.party or None, author_id=actor.user_id, written_at=now,
        **{ABOUT[type(thing)]: thing.id},
    )  # fmt: skip
    session.add(note)
    session.flush()
    return note


def check_words(words: Words) -> None:
    if not words.text.strip():
        raise Refused.at("text", say("入力してください。"))
    if words.kind in CALLS and not words.party.strip():
        raise Refused.at("party", say("電話の相手を入力してください。"))
    for name, value, longest in (
        ("text", words.text, LONGEST),
        ("party", words.party, LONGEST_PARTY),
    ):
        if len(value) > longest:
            raise Refused.at(
                name, say("%(longest)s文字以内で書いてください。", longest=f"{longest:,}")
            )


def list_notes(session: Session, actor: Actor, thing: Subject) -> Sequence[Note]:
    """What was written about `thing`, newest first; about a person also what was written about the proposals."""
    about = sa.inspect(Note).columns[ABOUT[type(thing)]] == thing.id
    author = joinedload(Note.author).load_only(User.display_name)
    query = visible(actor, Note).options(author)
    if isinstance(thing, Candidate):
        own = sa.select(Placement.id).where(Placement.candidate_id == thing.id)
        about |= Note.placement_id.in_(own)
        query = query.options(joinedload(Note.placement).joinedload(Placement.need))
    return session.scalars(query.where(about).order_by(Note.id.desc())).all()
