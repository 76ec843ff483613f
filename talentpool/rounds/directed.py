"""What was fixed and ruled out in a round: by whom, why, and what each changed, as the engine reckoned it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Session
from ..needs.models import Need
from .models import DirectiveKind, Round, RoundDirective
from .plan import Cast

KEYS = {DirectiveKind.PIN: "pins", DirectiveKind.FORBID: "forbids"}  # of the engine's document


@dataclass(frozen=True, slots=True)
class Moved:
    person: Candidate
    leaves: Sequence[Need]
    enters: Sequence[Need]


@dataclass(frozen=True, slots=True)
class Effect:
    """The plan beside the best plan without the directive."""

    filled: int  # seats more, or fewer
    fit: int | None  # bp of the mean fit
    towns: Sequence[tuple[str, int]]  # (municipality, seats more or fewer) of those that differ
    moves: Sequence[Moved]  # from the plan without it to this one: who lost a seat first

    @property
    def is_felt(self) -> bool:
        return bool(self.moves)


@dataclass(frozen=True, slots=True)
class Directed:
    """A pin or a forbid. effect: None where the round does not say; is_late where there was no time to find it out."""

    kind: DirectiveKind
    need: Need
    person: Candidate
    reason: str
    by: str | None
    effect: Effect | None
    is_late: bool = False

    @property
    def people(self) -> set[int]:
        """Ids of all whose names it shows."""
        moves = self.effect.moves if self.effect else ()
        return {self.person.id, *(move.person.id for move in moves)}


def list_directed(
    session: Session,
    round_id: int | None,
    need_id: int | None = None,
    *,
    cast: Cast | None = None,
) -> list[Directed]:
    """The directives of a round, or of one need of it; pins first. `cast`: where it is at hand, with `codes_moved`."""
    if round_id is None:
        return []
    query = sa.select(RoundDirective, User.display_name).outerjoin(
        User, User.id == RoundDirective.given_by
    )
    query = query.where(RoundDirective.round_id == round_id)
    if need_id is not None:
        query = query.where(RoundDirective.need_id == need_id)
    rows = session.execute(query).all()
    if not rows:
        return []
    round_ = session.get_one(Round, round_id)
    told = _Told(round_.result or {}, cast or _cast_of(session, round_, [row for row, _ in rows]))
    found = [told.directed(row, name) for row, name in rows]
    return sorted(found, key=lambda row: (row.kind is not DirectiveKind.PIN, row.need.code))


def _cast_of(session: Session, round_: Round, rows: Sequence[RoundDirective]) -> Cast:
    """Who and what these directives concern, with all whom the effects of the round name."""
    entries = _entries(round_)
    needs = {code for entry in entries for code in entry["seats"]}
    for move in (move for entry in entries for move in entry["moves"]):
        needs.update(move["leaves"], move["enters"])
    ids = {row.need_id for row in rows}, {row.candidate_id for row in rows}
    return Cast.named(session, *ids, codes=needs | codes_moved(round_))


def _entries(round_: Round) -> list[Mapping[str, Any]]:
    result = round_.result or {}
    return [row for key in KEYS.values() for row in result.get(key, ())]


def codes_moved(round_: Round) -> set[str]:
    """Codes of the people whom the directives of a round have moved."""
    return {move["candidate"] for entry in _entries(round_) for move in entry["moves"]}


def count_directed(session: Session, round_id: int | None) -> dict[DirectiveKind, int]:
    """How many pairs the plan of a round was made to keep and to leave out."""
    query = sa.select(RoundDirective.kind, sa.func.count()).where(
        RoundDirective.round_id == round_id
    )
    return dict(session.execute(query.group_by(RoundDirective.kind)).all())


def list_pinned(
    session: Session, pairs: Iterable[tuple[int | None, int, int]]
) -> set[tuple[int, int, int]]:
    """Those of the triples (round id, need id, candidate id) that the round was made to keep."""
    wanted = {triple for triple in pairs if triple[0] is not None}
    if not wanted:
        return set()
    key = (RoundDirective.round_id, RoundDirective.need_id, RoundDirective.candidate_id)
    query = sa.select(*key).where(
        RoundDirective.kind == DirectiveKind.PIN,
        RoundDirective.round_id.in_({triple[0] for triple in wanted}),
        RoundDirective.need_id.in_({triple[1] for triple in wanted}),
    )
    return {(r, n, c) for r, n, c in session.execute(query)} & wanted


def find_entry(
    result: Mapping[str, Any] | None, kind: DirectiveKind, need: str, candidate: str
) -> Mapping[str, Any] | None:
    """What the engine's document says of a directive; rounds before it was reckoned say nothing."""
    rows = (result or {}).get(KEYS[kind], ())
    return next((row for row in rows if (row["need"], row["candidate"]) == (need, candidate)), None)


def describe_directives(
    session: Session, round_id: int | None, need_id: int
) -> list[dict[str, Any]]:
    """The directives of one need of a round as plain values, ids and codes, for a paper."""
    query = (
        sa.select(RoundDirective, Need.code, Candidate.code)
        .join(Need, Need.id == RoundDirective.need_id)
        .join(Candidate, Candidate.id == RoundDirective.candidate_id)
        .where(RoundDirective.round_id == round_id, RoundDirective.need_id == need_id)
    )
    rows = session.execute(query.order_by(RoundDirective.candidate_id)).all()
    if not rows:
        return []
    result = session.scalar(sa.select(Round.result).where(Round.id == round_id))
    return [
        {
            "kind": str(row.kind), "candidate": person, "reason": row.reason, "by": row.given_by,
            "at": row.given_at.isoformat(), "effect": find_entry(result, row.kind, need, person),
        }
        for row, need, person in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """The result of a round, with the people and needs that its directives concern."""

    result: Mapping[str, Any]
    cast: Cast

    def directed(self, row: RoundDirective, by: str | None) -> Directed:
        need, person = self.cast.needs[row.need_id], self.cast.people[row.candidate_id]
        entry = find_entry(self.result, row.kind, need.code, person.code)
        effect = None if entry is None else self._effect(entry)
        is_late = entry is None and KEYS[row.kind] in self.result
        return Directed(row.kind, need, person, row.reason, by, effect, is_late)

    def _effect(self, entry: Mapping[str, Any]) -> Effect:
        plan = self.result.get("baselines", {}).get("plan", {})
        fits = plan.get("mean_fit"), entry["mean_fit"]
        towns = Counter[str]()
        for code, more in entry["seats"].items():
            towns[self.cast.need_by_code[code].municipality_code] += more
        people = self.cast.person_by_code
        moves = [self._moved(move) for move in entry["moves"] if move["candidate"] in people]
        return Effect(
            filled=sum(entry["seats"].values()),
            fit=None if None in fits else fits[0] - fits[1],
            towns=sorted((town, more) for town, more in towns.items() if more),
            moves=sorted(moves, key=lambda move: (not move.leaves, move.person.code)),
        )

    def _moved(self, move: Mapping[str, Any]) -> Moved:
        return Moved(
            self.cast.person_by_code[move["candidate"]],
            [self.cast.need_by_code[code] for code in move["leaves"]],
            [self.cast.need_by_code[code] for code in move["enters"]],
        )
