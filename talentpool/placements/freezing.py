"""What a decision paper says, as plain values: ids, codes and figures. Names stay in the encrypted snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ..dates import month_text
from ..db import Session
from ..deadlines.service import read_terms
from ..needs.costing import find_rate, trip_between
from ..needs.models import Need
from ..reference.service import load_catalogue
from ..rounds.directed import count_directed, describe_directives
from ..rounds.figures import ratings_of
from ..rounds.models import DirectiveKind, PlanPair, Round, RoundNeed
from ..waits import Wait
from .models import DecisionPaper, HoldLift, Placement
from .screening import find_conflicts
from .weighing import list_asked

_NEED = (
    "code", "content_version", "title", "theme", "stage", "half_days", "seats", "mode", "on_site_share",
    "place_code", "pay_amount", "pay_basis", "funding_source", "department",
)  # fmt: skip
_AT_LAST = datetime.max.replace(tzinfo=UTC)
_ROUND = ("id", "number", "state", "input_hash", "objective", "bound", "gap", "adopted_by")


def describe_paper(
    session: Session, paper: DecisionPaper, rows: Sequence[Placement]
) -> dict[str, Any]:
    """`rows`: those who are drafted on it, in their order."""
    need, first = paper.need, rows[0]
    ranking = _ranking(session, first)
    findings = find_conflicts(session, rows)
    lifted = _lifted(session, rows)
    terms = read_terms(session, paper.prefecture_code)
    return {
        "seat": paper.seat,
        "offer_days": terms.days(Wait.OFFER, _AT_LAST),
        "need": _need(need),
        "trip_yen": _trip(session, paper, first),
        "round": _round(session, first),
        "directives": describe_directives(session, first.round_id, need.id),
        "people": [
            _person(row, need)
            | {
                "ranking": _place(ranking, row.candidate.code),
                "conflicts": [
                    {"rule": found.rule, "severity": found.severity} for found in findings[row.id]
                ],
                "lifted_holds": lifted.get(row.candidate_id, []),
            }
            for row in rows
        ],
        "drafted_by": paper.drafted_by,
        "drafted_at": _iso(paper.drafted_at),
        "draft_comment": first.draft_comment,
    }


def _trip(session: Session, paper: DecisionPaper, first: Placement) -> int | None:
    """Yen of a visit of the first person, at the price that stands now."""
    rate = find_rate(session, paper.prefecture_code)
    if rate is None:
        return None
    catalogue = load_catalogue(session)
    return trip_between(rate, first.candidate.home_code, paper.need.place_code, catalogue)


def _need(need: Need) -> dict[str, Any]:
    return {
        **{name: getattr(need, name) for name in _NEED},
        "municipality": need.municipality_code,
        "first_month": month_text(need.first_month),
        "last_month": month_text(need.last_month),
        "forms": [row.form for row in need.forms],
    }


def _round(session: Session, placement: Placement) -> dict[str, Any] | None:
    """The round that suggested the first, with the figures of its proof."""
    if placement.round_id is None:
        return None
    round_ = session.get_one(Round, placement.round_id)
    given = count_directed(session, round_.id)
    return {
        **{name: getattr(round_, name) for name in _ROUND},
        "finished_at": _iso(round_.finished_at),
        "adopted_at": _iso(round_.adopted_at),
        "weights": round_.policy.get("weights", {}),
        "pins": given.get(DirectiveKind.PIN, 0),
        "forbids": given.get(DirectiveKind.FORBID, 0),
        "plan": _plan(session, round_.id, placement.municipality_code),
    }


def _plan(session: Session, round_id: int, town: str) -> dict[str, int]:
    """Seats that the plan fills and that were asked for, of all towns and of one."""
    is_town = Need.municipality_code == town
    pairs = sa.select(sa.func.count(), sa.func.count().filter(is_town)).select_from(PlanPair)
    pairs = pairs.join(Need, Need.id == PlanPair.need_id).where(PlanPair.round_id == round_id)
    filled, of_town = session.execute(pairs).one()
    seats = sa.func.coalesce(sa.func.sum(Need.seats), 0)
    needs = sa.select(seats, sa.func.coalesce(sa.func.sum(Need.seats).filter(is_town), 0))
    needs = needs.join(RoundNeed, RoundNeed.need_id == Need.id).where(
        RoundNeed.round_id == round_id
    )
    asked, asked_of_town = session.execute(needs).one()
    return {"filled": filled, "town": of_town, "asked": asked, "town_asked": asked_of_town}


def _person(row: Placement, need: Need) -> dict[str, Any]:
    return {
        "placement": row.id,
        "candidate": row.candidate.code,
        "snapshot": row.snapshot_id,
        "rank": row.rank,
        "fit": row.fit,
        "parts": row.parts,
        "ratings": ratings_of(row.round, row.candidate.code) if row.round else None,
        "reason": row.reason,
        "skills": _skills(row, need),
    }


def _ranking(session: Session, row: Placement) -> Sequence[Mapping[str, Any]]:
    """Everybody whom the round of `row` ranked for the need."""
    query = sa.select(RoundNeed.ranking).where(
        RoundNeed.round_id == row.round_id, RoundNeed.need_id == row.need_id
    )
    return session.scalar(query) or ()


def _place(ranking: Sequence[Mapping[str, Any]], code: str) -> dict[str, int] | None:
    """The place in the ranking, and how many stand in it; None for who does not."""
    places = (entry["rank"] for entry in ranking if entry["candidate"] == code)
    return next(({"place": place, "of": len(ranking)} for place in places), None)


def _skills(row: Placement, need: Need) -> list[dict[str, Any]]:
    """What the need asks for beside what the person says, and how that is evidenced."""
    return [
        {
            "skill": asked.skill, "must": asked.must, "level": asked.level, "since": asked.since,
            "own": asked.own_level, "used": asked.last_used, "recent": asked.is_recent,
            "evidence": asked.evidence,
        }
        for asked in list_asked(need, row.candidate)
    ]  # fmt: skip


def _lifted(session: Session, rows: Sequence[Placement]) -> dict[int, list[dict[str, Any]]]:
    """Candidate id → the holds that were lifted for the need of these placements."""
    query = sa.select(HoldLift).where(
        HoldLift.need_id == rows[0].need_id,
        HoldLift.candidate_id.in_([row.candidate_id for row in rows]),
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for lift in session.scalars(query.order_by(HoldLift.rule)):
        said = {
            "rule": lift.rule,
            "reason": lift.reason,
            "by": lift.lifted_by,
            "at": _iso(lift.lifted_at),
        }
        found.setdefault(lift.candidate_id, []).append(said)
    return found


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
