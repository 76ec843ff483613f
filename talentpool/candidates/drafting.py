"""What was typed into a step and not yet accepted (下書き保存): kept as typed, right or wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..db import Session, canonical_json, is_storable
from ..errors import Refused
from ..language import say
from ..permissions import Actor
from .models import Candidate, ProfileDraft
from .service import require_editable
from .steps import Step

MOST = 200_000  # characters of all fields together

Typed = Mapping[str, Sequence[str]]  # field name → values, as a browser sends them


@dataclass(frozen=True, slots=True)
class Draft:
    typed: Typed
    saved_at: datetime


def save_draft(
    session: Session, candidate: Candidate, step: Step, typed: Typed, *, actor: Actor, now: datetime
) -> None:
    """Keep `typed` for the next visit. No audit event: nothing of the profile has changed."""
    require_editable(session, candidate, actor)
    content = canonical_json({name: list(values) for name, values in typed.items()})
    if len(content) > MOST:
        raise Refused(say("下書きが大きすぎます。文章を短くしてください。"))
    if not all(is_storable(value) for values in typed.values() for value in values):
        raise Refused(say("使えない文字が含まれています。"))
    draft = session.get(ProfileDraft, (candidate.id, str(step)))
    if draft is None:
        session.add(
            ProfileDraft(candidate_id=candidate.id, step=str(step), content=content, saved_at=now)
        )
    else:
        draft.content, draft.saved_at = content, now
    session.flush()


def get_draft(session: Session, candidate: Candidate, step: Step) -> Draft | None:
    draft = session.get(ProfileDraft, (candidate.id, str(step)))
    return None if draft is None else Draft(json.loads(draft.content), draft.saved_at)


def list_drafted(session: Session, candidate: Candidate) -> set[Step]:
    """The steps that have a draft."""
    query = sa.select(ProfileDraft.step).where(ProfileDraft.candidate_id == candidate.id)
    return {Step(step) for step in session.scalars(query)}


def drop_draft(session: Session, candidate: Candidate, step: Step) -> None:
    session.execute(
        sa.delete(ProfileDraft).where(
            ProfileDraft.candidate_id == candidate.id, ProfileDraft.step == str(step)
        )
    )
