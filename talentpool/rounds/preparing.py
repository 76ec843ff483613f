"""Before a round runs: its needs, its policy, what is fixed and what is ruled out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit, jobs, matching as m
from ..accounts.service import lock_pool
from ..candidates.models import Candidate
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..language import listed, named, say
from ..needs.models import Need
from ..needs.standing import has_free_seat
from ..permissions import Action, Actor, get_visible, require
from ..states import NEED, NeedState, RoundState
from .models import DirectiveKind, Round, RoundDirective, RoundNeed
from .suggesting import check_title, distinct_title, key_of, next_number, stem_of

JOB = "round"
LONGEST = 600  # seconds
DEEDS = {
    DirectiveKind.PIN: audit.Deed.ROUND_PIN,
    DirectiveKind.FORBID: audit.Deed.ROUND_FORBID,
}
TRIED = (NeedState.OPEN, NeedState.SUBMITTED, NeedState.ON_HOLD)  # needs that a what-if may ask for


def list_open_needs(session: Session, prefecture_code: str) -> list[Need]:
    return list_needs_for(session, prefecture_code, is_what_if=False)


def list_needs_for(session: Session, prefecture_code: str, *, is_what_if: bool) -> list[Need]:
    """The needs with a free seat that a round, or a what-if, may ask for: open ones first, then the urgent ones, the oldest first."""
    query = sa.select(Need).where(
        Need.prefecture_code == prefecture_code,
        Need.state.in_(_states_for(is_what_if)),
        has_free_seat(),
    )
    is_open = sa.case((Need.state == NeedState.OPEN, 0), else_=1)
    since = sa.func.coalesce(Need.opened_at, Need.submitted_at)
    return list(session.scalars(query.order_by(is_open, Need.priority.desc(), since, Need.id)))


def _states_for(is_what_if: bool) -> tuple[NeedState, ...]:
    return TRIED if is_what_if else (NeedState.OPEN,)


def _named_states(is_what_if: bool) -> str:
    return listed(named(NEED.labels[state]) for state in _states_for(is_what_if))


def check_needs(session: Session, round_: Round) -> None:
    """Conflict where a need may be asked for no longer, or asks for something else than when the round was made."""
    is_what_if = round_.what_if is not None
    rows = session.execute(
        sa.select(Need.code)
        .join(RoundNeed, RoundNeed.need_id == Need.id)
        .where(
            RoundNeed.round_id == round_.id,
            Need.state.not_in(_states_for(is_what_if))
            | (Need.content_version != RoundNeed.content_version),
        )
        .order_by(Need.code)
    )
    changed = [code for (code,) in rows]
    if changed:
        raise Conflict(
            say(
                "この回を準備したあとで、募集%(listed)sの内容が変わったか、%(named_states)sでなくなりました。もう一度準備してください。",
                listed=listed(changed),
                named_states=_named_states(is_what_if),
            )
        )


def create_round(
    session: Session,
    *,
    prefecture_code: str,
    title: str,
    need_ids: Iterable[int],
    policy: m.Policy,
    time_limit: int,
    actor: Actor,
    now: datetime,
    based_on: Round | None = None,
    what_if: m.WhatIf | None = None,
    carry_over_bonus: int = 0,
) -> Round:
    """A round that waits for its start; its needs are open ones of the prefecture, or `TRIED` for a what-if.

    `carry_over_bonus`: bp for the needs of each town that the plan adopted last has not served when it runs.
    """
    require(session, actor, Action.RUN_ROUND, based_on)
    if not 1 <= time_limit <= LONGEST:
        raise Refused(
            say("制限時間は1〜%(longest)s秒です。", longest=LONGEST),
            fields={"time_limit": say("1〜%(longest)s秒です。", longest=LONGEST)},
        )
    wanted = set(need_ids)
    known = list_needs_for(session, prefecture_code, is_what_if=what_if is not None)
    needs = [need for need in known if need.id in wanted]
    if not wanted:
        raise Refused(
            say("募集を1件以上選んでください。"), fields={"needs": say("1件以上選んでください。")}
        )
    if len(needs) != len(wanted):
        named = say(
            "%(named_states)sの募集を選んでください。",
            named_states=_named_states(what_if is not None),
        )
        raise Refused(
            say("対象にできない募集が含まれています。%(named)s", named=named),
            fields={"needs": named},
        )
    lock_pool(session, prefecture_code)
    check_title(session, prefecture_code, title)
    created = Round(
        prefecture_code=prefecture_code,
        number=next_number(session, prefecture_code),
        title=title,
        policy=policy.to_dict(),
        carry_over_bonus=carry_over_bonus,
        what_if=what_if.to_dict() if what_if else None,
        time_limit=time_limit,
        based_on_id=based_on.id if based_on else None,
        created_by=actor.user_id,
        created_at=now,
        needs=[RoundNeed(need_id=need.id, content_version=need.content_version) for need in needs],
    )
    session.add(created)
    session.flush()
    audit.record(
        session, audit.Deed.ROUND_CREATE, created, actor=actor, now=now,
        detail={
            "needs": len(needs), "based_on": created.based_on_id, "what_if": created.what_if
        },
    )  # fmt: skip
    return created


def prepare_what_if(
    session: Session,
    base: Round,
    *,
    title: str,
    need_ids: Iterable[int],
    policy: m.Policy,
    time_limit: int,
    what_if: m.WhatIf,
    carry_over_bonus: int = 0,
    actor: Actor,
    now: datetime,
) -> Round:
    """A round beside `base`, with its pins and forbids, that shows what would be and can never be adopted."""
    created = create_round(
        session, prefecture_code=base.prefecture_code, title=title, need_ids=need_ids,
        policy=policy, time_limit=time_limit, actor=actor, now=now, based_on=base, what_if=what_if,
        carry_over_bonus=carry_over_bonus,
    )  # fmt: skip
    _direct_alike(session, created, base)
    return created


def prepare_next(
    session: Session, base: Round, *, directives: Collection[str], actor: Actor, **choices: Any
) -> Round:
    """The round after `base` with other choices, and with those of its pins and forbids that are named by their keys."""
    kept = [row for row in base.directives if key_of(row.need_id, row.candidate_id) in directives]
    asked = set(choices["need_ids"])
    codes = session.scalars(
        sa.select(Need.code)
        .where(Need.id.in_({row.need_id for row in kept} - asked))
        .order_by(Need.code)
    ).all()
    if codes:
        sentence = say(
            "募集%(listed)sは対象に選ばれていません。対象にするか、固定・除外を外してください。",
            listed=listed(codes),
        )
        raise Refused.at("directives", sentence)
    created = create_round(
        session, prefecture_code=base.prefecture_code, actor=actor, based_on=base, **choices
    )
    _copy(created, kept)
    session.flush()
    return created


def prepare_rerun(session: Session, finished: Round, *, actor: Actor, now: datetime) -> Round:
    """The round that follows `finished`: the one already waiting, or a new one with the same choices.

    Needs that may be asked for no longer are left out, and so are their pins and forbids. What follows a what-if is one.
    """
    require(session, actor, Action.RUN_ROUND, finished)
    what_if = None if finished.what_if is None else m.WhatIf.from_dict(finished.what_if)
    known = list_needs_for(session, finished.prefecture_code, is_what_if=what_if is not None)
    askable = {need.id for need in known}
    waiting = _find_follower(session, finished, askable)
    if waiting is not None:
        return waiting
    kept = _asked(finished) & askable
    if not kept:
        named = _named_states(what_if is not None)
        raise Conflict(
            say("このマッチング回の募集に、%(named)sのものはもうありません。", named=named)
        )
    follower = create_round(
        session,
        prefecture_code=finished.prefecture_code,
        title=distinct_title(session, finished.prefecture_code, finished.title),
        need_ids=kept,
        policy=m.Policy.from_dict(finished.policy),
        time_limit=finished.time_limit,
        actor=actor,
        now=now,
        based_on=finished,
        what_if=what_if,
        carry_over_bonus=finished.carry_over_bonus,
    )
    _direct_alike(session, follower, finished)
    return follower


def _find_follower(session: Session, finished: Round, askable: set[int]) -> Round | None:
    """The newest round made from `finished` with the same choices, whose inputs may still be changed."""
    query = sa.select(Round).where(
        Round.based_on_id == finished.id, Round.state == RoundState.QUEUED,
        Round.time_limit == finished.time_limit,
        Round.carry_over_bonus == finished.carry_over_bonus,
        Round.policy == finished.policy, Round.what_if.is_not_distinct_from(finished.what_if),
    ).order_by(Round.id.desc()).with_for_update()  # fmt: skip
    wanted = _asked(finished) & askable
    for follower in session.scalars(query):
        is_alike = stem_of(follower.title) == stem_of(finished.title)
        is_same = is_alike and _asked(follower) & askable == wanted
        if is_same and not is_ordered(session, follower):
            return follower
    return None


def _asked(round_: Round) -> set[int]:
    return {row.need_id for row in round_.needs}


def _direct_alike(session: Session, round_: Round, model: Round) -> None:
    """Give the round the pins and forbids of another, for the needs that it asks for."""
    asked = _asked(round_)
    _copy(round_, [row for row in model.directives if row.need_id in asked])
    session.flush()


def _copy(round_: Round, rows: Iterable[RoundDirective]) -> None:
    round_.directives = [
        RoundDirective(
            need_id=row.need_id, candidate_id=row.candidate_id, kind=row.kind, reason=row.reason,
            given_by=row.given_by, given_at=row.given_at,
        )
        for row in rows
    ]  # fmt: skip


def direct_pair(
    session: Session,
    round_: Round,
    *,
    need_id: int,
    candidate_id: int,
    kind: DirectiveKind,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Round:
    """Fix a pair or rule it out, in the next run; gives the round that will obey."""
    require(session, actor, Action.RUN_ROUND, round_)
    if not reason.strip():
        raise Refused.at("reason", say("理由を書いてください。"))
    target = (
        round_
        if _is_open(session, round_)
        else prepare_rerun(session, round_, actor=actor, now=now)
    )
    if need_id not in _asked(target):
        raise NotFound
    get_visible(session, actor, Candidate, candidate_id)
    for row in target.directives:
        if (row.need_id, row.candidate_id) == (need_id, candidate_id):
            target.directives.remove(row)
            session.flush()
            break
    target.directives.append(
        RoundDirective(
            need_id=need_id, candidate_id=candidate_id, kind=kind, reason=reason.strip(),
            given_by=actor.user_id, given_at=now,
        )
    )  # fmt: skip
    _record_directive(session, target, DEEDS[kind], need_id, candidate_id, actor, now)
    return target


def drop_directive(
    session: Session,
    round_: Round,
    *,
    need_id: int,
    candidate_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    require(session, actor, Action.RUN_ROUND, round_)
    _refuse_started(session, round_)
    for row in round_.directives:
        if (row.need_id, row.candidate_id) == (need_id, candidate_id):
            round_.directives.remove(row)
            _record_directive(
                session, round_, audit.Deed.ROUND_DROP, need_id, candidate_id, actor, now
            )
            return
    raise NotFound


def order_run(session: Session, round_: Round, *, actor: Actor, now: datetime) -> jobs.Job:
    """Put the round into the queue."""
    require(session, actor, Action.RUN_ROUND, round_)
    _refuse_started(session, round_)
    job = jobs.enqueue(session, JOB, round_.id, now=now)
    audit.record(session, audit.Deed.ROUND_ORDER, round_, actor=actor, now=now)
    return job


def is_ordered(session: Session, round_: Round) -> bool:
    return jobs.get_latest(session, JOB, round_.id) is not None


def _is_open(session: Session, round_: Round) -> bool:
    """Its inputs may still be changed."""
    return round_.state is RoundState.QUEUED and not is_ordered(session, round_)


def _refuse_started(session: Session, round_: Round) -> None:
    if not _is_open(session, round_):
        raise Conflict(say("このマッチング回は、すでに実行されています。"))


def _record_directive(
    session: Session,
    round_: Round,
    deed: audit.Deed,
    need_id: int,
    candidate_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    detail: dict[str, Any] = {"need": need_id, "candidate": candidate_id}
    audit.record(session, deed, round_, actor=actor, now=now, detail=detail)


def pairs_of(round_: Round, kind: DirectiveKind) -> Sequence[tuple[int, int]]:
    """(need id, candidate id) of the round's directives of one kind."""
    return [(row.need_id, row.candidate_id) for row in round_.directives if row.kind is kind]
