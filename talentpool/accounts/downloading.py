"""The record of a list with names that was taken away as a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from .. import audit
from ..db import Session
from ..permissions import Actor
from .models import Pool


def note_download(
    session: Session,
    _people: Collection[int],
    detail: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    pool = session.get_one(Pool, actor.prefecture_code)
    audit.record(session, audit.Deed.LIST_DOWNLOAD, pool, actor=actor, now=now, detail=detail)
