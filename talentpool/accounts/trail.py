"""The audit trail as auditors read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

import sqlalchemy as sa

from .. import audit
from ..audit import Anchor, AuditEvent
from ..dates import JST
from ..db import GREATEST_ID, Session
from ..permissions import Action, Actor, require, visible
from ..states import MACHINES

PAGE = 100  # rows
MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty fields ask for nothing; days are days in Japan, both included."""

    object_type: str | None = None
    object_id: str | None = None
    action: str | None = None
    actor_id: str | None = None
    first_on: date | None = None
    last_on: date | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found = []
        if self.object_type:
            found.append(AuditEvent.object_type == self.object_type)
        if self.object_id:
            found.append(AuditEvent.object_id == self.object_id)
        if self.action:
            found.append(AuditEvent.action.startswith(self.action, autoescape=True))
        if self.actor_id:
            found.append(_by_actor(self.actor_id))
        if self.first_on:
            found.append(AuditEvent.at >= _midnight(self.first_on))
        if self.last_on and self.last_on < date.max:
            found.append(AuditEvent.at < _midnight(self.last_on + timedelta(days=1)))
        return found


def list_events(
    session: Session, actor: Actor, asked: Filter, *, page: int
) -> tuple[Sequence[AuditEvent], int]:
    """One page of the events `actor` may see, newest first, and how many match."""
    require(session, actor, Action.VIEW_AUDIT)
    events = visible(actor, AuditEvent).where(*asked.conditions())
    total = session.scalar(events.with_only_columns(sa.func.count())) or 0
    newest = events.order_by(AuditEvent.seq.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return session.scalars(newest).all(), total


def verify(session: Session, actor: Actor, anchors: tuple[Anchor, ...]) -> tuple[list[str], int]:
    """The first faults of the whole chain, and its length."""
    require(session, actor, Action.VIEW_AUDIT)
    faults = list(islice(audit.verify(session, anchors), MOST_FAULTS))
    return faults, audit.anchor(session).seq


def read_anchor(text: str | None) -> tuple[Anchor, ...] | None:
    """What `talentpool audit anchor` printed; nothing for nothing, None for what is no anchor."""
    if not text:
        return ()
    seq, _, digest = text.strip().partition(" ")
    if not (seq.isascii() and seq.isdigit() and len(seq) <= 18 and len(digest.strip()) == 64):
        return None
    return (Anchor(int(seq), digest.strip()),)


ACTION_LABELS = {
    "account.accept": "招待の受諾",
    "account.confirm": "メールアドレスの確認",
    "account.create": "アカウントの作成",
    "account.disable": "アカウントの停止",
    "account.enable": "停止の解除",
    "account.invite": "招待",
    "account.password": "パスワードの変更",
    "account.request_reset": "再設定の申込み",
    "account.reset": "パスワードの再設定",
    "account.role": "役割の変更",
    "account.sign_in": "ログイン",
    "account.sign_out": "ログアウト",
    "account.sign_up": "新規登録",
    "candidate.import": "ファイルからの登録",
    "pool.export": "ファイルへの書出し",
    "pool.open": "人材プールの開設",
}


def action_label(action: str) -> str:
    """What an event's action is called on the buttons; empty when no table names it."""
    subject, _, verb = action.partition(".")
    for machine in MACHINES.values():
        if machine.name == subject:
            return next((step.ja for step in machine.transitions if step.verb == verb), "")
    return ACTION_LABELS.get(action, "")


def _by_actor(text: str) -> sa.ColumnElement[bool]:
    is_number = text.isascii() and text.isdigit() and int(text) <= GREATEST_ID
    return AuditEvent.actor_id == int(text) if is_number else sa.false()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, JST)
