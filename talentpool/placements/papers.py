"""The decision paper (起案書) of a seat: its number, its freezing, and what came of it.

A paper is numbered by the first draft. Returned, it is drafted again under its number; withdrawn or refused, it
keeps the number for itself: no other paper ever gets it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit, jobs
from ..accounts.service import lock_pool
from ..candidates.models import Candidate
from ..dates import fiscal_year, local_date, month_text
from ..db import Session, canonical_json
from ..needs.models import Need
from ..permissions import Actor
from ..states import LIVE, PlacementState
from .conditions import Conditions
from .freezing import describe_paper
from .models import Authority, DecisionPaper, Placement, Verdict

CONFIRMED, UNDONE, FINISHED, ENDED = "confirmed", "undone", "finished", "ended"  # of an outcome
EXTENDED = "extended"
ADDED = "added"
ANSWERED = "answered"  # by the person, to an officer
CHANGED = "changed"
PRINT = "paper_print"  # kind of the job that makes the PDF


def open_paper(
    session: Session, need: Need, seat: int, *, actor: Actor, now: datetime
) -> DecisionPaper:
    """The paper of the seat that waits to be decided, drafted now; with a new number where there is none."""
    paper = find_waiting(session, need, seat)
    if paper is not None:
        paper.endorsed_by = paper.endorsed_at = None  # that was about another draft
        paper.drafted_by, paper.drafted_at = actor.user_id, now
        return paper
    year = fiscal_year(local_date(now))
    paper = DecisionPaper(
        prefecture_code=need.prefecture_code,
        municipality_code=need.municipality_code,
        need_id=need.id,
        need=need,
        seat=seat,
        fiscal_year=year,
        number=_next_number(session, need.prefecture_code, year),
        numbered_at=now,
        drafted_by=actor.user_id,
        drafted_at=now,
        outcomes=[],
    )
    session.add(paper)
    session.flush()
    detail = {"need": need.id, "seat": seat, "fiscal_year": year, "number": paper.number}
    audit.record(session, audit.Deed.PAPER_NUMBER, paper, actor=actor, now=now, detail=detail)
    return paper


def find_waiting(session: Session, need: Need, seat: int) -> DecisionPaper | None:
    query = sa.select(DecisionPaper).where(
        DecisionPaper.need_id == need.id, DecisionPaper.seat == seat, DecisionPaper.is_waiting
    )
    return session.scalars(query).one_or_none()


def list_rows(session: Session, paper: DecisionPaper) -> list[Placement]:
    """Everybody who was ever on the paper, in its order, with what a sheet says of them."""
    person = joinedload(Placement.candidate)
    query = sa.select(Placement).where(Placement.paper_id == paper.id)
    query = query.options(joinedload(Placement.need), person.selectinload(Candidate.skills))
    return list(session.scalars(query.order_by(Placement.rank, Placement.id)))


def freeze_paper(
    session: Session,
    paper: DecisionPaper,
    verdict: Verdict,
    decided: Sequence[Placement],
    *,
    actor: Actor,
    now: datetime,
    comment: str,
    authority: Authority | None = None,
) -> None:
    """From the decision on the content stays as it is; the trail keeps its digest."""
    for row in list_rows(session, paper):
        if row not in decided and row.state is PlacementState.SUGGESTED:
            row.paper, row.seat = None, None  # returned, and left out when it was drafted again
    content = describe_paper(session, paper, decided) | {
        "decision": str(verdict), "decided_by": actor.user_id, "decided_at": now.isoformat(),
        "decision_comment": comment, "authority": authority and str(authority),
        "endorsed_by": paper.endorsed_by,
    }  # fmt: skip
    paper.decision, paper.decided_by, paper.frozen_at = verdict, actor.user_id, now
    paper.authority = authority
    paper.content = content
    jobs.enqueue(session, PRINT, paper.id, now=now)
    detail = {"decision": str(verdict), "content": digest(content)}
    audit.record(session, audit.Deed.PAPER_FREEZE, paper, actor=actor, now=now, detail=detail)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a frozen content (hex)."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def note_confirmation(
    session: Session,
    placement: Placement,
    booked: Mapping[int, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """`booked`: month → half-days."""
    half_days = {month_text(month): n for month, n in sorted(booked.items())}
    _append(session, placement, CONFIRMED, {"half_days": half_days}, actor, now)


def note_extension(
    session: Session,
    placement: Placement,
    last: date,
    added: Mapping[int, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """`last`: the new last day of the engagement; `added`: month → half-days."""
    detail = {"last_day": last.isoformat(), "half_days": sum(added.values())}
    _append(session, placement, EXTENDED, detail, actor, now)


def note_addition(
    session: Session,
    placement: Placement,
    month: int,
    half_days: int,
    *,
    decided_by: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """More in one month; `decided_by`: who decided it, where it is more than was approved."""
    detail = {"month": month_text(month), "half_days": half_days, "decided_by": decided_by}
    _append(session, placement, ADDED, detail, actor, now)


def note_answer(
    session: Session,
    placement: Placement,
    verb: str,
    detail: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """`detail`: how and when the person told the officer."""
    _append(session, placement, ANSWERED, {"verb": verb, **detail}, actor, now)


def note_change(
    session: Session,
    placement: Placement,
    before: Conditions,
    after: Conditions,
    *,
    decided_by: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """`decided_by`: who decided it, where it went beyond the paper."""
    detail = {
        "before": _conditions(before), "after": _conditions(after), "decided_by": decided_by,
    }  # fmt: skip
    _append(session, placement, CHANGED, detail, actor, now)


def _conditions(conditions: Conditions) -> dict[str, Any]:
    return {
        "half_days": conditions.half_days,
        "first_month": month_text(conditions.first_month),
        "last_month": month_text(conditions.last_month),
        "mode": str(conditions.mode),
    }


def note_undoing(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    _append(session, placement, UNDONE, {"reason": placement.end_reason}, actor, now)


def note_finish(
    session: Session, placement: Placement, last: date, *, actor: Actor, now: datetime
) -> None:
    """`last`: the last day of the engagement."""
    detail = {"last_day": last.isoformat(), "reason": placement.end_reason}
    _append(session, placement, FINISHED, detail, actor, now)


def note_end(session: Session, placement: Placement, *, actor: Actor, now: datetime) -> None:
    """Say that the list is over, once nobody on it is under way."""
    if placement.paper is None or placement.paper.ended_at is not None:
        return
    session.flush()
    if any(row.state in LIVE for row in list_rows(session, placement.paper)):
        return
    placement.paper.ended_at = now
    detail = {"state": str(placement.state), "reason": placement.end_reason}
    _append(session, placement, ENDED, detail, actor, now)


def _append(
    session: Session,
    placement: Placement,
    what: str,
    detail: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    paper = placement.paper
    if paper is None:
        return
    entry = {
        "what": what, "at": now.isoformat(), "placement": placement.id, "by": actor.user_id, **detail,
    }  # fmt: skip
    paper.outcomes = [*paper.outcomes, entry]
    if paper.frozen_at is not None:
        jobs.enqueue(session, PRINT, paper.id, now=now)
    audit.record(
        session, audit.Deed.PAPER_OUTCOME, paper, actor=actor, now=now,
        detail={"what": what, "placement": placement.id},
    )  # fmt: skip


def _next_number(session: Session, prefecture_code: str, year: int) -> int:
    lock_pool(session, prefecture_code)
    last = sa.select(sa.func.max(DecisionPaper.number)).where(
        DecisionPaper.prefecture_code == prefecture_code,
        DecisionPaper.fiscal_year == year,
    )
    return (session.scalar(last) or 0) + 1
