"""What already stands between people and needs. Placements, reviews and recorded conflicts lie above this package, so their tables are named here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..candidates.merged import PersonMerge
from ..child_rows import gather
from ..db import Base, Session, UtcDateTime
from ..ledger.models import Commitment
from ..states import REVIEWS_COUNTED, SEATED, TURNED_DOWN

PLACEMENT = sa.table(
    "placement",
    sa.column("id"),
    sa.column("need_id"),
    sa.column("candidate_id"),
    sa.column("state"),
    sa.column("agreed_mode"),
    sa.column("prefecture_code"),
    sa.column("offered_at", UtcDateTime()),
)
HOLD_LIFT = sa.table(
    "hold_lift", sa.column("candidate_id"), sa.column("need_id"), sa.column("rule")
)
KNOWN_CONFLICT = sa.table(
    "known_conflict",
    *map(sa.column, (
        "candidate_id", "prefecture_code", "municipality_code", "vendor", "ground", "lifter",
        "first_month", "last_month", "ended_at",
    )),
)  # fmt: skip
INTEREST = sa.table(
    "interest",
    *map(sa.column, ("candidate_id", "need_id", "prefecture_code", "answer", "bars")),
)
TOWN_RANK = sa.table(
    "town_rank", *map(sa.column, ("candidate_id", "need_id", "prefecture_code", "rank"))
)
NEED = sa.table(
    "need",
    *map(sa.column, ("id", "code", "pay_amount", "pay_basis", "mode", "on_site_share")),
)
REVIEW = sa.table(
    "review",
    sa.column("candidate_id"),
    sa.column("prefecture_code"),
    sa.column("side"),
    sa.column("state"),
    sa.column("overall"),
)


def settled_of(person: type[Base], prefecture_code: str) -> list[sa.Label[Any]]:
    """Of a candidate, as columns of lists: what is held and booked in a month and of which need, (need code, conflict rule)
    that a coordinator has lifted, the conflicts that officers of the prefecture have recorded, the codes of needs that
    turned the pair down, (need code, answer, whether the person is not to be asked, whether it was said under this
    registration and not one that was merged into it), (need code, rank that the town has given, last rank it has given
    to anybody for the need), and the ratings by which towns of the prefecture ended the
    person's work.
    """
    key = sa.inspect(person).primary_key[0]
    taken = (
        gather(
            Commitment.month, NEED.c.code, Commitment.half_days, NEED.c.pay_amount,
            NEED.c.pay_basis, NEED.c.mode, NEED.c.on_site_share, PLACEMENT.c.agreed_mode,
        )
        .join(PLACEMENT, PLACEMENT.c.id == Commitment.placement_id)
        .join(NEED, NEED.c.id == PLACEMENT.c.need_id)
        .where(Commitment.candidate_id == key)
    )  # fmt: skip
    lifted = (
        gather(NEED.c.code, HOLD_LIFT.c.rule)
        .join(HOLD_LIFT, HOLD_LIFT.c.need_id == NEED.c.id)
        .where(HOLD_LIFT.c.candidate_id == key)
    )
    row = KNOWN_CONFLICT.c
    known = gather(
        row.municipality_code, row.vendor, row.ground, row.lifter, row.first_month, row.last_month
    ).where(
        _is_of(row.candidate_id, person),
        row.prefecture_code == prefecture_code, row.ended_at.is_(None),
    )  # fmt: skip
    turned_down = (
        gather(NEED.c.code)
        .join(PLACEMENT, PLACEMENT.c.need_id == NEED.c.id)
        .where(
            _is_of(PLACEMENT.c.candidate_id, person),
            PLACEMENT.c.state.in_([str(state) for state in TURNED_DOWN]),
        )
    )
    said = INTEREST.c
    interests = (
        gather(NEED.c.code, said.answer, said.bars, said.candidate_id == key)
        .join(INTEREST, said.need_id == NEED.c.id)
        .where(
            _is_of(said.candidate_id, person),
            said.prefecture_code == prefecture_code,
        )
    )
    among = TOWN_RANK.alias()
    last = sa.select(sa.func.max(among.c.rank)).where(among.c.need_id == TOWN_RANK.c.need_id)
    ranks = (
        gather(NEED.c.code, TOWN_RANK.c.rank, last.correlate(TOWN_RANK).scalar_subquery())
        .join(TOWN_RANK, TOWN_RANK.c.need_id == NEED.c.id)
        .where(
            TOWN_RANK.c.candidate_id == key,
            TOWN_RANK.c.rank.is_not(None),
            TOWN_RANK.c.prefecture_code == prefecture_code,
        )
    )
    ratings = gather(REVIEW.c.overall).where(
        REVIEW.c.candidate_id == key, *_counted(prefecture_code)
    )
    named = {
        "taken": taken, "lifted": lifted, "known": known, "turned_down": turned_down,
        "interests": interests, "ranks": ranks, "ratings": ratings,
    }  # fmt: skip
    return [query.correlate(person).scalar_subquery().label(name) for name, query in named.items()]


def _is_of(candidate_id: Any, person: type[Base]) -> sa.ColumnElement[bool]:
    """Whether a row is of the person, also by another registration that turned out to be theirs."""
    key = sa.inspect(person).primary_key[0]
    others = sa.select(PersonMerge.gone_id).where(
        PersonMerge.kept_id == key, PersonMerge.undone_at.is_(None)
    )
    return sa.or_(candidate_id == key, candidate_id.in_(others.correlate(person)))


def list_committed(need_ids: Iterable[int]) -> sa.Select[int]:
    """Ids of the people of whom something is held or booked for these needs."""
    return (
        sa.select(Commitment.candidate_id)
        .join(PLACEMENT, PLACEMENT.c.id == Commitment.placement_id)
        .where(PLACEMENT.c.need_id.in_(list(need_ids)))
        .distinct()
    )


def last_asked(person: type[Base], prefecture_code: str) -> sa.ScalarSelect[datetime | None]:
    """When a vacancy of the prefecture last asked the candidate, also under a registration that turned out to be theirs."""
    row = PLACEMENT.c
    query = sa.select(sa.func.max(row.offered_at)).where(
        _is_of(row.candidate_id, person), row.prefecture_code == prefecture_code
    )
    return query.correlate(person).scalar_subquery()


def has_ratings(session: Session, prefecture_code: str) -> bool:
    """Whether any rating of anybody counts in the fit."""
    return session.scalar(sa.select(sa.exists().where(*_counted(prefecture_code)))) or False


def _counted(prefecture_code: str) -> list[sa.ColumnElement[bool]]:
    """Ratings that the person has been shown, and that are not contested or upheld as wrong."""
    return [
        REVIEW.c.prefecture_code == prefecture_code,
        REVIEW.c.side == "town",
        REVIEW.c.overall.is_not(None),  # only at an end
        REVIEW.c.state.in_([str(state) for state in REVIEWS_COUNTED]),
    ]


def taken_seats(need_id: Any) -> sa.ScalarSelect[int]:
    """How many seats of a need a placement holds, as a column."""
    query = sa.select(sa.func.count()).where(
        PLACEMENT.c.need_id == need_id, PLACEMENT.c.state.in_([str(state) for state in SEATED])
    )
    return query.scalar_subquery()


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
