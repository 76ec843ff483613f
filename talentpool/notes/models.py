from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Base, EncryptedText, UtcDateTime, choice, listed
from ..language import Words
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..placements.models import Placement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Subject = Candidate | Need | Placement


class NoteKind(StrEnum):
    NOTE = "note"
    CALL_MADE = "call_made"
    CALL_RECEIVED = "call_received"
    HANDOVER = "handover"  # for who sees to it next


KIND_LABELS: Mapping[NoteKind, Words] = {
    NoteKind.NOTE: ("メモ", "Note"),
    NoteKind.CALL_MADE: ("電話をかけた", "Telephoned"),
    NoteKind.CALL_RECEIVED: ("電話を受けた", "Was telephoned"),
    NoteKind.HANDOVER: ("引継ぎ", "Hand-over"),
}
CALLS = frozenset({NoteKind.CALL_MADE, NoteKind.CALL_RECEIVED})
ABOUT: Mapping[type[Subject], str] = {  # the column that names what a note is about
    Candidate: "candidate_id",
    Need: "need_id",
    Placement: "placement_id",
}


class Note(Base):
    """Written once and never changed: a mistake is put right by a further note. It goes with what it is about."""

    __tablename__ = "note"
    __table_args__ = (
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in ABOUT.values())
            + " = 1",
            name="about_one_thing",
        ),
        sa.CheckConstraint(
            f"kind NOT IN {listed(CALLS)} OR party IS NOT NULL", name="call_with_somebody"
        ),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"))
    candidate_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("need.id", ondelete="CASCADE"), index=True
    )
    placement_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("placement.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[NoteKind] = mapped_column(choice(NoteKind))
    party: Mapped[str | None] = mapped_column(EncryptedText)  # who was spoken to
    text: Mapped[str] = mapped_column(EncryptedText)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    placement: Mapped[Placement | None] = relationship()
    author: Mapped[User | None] = relationship()


viewed_by(Note, Action.VIEW_NOTE)


@within(Note, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Note.prefecture_code == actor.prefecture_code
