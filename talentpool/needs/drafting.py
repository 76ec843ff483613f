"""What was typed for a need and is not whole yet (下書き保存): kept as typed, right or wrong, until it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session, canonical_json, is_storable
from ..errors import Refused
from ..language import say
from ..permissions import Action, Actor, require, visible
from .models import Need, NeedDraft

MOST_BYTES = 1024 * 1024  # of all fields together

Typed = Mapping[str, Sequence[str]]  # field name → values, as a browser sends them
Follower = Callable[..., None]  # (session, draft, need, actor=, now=)
_followers: list[Follower] = []


def when_finished(follower: Follower) -> Follower:
    """Register what is done with a draft that has become a need, by a package above this one."""
    _followers.append(follower)
    return follower


def save_draft(
    session: Session,
    draft: NeedDraft | None,
    typed: Typed,
    *,
    need: Need | None = None,
    actor: Actor,
    now: datetime,
) -> NeedDraft:
    """Keep `typed`, in `draft` if there is one; `need`: what it changes, unless it is to become a new one."""
    require(session, actor, Action.EDIT_NEED, draft or need)
    content = _content(typed)
    if draft is None:
        draft = NeedDraft(
            prefecture_code=actor.prefecture_code,
            municipality_code=actor.municipality_code,
            need_id=need.id if need else None,
            author_id=actor.user_id,
            created_at=now,
        )
        session.add(draft)
    draft.content, draft.updated_at = content, now
    session.flush()
    audit.record(session, audit.Deed.NEED_DRAFT_SAVE, draft, actor=actor, now=now)
    return draft


def keep_draft(
    session: Session, draft: NeedDraft, typed: Typed, *, actor: Actor, now: datetime
) -> NeedDraft:
    """Like `save_draft`, but nothing is recorded when nothing changed."""
    if typed_in(draft) == {name: list(values) for name, values in typed.items()}:
        require(session, actor, Action.EDIT_NEED, draft)
        return draft
    return save_draft(session, draft, typed, actor=actor, now=now)


def _content(typed: Typed) -> str:
    content = canonical_json({name: list(values) for name, values in typed.items()})
    if not all(is_storable(value) for values in typed.values() for value in values):
        raise Refused(say("使えない文字が含まれています。"))
    if len(content.encode()) > MOST_BYTES:
        raise Refused(say("下書きが大きすぎます。文章を短くしてください。"))
    return content


def typed_in(draft: NeedDraft) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = json.loads(draft.content)
    return typed


def title_of(draft: NeedDraft) -> str:
    """As far as one was typed."""
    return " ".join(typed_in(draft).get("title", ())).strip()


def list_new(session: Session, actor: Actor) -> Sequence[NeedDraft]:
    """Those of needs that do not exist yet, last changed first."""
    query = visible(actor, NeedDraft).where(NeedDraft.need_id.is_(None))
    return session.scalars(query.order_by(NeedDraft.updated_at.desc(), NeedDraft.id.desc())).all()


def find_draft(session: Session, need: Need, *, lock: bool = False) -> NeedDraft | None:
    """`lock`: so that nobody deletes it while it is written on."""
    query = sa.select(NeedDraft).where(NeedDraft.need_id == need.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def finish_draft(
    session: Session, draft: NeedDraft, need: Need, *, actor: Actor, now: datetime
) -> None:
    """`need` says it all now."""
    for follower in _followers:
        follower(session, draft, need, actor=actor, now=now)
    deed, detail = audit.Deed.NEED_DRAFT_FINISH, {"need": need.id}
    audit.record(session, deed, draft, actor=actor, now=now, detail=detail)
    session.delete(draft)
    session.flush()


def delete_draft(session: Session, draft: NeedDraft, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.EDIT_NEED, draft)
    audit.record(session, audit.Deed.NEED_DRAFT_DELETE, draft, actor=actor, now=now)
    session.delete(draft)
    session.flush()


def free_draft(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """The need changes no more: what was typed for it stays, for a new one."""
    draft = find_draft(session, need)
    if draft is not None:
        draft.need_id = None
        deed, detail = audit.Deed.NEED_DRAFT_FREE, {"need": need.id}
        audit.record(session, deed, draft, actor=actor, now=now, detail=detail)
