"""Who looked at a named profile (閲覧履歴)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ..accounts import downloading
from ..dates import local_date, start_of_day
from ..db import Session
from ..paging import Page, fetch_page
from ..permissions import Actor, Role
from .models import Candidate, ProfileView
from .service import get_own

PAGE = 50  # rows
RECENT = 30  # days that the log sums up
LIST, PROFILE, EXPORT = "list", "profile", "export"  # a name in a list; the whole page; a file
VERIFIER = "verifier"  # an office that was asked about a credential; nobody is signed in


def unlogged(
    session: Session, actor: Actor, candidate_ids: Collection[int], *, now: datetime
) -> list[int]:
    """Those whose name in a list `actor` has not been shown before today: one line a day is enough."""
    if actor.role is Role.CANDIDATE or not candidate_ids:
        return []
    since = start_of_day(local_date(now))
    query = sa.select(ProfileView.candidate_id).where(
        ProfileView.viewer_id == actor.user_id,
        ProfileView.candidate_id.in_(candidate_ids),
        ProfileView.at >= since,
    )
    return sorted(set(candidate_ids) - set(session.scalars(query)))


def record_views(
    session: Session, actor: Actor, candidate_ids: Collection[int], purpose: str, *, now: datetime
) -> None:
    """Note that `actor` saw these people's names; the persons themselves leave no trace."""
    if actor.role is Role.CANDIDATE:
        return
    rows = [
        {
            "candidate_id": ident,
            "viewer_id": actor.user_id,
            "viewer_role": str(actor.role),
            "municipality_code": actor.municipality_code,
            "at": now,
            "purpose": purpose,
        }
        for ident in sorted(set(candidate_ids))
    ]
    if rows:
        session.execute(sa.insert(ProfileView), rows)


def record_verifier(session: Session, candidate_id: int, *, now: datetime) -> None:
    """Note that the office that the person named for a credential was shown the name."""
    session.add(
        ProfileView(
            candidate_id=candidate_id, viewer_role=str(Role.SYSTEM), at=now, purpose=VERIFIER
        )
    )


def note_download(
    session: Session,
    people: Collection[int],
    detail: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The event of a list that was taken away, and a line in the log of views of everybody it names."""
    record_views(session, actor, people, EXPORT, now=now)
    downloading.note_download(session, people, detail, actor=actor, now=now)


class Office(StrEnum):
    """Who looked: officers, or an office that the person named for a credential."""

    PREFECTURE = "prefecture"
    TOWN = "town"
    VERIFIER = "verifier"


@dataclass(frozen=True, slots=True)
class OwnViews:
    """The log of one person. officers and towns: who looked in the last `RECENT` days, `recent` times in all;
    verified: how often offices named for a credential did."""

    found: Page[ProfileView]
    counts: Mapping[Office, int]  # of the whole log
    officers: int  # of the prefecture
    towns: int
    recent: int
    verified: int


_IS_OF = {
    Office.PREFECTURE: ProfileView.municipality_code.is_(None) & (ProfileView.purpose != VERIFIER),
    Office.TOWN: ProfileView.municipality_code.is_not(None),
    Office.VERIFIER: ProfileView.purpose == VERIFIER,
}


def list_own_views(session: Session, actor: Actor, *, page: int = 1) -> Page[ProfileView]:
    """Who saw the profile of the signed-in person, newest first."""
    return list_views(session, get_own(session, actor), page=page)


def list_views(session: Session, person: Candidate, *, page: int = 1) -> Page[ProfileView]:
    """Who saw the profile of somebody whom the caller may see, newest first."""
    query = sa.select(ProfileView).where(ProfileView.candidate_id == person.id)
    return fetch_page(session, query.order_by(ProfileView.id.desc()), page, size=PAGE)


def list_last_views(session: Session, person: Candidate) -> Sequence[ProfileView]:
    """The first page of `list_views`, without the count of all."""
    query = sa.select(ProfileView).where(ProfileView.candidate_id == person.id)
    return session.scalars(query.order_by(ProfileView.id.desc()).limit(PAGE)).all()


def read_own_views(
    session: Session, actor: Actor, *, office: Office | None, page: int, now: datetime
) -> OwnViews:
    """The log with what it comes to; `office` keeps the views of one kind of office."""
    own = _of_own(session, actor)
    kept = own.where(_IS_OF[office]) if office is not None else own
    counts = own.with_only_columns(*(sa.func.count().filter(_IS_OF[kind]) for kind in Office))
    recent = own.where(ProfileView.at >= now - timedelta(days=RECENT)).with_only_columns(
        sa.func.count(ProfileView.viewer_id.distinct()).filter(_IS_OF[Office.PREFECTURE]),
        sa.func.count(ProfileView.municipality_code.distinct()),
        sa.func.count().filter(~_IS_OF[Office.VERIFIER]),
        sa.func.count().filter(_IS_OF[Office.VERIFIER]),
    )
    return OwnViews(
        fetch_page(session, kept.order_by(ProfileView.id.desc()), page, size=PAGE),
        dict(zip(Office, session.execute(counts).one(), strict=True)),
        *session.execute(recent).one(),
    )


def _of_own(session: Session, actor: Actor) -> sa.Select[ProfileView]:
    candidate: Candidate = get_own(session, actor)
    return sa.select(ProfileView).where(ProfileView.candidate_id == candidate.id)
