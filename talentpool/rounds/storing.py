"""A round's plan and its explanations: from the engine's document into rows, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit, matching as m
from ..candidates.freshness import count_left_out
from ..db import Session
from ..needs.models import Need
from ..permissions import SYSTEM
from ..states import move
from .gathering import Inputs, moment_of
from .history import find_unasked, summarise
from .models import PlanPair, Round, RoundInput

WORKING = "working"  # in a document: what its explanations will be drawn from
VERBS = {
    m.PlanStatus.OPTIMAL: "prove",
    m.PlanStatus.FEASIBLE: "stop_short",
    m.PlanStatus.NOTHING: "come_up_empty",
    m.PlanStatus.CANCELLED: "halt",
}


def store(
    session: Session, round_: Round, inputs: Inputs, decided: m.Decided, *, now: datetime
) -> None:
    """Write the plan into the round, once, and move it to its state; its explanations follow."""
    need_ids, candidate_ids = inputs.pool.need_ids, inputs.pool.candidate_ids
    codes = {ident: code for code, ident in need_ids.items()}
    result = m.plan_document(decided) | {"seconds": decided.seconds}
    placed = {
        (need, row["candidate"]): row
        for need, rows in result["rankings"].items()
        for row in rows
        if row["placed"]
    }
    round_.pairs = [
        PlanPair(
            need_id=need_ids[pair["need"]],
            seat=pair["seat"],
            candidate_id=candidate_ids[pair["candidate"]],
            fit=pair["fit"],
            parts=pair["parts"],
            reason=placed[pair["need"], pair["candidate"]]["reason"],
        )
        for pair in result["placements"]
    ]
    round_.input_hash = result["input_hash"]
    round_.objective, round_.bound = result["value"], result["bound"]
    round_.gap = result["bound"] - result["value"]
    round_.seconds = result["seconds"]
    round_.summary = _summary(inputs, result) | {
        "unconfirmed": count_left_out(session, round_.prefecture_code, moment_of(round_)),
        "history": summarise(
            inputs.policy, inputs.history, inputs.pool,
            find_unasked(session, candidate_ids.values()),
            [(pair["need"], pair["candidate"]) for pair in result["placements"]],
        ),
    }  # fmt: skip
    _write(session, round_, result)
    for row in round_.needs:
        row.excluded = result["excluded"].get(codes[row.need_id], {})
    round_.finished_at = now
    session.add(RoundInput(round_id=round_.id, document=decided.input_document))
    verb = VERBS[result["status"]] if round_.what_if is None else "explore"
    move(
        session, round_, verb, actor=SYSTEM, now=now,
        detail={"input_hash": round_.input_hash, "objective": round_.objective},
    )  # fmt: skip


def explain(session: Session, round_: Round, result: dict[str, Any], *, now: datetime) -> None:
    """Write the explanations (see m.explained) beside the plan."""
    _write(session, round_, result | {"seconds": round_.seconds})
    audit.record(
        session, audit.Deed.ROUND_EXPLAIN, round_, actor=SYSTEM, now=now,
        detail={"left_out": len(result["left_out"])},
    )  # fmt: skip


def is_unexplained(round_: Round) -> bool:
    """Whether it has a plan that nobody has explained to the end."""
    return round_.result is not None and WORKING in round_.result


def _write(session: Session, round_: Round, result: dict[str, Any]) -> None:
    """Put the engine's document where its parts are kept; the figures of the list follow it."""
    codes = _codes(session, round_)
    for row in round_.needs:
        row.ranking = result["rankings"].get(codes[row.need_id], [])
    round_.result = {
        key: value for key, value in result.items() if key not in {"rankings", "excluded"}
    }
    round_.summary = (round_.summary or {}) | {
        "baselines": result["baselines"], "stopped": result["stopped"]
    }  # fmt: skip


def _codes(session: Session, round_: Round) -> dict[int, str]:
    """Need id → code."""
    wanted = sa.select(Need.id, Need.code).where(Need.id.in_([row.need_id for row in round_.needs]))
    return {row.id: row.code for row in session.execute(wanted)}


def _summary(inputs: Inputs, result: dict[str, Any]) -> dict[str, Any]:
    fits = [pair["fit"] for pair in result["placements"]]
    return {
        "candidates": len(inputs.pool.candidates),
        "needs": len(inputs.pool.needs),
        "seats": sum(need.seats for need in inputs.pool.needs),
        "filled": len(fits),
        "mean_fit": round(sum(fits) / len(fits)) if fits else None,
        "proof": result["proof"],
        **_ratings(inputs),
    }


def _ratings(inputs: Inputs) -> dict[str, Any]:
    """How many ratings the track record of each person is made of; nothing where nobody has any."""
    counts = {one.id: one.rating_count for one in inputs.pool.candidates if one.rating_count}
    return {"ratings": counts, "record_mean": inputs.policy.record_mean} if counts else {}


def document_of(round_: Round, codes: dict[int, str]) -> dict[str, Any]:
    """The engine's document again, from where it is stored. `codes`: need id → code."""
    rankings = {codes[row.need_id]: row.ranking for row in round_.needs}
    excluded = {codes[row.need_id]: dict(row.excluded or {}) for row in round_.needs}
    return {**(round_.result or {}), "rankings": rankings, "excluded": excluded}
