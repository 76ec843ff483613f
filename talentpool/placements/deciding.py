"""決裁: what approvers decide about papers that somebody else has drafted. A paper passes whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..candidates.snapshots import take_snapshot
from ..db import Session
from ..errors import Conflict, Forbidden
from ..language import named, say
from ..permissions import Action, Actor, require
from ..reference.reasons import check_comment, check_said
from ..states import PLACEMENT, PlacementState, move
from .ending import end_placement
from .endorsing import lacks_endorsement
from .guards import Rules
from .locking import lock_needs, lock_placements
from .models import Authority, DecisionPaper, Placement, Verdict
from .notices import notify
from .offering import advance, list_due, offer_held, take_hold
from .papers import freeze_paper, list_rows
from .screening import find_conflicts


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a paper of a run is not approved but returned."""

    reason: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a run: papers that passed, returned ones, and paper id → why it was left as it was."""

    approved: Sequence[DecisionPaper]
    returned: Sequence[DecisionPaper]
    left: Mapping[int, str]


def decide_papers(
    session: Session,
    papers: Sequence[DecisionPaper],
    exceptions: Mapping[int, Objection],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    authority: Authority | None = None,
) -> Decision:
    """Approve papers but for `exceptions` (paper id → reason), which are returned.

    Each passes whole, or it is left as it was and the answer says why. One with a conflict is decided alone.
    """
    for paper in papers:
        require(session, actor, Action.APPROVE_PLACEMENT, paper)
    lock_needs(session, [paper.need_id for paper in papers])
    returned = [paper for paper in papers if paper.id in exceptions]
    for paper in returned:
        why = exceptions[paper.id]
        return_paper(session, paper, reason=why.reason, comment=why.comment, actor=actor, now=now)
    wanted = {paper.id: paper for paper in papers if paper.id not in exceptions}
    rows = {ident: _list_waiting(session, paper) for ident, paper in wanted.items()}
    everybody = [row for some in rows.values() for row in some]
    rules, conflicts = Rules.read(session, everybody, now), find_conflicts(session, everybody)
    left: dict[int, str] = {}
    for ident, paper in wanted.items():
        if any(conflicts[row.id] for row in rows[ident]):
            left[ident] = say("利益相反の確認がある起案は、開いて一件ずつ決裁してください。")
            continue
        try:
            _approve_rows(
                session, paper, rows[ident], rules, actor=actor, now=now, comment=comment,
                authority=authority,
            )  # fmt: skip
        except (Conflict, Forbidden) as error:
            left[ident] = error.message
    approved = [paper for ident, paper in wanted.items() if ident not in left]
    return Decision(approved, returned, left)


def approve_paper(
    session: Session,
    paper: DecisionPaper,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    authority: Authority | None = None,
) -> None:
    """The first in the order is offered the seat at once, with the hold; alternates wait."""
    require(session, actor, Action.APPROVE_PLACEMENT, paper)
    lock_needs(session, [paper.need_id])
    rows = _list_waiting(session, paper)
    rules = Rules.read(session, rows, now)
    _approve_rows(
        session, paper, rows, rules, actor=actor, now=now, comment=comment, authority=authority
    )


def return_paper(
    session: Session,
    paper: DecisionPaper,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """差戻し: back to the drafter under its number, everybody in their places."""
    require(session, actor, Action.APPROVE_PLACEMENT, paper)
    lock_needs(session, [paper.need_id])
    paper.endorsed_by = paper.endorsed_at = None
    for placement in _list_waiting(session, paper):
        check_said(session, PLACEMENT.transition("return", placement.state), reason, comment)
        step = move(session, placement, "return", actor=actor, now=now, reason=reason)
        placement.returned_at, placement.return_reason = now, reason
        placement.return_comment = comment
        notify(session, placement, step, actor=actor, now=now)


def refuse_paper(
    session: Session,
    paper: DecisionPaper,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
    authority: Authority | None = None,
) -> None:
    """却下: everybody on it ends here; the number stays with the paper."""
    require(session, actor, Action.APPROVE_PLACEMENT, paper)
    lock_needs(session, [paper.need_id])
    rows = _list_waiting(session, paper)
    check_said(session, PLACEMENT.steps["refuse"], reason, comment)
    for placement in rows:
        _check_officer(placement, actor)
        placement.decision_comment = comment
    freeze_paper(
        session, paper, Verdict.REFUSED, rows, actor=actor, now=now, comment=comment,
        authority=authority,
    )  # fmt: skip
    for placement in rows:
        end_placement(
            session, placement, "refuse", reason=reason, actor=actor, now=now, comment=comment
        )
    advance(session, paper.need, now=now)


def _of_its_paper(decide: Callable[..., None]) -> Callable[..., None]:
    """The same about the paper on which a placement is."""

    def act(
        session: Session, placement: Placement, *, actor: Actor, now: datetime, **said: str | None
    ) -> None:
        require(session, actor, Action.APPROVE_PLACEMENT, placement)
        lock_placements(session, [placement])
        _check_waits(placement)
        assert placement.paper is not None
        decide(session, placement.paper, actor=actor, now=now, **said)

    return act


approve_placement = _of_its_paper(approve_paper)
return_placement = _of_its_paper(return_paper)
refuse_placement = _of_its_paper(refuse_paper)


def _list_waiting(session: Session, paper: DecisionPaper) -> list[Placement]:
    """Those on the paper who wait for the decision, in their order; Conflict where nobody does."""
    rows = list_rows(session, paper)
    waiting = [row for row in rows if row.state is PlacementState.PROPOSED]
    if not waiting:
        _check_waits(rows[0])
    return waiting


def _check_waits(placement: Placement) -> None:
    if placement.state is not PlacementState.PROPOSED:
        label = named(PLACEMENT.labels[placement.state])
        raise Conflict(
            say("この起案は、すでに「%(label)s」になっているため決裁できません。", label=label)
        )


def _check_officer(placement: Placement, actor: Actor) -> None:
    if placement.drafted_by == actor.user_id:
        raise Forbidden(say("起案した本人は決裁できません。別の決裁者が決裁します。"))
    if placement.paper is not None and placement.paper.endorsed_by == actor.user_id:
        raise Forbidden(say("回議した本人は決裁できません。別の決裁者が決裁します。"))


def _approve_rows(
    session: Session,
    paper: DecisionPaper,
    rows: Sequence[Placement],
    rules: Rules,
    *,
    actor: Actor,
    now: datetime,
    comment: str,
    authority: Authority | None,
) -> None:
    """Everything that can be refused comes before the first change, so that a refused paper stays as it was."""
    check_comment(comment)
    if lacks_endorsement(session, paper):
        raise Conflict(say("回議が済んでいないため、承認できません。"))
    for placement in rows:
        _check_officer(placement, actor)
        rules.check(placement)
    first = [row for row in list_due(session, paper.need, rows)[:1] if row in rows]
    for placement in first:
        take_hold(session, placement, now)
    for placement in rows:
        _approve(session, placement, actor=actor, now=now, comment=comment)
    freeze_paper(
        session, paper, Verdict.APPROVED, rows, actor=actor, now=now, comment=comment,
        authority=authority,
    )  # fmt: skip
    for placement in first:
        offer_held(session, placement, actor=actor, now=now)
    advance(session, paper.need, now=now)


def _approve(
    session: Session, placement: Placement, *, actor: Actor, now: datetime, comment: str
) -> None:
    placement.approved_by, placement.approved_at = actor.user_id, now
    placement.decision_comment = comment
    placement.snapshot_id = take_snapshot(session, placement.candidate, "approval", now=now).id
    step = move(session, placement, "approve", actor=actor, now=now)
    notify(session, placement, step, actor=actor, now=now)
