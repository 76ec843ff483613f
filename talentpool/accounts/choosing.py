"""How an account wants its mails: read and saved by its owner alone. What binds is not to choose (mail_choices.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import Conflict, Fault, Forbidden, raise_first
from ..language import say
from ..mail_choices import (
    LONGEST_QUIET,
    How,
    MailChoice,
    Quiet,
    QuietHours,
    families_of,
    first_of,
    offered,
)
from ..permissions import Actor
from .models import User


@dataclass(frozen=True, slots=True)
class Chosen:
    """By family, and the hours without mails."""

    how: Mapping[str, How] = field(default_factory=dict)
    quiet: Quiet | None = None


def read_choices(session: Session, user: User) -> Chosen:
    """What holds now: for every family of the role, what was chosen where it may be."""
    query = sa.select(MailChoice.family, MailChoice.how).where(MailChoice.user_id == user.id)
    stored = {row.family: row.how for row in session.execute(query)}
    how = {
        family: stored[family]
        if family in stored and stored[family] in offered(family, user.role)
        else first_of(family)
        for family in families_of(user.role)
    }
    hours = session.get(QuietHours, user.id)
    return Chosen(how, Quiet(hours.begins, hours.ends) if hours is not None else None)


def save_choices(
    session: Session, user: User, chosen: Chosen, *, actor: Actor, now: datetime
) -> None:
    """For the mails that are ordered from now on. Nothing is recorded when nothing changed."""
    if actor.user_id != user.id:
        raise Forbidden(say("この操作を行う権限がありません。"))
    if not families_of(user.role):
        raise Conflict(say("この役割には手続きのメールが送られないため、選ぶことがありません。"))
    raise_first(_faults(user, chosen))
    before = read_choices(session, user)
    if chosen == before:
        return
    for family, how in chosen.how.items():
        session.merge(MailChoice(user_id=user.id, family=family, how=how))
    if chosen.quiet is not None:
        quiet = chosen.quiet
        session.merge(QuietHours(user_id=user.id, begins=quiet.begins, ends=quiet.ends))
    elif before.quiet is not None:
        session.delete(session.get_one(QuietHours, user.id))
    changed: dict[str, Any] = {
        family: str(how) for family, how in chosen.how.items() if how is not before.how[family]
    }
    detail: dict[str, Any] = {"mails": changed} if changed else {}
    if chosen.quiet != before.quiet:
        detail["quiet"] = [chosen.quiet.begins, chosen.quiet.ends] if chosen.quiet else []
    audit.record(session, audit.Deed.ACCOUNT_MAILS, user, actor=actor, now=now, detail=detail)


def _faults(user: User, chosen: Chosen) -> Iterator[Fault]:
    for family in families_of(user.role):
        if chosen.how.get(family) not in offered(family, user.role):
            yield family, say("一覧から選んでください。")
    if chosen.quiet is not None:
        yield from quiet_faults(chosen.quiet)


def quiet_faults(quiet: Quiet) -> Iterator[Fault]:
    if not quiet.length:
        yield "ends", say("始まりと違う時刻を選んでください。")
    elif quiet.length > LONGEST_QUIET:
        hours = LONGEST_QUIET // 60
        yield "ends", say("メールを送らない時間は、%(hours)s時間までにしてください。", hours=hours)
