"""What the pages of a finished round show, read from what the engine wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates.models import Candidate
from ..db import Session
from ..matching.explaining.excluded import LeftOut
from ..needs.models import Need
from ..permissions import Actor, visible
from ..searching import every_word, number_in
from ..typed.days import read_month
from .models import DirectiveKind, PlanPair, Round, RoundNeed

MOST_LOOKED = 10  # people that one search finds


@dataclass(frozen=True, slots=True)
class Cast:
    """The needs and people of rounds, by id and by code; two queries."""

    needs: Mapping[int, Need]
    people: Mapping[int, Candidate]
    need_by_code: Mapping[str, Need]
    person_by_code: Mapping[str, Candidate]

    @classmethod
    def of(cls, session: Session, *rounds: Round, codes: Iterable[str] = ()) -> Cast:
        """codes: of further people."""
        need_ids = {row.need_id for round_ in rounds for row in round_.needs}
        person_ids = {pair.candidate_id for round_ in rounds for pair in round_.pairs}
        person_ids |= {row.candidate_id for round_ in rounds for row in round_.directives}
        return cls.named(session, need_ids, person_ids, codes)

    @classmethod
    def of_needs(cls, session: Session, round_: Round) -> Cast:
        """Without people; one query."""
        return cls.named(session, {row.need_id for row in round_.needs}, ())

    @classmethod
    def named(
        cls,
        session: Session,
        need_ids: Iterable[int],
        person_ids: Iterable[int],
        codes: Iterable[str] = (),
    ) -> Cast:
        """codes: of further people and needs."""
        more = list(codes)
        wanted = Need.id.in_(set(need_ids)) | Need.code.in_(more)
        query = sa.select(Need).where(wanted).options(joinedload(Need.joint))
        needs = session.scalars(query).all()
        asked = Candidate.id.in_(set(person_ids)) | Candidate.code.in_(more)
        people = session.scalars(sa.select(Candidate).where(asked)).all()
        return cls(
            {need.id: need for need in needs},
            {person.id: person for person in people},
            {need.code: need for need in needs},
            {person.code: person for person in people},
        )


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat of the plan: filled by a pair, or empty with what the engine says about it."""

    need: Need
    seat: int
    pair: PlanPair | None
    candidate: Candidate | None
    empty: Mapping[str, Any] | None
    directive: DirectiveKind | None


def list_seats(round_: Round, cast: Cast) -> list[SeatRow]:
    """Every seat the engine was asked to fill, filled ones first within a need."""
    empties = empty_seats(round_)
    kinds = directives_of(round_)
    pairs: dict[int, list[PlanPair]] = {row.need_id: [] for row in round_.needs}
    for pair in round_.pairs:
        pairs[pair.need_id].append(pair)
    rows = []
    for need_id, placed in pairs.items():
        need = cast.needs[need_id]
        for pair in placed:
            kind = kinds.get((need_id, pair.candidate_id))
            person = cast.people[pair.candidate_id]
            rows.append(SeatRow(need, pair.seat, pair, person, None, kind))
        empty = empties.get(need.code)
        rows += [
            SeatRow(need, len(placed) + number, None, None, empty, None)
            for number in range(1, empty["seats"] + 1 if empty else 1)
        ]
    return rows


def list_passed_over(session: Session, round_: Round) -> dict[int, Mapping[str, Any]]:
    """Need → the best in its ranking whom the plan did not place there, where somebody behind them was placed."""
    behind = {pair.need_id for pair in round_.pairs if pair.reason.get("rank", 1) > 1}
    found = session.execute(
        sa.select(RoundNeed.need_id, RoundNeed.ranking).where(
            RoundNeed.round_id == round_.id, RoundNeed.need_id.in_(behind)
        )
    )
    return {
        need_id: next(entry for entry in ranking if not entry["placed"])
        for need_id, ranking in found
        if ranking and not all(entry["placed"] for entry in ranking)
    }


def empty_seats(round_: Round) -> dict[str, Mapping[str, Any]]:
    """Need code → what the engine says about its empty seats."""
    found = (round_.result or {}).get("empty_seats", [])
    return {entry["need"]: entry for entry in found}


def directives_of(round_: Round) -> dict[tuple[int, int], DirectiveKind]:
    return {(row.need_id, row.candidate_id): row.kind for row in round_.directives}


@dataclass(frozen=True, slots=True)
class RankRow:
    entry: Mapping[str, Any]  # candidate, rank, fit, parts, regret, placed, reason
    candidate: Candidate
    directive: DirectiveKind | None


def list_ranking(session: Session, round_: Round, row: RoundNeed) -> tuple[Cast, list[RankRow]]:
    entries = row.ranking or []
    cast = Cast.of(session, round_, codes={entry["candidate"] for entry in entries})
    kinds = directives_of(round_)
    rows = [
        RankRow(entry, person, kinds.get((row.need_id, person.id)))
        for entry in entries
        if (person := cast.person_by_code.get(entry["candidate"])) is not None
    ]
    return cast, rows


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody who was looked for in the ranking of a need. rules: that leave them out; neither: the round had them not."""

    person: Candidate
    entry: Mapping[str, Any] | None
    rules: tuple[str, ...]


def look_up(session: Session, actor: Actor, row: RoundNeed, words: str) -> list[Looked]:
    """The people whose names or numbers have every word, the first by number."""
    query = visible(actor, Candidate).where(*every_word(words, _places))
    entries = {entry["candidate"]: entry for entry in row.ranking or ()}
    return [
        Looked(person, entries.get(person.code), tuple((row.excluded or {}).get(person.code, ())))
        for person in session.scalars(query.order_by(Candidate.code).limit(MOST_LOOKED))
    ]


def _places(key: str) -> Iterator[sa.ColumnElement[bool]]:
    yield Candidate.search_key.contains(key, autoescape=True)
    if (number := number_in(key, "c")) is not None:
        yield Candidate.code == f"C-{number:06d}"


@dataclass(frozen=True, slots=True)
class Option:
    """One need of the round as it looks for one person."""

    need: Need
    entry: Mapping[str, Any] | None
    excluded: tuple[str, ...]


def list_options(
    session: Session, round_: Round, candidate: Candidate, needs: Mapping[int, Need]
) -> list[Option]:
    """Every need of the round for one person: feasible ones by fit, then those a rule excludes.

    A person whom no rule leaves out stands in the ranking, so only those rankings are read.
    """
    of_round = RoundNeed.round_id == round_.id
    found = session.execute(sa.select(RoundNeed.need_id, RoundNeed.excluded).where(of_round))
    rules = {need: tuple((excluded or {}).get(candidate.code, ())) for need, excluded in found}
    able = [need for need, broken in rules.items() if not broken]
    entries = {
        need: entry
        for need, ranking in session.execute(
            sa.select(RoundNeed.need_id, RoundNeed.ranking)
            .where(of_round, RoundNeed.need_id.in_(able))
        )
        for entry in ranking or ()
        if entry["candidate"] == candidate.code
    }  # fmt: skip
    options = [Option(needs[need], entries.get(need), broken) for need, broken in rules.items()]
    return sorted(options, key=_best_first)


def _best_first(option: Option) -> tuple[int, str]:
    return (-option.entry["fit"] if option.entry else 1, option.need.code)


@dataclass(frozen=True, slots=True)
class Change:
    """A need whose people differ between two plans."""

    need: Need
    before: tuple[Candidate, ...]
    after: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """changes: of the needs that both rounds ask for; only_before, only_after: needs that one of them asks for."""

    changes: list[Change]
    only_before: list[Need]
    only_after: list[Need]


def compare_rounds(session: Session, before: Round, after: Round) -> Comparison:
    """The needs of both rounds that different people fill, and the needs of one of them."""
    cast = Cast.of(session, before, after)
    first, second = _by_need(before), _by_need(after)
    asked = [{row.need_id for row in round_.needs} for round_ in (before, after)]
    changes = []
    for ident in sorted(asked[0] & asked[1]):
        old, new = first.get(ident, set()), second.get(ident, set())
        if old != new:
            changes.append(
                Change(
                    cast.needs[ident],
                    tuple(cast.people[p] for p in sorted(old - new)),
                    tuple(cast.people[p] for p in sorted(new - old)),
                )
            )
    return Comparison(
        changes,
        [cast.needs[ident] for ident in sorted(asked[0] - asked[1])],
        [cast.needs[ident] for ident in sorted(asked[1] - asked[0])],
    )


def _by_need(round_: Round) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for pair in round_.pairs:
        found.setdefault(pair.need_id, set()).add(pair.candidate_id)
    return found


def count_rules(row: RoundNeed) -> list[tuple[str, int]]:
    """(rule, people it excludes) of one need, the rule that excludes most first."""
    left_out = row.excluded or {}
    if isinstance(left_out, LeftOut):
        counts = left_out.counts()
    else:
        counts = Counter(rule for rules in left_out.values() for rule in rules)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def find_entry(
    session: Session, round_: Round, need_id: int, code: str
) -> Mapping[str, Any] | None:
    """One person's line in the ranking of one need."""
    ranking = session.scalar(
        sa.select(RoundNeed.ranking).where(
            RoundNeed.round_id == round_.id, RoundNeed.need_id == need_id
        )
    )
    return next((entry for entry in ranking or [] if entry["candidate"] == code), None)


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """A person's month as the plan would have it; half-days."""

    month: int
    capacity: int
    held: int  # by this plan
    booked: int  # before it


def months_of(round_: Round, candidate: Candidate) -> list[PlannedMonth]:
    usage = (round_.result or {}).get("candidates", {}).get(candidate.code, {})
    return [
        PlannedMonth(read_month(month), row["capacity"], row["used"], 0)
        for month, row in sorted(usage.items())
    ]
