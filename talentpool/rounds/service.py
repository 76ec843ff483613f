from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from .. import audit, jobs
from ..db import Session
from ..permissions import Action, Actor, get_visible, require, visible
from ..states import RoundState, move
from .models import Round, RoundNeed
from .preparing import JOB
from .running import check_unchanged

__all__ = ["cancel_round", "check_unchanged", "discard_round", "get_finished", "list_rounds"]

ROWS = 30  # of the list on one page
COMPARED = 5  # other plans, on the page of one


@dataclass(frozen=True, slots=True)
class RoundPage:
    rows: list[Round]
    total: int
    page: int  # from 1
    pages: int


def list_rounds(session: Session, actor: Actor, *, page: int = 1) -> RoundPage:
    """One page of the rounds `actor` may see, newest first."""
    query = visible(actor, Round)
    total = session.scalar(query.with_only_columns(sa.func.count())) or 0
    pages = max(1, -(-total // ROWS))
    page = min(max(page, 1), pages)
    rows = query.order_by(Round.id.desc()).offset((page - 1) * ROWS).limit(ROWS)
    return RoundPage(list(session.scalars(rows)), total, page, pages)


def list_compared(session: Session, actor: Actor, round_: Round) -> list[Round]:
    """The plans this one is compared with most: the one it was made from, then the newest."""
    is_base = sa.case((Round.id == round_.based_on_id, 0), else_=1)
    query = visible(actor, Round).where(Round.id != round_.id, Round.summary.is_not(None))
    return list(session.scalars(query.order_by(is_base, Round.id.desc()).limit(COMPARED)))


def get_finished(session: Session, actor: Actor, round_id: int) -> Round:
    """A visible round with everything the plan page needs, in a handful of queries."""
    round_ = get_visible(session, actor, Round, round_id)
    session.scalars(
        sa.select(Round).where(Round.id == round_.id).options(undefer(Round.result))
        .execution_options(populate_existing=True)
    ).one()  # fmt: skip
    return round_


def get_round_need(session: Session, round_: Round, need_id: int) -> RoundNeed | None:
    query = sa.select(RoundNeed).where(
        RoundNeed.round_id == round_.id, RoundNeed.need_id == need_id
    )
    return session.scalars(
        query.options(undefer(RoundNeed.ranking), undefer(RoundNeed.excluded))
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip


def cancel_round(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    """Cancel at once what nobody has begun; ask the worker to stop what is running."""
    require(session, actor, Action.RUN_ROUND, round_)
    if round_.state is RoundState.RUNNING:
        jobs.request_cancel(session, JOB, round_.id)
        audit.record(session, "round.stop", round_, actor=actor, now=now)
        return
    move(session, round_, "cancel", actor=actor, now=now)
    round_.finished_at = now
    jobs.drop_waiting(session, JOB, round_.id, now=now)


def discard_round(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.RUN_ROUND, round_)
    move(session, round_, "discard", actor=actor, now=now)
