"""The versions of a need that has been open: what stood when, and what a change changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import Session
from ..permissions import Actor
from .content import NeedContent, SkillRequirement
from .models import Need, NeedVersion
from .writing import content_of


def keep_version(session: Session, need: Need, *, actor: Actor | None, now: datetime) -> None:
    """Keep the present content, once. `actor`: who wrote it, where that is known."""
    session.flush()
    query = sa.select(NeedVersion.id).where(
        NeedVersion.need_id == need.id, NeedVersion.number == need.content_version
    )
    if session.scalar(query) is not None:
        return
    session.add(
        NeedVersion(
            need_id=need.id, number=need.content_version, content=asdict(content_of(need)),
            saved_at=now, saved_by=actor.user_id if actor else None,
        )
    )  # fmt: skip
    session.flush()


def list_versions(session: Session, need: Need) -> Sequence[NeedVersion]:
    """Newest first."""
    query = sa.select(NeedVersion).where(NeedVersion.need_id == need.id)
    query = query.options(joinedload(NeedVersion.author))
    return session.scalars(query.order_by(NeedVersion.number.desc())).all()


def content_at(session: Session, need: Need, moment: datetime) -> NeedContent | None:
    """What the need asked for at `moment`; none where it has not changed since."""
    query = sa.select(NeedVersion).where(NeedVersion.need_id == need.id)
    rows = session.scalars(query.order_by(NeedVersion.number)).all()
    before = [row for row in rows if row.saved_at <= moment]
    if not before or before[-1] is rows[-1]:
        return None
    return content_from(before[-1].content)


def content_from(record: dict[str, Any]) -> NeedContent:
    """What was kept, also by an older version of the program."""
    known = {name: value for name, value in record.items() if name in _FIELDS}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    skills = tuple(SkillRequirement(**row) for row in known.get("skills", ()))
    return NeedContent(**{**known, **lists, "skills": skills})


_FIELDS = frozenset(NeedContent.__dataclass_fields__)
