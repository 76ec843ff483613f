"""The profile as it was frozen when somebody decided, beside the profile of today: only what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..db import Session, canonical_json
from ..errors import NotFound
from ..permissions import Action, Actor, require
from .content import EMPLOYED
from .models import Candidate, ProfileSnapshot
from .snapshots import profile_record


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one field: values, or for a list the rows that are there no more and those that came."""

    name: str
    before: Sequence[Any]
    after: Sequence[Any]


def list_snapshots(
    session: Session, candidate: Candidate, *, actor: Actor
) -> Sequence[ProfileSnapshot]:
    """The newest first."""
    require(session, actor, Action.VIEW_CANDIDATE, candidate)
    query = sa.select(ProfileSnapshot).where(ProfileSnapshot.candidate_id == candidate.id)
    return session.scalars(query.order_by(ProfileSnapshot.id.desc())).all()


def pick(rows: Sequence[ProfileSnapshot], ident: int | None) -> ProfileSnapshot:
    """The one that is asked for, or the newest; NotFound for one of somebody else."""
    found = [row for row in rows if ident is None or row.id == ident]
    if not found:
        raise NotFound
    return found[0]


def list_differences(
    snapshot: ProfileSnapshot, candidate: Candidate, prefecture_code: str
) -> list[Difference]:
    """What was not frozen then, because no profile had it yet, is no difference. Of consents, those to the prefecture of
    the reader alone.
    """
    before = _seen(json.loads(snapshot.content), prefecture_code)
    now = _seen(json.loads(canonical_json(profile_record(candidate))), prefecture_code)
    return [
        _difference(name, before[name], value)
        for name, value in now.items()
        if name in before and _plain(before[name]) != _plain(value)
    ]


def _seen(record: dict[str, Any], prefecture_code: str) -> Mapping[str, Any]:
    if record.get("kind") == EMPLOYED:  # whose pay no town says, so that none is asked
        record = record | {"pay_minimum": None, "pay_wish": None}
    if "consents" not in record:
        return record
    own = [row for row in record["consents"] if row["audience"] == prefecture_code]
    return record | {"consents": own}


def _plain(value: Any) -> Any:
    """The order of a list says nothing; a field that a row did not have yet is as blank as it is now."""
    if isinstance(value, list):
        return sorted(canonical_json(_said(row)) for row in value)
    return value or None


def _said(row: Any) -> Any:
    return {name: value for name, value in row.items() if value} if isinstance(row, dict) else row


def _difference(name: str, before: Any, after: Any) -> Difference:
    if not isinstance(after, list):
        return Difference(name, [before], [after])
    old, new = ({canonical_json(_said(row)): row for row in rows} for rows in (before, after))
    return Difference(
        name,
        [row for key, row in old.items() if key not in new],
        [row for key, row in new.items() if key not in old],
    )
