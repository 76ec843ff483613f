"""What went before a round: the plan in force, and the towns that the plan adopted last has not served.

The plan in force is what adopted plans gave and nobody holds a seat by yet: it can still be changed. Placements lie
above this package, so their table is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from .. import matching as m
from ..db import Session
from ..needs.models import JointMember, Need, Outcome
from ..pool.assemble import Assembled
from ..states import JOINED, LIVE, SEATED, SERVED, RoundState
from .models import PlanPair, Round, RoundNeed

Names = tuple[str, str]  # codes of need and person
IN_FORCE_BONUS, CARRY_OVER_BONUS = 500, 1_000  # bp: what rounds begin with where there is a history
_PLACEMENT = sa.table(
    "placement", sa.column("id"), sa.column("need_id"), sa.column("candidate_id"), sa.column("state"),
    sa.column("offered_at"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """previous: pairs of the plan in force that the round could keep; unserved: towns of its needs."""

    previous: tuple[Names, ...] = ()
    carry_over: Mapping[str, int] | None = (
        None  # town → bp; as stored with a round, all of its policy
    )

    def applied(
        self, policy: m.Policy, people: Sequence[m.Candidate]
    ) -> tuple[m.Policy, list[m.Candidate]]:
        """Both with what the terms of the policy ask for; where the bonus is nothing, nothing is said of the plan."""
        if self.carry_over:
            policy = replace(policy, carry_over={**policy.carry_over, **self.carry_over})
        if not policy.in_force_bonus:
            return policy, list(people)
        needs: dict[str, set[str]] = {}
        for need, person in self.previous:
            needs.setdefault(person, set()).add(need)
        return policy, [
            replace(one, in_force=frozenset(needs[one.id])) if one.id in needs else one
            for one in people
        ]


def read_history(session: Session, round_: Round, pool: Assembled) -> History:
    """As it is now."""
    unserved: Iterable[str] = ()
    if round_.carry_over_bonus:
        asked = {need.municipality for need in pool.needs}
        unserved = sorted(asked & find_unserved(session, round_.prefecture_code))
    return History(_list_in_force(session, pool), dict.fromkeys(unserved, round_.carry_over_bonus))


def stored_history(document: Mapping[str, Any]) -> History:
    """As a round was given it: what was suggested since does not make its plan a wrong one."""
    pairs = tuple((pair[0], pair[1]) for pair in document.get("previous", ()))
    return History(pairs, document["policy"]["carry_over"])


def _list_in_force(session: Session, pool: Assembled) -> tuple[Names, ...]:
    needs = {pool.need_ids[need.id]: need.id for need in pool.needs}
    people = {pool.candidate_ids[one.id]: one.id for one in pool.candidates}
    found = session.execute(_in_force().where(_PLACEMENT.c.need_id.in_(needs)))
    return tuple(sorted((needs[n], people[c]) for n, c in found if c in people))


def _in_force() -> sa.Select[*tuple[Any, ...]]:
    """(need id, candidate id) of pairs of adopted plans that go on and hold no seat yet."""
    planned = (
        sa.exists()
        .where(
            PlanPair.need_id == _PLACEMENT.c.need_id,
            PlanPair.candidate_id == _PLACEMENT.c.candidate_id,
            PlanPair.round_id == Round.id,
            Round.state == RoundState.ADOPTED,
        )
        .correlate(_PLACEMENT)
    )
    coming = [str(state) for state in sorted(LIVE - SEATED)]
    return sa.select(_PLACEMENT.c.need_id, _PLACEMENT.c.candidate_id).where(
        _PLACEMENT.c.state.in_(coming), planned
    )


def has_plan(session: Session, prefecture_code: str) -> bool:
    """Whether there is a plan in force to keep to."""
    query = _in_force().join(Need, Need.id == _PLACEMENT.c.need_id)
    query = query.where(Need.prefecture_code == prefecture_code)
    return session.scalar(sa.select(query.exists())) or False


def find_last(session: Session, prefecture_code: str) -> Round | None:
    """The round that was adopted last."""
    query = sa.select(Round).where(
        Round.prefecture_code == prefecture_code, Round.state == RoundState.ADOPTED
    )
    return session.scalars(query.order_by(Round.adopted_at.desc(), Round.id.desc())).first()


def find_unserved(session: Session, prefecture_code: str) -> set[str]:
    """Towns with a need in the round adopted last, none of whose needs there anybody is on the way to or has served.

    A need that its town has withdrawn asks for nobody. The members of a joint need are served with it.
    """
    last = find_last(session, prefecture_code)
    if last is None:
        return set()
    moving = [str(state) for state in sorted(LIVE | SERVED)]
    is_served = sa.exists().where(_PLACEMENT.c.need_id == Need.id, _PLACEMENT.c.state.in_(moving))
    rows = session.execute(
        sa.select(Need.municipality_code, JointMember.municipality_code, is_served)
        .join(RoundNeed, RoundNeed.need_id == Need.id)
        .outerjoin(JointMember, (JointMember.need_id == Need.id) & JointMember.state.in_(JOINED))
        .where(
            RoundNeed.round_id == last.id,
            Need.outcome.is_(None) | (Need.outcome != Outcome.WITHDRAWN),
        )
    ).all()
    asked = {town for *towns, _ in rows for town in towns if town is not None}
    served = {town for *towns, is_so in rows for town in towns if is_so and town is not None}
    return asked - served


def find_unasked(session: Session, candidate_ids: Collection[int]) -> set[int]:
    """Those of the people who have never been asked about any need."""
    asked = sa.select(_PLACEMENT.c.candidate_id).where(
        _PLACEMENT.c.offered_at.is_not(None), _PLACEMENT.c.candidate_id.in_(candidate_ids)
    )
    return set(candidate_ids) - set(session.scalars(asked))


def summarise(
    policy: m.Policy,
    history: History,
    pool: Assembled,
    unasked: Collection[int],
    placed: Collection[Names],
) -> dict[str, Any]:
    """What the terms were given, and what came of it, as figures that are stored with the round."""
    kept, people = set(placed), {person for _, person in placed}
    towns = {need.id: need.municipality for need in pool.needs}
    served = {towns[need] for need, _ in placed}
    loaded = {one.id: one.load for one in pool.candidates if one.load}
    codes = {code for code, ident in pool.candidate_ids.items() if ident in unasked}
    return {
        "previous": len(history.previous),
        "kept": sum(pair in kept for pair in history.previous),
        "carry_over": dict(policy.carry_over),
        "served": sorted(town for town in policy.carry_over if town in served),
        "load": {
            "people": len(loaded), "half_days": sum(loaded.values()),
            "placed": len(loaded.keys() & people),
        },
        "unasked": {"people": len(codes), "placed": len(codes & people)},
    }  # fmt: skip
