"""A round's run: rows in, plan, rows out, explanations, rows out. The engine works between short units of work and holds no lock."""

from __future__ import annotations

from time import monotonic
from typing import Any

from .. import clock, jobs, matching as m
from ..candidates.freshness import list_left_out
from ..candidates.models import Candidate
from ..db import Database, Session
from ..errors import Conflict
from ..language import listed, named, say, sentences
from ..matching.plan import Progress
from ..permissions import SYSTEM
from ..states import ROUND, RoundState, move
from .gathering import Inputs, gather, moment_of
from .models import DirectiveKind, Round, RoundInput
from .preparing import JOB, check_needs, pairs_of
from .storing import explain, is_unexplained, store

SHOWN = 3  # pins that cannot be kept
CANCELLED = "cancelled"  # what a document says of a run that was stopped by hand
TELL_EVERY = 0.5  # seconds between two reports of progress: each is a unit of work


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
    """The work of a job: `lease.object_id` is the round. What is refused ends it as failed, with the sentence.

    The plan is stored before it is explained: whoever takes the job over from a dead worker explains the same plan.
    """
    decided = find_plan(lease)
    if decided is not None:
        explain_plan(lease, decided)


def find_plan(lease: jobs.Lease) -> m.Decided | None:
    """The plan of the round, which is then stored, or was; None where the job ends without one."""
    with lease.database.writing() as session:
        round_ = _lock(session, lease.object_id)
        now = clock.now()
        is_planned = is_unexplained(round_)
        if not is_planned:
            if not _may(round_, "start"):  # taken back between the claim and now
                lease.finish(session, jobs.JobState.CANCELLED, now=now)
                return None
            move(session, round_, "start", actor=SYSTEM, now=now)
            round_.started_at = now
    return _read_back(lease) if is_planned else _plan(lease)


def _plan(lease: jobs.Lease) -> m.Decided | None:
    """Solve the round and store its plan; None where it ends without one."""
    database = lease.database
    try:
        with database.reading() as session:
            round_ = session.get_one(Round, lease.object_id)
            check_needs(session, round_)
            _check_pins(session, round_)
            inputs, limit = gather(session, round_), round_.time_limit
        decided = decide(inputs, limit, lease)
    except (Conflict, m.MatchingError) as error:
        _end_badly(lease, error.message if isinstance(error, Conflict) else str(error))
        return None
    with database.writing() as session:
        round_ = _lock(session, lease.object_id)
        now, plan = clock.now(), decided.aimed.plan
        if plan.status == m.PlanStatus.CANCELLED and not len(plan.pairs):
            lease.finish(session, jobs.JobState.CANCELLED, now=now)
            move(session, round_, "cancel", actor=SYSTEM, now=now)
            round_.finished_at = now
            return None
        lease.hold(session)
        store(session, round_, inputs, decided, now=now)
    return decided


def _read_back(lease: jobs.Lease) -> m.Decided:
    """The plan whose worker died before it was explained."""
    with lease.database.reading() as session:
        round_ = session.get_one(Round, lease.object_id)
        stored = session.get_one(RoundInput, round_.id).document
        answer, limit = round_.result or {}, round_.time_limit
    return m.decided_of(m.inputs_of(stored), answer, time_limit=limit, progress=_telling(lease))


def explain_plan(lease: jobs.Lease, decided: m.Decided) -> None:
    """Explain the plan of the round, within what is left of its time, and end the job."""
    result = m.explained(decided)
    with lease.database.writing() as session:
        round_ = _lock(session, lease.object_id)
        now, is_cancelled = clock.now(), result["stopped"] == CANCELLED
        state = jobs.JobState.CANCELLED if is_cancelled else jobs.JobState.DONE
        lease.finish(session, state, now=now)
        explain(session, round_, result, now=now)


def decide(inputs: Inputs, time_limit: float, lease: jobs.Lease | None = None) -> m.Decided:
    """The engine's plan for the inputs (see m.decide). Conflict names a pin that cannot be kept."""
    progress = None if lease is None else _telling(lease)
    try:
        return inputs.put_to(m.decide, time_limit=time_limit, progress=progress, has_others=True)
    except m.InfeasiblePins as error:
        raise Conflict(_explain_pins(inputs)) from error


def _telling(lease: jobs.Lease) -> Progress:
    """Tell the page how far it is, twice a second at most; True asks the engine to stop."""
    told = 0.0

    def report(progress: dict[str, Any]) -> bool:
        nonlocal told
        if monotonic() - told >= TELL_EVERY:
            told = monotonic()
            lease.beat(progress)
        return lease.is_cancelled

    return report


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
