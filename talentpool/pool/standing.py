"""What already stands between people and needs. Placements and reviews lie above this package, so their tables are named here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ..db import Session
from ..ledger.models import Commitment
from ..states import REVIEWS_COUNTED, SEATED, TURNED_DOWN
from .records import Taken

PLACEMENT = sa.table(
    "placement",
    sa.column("id"),
    sa.column("need_id"),
    sa.column("candidate_id"),
    sa.column("state"),
)
HOLD_LIFT = sa.table(
    "hold_lift", sa.column("candidate_id"), sa.column("need_id"), sa.column("rule")
)
NEED = sa.table("need", sa.column("id"), sa.column("code"))
REVIEW = sa.table(
    "review",
    sa.column("candidate_id"),
    sa.column("prefecture_code"),
    sa.column("side"),
    sa.column("state"),
    sa.column("overall"),
)


def list_taken(session: Session, candidate_ids: Iterable[int]) -> dict[int, list[Taken]]:
    """Candidate id → half-days held and booked, by month and need."""
    query = (
        sa.select(Commitment.candidate_id, Commitment.month, Commitment.half_days, NEED.c.code)
        .join(PLACEMENT, PLACEMENT.c.id == Commitment.placement_id)
        .join(NEED, NEED.c.id == PLACEMENT.c.need_id)
        .where(Commitment.candidate_id.in_(list(candidate_ids)))
        .order_by(Commitment.month, NEED.c.code)
    )
    found: dict[int, list[Taken]] = {}
    for candidate_id, month, half_days, code in session.execute(query):
        found.setdefault(candidate_id, []).append(Taken(month, half_days, code))
    return found


def list_settled(
    session: Session, candidate_ids: Iterable[int]
) -> tuple[dict[int, list[tuple[str, str]]], dict[int, list[str]]]:
    """Candidate id → (need code, conflict rule) that a coordinator has lifted; → needs that turned the pair down."""
    ids = list(candidate_ids)
    lifted = (
        sa.select(HOLD_LIFT.c.candidate_id, NEED.c.code, HOLD_LIFT.c.rule)
        .join(NEED, NEED.c.id == HOLD_LIFT.c.need_id)
        .where(HOLD_LIFT.c.candidate_id.in_(ids))
    )
    turned_down = (
        sa.select(PLACEMENT.c.candidate_id, NEED.c.code, sa.null())
        .join(NEED, NEED.c.id == PLACEMENT.c.need_id)
        .where(
            PLACEMENT.c.candidate_id.in_(ids),
            PLACEMENT.c.state.in_([str(state) for state in TURNED_DOWN]),
        )
        .distinct()
    )
    rules: dict[int, list[tuple[str, str]]] = {}
    needs: dict[int, list[str]] = {}
    for candidate_id, code, rule in session.execute(sa.union_all(lifted, turned_down)):
        if rule is None:
            needs.setdefault(candidate_id, []).append(code)
        else:
            rules.setdefault(candidate_id, []).append((code, rule))
    return (
        {ident: sorted(pairs) for ident, pairs in rules.items()},
        {ident: sorted(codes) for ident, codes in needs.items()},
    )


def ratings_in(prefecture_code: str) -> sa.Select[*tuple[Any, ...]]:
    """candidate_id, total, number of the ratings by which towns of the prefecture ended somebody's work.

    Only those count that the person has been shown, and that are not contested or upheld as wrong.
    """
    return (
        sa.select(
            REVIEW.c.candidate_id,
            sa.func.sum(REVIEW.c.overall).label("total"),
            sa.func.count().label("number"),
        )
        .where(
            REVIEW.c.prefecture_code == prefecture_code,
            REVIEW.c.side == "town",
            REVIEW.c.overall.is_not(None),  # only at an end
            REVIEW.c.state.in_([str(state) for state in REVIEWS_COUNTED]),
        )
        .group_by(REVIEW.c.candidate_id)
    )


def list_ratings(session: Session, prefecture_code: str) -> dict[int, tuple[int, int]]:
    """Candidate id → sum and number of the ratings that count."""
    rows = session.execute(ratings_in(prefecture_code))
    return {ident: (int(total), count) for ident, total, count in rows}


def count_filled(session: Session, need_ids: Iterable[int]) -> dict[int, int]:
    """Need id → seats that a placement holds."""
    query = (
        sa.select(PLACEMENT.c.need_id, sa.func.count())
        .where(
            PLACEMENT.c.need_id.in_(list(need_ids)),
            PLACEMENT.c.state.in_([str(state) for state in SEATED]),
        )
        .group_by(PLACEMENT.c.need_id)
    )
    return {row.need_id: row[1] for row in session.execute(query)}
