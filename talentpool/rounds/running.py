"""A round's run: rows in, engine, rows out. Two short units of work around a solve that holds no lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from .. import clock, jobs, matching as m
from ..candidates.freshness import count_left_out, list_left_out
from ..candidates.models import Candidate
from ..db import Database, Session
from ..errors import Conflict
from ..language import listed, named, say, sentences
from ..permissions import SYSTEM
from ..pool.assemble import Assembled, assemble
from ..pool.policy import fitted
from ..reference.service import load_catalogue
from ..states import ROUND, RoundState, move
from .history import History, find_unasked, read_history, summarise
from .models import DirectiveKind, PlanPair, Round, RoundInput
from .preparing import JOB, check_needs, pairs_of

SHOWN = 3  # pins that cannot be kept
CANCELLED = "cancelled"  # what a document says of a run that was stopped by hand
TELL_EVERY = 0.5  # seconds between two reports of progress: each is a unit of work
T = TypeVar("T")
VERBS = {
    m.PlanStatus.OPTIMAL: "prove",
    m.PlanStatus.FEASIBLE: "stop_short",
    m.PlanStatus.NOTHING: "come_up_empty",
    m.PlanStatus.CANCELLED: "halt",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a run depends on, in the engine's words."""

    pool: Assembled
    policy: m.Policy
    pins: tuple[tuple[str, str], ...]  # (need code, candidate code)
    forbids: tuple[tuple[str, str], ...]
    history: History

    @property
    def hash(self) -> str:
        return self.put_to(m.input_hash)

    def put_to(self, ask: Callable[..., T], **options: Any) -> T:
        """What a function of the engine answers to them."""
        return ask(
            self.pool.candidates, self.pool.needs, self.policy,
            pins=self.pins, forbids=self.forbids, previous=self.history.previous, **options,
        )  # fmt: skip


def gather(session: Session, round_: Round, history: History | None = None) -> Inputs:
    """Read the inputs of a round as they are now, or would be; whom it leaves out is as at its start.

    `history`: of the round as it was run, where that is what is asked about.
    """
    pool = assemble(
        session,
        round_.prefecture_code,
        [row.need_id for row in round_.needs],
        load_catalogue(session),
        moment=moment_of(round_),
    )
    if round_.what_if is not None:
        people, needs = m.WhatIf.from_dict(round_.what_if).applied(pool.candidates, pool.needs)
        pool = replace(pool, candidates=people, needs=needs)
    policy, people = fitted(m.Policy.from_dict(round_.policy), pool.candidates)
    history = history or read_history(session, round_, pool)
    policy, people = history.applied(policy, people)
    pool = replace(pool, candidates=people)
    return Inputs(
        pool,
        policy,
        _codes(pool, pairs_of(round_, DirectiveKind.PIN)),
        _codes(pool, pairs_of(round_, DirectiveKind.FORBID)),
        history,
    )


def moment_of(round_: Round) -> datetime:
    """When it was decided who takes part: at the start of the run, so that the inputs can be read again."""
    return round_.started_at or round_.created_at


def _codes(pool: Assembled, pairs: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of ids as pairs of codes; people who have left the pool have none and are left out."""
    needs = {ident: code for code, ident in pool.need_ids.items()}
    people = {ident: code for code, ident in pool.candidate_ids.items()}
    return tuple(sorted((needs[n], people[c]) for n, c in pairs if n in needs and c in people))


def _check_pins(session: Session, round_: Round) -> None:
    """Conflict where somebody is fixed whom the round leaves out: a pin is kept or refused, never passed over."""
    left_out = list_left_out(session, round_.prefecture_code, moment_of(round_))
    pinned = {person for _need, person in pairs_of(round_, DirectiveKind.PIN)} & left_out
    if pinned:
        codes = [session.get_one(Candidate, ident).code for ident in sorted(pinned)]
        message = say(
            "固定した登録者%(codes)sは、稼働の確認がないため対象になりません。本人に確かめて記録するか、固定をやめてください。",
            codes=listed(codes),
        )
        raise Conflict(message)


def run_round(lease: jobs.Lease) -> None:
    """The work of a job: `lease.object_id` is the round. What is refused ends it as failed, with the sentence."""
    database = lease.database
    with database.writing() as session:
        round_ = _lock(session, lease.object_id)
        now = clock.now()
        if not _may(round_, "start"):  # taken back between the claim and now
            lease.finish(session, jobs.JobState.CANCELLED, now=now)
            return
        move(session, round_, "start", actor=SYSTEM, now=now)
        round_.started_at = now
    try:
        with database.reading() as session:
            round_ = session.get_one(Round, lease.object_id)
            check_needs(session, round_)
            _check_pins(session, round_)
            inputs, limit = gather(session, round_), round_.time_limit
        result = solve(inputs, limit, lease)
    except (Conflict, m.MatchingError) as error:
        _end_badly(lease, error.message if isinstance(error, Conflict) else str(error))
        return
    with database.writing() as session:
        round_ = _lock(session, lease.object_id)
        now = clock.now()
        is_cancelled = result["stopped"] == CANCELLED
        state = jobs.JobState.CANCELLED if is_cancelled else jobs.JobState.DONE
        lease.finish(session, state, now=now)
        if result["status"] == m.PlanStatus.CANCELLED and not result["placements"]:
            move(session, round_, "cancel", actor=SYSTEM, now=now)
            round_.finished_at = now
            return
        store(session, round_, inputs, result, now=now)


def solve(inputs: Inputs, time_limit: float, lease: jobs.Lease | None = None) -> dict[str, Any]:
    """The engine's whole document for the inputs (see m.document). Conflict names a pin that cannot be kept."""

    told = 0.0

    def report(progress: dict[str, Any]) -> bool:
        """Tell the page how far it is, twice a second at most; True asks the engine to stop."""
        nonlocal told
        if lease is None:
            return False
        if monotonic() - told >= TELL_EVERY:
            told = monotonic()
            lease.beat(progress)
        return lease.is_cancelled

    try:
        return inputs.put_to(m.document, time_limit=time_limit, progress=report, has_others=True)
    except m.InfeasiblePins as error:
        raise Conflict(_explain_pins(inputs)) from error


def _explain_pins(inputs: Inputs) -> str:
    """Which pins break which rules; where each could be kept alone, that they cannot all."""
    people = {person.id: person for person in inputs.pool.candidates}
    needs = {need.id: need for need in inputs.pool.needs}
    broken = [
        say(
            "募集%(need)sと登録者%(person)sの固定は、%(listed)sの条件に合いません。",
            need=need,
            person=person,
            listed=listed(
                named((m.RULES[rule].ja, m.RULES[rule].en)) for rule in map(m.Rule, rules)
            ),
        )
        for need, person in inputs.pins
        if (rules := m.excluded_from(people[person], [needs[need]]).get(need))
    ]
    if not broken:
        return say(
            "固定した組のすべてを、枠と登録者の稼働に収めることはできません。固定を減らしてください。"
        )
    return sentences([*broken[:SHOWN], say("固定をやめるか、条件を変えてください。")])


def store(
    session: Session, round_: Round, inputs: Inputs, result: dict[str, Any], *, now: datetime
) -> None:
    """Write the document into the round, once, and move it to its state."""
    need_ids, candidate_ids = inputs.pool.need_ids, inputs.pool.candidate_ids
    codes = {ident: code for code, ident in need_ids.items()}
    for row in round_.needs:
        code = codes.get(row.need_id)
        row.ranking = result["rankings"].get(code, [])
        row.excluded = result["excluded"].get(code, {})
    round_.result = {
        key: value for key, value in result.items() if key not in {"rankings", "excluded"}
    }
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
    round_.seconds = result.get("seconds")
    round_.summary = _summary(inputs, result) | {
        "unconfirmed": count_left_out(session, round_.prefecture_code, moment_of(round_)),
        "history": summarise(
            inputs.policy, inputs.history, inputs.pool,
            find_unasked(session, candidate_ids.values()),
            [(pair["need"], pair["candidate"]) for pair in result["placements"]],
        ),
    }  # fmt: skip
    round_.finished_at = now
    session.add(RoundInput(round_id=round_.id, document=inputs.put_to(m.input_document)))
    verb = VERBS[result["status"]] if round_.what_if is None else "explore"
    move(
        session, round_, verb, actor=SYSTEM, now=now,
        detail={"input_hash": round_.input_hash, "objective": round_.objective},
    )  # fmt: skip


def _summary(inputs: Inputs, result: dict[str, Any]) -> dict[str, Any]:
    fits = [pair["fit"] for pair in result["placements"]]
    return {
        "candidates": len(inputs.pool.candidates),
        "needs": len(inputs.pool.needs),
        "seats": sum(need.seats for need in inputs.pool.needs),
        "filled": len(fits),
        "mean_fit": round(sum(fits) / len(fits)) if fits else None,
        "proof": result["proof"],
        "baselines": result["baselines"],
        "stopped": result["stopped"],
        **_ratings(inputs),
    }


def _ratings(inputs: Inputs) -> dict[str, Any]:
    """How many ratings the track record of each person is made of; nothing where nobody has any."""
    counts = {one.id: one.rating_count for one in inputs.pool.candidates if one.rating_count}
    return {"ratings": counts, "record_mean": inputs.policy.record_mean} if counts else {}


def document_of(round_: Round, codes: dict[int, str]) -> dict[str, Any]:
    """The engine's document again, from where it is stored. `codes`: need id → code."""
    rankings = {codes[row.need_id]: row.ranking for row in round_.needs}
    excluded = {codes[row.need_id]: row.excluded for row in round_.needs}
    return {**(round_.result or {}), "rankings": rankings, "excluded": excluded}


def run_here(database: Database, round_id: int) -> RoundState:
    """Run a waiting round in the foreground, through the same job as a worker would."""
    with database.writing() as session:
        if not _may(_lock(session, round_id), "start"):
            raise Conflict(say("このマッチング回は、すでに終わっています。"))
        job = jobs.enqueue(session, JOB, round_id, now=clock.now())
    if not jobs.run(database, job.id):
        raise Conflict(say("このマッチング回は、いまほかの場所で計算中です。"))
    with database.reading() as session:
        return session.get_one(Round, round_id).state


def _end_badly(lease: jobs.Lease, sentence: str) -> None:
    with lease.database.writing() as session:
        lease.finish(session, jobs.JobState.FAILED, now=clock.now(), failure=sentence[:500])
        give_up(session, lease.object_id, sentence)


def give_up(session: Session, round_id: int, sentence: str) -> None:
    round_ = _lock(session, round_id)
    if not _may(round_, "fail"):  # cancelled meanwhile: only the job ends
        return
    now = clock.now()
    move(session, round_, "fail", actor=SYSTEM, now=now)
    round_.failure, round_.finished_at = sentence, now


def _lock(session: Session, round_id: int) -> Round:
    """Whoever cancels waits, or has been waited for."""
    return session.get_one(Round, round_id, with_for_update=True)


def _may(round_: Round, verb: str) -> bool:
    return ROUND.transition(verb, round_.state) is not None


jobs.KINDS[JOB] = jobs.Kind(run_round, give_up)
