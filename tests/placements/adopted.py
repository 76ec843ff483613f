"""An adopted round whose suggestions wait to be drafted."""

from __future__ import annotations

from talentpool.db import Database
from talentpool.rounds.models import RoundNeed
from talentpool.states import PlacementState, RoundState

from .. import factories as make

PS = PlacementState


def adopted_round(database: Database, *, needs: int = 3, behind: int = 2) -> int:
    """An adopted round with a suggestion for each need, and people behind them in the ranking."""
    with database.writing() as session:
        pairs = [(make.make_need(session), make.make_candidate(session)) for _ in range(needs)]
        others = [make.make_candidate(session) for _ in range(behind)]
        round_ = make.make_round_with_plan(session, pairs, state=RoundState.ADOPTED)
        for need, candidate in pairs:
            made = make.make_placement(session, need, candidate, state=PS.SUGGESTED)
            made.round_id, made.drafted_at = round_.id, None
            row = session.get_one(RoundNeed, (round_.id, need.id))
            row.ranking = [
                *(row.ranking or []),
                *(
                    {
                        "candidate": other.code, "rank": 2 + place, "fit": 7000 - place, "placed": False,
                        "parts": {"skills": 7000}, "regret": 10, "reason": {"code": "outranked", "by": 1},
                    }
                    for place, other in enumerate(others)
                ),
            ]  # fmt: skip
        return round_.id
