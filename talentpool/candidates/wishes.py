"""What somebody without an account asks for by paper or telephone: to leave, to withdraw the consent, to go on (本人の申出).

An officer writes it down, under a right of its own; the steps and their rules are the person's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .. import audit
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Refused
from ..language import Words, say
from ..permissions import Action, Actor, require
from .leaving import leave_pool, withdraw_essential_consent
from .models import Membership
from .received import Source
from .renewing import renew_membership


class Wish(StrEnum):
    LEAVE = "leave"
    WITHDRAW = "withdraw"
    RENEW = "renew"


WISHES: Mapping[Wish, Words] = {
    Wish.RENEW: ("登録を更新する（期限を延ばし、いまの文面で同意し直す）",
                 "Go on (a later last day, consents in today's text)"),
    Wish.LEAVE: ("退会する", "Leave"),
    Wish.WITHDRAW: ("登録に必要な同意を撤回する（確定した活動は残る）",
                    "Withdraw the consent that the registration needs (confirmed work stays)"),
}  # fmt: skip
_STEPS: Mapping[Wish, Callable[..., None]] = {
    Wish.RENEW: renew_membership,
    Wish.LEAVE: leave_pool,
    Wish.WITHDRAW: withdraw_essential_consent,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """source: paper or telephone. came_on: when it came."""

    wish: Wish
    source: Source
    came_on: date


def record_wish(
    session: Session, membership: Membership, asked: Asked, *, actor: Actor, now: datetime
) -> None:
    """Take the step that the person asks for. Conflict once there is an account, or as for the person."""
    require(session, actor, Action.RECORD_WISH, membership)
    session.refresh(membership.candidate, ["user_id"])
    if membership.candidate.user_id is not None:
        raise Conflict(say("この人にはアカウントがあるため、本人が手続きします。"))
    if asked.source is Source.SELF:
        raise Refused.at("source", say("紙か電話かを選んでください。"))
    if asked.came_on > local_date(now):
        raise Refused.at("came_on", say("今日までの日にしてください。"))
    _STEPS[asked.wish](session, membership, actor=actor, now=now)
    detail = {
        "wish": str(asked.wish), "source": str(asked.source), "came_on": asked.came_on.isoformat(),
    }  # fmt: skip
    deed = audit.Deed.MEMBERSHIP_WISH
    audit.record(session, deed, membership, actor=actor, now=now, detail=detail)
