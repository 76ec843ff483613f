"""What the other side, the prefecture and the one who proposed do with a proposal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from ... import audit
from ...accounts.postal import PostalTask
from ...dates import local_date
from ...db import Session
from ...deadlines.service import read_terms
from ...errors import Conflict, Forbidden, NotFound
from ...language import say, sentences
from ...permissions import Action, Actor, require
from ...reference.reasons import check_comment, check_said
from ...states import COUNTER, CounterState, PlacementState, move
from ...waits import Wait
from ..answering import TOO_LATE
from ..deferring import set_answer_until
from ..guards import Rules
from ..locking import lock_placements
from ..papers import note_change
from .ending import end_counter
from .finding import is_answered_by_officers, may_take
from .holding import hold_exactly
from .models import CounterProposal
from .notices import ASK, LINK, notify, tell_asked
from .proposing import answer_due

NOT_YOURS = say("この操作を行う権限がありません。")
SAME_OFFICER = say("決裁に回した本人は決裁できません。別の決裁者が決裁します。")
_WAITS = {
    PlacementState.OFFERED: Wait.OFFER,
    PlacementState.INTRODUCED: Wait.INTRODUCTION,
}


def take_step(
    session: Session,
    row: CounterProposal,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    comment: str = "",
) -> None:
    """Take a step by its verb; NotFound for one that no button offers."""
    if verb not in SERVICES:
        raise NotFound
    step = COUNTER.steps[verb]
    require(session, actor, step.action, row)
    lock(session, row)
    if not may_take(row, step, actor):
        raise Forbidden(SAME_OFFICER if verb == "approve" else NOT_YOURS)
    if row.state in step.sources:
        check_said(session, step, reason, comment)
    SERVICES[verb](session, row, actor=actor, now=now, reason=reason, comment=comment)
    if step.action is Action.ANSWER_COUNTER and is_answered_by_officers(row):
        _note_told(session, row, actor, now)


def _note_told(session: Session, row: CounterProposal, actor: Actor, now: datetime) -> None:
    """Who answers an officer has been told the question: the letter need not be posted any more."""
    query = sa.select(PostalTask).where(
        PostalTask.link == LINK.format(row.id),
        PostalTask.template.in_(ASK.values()),
        PostalTask.handled_at.is_(None),
    )
    for task in session.scalars(query):
        task.handled_at, task.handled_by, task.told_on = now, actor.user_id, local_date(now)
        detail = {"how": "telephone", "day": local_date(now).isoformat()}
        audit.record(session, audit.Deed.LETTER_POST, task, actor=actor, now=now, detail=detail)


def lock(session: Session, row: CounterProposal) -> None:
    """The placement with its need before the proposal itself."""
    lock_placements(session, [row.placement])
    query = sa.select(CounterProposal).where(CounterProposal.id == row.id).with_for_update()
    session.scalars(query.execution_options(populate_existing=True)).one()


def _draft(
    session: Session,
    row: CounterProposal,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
    comment: str,
) -> None:
    """決裁に回す: what goes beyond the decision needs a new one."""
    check_comment(comment)
    step = move(session, row, "draft", actor=actor, now=now)
    row.drafted_by, row.drafted_at, row.draft_comment = actor.user_id, now, comment
    notify(session, row, step, actor=actor, now=now)


def _approve(
    session: Session,
    row: CounterProposal,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
    comment: str,
) -> None:
    """承認する: the other side is asked now."""
    check_comment(comment)
    _check_rules(session, row, actor, now)
    until = answer_due(session, row.prefecture_code, now)
    step = move(session, row, "approve", actor=actor, now=now)
    row.asked_at, row.until = now, until
    row.decided_by, row.decided_at, row.decision_comment = actor.user_id, now, comment
    notify(session, row, step, actor=actor, now=now)
    tell_asked(session, row, actor=actor, now=now)


def _refuse(
    session: Session,
    row: CounterProposal,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
    comment: str,
) -> None:
    if row.state is CounterState.PROPOSED:
        row.decided_by, row.decided_at, row.decision_comment = actor.user_id, now, comment
    end_counter(session, row, "refuse", actor=actor, now=now, reason=reason)


def _turn_back(
    session: Session,
    row: CounterProposal,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
    comment: str,
) -> None:
    row.draft_comment = comment
    end_counter(session, row, "turn_back", actor=actor, now=now, reason=reason)


def _accept(
    session: Session,
    row: CounterProposal,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
    comment: str,
) -> None:
    """The placement carries the conditions, and who proposed them is asked for the answer anew."""
    placement = row.placement
    if row.state is CounterState.ASKED:
        if row.until is not None and row.until < now:
            raise Conflict(TOO_LATE)
        _check_rules(session, row, actor, now)
    step = move(session, row, "accept", actor=actor, now=now)
    row.ended_at = now
    before = placement.conditions
    placement.agreed_half_days, placement.agreed_mode = row.half_days, row.mode
    placement.agreed_first_month = row.first_month
    placement.agreed_last_month = row.last_month
    hold_exactly(session, placement, now)
    wait = _WAITS[placement.state]
    set_answer_until(placement, read_terms(session, placement.prefecture_code).due(wait, now))
    note_change(
        session, placement, before, placement.conditions, decided_by=row.decided_by, actor=actor,
        now=now,
    )  # fmt: skip
    notify(session, row, step, actor=actor, now=now)


def _check_rules(session: Session, row: CounterProposal, actor: Actor, now: datetime) -> None:
    """What was checked when it was proposed must hold when somebody says yes."""
    placement = row.placement
    rules = Rules.read(session, [placement], now, actor.role)
    faults = rules.faults(placement, row.conditions)
    if faults:
        raise Conflict(sentences([say("この条件では先に進められません。"), *faults]))


def _end(
    session: Session,
    row: CounterProposal,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
    comment: str,
) -> None:
    end_counter(session, row, verb, actor=actor, now=now, reason=reason)


SERVICES: Mapping[str, Callable[..., None]] = {
    "draft": _draft,
    "turn_back": _turn_back,
    "approve": _approve,
    "refuse": _refuse,
    "accept": _accept,
    "decline": partial(_end, verb="decline"),
    "withdraw": partial(_end, verb="withdraw"),
}
