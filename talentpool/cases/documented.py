"""Cases that are published (公表されている事例), shipped with their source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from importlib.resources import files

import sqlalchemy as sa

from .. import audit
from ..accounts.service import lock_pool
from ..db import Session
from ..permissions import Action, Actor, require
from .models import Case
from .service import CaseContent, make_case


@cache
def documented() -> dict[str, CaseContent]:
    """By key."""
    return dict(_read())


def _read() -> Iterator[tuple[str, CaseContent]]:
    text = files(__package__).joinpath("data/documented.json").read_text(encoding="utf-8")
    shipped = json.loads(text)
    for item in shipped["items"]:
        yield item["key"], CaseContent(
            municipality_code=item["town"], theme=item["theme"], title=item["title"],
            did=shipped["did"], who=shipped["who"], fiscal_year=shipped["fiscal_year"],
            source=shipped["source"], source_url=shipped["url"],
            checked_on=date.fromisoformat(shipped["checked_on"]),
        )  # fmt: skip


def list_missing(session: Session, actor: Actor) -> dict[str, CaseContent]:
    """Those of the actor's prefecture that its library does not have, also not among what was taken down."""
    code = actor.prefecture_code or ""
    own = sa.select(Case.documented).where(
        Case.prefecture_code == code, Case.documented.is_not(None)
    )
    known = set(session.scalars(own))
    return {
        key: content
        for key, content in documented().items()
        if content.municipality_code.startswith(code) and key not in known
    }


def take_documented(session: Session, *, actor: Actor, now: datetime) -> int:
    """公表されている事例を入れる: how many were missing; a second time, none."""
    require(session, actor, Action.WRITE_CASE)
    lock_pool(session, actor.prefecture_code or "")
    missing = list_missing(session, actor)
    for key, content in missing.items():
        case = make_case(session, content, actor=actor, now=now)
        case.documented = key
        session.flush()
        audit.record(session, audit.Deed.CASE_WRITE, case, actor=actor, now=now)
    return len(missing)
