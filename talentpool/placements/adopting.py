"""Adopting a round: its plan becomes suggestions. Above rounds, because suggestions are placements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import Session
from ..errors import Conflict
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..rounds.models import PlanPair, Round
from ..rounds.validity import check_unchanged
from ..states import LIVE, ROUND, PlacementState, move
from .drafting import add_suggestion
from .ending import end_with_cause
from .locking import lock_memberships, lock_needs
from .models import Placement


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting a round does, for the page before and for the deed itself.

    made: pairs that become suggestions; skipped: pairs of the plan that are live already, as what they are; ended:
    suggestions that nobody has drafted and that give way to the plan.
    """

    made: list[PlanPair]
    skipped: list[Placement]
    ended: list[Placement]

    def shown(self) -> dict[str, str]:
        """The same as texts for a form, by which two of them are compared."""
        return {
            "made": " ".join(f"{pair.need_id}-{pair.candidate_id}" for pair in self.made),
            "skipped": _ids(self.skipped),
            "ended": _ids(self.ended),
        }


class OtherAdoption(Conflict):
    """Adopting would now do something else than the page said. shown: as the page said it."""

    def __init__(self, shown: Mapping[str, str], now: Adoption) -> None:
        super().__init__(say("画面を表示したあとで推薦の状況が変わったため、採用していません。"))
        self.shown, self.now = dict(shown), now


def foresee(session: Session, round_: Round) -> Adoption:
    """What adopting the round would do at this moment."""
    pairs = sorted(round_.pairs, key=_by_seat)
    placements = session.scalars(
        sa.select(Placement)
        .where(
            Placement.need_id.in_([row.need_id for row in round_.needs]), Placement.state.in_(LIVE)
        )
        .options(joinedload(Placement.candidate), joinedload(Placement.need))
        .order_by(Placement.id)
    ).all()
    live = {(row.need_id, row.candidate_id): row for row in placements}
    planned = {(pair.need_id, pair.candidate_id) for pair in pairs}
    return Adoption(
        made=[pair for pair in pairs if (pair.need_id, pair.candidate_id) not in live],
        skipped=[row for key, row in live.items() if key in planned],
        ended=[
            row
            for key, row in live.items()
            if key not in planned
            and row.state is PlacementState.SUGGESTED
            and row.drafted_at is None
        ],
    )


def adopt_round(
    session: Session,
    round_: Round,
    *,
    actor: Actor,
    now: datetime,
    shown: Mapping[str, str] | None = None,
) -> list[Placement]:
    """Adopt a plan whose inputs have not changed since, and do what `foresee` says; gives the new suggestions.

    OtherAdoption where that is no longer what was `shown`.
    """
    require(session, actor, Action.RUN_ROUND, round_)
    session.flush()
    session.refresh(round_, with_for_update=True)
    lock_memberships(session, round_.prefecture_code, [pair.candidate_id for pair in round_.pairs])
    lock_needs(session, [row.need_id for row in round_.needs])
    adoption = foresee(session, round_)
    if ROUND.transition("adopt", round_.state) is not None:
        check_unchanged(session, round_)
        if shown is not None and dict(shown) != adoption.shown():
            raise OtherAdoption(shown, adoption)
    move(
        session,
        round_,
        "adopt",
        actor=actor,
        now=now,
        detail={"input_hash": round_.input_hash},
    )
    round_.adopted_at, round_.adopted_by = now, actor.user_id
    for placement in adoption.ended:
        end_with_cause(session, placement, reason="new_round", caused_by=actor, now=now)
    return [
        add_suggestion(
            session, round_, session.get_one(Need, pair.need_id), pair.candidate_id,
            {"fit": pair.fit, "parts": pair.parts, "reason": pair.reason}, actor=actor, now=now,
        )
        for pair in adoption.made
    ]  # fmt: skip


def _ids(placements: Iterable[Placement]) -> str:
    return " ".join(str(row.id) for row in placements)


def _by_seat(pair: PlanPair) -> tuple[int, int]:
    return pair.need_id, pair.seat
