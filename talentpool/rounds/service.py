from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from .. import audit, jobs
from ..db import Session
from ..listing import Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Action, Actor, get_visible, require, visible
from ..states import RoundState, move
from .models import Round, RoundNeed
from .preparing import JOB
from .storing import is_unexplained

PAGE = 25  # rows
COMPARED = 5  # other plans, on the page of one
_LISTING = Listing(
    Round.id,
    filters={"state": Filter(sa.select(Round.id, Round.state))},
    orders={
        "number": (Round.number,),
        "title": (Round.title,),
        "state": (in_order(RoundState, Round.state),),
        "created": (Round.created_at,),
    },
    first_order="-number",
)


def list_rounds(session: Session, actor: Actor, asked: Asked) -> Listed[Round]:
    """The rounds that `actor` may see, newest first."""
    return _LISTING.ask(session, visible(actor, Round), asked, size=PAGE)


def list_compared(session: Session, actor: Actor, round_: Round) -> list[Round]:
    """The plans this one is compared with most: the one it was made from, then the newest."""
    is_base = sa.case((Round.id == round_.based_on_id, 0), else_=1)
    query = visible(actor, Round).where(Round.id != round_.id, Round.summary.is_not(None))
    return list(session.scalars(query.order_by(is_base, Round.id.desc()).limit(COMPARED)))


def get_finished(session: Session, actor: Actor, round_id: int) -> Round:
    """A visible round with its result."""
    return get_visible(session, actor, Round, round_id, options=[undefer(Round.result)])


def get_round_need(session: Session, round_: Round, need_id: int) -> RoundNeed | None:
    query = sa.select(RoundNeed).where(
        RoundNeed.round_id == round_.id, RoundNeed.need_id == need_id
    )
    return session.scalars(
        query.options(undefer(RoundNeed.ranking), undefer(RoundNeed.excluded))
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip


def cancel_round(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    """Cancel at once what nobody has begun; ask the worker to stop what is running, a plan's explanations as well."""
    require(session, actor, Action.RUN_ROUND, round_)
    if round_.state is RoundState.RUNNING or find_explaining(session, round_) is not None:
        jobs.request_cancel(session, JOB, round_.id)
        audit.record(session, audit.Deed.ROUND_STOP, round_, actor=actor, now=now)
        return
    move(session, round_, "cancel", actor=actor, now=now)
    round_.finished_at = now
    jobs.drop_waiting(session, JOB, round_.id, now=now)


def find_explaining(session: Session, round_: Round) -> jobs.Job | None:
    """The job that explains a plan which is there already."""
    if not is_unexplained(round_):
        return None
    job = jobs.get_latest(session, JOB, round_.id)
    return job if job is not None and job.state is jobs.JobState.RUNNING else None


def discard_round(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.RUN_ROUND, round_)
    move(session, round_, "discard", actor=actor, now=now)
    jobs.request_cancel(session, JOB, round_.id)
