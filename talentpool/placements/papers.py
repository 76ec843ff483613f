"""The decision paper (起案書): what was decided, frozen and numbered within the fiscal year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Pool
from ..dates import fiscal_year, local_date, month_text
from ..db import Session
from ..rounds.models import Round
from .models import DecisionPaper, HoldLift, Placement

_TIMES = (
    "drafted_at", "approved_at", "offered_at", "offer_until", "introduced_at", "introduction_until",
    "agreed_at", "confirmed_at", "undo_until",
)  # fmt: skip
_NEED = (
    "code", "content_version", "title", "theme", "stage", "half_days", "seats", "mode", "on_site_share",
    "place_code", "pay_amount", "pay_basis", "funding_source", "department",
)  # fmt: skip


def freeze_paper(
    session: Session, placement: Placement, booked: Mapping[int, int], *, now: datetime
) -> DecisionPaper:
    """`booked`: month → half-days. Numbers follow each other within a prefecture's fiscal year."""
    session.flush()
    year = fiscal_year(local_date(now))
    paper = DecisionPaper(
        placement_id=placement.id,
        prefecture_code=placement.prefecture_code,
        fiscal_year=year,
        number=_next_number(session, placement.prefecture_code, year),
        frozen_at=now,
        content=_content(session, placement, booked),
    )
    session.add(paper)
    session.flush()
    return paper


def find_paper(session: Session, placement: Placement) -> DecisionPaper | None:
    query = sa.select(DecisionPaper).where(DecisionPaper.placement_id == placement.id)
    return session.scalars(query).one_or_none()


def _next_number(session: Session, prefecture_code: str, year: int) -> int:
    """Two papers frozen at once get two numbers: the prefecture's row is locked first."""
    session.execute(
        sa.select(Pool.prefecture_code)
        .where(Pool.prefecture_code == prefecture_code)
        .with_for_update(key_share=True)
    )
    last = sa.select(sa.func.max(DecisionPaper.number)).where(
        DecisionPaper.prefecture_code == prefecture_code,
        DecisionPaper.fiscal_year == year,
    )
    return (session.scalar(last) or 0) + 1


def _content(session: Session, placement: Placement, booked: Mapping[int, int]) -> dict[str, Any]:
    """Ids, codes and figures: the names stay in the encrypted snapshot."""
    need = placement.need
    return {
        "placement": placement.id,
        "candidate": placement.candidate.code,
        "snapshot": placement.snapshot_id,
        "municipality": placement.municipality_code,
        "need": {name: getattr(need, name) for name in _NEED}
        | {"forms": [row.form for row in need.forms]},
        "round": _round(session, placement),
        "fit": placement.fit,
        "parts": placement.parts,
        "reason": placement.reason,
        "rank": placement.rank,
        "seat": placement.seat,
        "half_days": {month_text(month): n for month, n in sorted(booked.items())},
        "drafted_by": placement.drafted_by,
        "approved_by": placement.approved_by,
        "confirmed_by": placement.confirmed_by,
        "draft_comment": placement.draft_comment,
        "decision_comment": placement.decision_comment,
        "times": {name: _iso(getattr(placement, name)) for name in _TIMES},
        "others": _others(session, placement),
        "lifted_holds": _lifted(session, placement),
    }


def _round(session: Session, placement: Placement) -> dict[str, Any] | None:
    if placement.round_id is None:
        return None
    query = sa.select(Round.number, Round.input_hash).where(Round.id == placement.round_id)
    number, digest = session.execute(query).one()
    return {"id": placement.round_id, "number": number, "input_hash": digest}


def _others(session: Session, placement: Placement) -> list[dict[str, Any]]:
    """Who else was drafted for the need, and what became of it."""
    query = sa.select(Placement).where(
        Placement.need_id == placement.need_id,
        Placement.id != placement.id,
        Placement.drafted_at.is_not(None),
    )
    return [
        {
            "placement": row.id,
            "rank": row.rank,
            "state": str(row.state),
            "reason": row.end_reason,
            "fit": row.fit,
        }
        for row in session.scalars(query.order_by(Placement.rank, Placement.id))
    ]


def _lifted(session: Session, placement: Placement) -> list[dict[str, Any]]:
    query = sa.select(HoldLift).where(
        HoldLift.candidate_id == placement.candidate_id,
        HoldLift.need_id == placement.need_id,
    )
    return [
        {
            "rule": row.rule,
            "reason": row.reason,
            "by": row.lifted_by,
            "at": _iso(row.lifted_at),
        }
        for row in session.scalars(query.order_by(HoldLift.rule))
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
