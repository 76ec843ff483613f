"""決裁: what approvers decide about papers that somebody else has drafted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ..candidates.snapshots import take_snapshot
from ..db import Session
from ..errors import Conflict, Forbidden
from ..ledger import service as ledger
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..states import PLACEMENT, move
from .drafting import list_drafted
from .ending import advance, end_placement, free_seats, list_due, offer_held, take_hold
from .guards import Rules
from .locking import lock_placements
from .models import Placement
from .notices import notify
from .reasons import check_comment, check_reason


@dataclass(frozen=True, slots=True)
class Objection:
    """A placement of a run that is not approved but returned, and why."""

    reason: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a run: papers that passed, returned ones, and need id → why a paper was left as it was."""

    approved: Sequence[Placement]
    returned: Sequence[Placement]
    left: Mapping[int, str]


def approve_placement(
    session: Session,
    placement: Placement,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """Approve one paper. The first in the order is offered at once, with a seat and the hold; alternates wait."""
    require(session, actor, Action.APPROVE_PLACEMENT, placement)
    lock_placements(session, [placement])
    rules = Rules.read(session, [placement])
    _approve_paper(
        session,
        placement.need,
        [placement],
        rules,
        actor=actor,
        now=now,
        comment=comment,
    )


def approve_many(
    session: Session,
    placements: Sequence[Placement],
    exceptions: Mapping[int, Objection],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> Decision:
    """Approve a run but for `exceptions` (placement id → reason), which are returned.

    The list of one need is one paper: all of it passes, or it is left as it was and the answer says why.
    """
    for placement in placements:
        require(session, actor, Action.APPROVE_PLACEMENT, placement)
    lock_placements(session, placements)
    returned = [row for row in placements if row.id in exceptions]
    for placement in returned:
        why = exceptions[placement.id]
        return_placement(
            session,
            placement,
            reason=why.reason,
            comment=why.comment,
            actor=actor,
            now=now,
        )
    wanted = sorted((row for row in placements if row.id not in exceptions), key=_by_need)
    rules = Rules.read(session, wanted)
    approved: list[Placement] = []
    left: dict[int, str] = {}
    for need_id, rows in groupby(wanted, key=lambda row: row.need_id):
        paper = list(rows)
        try:
            _approve_paper(
                session,
                paper[0].need,
                paper,
                rules,
                actor=actor,
                now=now,
                comment=comment,
            )
        except (Conflict, Forbidden) as error:
            left[need_id] = error.message
        else:
            approved += paper
    return Decision(approved, returned, left)


def return_placement(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """差戻し: back to the drafter, who keeps the place in the order."""
    require(session, actor, Action.APPROVE_PLACEMENT, placement)
    lock_placements(session, [placement])
    check_reason(session, "return", placement.state, reason, comment)
    check_comment(comment)
    step = move(session, placement, "return", actor=actor, now=now, reason=reason)
    placement.decision_comment = comment
    notify(session, placement, step, actor=actor, now=now)


def refuse_placement(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """却下."""
    require(session, actor, Action.APPROVE_PLACEMENT, placement)
    lock_placements(session, [placement])
    end_placement(
        session,
        placement,
        "refuse",
        reason=reason,
        actor=actor,
        now=now,
        comment=comment,
    )
    placement.decision_comment = comment
    advance(session, placement.need, now=now)


def _approve_paper(
    session: Session,
    need: Need,
    paper: Sequence[Placement],
    rules: Rules,
    *,
    actor: Actor,
    now: datetime,
    comment: str,
) -> None:
    """Everything that can be refused comes before the first change, so that a refused paper stays as it was."""
    check_comment(comment)
    for placement in paper:
        _check_approvable(placement, actor)
        rules.check(placement)
    due = list_due(session, need, paper)
    free = len(list(free_seats(need, list_drafted(session, need))))
    first = [placement for placement in due[:free] if placement in paper]
    _hold_all(session, first, now)
    for placement in paper:
        _approve(session, placement, actor=actor, now=now, comment=comment)
    for placement in first:
        offer_held(session, placement, actor=actor, now=now)
    advance(session, need, now=now)


def _check_approvable(placement: Placement, actor: Actor) -> None:
    if placement.drafted_by == actor.user_id:
        raise Forbidden("起案した本人は決裁できません。別の決裁者に依頼してください。")
    if PLACEMENT.transition("approve", placement.state) is None:
        label = PLACEMENT.labels[placement.state][0]
        raise Conflict(f"この起案は、すでに「{label}」になっているため承認できません。")


def _hold_all(session: Session, placements: Sequence[Placement], now: datetime) -> None:
    """Hold for all or for none."""
    held: list[Placement] = []
    try:
        for placement in placements:
            take_hold(session, placement, now)
            held.append(placement)
    except Conflict:
        for placement in held:
            ledger.release(session, placement.id)
        raise


def _approve(
    session: Session, placement: Placement, *, actor: Actor, now: datetime, comment: str
) -> None:
    placement.approved_by, placement.approved_at = actor.user_id, now
    placement.decision_comment = comment
    placement.snapshot_id = take_snapshot(session, placement.candidate, "approval", now=now).id
    step = move(session, placement, "approve", actor=actor, now=now)
    notify(session, placement, step, actor=actor, now=now)


def _by_need(placement: Placement) -> tuple[int, int, int]:
    return placement.need_id, placement.rank, placement.id
